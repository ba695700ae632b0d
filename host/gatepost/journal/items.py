"""The journal's bytes: items in a chain of digests.

An item is kind u8, length u16 and so many bytes of content, then 8 bytes of check; numbers are big-endian. Kind 0 opens
a segment, kind 1 is a record, and kind 2, which only archives have, is a head that the scanner signed. Digest of an
item = SHA-256(digest before || kind || length || content); its check is the first 8 bytes. Heads are not in the chain.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass

SEGMENT, RECORD, HEAD = 0, 1, 2
START = bytes(32)  # the digest before the first item of all
CHECK = 8
MOST = 2048  # bytes of content

_FRAME = struct.Struct(">BH")


@dataclass(slots=True)
class Item:
    """`whole`: all of its bytes; `at`: where they stand; `content`: those between length and check."""

    kind: int
    whole: bytes
    at: int

    @property
    def content(self) -> bytes:
        return self.whole[3:-CHECK]

    @property
    def sequence(self) -> int:
        """The number that a record bears."""
        return int.from_bytes(self.whole[3:7], "big")


def split(data: bytes, at: int = 0) -> Iterator[Item]:
    """The items of `data` one after the other, up to its end or to what is no item."""
    for kind, start, end in walk(data, at):
        yield Item(kind, data[start:end], start)


def walk(data: bytes, at: int = 0) -> Iterator[tuple[int, int, int]]:
    """(kind, start, end) of the items of `data`, like `split`."""
    last = len(data) - 3 - CHECK
    unpack = _FRAME.unpack_from
    while at <= last:
        kind, length = unpack(data, at)
        end = at + 3 + length + CHECK
        if kind > HEAD or length > MOST or end > len(data):
            return
        yield kind, at, end
        at = end


def wrap_head(content: bytes) -> bytes:
    """The bytes of a head's item; its check is on itself alone."""
    whole = _FRAME.pack(HEAD, len(content)) + content + bytes(CHECK)
    return whole[:-CHECK] + link(START, whole)[:CHECK]


def link(digest: bytes, whole: bytes) -> bytes:
    """The chain's digest behind an item."""
    return hashlib.sha256(digest + whole[:-CHECK]).digest()
