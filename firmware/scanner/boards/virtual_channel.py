# The virtual board's hardware channel: what light, fingers and crystals are to a real scanner.
#
# A socket whose number comes on the command line. Either way a message is a type byte, a little-endian u32 length and
# as many bytes. The scanner speaks first (READY, with PROTOCOL); from then on the computer sends and the scanner
# answers in order:
#
#   to the scanner                                       from the scanner
#   F  a frame: u16 width, u16 height, grey bytes        R  ready: {protocol, board, firmware, screen, camera, ...}
#   N  a capture that fails                              E  the frame was looked at and gave no verdict: {symbols, ...}
#   T  clock: u8 mode, i64 unix seconds                  V  a verdict is on the screen: {verdict, code, ..., us}
#   B  the button                                        K  done: T, B, N and H are answered so
#   H  hold: u32 milliseconds a verdict stays            P  the picture: u16 width, u16 height, RGB565 little-endian
#   P  asks for the screen's picture                     C  the verdict left the screen
#   Q  stop                                              S  a sound: its name
#                                                        X  a fault was caught: its traceback
#
# R, E, V are JSON. C, S and X come unasked, between the others. Both ends leave on the other's silence (end of file).

import json
import select
import struct

from micropython import const

PROTOCOL = const(1)
_HEAD = const(5)


class Channel:
    """`stream` is the opened socket."""

    def __init__(self, stream):
        self._stream = stream
        self._poll = select.poll()
        self._poll.register(stream, select.POLLIN)
        self._head = bytearray(_HEAD)

    def waiting(self, milliseconds=0):
        """Whether a message (or the end of file) is there, waiting so long for it."""
        return bool(self._poll.poll(milliseconds))

    def header(self):
        """(type, length) of the next message; its body must be read next. Raises EOFError at the end."""
        self.fill(memoryview(self._head))
        kind, length = struct.unpack("<BI", self._head)
        return chr(kind), length

    def fill(self, view):
        """Fill `view` from the channel, waiting for it. Raises EOFError when the computer is gone."""
        at = 0
        while at < len(view):
            count = self._stream.readinto(view[at:])
            if count is None:
                self._poll.poll(1000)
            elif count == 0:
                raise EOFError
            else:
                at += count

    def body(self, length):
        """The whole body of a message."""
        data = bytearray(length)
        self.fill(memoryview(data))
        return data

    def skip(self, length):
        """Read past a body that does not fit anywhere."""
        scrap = bytearray(min(length, 4096))
        while length:
            part = min(length, len(scrap))
            self.fill(memoryview(scrap)[:part])
            length -= part

    def send(self, kind, *parts):
        """Send a message whose body is the parts in a row."""
        self._write(struct.pack("<BI", ord(kind), sum(len(part) for part in parts)))
        for part in parts:
            self._write(part)

    def tell(self, kind, value):
        """Send a value as JSON."""
        self.send(kind, json.dumps(value).encode())

    def _write(self, data):
        view = memoryview(data)
        while len(view) > 0:
            view = view[self._stream.write(view) or 0 :]
