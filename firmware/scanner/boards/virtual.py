# The virtual board: a scanner without hardware, in a process of MicroPython's unix port.
#
# It offers what every board offers (camera, display, button, sound, clock, storage, serial), and the traps with it: a
# capture may fail, a frame's view dies at the next capture, a write to flash may be cut, the serial port takes as much
# as it likes. Its hardware is the channel of virtual_channel.py; its settings come as name=value arguments.

import os
import select
import struct
import sys
import time

from micropython import const

from scanner.boards import virtual_flash
from scanner.boards.virtual_channel import PROTOCOL, Channel

_ROOT = "/flash"
_HOST_TIME = const(0)  # the computer's clock runs, and is trusted
_FROZEN = const(1)  # stands still at the given second, and is trusted
_DOUBTFUL = const(2)  # stands still, and nobody set it


class Board:
    """`settings`: dict of the command line's strings; see `settings()` for the names."""

    name = "virtual"

    def __init__(self, settings):
        self._channel = Channel(open(int(settings["channel"]), "r+b"))  # noqa: SIM115 - for good
        # The large buffers come early, while the heap is whole.
        self.button = Button()
        self.camera = Camera(_pair(settings.get("camera", "640x480")), self._attend, self.button)
        self.display = Display(_pair(settings.get("screen", "320x240")), self._channel)
        self.clock = Clock()
        if "clock" in settings:
            self.clock.set(*[int(part) for part in settings["clock"].split(",")])
        self.hold_ms = int(settings["hold"]) if "hold" in settings else None
        self.stopped = False
        self.sound = Sound(self._channel)
        self.serial = Serial(open(int(settings["serial"]), "r+b"))  # noqa: SIM115 - for good
        self.storage = open_storage(settings)
        self._wake = select.poll()
        self._wake.register(self._channel._stream, select.POLLIN)
        self._wake.register(self.serial._stream, select.POLLIN)

    def ready(self, firmware):
        """The application is about to look at its first frame."""
        self._channel.tell(
            "R",
            {
                "protocol": PROTOCOL,
                "board": self.name,
                "firmware": firmware,
                "micropython": ".".join(str(part) for part in sys.implementation.version[:3]),
                "screen": (self.display.width, self.display.height),
                "camera": (self.camera.max_width, self.camera.max_height),
            },
        )

    def wait(self, milliseconds):
        """Sleep until something happens, and no longer than that."""
        if not self.camera.waiting:
            self._wake.poll(milliseconds)
            self._attend()

    def looked(self, report):
        """The application finished a frame: `report` goes to whoever holds the channel."""
        self._channel.tell("V" if "code" in report else "E", report)

    def cleared(self):
        self._channel.send("C")

    def fault(self, text):
        """An exception was caught at the application's edge."""
        sys.stderr.write(text)
        self._channel.send("X", text.encode())

    def _attend(self):
        """Serve what has arrived, up to a frame: the next one must not overwrite it."""
        try:
            while not self.camera.waiting and not self.stopped and self._channel.waiting():
                kind, length = self._channel.header()
                self._serve(kind, length)
        except EOFError:
            self.stopped = True

    def _serve(self, kind, length):
        channel = self._channel
        if kind == "F":
            self.camera.expose(channel, length)
        elif kind == "N":
            channel.skip(length)
            self.camera.miss()
        elif kind == "P":
            channel.skip(length)
            self.display.picture()
        elif kind == "Q":
            channel.skip(length)
            self.stopped = True
        else:
            body = channel.body(length)
            if kind == "T":
                self.clock.set(*struct.unpack("<Bq", body))
            elif kind == "B":
                self.button.press()
            elif kind == "H":
                self.hold_ms = struct.unpack("<I", body)[0]
            channel.send("K", kind.encode())


