# Starts the scanner: the flash and the firmware that is on it, if a newer one was pushed; then the board with its large
# buffers first, while the heap is whole; then the decoder, then the rest.

import sys

if sys.platform in ("linux", "darwin"):  # nobody runs boot.py there
    import boot  # noqa: F401

from scanner import slots
from scanner.boards import find

slots.enter(find.flash(sys.argv[1:]), sys)

# Again, and perhaps from another place than before.
from scanner.boards import find  # noqa: E402

board = find.here(sys.argv[1:])

from scanner import load  # noqa: E402

load.vision()

from scanner.vision.decoder import Decoder  # noqa: E402

decoder = find.with_buffers(board, Decoder)

load.rest()

from scanner.app import App  # noqa: E402

App(board, decoder).run()
