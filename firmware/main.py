# Starts the scanner: the board with its large buffers first, while the heap is whole, then the decoder, then the rest.

import sys

if sys.platform in ("linux", "darwin"):  # nobody runs boot.py there
    import boot  # noqa: F401

from scanner.boards import find

board = find.here(sys.argv[1:])

from scanner import load  # noqa: E402

load.vision()

from scanner.vision.decoder import Decoder  # noqa: E402

decoder = find.with_buffers(board, Decoder)

load.rest()

from scanner.app import App  # noqa: E402

App(board, decoder).run()