class Camera:
    """8-bit grey, up to `max_width` x `max_height`. `refill` takes in what has arrived; what was shown after the button
    was pressed is not seen before the press is."""

    def __init__(self, size, refill, button):
        self.max_width, self.max_height = size
        self._buffer = memoryview(bytearray(size[0] * size[1]))
        self._size = (0, 0)
        self._failed = False
        self.waiting = False
        self._refill = refill
        self._button = button

    def frame(self):
        """(view, width, height), or None where a capture failed or none is due. The view dies at the next call."""
        if not self.waiting:
            self._refill()
        if not self.waiting or self._button.waiting:
            return None
        self.waiting = False
        if self._failed:
            self._failed = False
            return None
        width, height = self._size
        return self._buffer[: width * height], width, height

    def forget(self):
        """Wipe the last picture; one that is still to be taken stays."""
        chunk = bytes(1024)
        start = self._size[0] * self._size[1] if self.waiting else 0
        for at in range(start, len(self._buffer), 1024):
            end = min(at + 1024, len(self._buffer))
            self._buffer[at:end] = chunk[: end - at]

    def expose(self, channel, length):
        width, height = struct.unpack("<HH", channel.body(4))
        if length != 4 + width * height or width > self.max_width or height > self.max_height:
            raise ValueError("frame %dx%d of %d bytes" % (width, height, length))
        channel.fill(self._buffer[: width * height])
        self._size = (width, height)
        self.waiting = True

    def miss(self):
        self._failed = True
        self.waiting = True


class Display:
    """A buffer of RGB565 pixels, and a panel that is somebody else's window."""

    def __init__(self, size, channel):
        self.width, self.height = size
        self.buffer = bytearray(size[0] * size[1] * 2)
        self._channel = channel

    def show(self):
        """Bring the buffer to the panel; here the panel looks when it likes."""

    def picture(self):
        self._channel.send("P", struct.pack("<HH", self.width, self.height), self.buffer)


class Button:
    """`waiting`: it was pressed, and nobody has asked yet."""

    def __init__(self):
        self.waiting = False

    def press(self):
        self.waiting = True

    def pressed(self):
        """Whether it was pressed since the last call."""
        was, self.waiting = self.waiting, False
        return was


class Sound:
    def __init__(self, channel):
        self._channel = channel

    def play(self, tones):
        """Tones are (hertz, milliseconds), one after the other; returns at once."""
        self._channel.tell("S", tones)


class Clock:
    """Unix seconds, and whether anybody vouches for them."""

    def __init__(self):
        self._mode = _HOST_TIME
        self._frozen = 0
        self._ahead = 0  # seconds of this clock before the computer's

    def set(self, mode, seconds):
        self._mode = mode
        self._frozen = seconds
        self._ahead = 0

    def adjust(self, seconds):
        """Somebody who may has said what the time is: runs on from there, or stands there if it stood."""
        if self._mode == _HOST_TIME:
            self._ahead = seconds - time.time_ns() // 1000000000
        else:
            self.set(_FROZEN, seconds)

    @property
    def trusted(self):
        return self._mode != _DOUBTFUL

    def now(self):
        return time.time_ns() // 1000000000 + self._ahead if self._mode == _HOST_TIME else self._frozen


class Storage:
    """littlefs in a file; `root` is where it is mounted."""

    def __init__(self, path, cut):
        self.root = _ROOT
        virtual_flash.mount(path, _ROOT, cut)

    def free(self):
        """Bytes left."""
        state = os.statvfs(_ROOT)
        return state[0] * state[3]


class Serial:
    """The pseudo-terminal's end that a USB device would hold; the computer made it non-blocking."""

    window = 4  # requests: what does not fit in its buffers makes the host wait, and is never lost

    def __init__(self, stream):
        self._stream = stream

    def readinto(self, buffer):
        """Bytes read, or None where there are none."""
        return self._stream.readinto(buffer)

    def write(self, data):
        """Bytes taken, or None where the host does not drain the port."""
        return self._stream.write(data)


def open_storage(settings):
    """The flash that the settings name; mounted once, however often it is asked for."""
    return Storage(settings["flash"], int(settings.get("cut", "0")))


def settings(arguments):
    """name=value arguments as a dict: channel and serial (numbers of open files), flash (path of the image), camera and
    screen (WxH), clock (mode,seconds), hold (milliseconds), cut (the write at which the power goes)."""
    return dict(argument.split("=", 1) for argument in arguments)


def _pair(text):
    width, height = text.split("x")
    return int(width), int(height)
