# Which board this is.

import sys
from time import ticks_us


def here(arguments):
    """The Board this program runs on. Raises RuntimeError for an unknown one."""
    if sys.platform in ("linux", "darwin"):
        from scanner.boards import virtual

        return virtual.Board(virtual.settings(arguments))
    raise RuntimeError("no driver for board " + sys.implementation._machine)


def with_buffers(board, decoder):
    """A decoder for the frames of the board's camera, with its buffers made."""
    return decoder(board.camera.max_width, board.camera.max_height, ticks_us)
