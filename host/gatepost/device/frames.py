"""Frames on the wire, the host's side: zero, COBS(version, message, CRC-32), zero.

firmware/scanner/link/frames.py is the scanner's, written apart; the tests hold the two against each other.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

VERSION = 1
MAX_MESSAGE = 4096  # bytes, either way
_FULL = 254  # bytes of the longest block
_COUNTS = [bytes((count,)) for count in range(256)]
_LONGEST = 2 * MAX_MESSAGE  # of a frame on the wire; more than any real one


def cobs_encode(data: bytes) -> bytes:
    """Consistent Overhead Byte Stuffing: the same bytes without a zero."""
    *blocks, last = data.split(b"\0")
    parts = [_COUNTS[len(block) + 1] + block if len(block) < _FULL else _long(block) for block in blocks]
    # A full block needs no successor where the data ends with it.
    parts.append(_long(last)[:-1] if last and len(last) % _FULL == 0 else _long(last))
    return b"".join(parts)


def _long(block: bytes) -> bytes:
    """A block without zeros, of any length, and the zero that follows it."""
    full, rest = divmod(len(block), _FULL)
    pieces = [b"\xff" + block[_FULL * i : _FULL * (i + 1)] for i in range(full)]
    return b"".join(pieces) + _COUNTS[rest + 1] + block[_FULL * full :]


def cobs_decode(data: bytes) -> bytes:
    """Back again; ValueError for bytes that are no COBS."""
    if 0 in data:
        raise ValueError("no COBS")
    # Where a block ends stands the next one's count in the place of a zero, or of nothing behind a full block.
    out = bytearray(data)
    nothing = []
    end = len(data)
    at = data[0] if data else 0
    full = at > _FULL
    while at < end:
        count = data[at]
        if full:
            nothing.append(at)
        else:
            out[at] = 0
        full = count > _FULL
        at += count
    if at > end:
        raise ValueError("no COBS")
    for place in reversed(nothing):
        del out[place]
    return bytes(out[1:])


def build(message: bytes) -> bytes:
    """One frame around `message`. ValueError where it is too long."""
    if len(message) > MAX_MESSAGE:
        raise ValueError("message too long for a frame")
    body = bytes([VERSION]) + message
    return b"\0" + cobs_encode(body + struct.pack("<I", zlib.crc32(body))) + b"\0"


class Receiver:
    """Puts what comes from a port back into messages; what is no frame is counted and dropped."""

    def __init__(self) -> None:
        self._pending = bytearray()
        self.discarded_bytes = 0
        self.discarded_frames = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The messages that are complete with `data`."""
        self._pending += data
        *complete, rest = bytes(self._pending).split(b"\0")
        if len(rest) > _LONGEST:
            self._discard(len(rest))
            rest = b""
        self._pending = bytearray(rest)
        for wire in complete:
            if wire:
                message = self._open(wire)
                if message is not None:
                    yield message

    def _open(self, wire: bytes) -> bytes | None:
        try:
            plain = cobs_decode(wire)
        except ValueError:
            return self._discard(len(wire))
        if (
            len(plain) < 5
            or plain[0] != VERSION
            or zlib.crc32(plain[:-4]) != struct.unpack("<I", plain[-4:])[0]
        ):
            return self._discard(len(wire))
        return plain[1:-4]

    def _discard(self, count: int) -> None:
        self.discarded_bytes += count
        self.discarded_frames += 1
