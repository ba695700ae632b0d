# Frames on the wire: zero, COBS(version, message, CRC-32), zero.
#
# The CRC (IEEE 802.3, little-endian, over version and message) finds damage; it proves nothing about the sender. The
# zero in front ends whatever garbage came before, so that a frame is never lost to its predecessor. What cannot be a
# frame is dropped to the next zero and counted: the counters tell a bad cable from a silent host.

from binascii import crc32
from struct import pack_into

import micropython
from micropython import const

from scanner.link import cobs

VERSION = const(1)  # first byte of every frame; another value is another layout
MAX_MESSAGE = const(4096)  # bytes of one message, either way; told in the hello
_OVERHEAD = const(5)  # version and CRC
_WIRE = MAX_MESSAGE + _OVERHEAD + (MAX_MESSAGE + _OVERHEAD) // 254 + 1


class Receiver:
    """Puts a stream of bytes back into frames, in one buffer made once."""

    def __init__(self):
        self._buffer = bytearray(_WIRE)
        self._view = memoryview(self._buffer)
        self._filled = 0
        self._skipped = 0  # bytes of a frame that outgrew the buffer
        self.discarded_bytes = 0
        self.discarded_frames = 0

    @property
    def under_way(self):
        """Whether a frame has begun and not ended."""
        return self._filled + self._skipped > 0

    def feed(self, data, start, end):
        """Take bytes from data[start:end] up to the end of a frame.

        Returns (bytes taken, message or None). The message is a view that lives until the next feed.
        """
        at = start
        while at < end:
            zero = _find_zero(data, at, end)
            stop = end if zero < 0 else zero
            self._collect(data, at, stop)
            if zero < 0:
                return end - start, None
            at = zero + 1
            message = self._finish()
            if message is not None:
                return at - start, message
        return at - start, None

    def _collect(self, data, at, stop):
        count = stop - at
        if self._skipped or self._filled + count > _WIRE:
            self._skipped += self._filled + count
            self._filled = 0
            return
        self._view[self._filled : self._filled + count] = data[at:stop]
        self._filled += count

    def _finish(self):
        length, skipped = self._filled, self._skipped
        self._filled = self._skipped = 0
        if skipped:
            return self._discard(skipped)
        if length == 0:
            return None  # two zeros in a row: nothing lay between them
        plain = cobs.decode(self._buffer, length)
        if plain < _OVERHEAD or self._buffer[0] != VERSION:
            return self._discard(length)
        body = plain - 4
        if crc32(self._view[:body]) != _u32(self._buffer, body):
            return self._discard(length)
        return self._view[1:body]

    def _discard(self, count):
        self.discarded_bytes += count
        self.discarded_frames += 1


class Sender:
    """Makes frames in buffers made once: each lives until the next. `message`: where to write what is to be sent."""

    def __init__(self):
        self._plain = bytearray(MAX_MESSAGE + _OVERHEAD)
        self._plain[0] = VERSION
        self._view = memoryview(self._plain)
        self.message = self._view[1 : 1 + MAX_MESSAGE]
        self._wire = memoryview(bytearray(_WIRE + 2))
        self._stuffed = self._wire[1:]

    def build(self, message):
        """The frame around `message`. Raises ValueError where it is longer than MAX_MESSAGE."""
        length = len(message)
        if length > MAX_MESSAGE:
            raise ValueError("message too long")
        self.message[:length] = message
        return self.seal(length)

    def seal(self, length):
        """The frame around the first `length` bytes of `message`, a view."""
        body = 1 + length
        pack_into("<I", self._plain, body, crc32(self._view[:body]))
        end = 1 + cobs.encode(self._plain, length + _OVERHEAD, self._stuffed)
        self._wire[end] = 0
        return self._wire[: end + 1]


def _u32(data, at):
    return data[at] | data[at + 1] << 8 | data[at + 2] << 16 | data[at + 3] << 24


@micropython.viper
def _find_zero(data: ptr8, at: int, end: int) -> int:
    while at < end:
        if data[at] == 0:
            return at
        at += 1
    return 0 - 1
