# Starts the scanner: the flash and the firmware that is on it, if a newer one was pushed; then the board with its large
# buffers first, while the heap is whole; then the decoder, then the rest.
#
# Where all of that ends on a board, by a fault or otherwise, MicroPython would offer its prompt on the cable. Only a
# scanner that is nobody's yet does that; any other starts again.
#
# Whatever boot.py said, MicroPython makes byte 0x03 an interrupt again before it runs this file. So nothing stands
# outside the last `try` at which an interrupt could be raised, which is where the program branches.

import sys

import micropython

_VIRTUAL = sys.platform in ("linux", "darwin")


def deafen():
    """Byte 0x03 is data from now on; an interrupt that came before is raised in here, and dropped."""
    try:
        micropython.kbd_intr(-1)
        for _ in (0,):
            pass
    except KeyboardInterrupt:
        pass


def run():
    from scanner import slots
    from scanner.boards import find

    root = find.flash(sys.argv[1:])
    if not may_prompt():
        find.guard()
    slots.enter(root, sys)

    # Again, and perhaps from another place than before.
    from scanner.boards import find

    board = find.here(sys.argv[1:])

    from scanner import load

    load.vision()

    from scanner.vision.decoder import Decoder

    decoder = find.with_buffers(board, Decoder)

    load.rest()

    from scanner.app import App

    App(board, decoder).run()


def may_prompt(root="/flash"):
    """Whether the flash can be read and says that the scanner is blank."""
    import os

    try:
        names = os.listdir(root)
    except OSError:
        return False
    return "authority.pub" not in names and "sealed" not in names and "wiping" not in names


try:
    deafen()
    run()
except BaseException as error:  # also the interrupt and the exit that lead to the prompt
    if _VIRTUAL or may_prompt():
        raise error
if not _VIRTUAL and not may_prompt():
    __import__("time").sleep(1)  # so that a fault at every start can still be overcome by flashing
    __import__("machine").reset()
