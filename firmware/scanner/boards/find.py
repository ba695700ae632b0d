# Which board this is.
#
# A chip does not know what it is soldered to: the image of a board's flash holds the name of its driver in a file.

import sys
from time import ticks_us

_NAME = "/board"


def flash(arguments):
    """Mount the scanner's flash before anything else of the board; its root, or None where the board does it itself."""
    if sys.platform in ("linux", "darwin"):
        from scanner.boards import virtual

        return virtual.open_storage(virtual.settings(arguments)).root
    storage = getattr(driver(_NAME), "Storage", None)
    return storage().root if storage else None


def guard():
    """Start the watchdog, where the board has one."""
    if sys.platform not in ("linux", "darwin"):
        start = getattr(driver(_NAME), "guard", None)
        if start:
            start()


def here(arguments):
    """The Board this program runs on. Raises RuntimeError for an unknown one."""
    if sys.platform in ("linux", "darwin"):
        from scanner.boards import virtual

        return virtual.Board(virtual.settings(arguments))
    return driver(_NAME).Board()


def driver(path):
    """The module of the driver that the file at `path` names. Raises RuntimeError where there is none."""
    try:
        with open(path) as file:
            name = file.read(64).strip()
        if not name or "." in name or "/" in name:
            raise ImportError
        return getattr(__import__("scanner.boards." + name).boards, name)
    except (OSError, ImportError, AttributeError, UnicodeError):
        raise RuntimeError("no driver for board " + getattr(sys.implementation, "_machine", ""))


def with_buffers(board, decoder):
    """A decoder for the frames of the board's camera, with its buffers made."""
    return decoder(board.camera.max_width, board.camera.max_height, ticks_us)
