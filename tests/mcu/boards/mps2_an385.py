# The emulated core as a board of the firmware: the drivers of real boards where there are parts for them (the serial
# line, the clock), and the external RAM, which the computer sees too, in place of camera, glass and flash.
#
# Flash has the manners of a NOR chip: erased to ones, and a write that would turn a zero into a one is refused. It
# outlives a reset.
#
# The stubs are the unix port's:
# pyright: reportMissingImports=false, reportCallIssue=false, reportAttributeAccessIssue=false

import json
import os
import struct

import micropython
import uctypes
import vfs
from micropython import const
from scanner.boards.board_clock import Clock
from scanner.boards.usb_port import UsbPort

# Where what lies, as tests/mcu/scanner.py has it too.
_MAILBOX = const(
    0x21300000
)  # u32 frame waits, u32 button, u32 reports made, u32 length of the last one; from 64, itself
_REPORT = const(64)
_REPORT_ROOM = const(4032)
_FRAME = const(0x21310000)
_PANEL = const(0x21400000)
_FLASH = const(0x21800000)
_BLOCK = const(4096)
_BLOCKS = const(1024)
_WIDTH = const(240)
_HEIGHT = const(320)

_COUNT = const(4)  # of a block device's ioctl
_SIZE = const(5)
_ERASE = const(6)
_EIO = const(5)
_EPERM = const(1)

_mailbox = uctypes.bytearray_at(_MAILBOX, _REPORT + _REPORT_ROOM)


def _take(at):
    """Whether the computer has set the word at `at`; it is cleared."""
    found = _mailbox[at]
    _mailbox[at] = 0
    return found != 0


class Board:
    """Takes no settings."""

    name = "mps2-an385"

    def __init__(self, settings=None):
        self.display = Display()
        self.camera = Camera()
        self.button = Button()
        self.clock = Clock(None)
        self.sound = Sound()
        self.serial = UsbPort()
        self.storage = Storage()
        self.hold_ms = None
        self.stopped = False

    def ready(self, firmware):
        self._report({"firmware": firmware})

    def wait(self, milliseconds):
        """Sleep until the cable says something, and no longer than that."""
        self.serial.wait(milliseconds)

    def looked(self, report):
        self._report(report)

    def cleared(self):
        """The verdict left the screen."""

    def fault(self, text):
        self._report({"fault": text})

    def restart(self):
        from machine import reset

        reset()

    def _report(self, facts):
        text = json.dumps(facts).encode()[:_REPORT_ROOM]
        _mailbox[_REPORT : _REPORT + len(text)] = text
        count = struct.unpack_from("<I", _mailbox, 8)[0]
        struct.pack_into("<I", _mailbox, 12, len(text))
        struct.pack_into("<I", _mailbox, 8, count + 1)


class Camera:
    """640x480; the computer lays a frame down and sets the mailbox's first word."""

    max_width = 640
    max_height = 480

    def __init__(self):
        self._frame = memoryview(uctypes.bytearray_at(_FRAME, self.max_width * self.max_height))

    def frame(self):
        return (self._frame, self.max_width, self.max_height) if _take(0) else None

    def forget(self):
        blank = bytes(1024)
        for at in range(0, len(self._frame), 1024):
            self._frame[at : at + 1024] = blank


class Display:
    """RGB565 in the external RAM, which is the panel's memory too."""

    width = _WIDTH
    height = _HEIGHT

    def __init__(self):
        self.buffer = uctypes.bytearray_at(_PANEL, _WIDTH * _HEIGHT * 2)

    def show(self):
        """The buffer is what the panel shows."""


class Button:
    def pressed(self):
        return _take(4)


class Sound:
    def play(self, tones):
        """Nobody hears it."""


class Flash:
    """A block device with the extended interface (block, buffer, offset)."""

    def __init__(self):
        self._memory = memoryview(uctypes.bytearray_at(_FLASH, _BLOCK * _BLOCKS))

    def readblocks(self, block, buffer, offset=0):
        at = block * _BLOCK + offset
        buffer[:] = self._memory[at : at + len(buffer)]

    def writeblocks(self, block, buffer, offset=0):
        at = block * _BLOCK + offset
        old = self._memory[at : at + len(buffer)]
        if _raises_a_bit(old, buffer, len(buffer)):
            raise OSError(_EIO)
        old[:] = buffer

    def ioctl(self, operation, argument):
        if operation == _COUNT:
            return _BLOCKS
        if operation == _SIZE:
            return _BLOCK
        if operation == _ERASE:
            self._memory[argument * _BLOCK : (argument + 1) * _BLOCK] = b"\xff" * _BLOCK
        return 0


class Storage:
    """littlefs on that flash, as the boards mount theirs."""

    root = "/flash"

    def __init__(self):
        try:
            vfs.mount(vfs.VfsLfs2(Flash(), readsize=16, progsize=16, lookahead=32), self.root)
        except OSError as error:
            if error.errno != _EPERM:  # main.py has mounted it, to look for a newer firmware
                raise

    def free(self):
        """Bytes left."""
        state = os.statvfs(self.root)
        return state[0] * state[3]


@micropython.viper
def _raises_a_bit(old: ptr8, new: ptr8, length: int) -> bool:
    i = 0
    while i < length:
        if new[i] & (old[i] ^ 255):
            return True
        i += 1
    return False
