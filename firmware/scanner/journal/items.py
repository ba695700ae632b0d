# The journal's items, as they lie on flash, travel over the cable and rest in a supervisor's archive.
#
# An item is kind u8, length u16, so many bytes of content, and 8 bytes of check; numbers are big-endian. Kind 0 opens
# a segment, kind 1 is a record. Every item is a link of one chain: digest = SHA-256(digest before, kind, length,
# content). The check is the digest's start: it says which item was the first to be touched, while the signatures
# over whole digests, in each segment's head and in the head on demand, say that none was touched or taken away.

import hashlib
from struct import pack, unpack

from micropython import const

SEGMENT = const(0)
RECORD = const(1)
START = bytes(32)  # the digest before the first item of all

_HEAD = const(3)
_CHECK = const(8)
_MOST = const(2048)  # bytes of content; the longest header has less
PREVIOUS = const(14)  # where a segment names the digest before it (segment.py)


class Item:
    """One item: kind, content, and the chain's `digest` behind it; `sound` False where its check is not that."""

    def __init__(self, kind, content, digest, sound):
        self.kind = kind
        self.content = content
        self.digest = digest
        self.sound = sound


def wrap(kind, content, digest):
    """The bytes of an item that follows `digest`, and the digest behind it."""
    head = pack(">BH", kind, len(content))
    digest = link(digest, head, content)
    return head + content + digest[:_CHECK], digest


def link(digest, head, content):
    """The chain's next digest."""
    chain = hashlib.sha256(digest)
    chain.update(head)
    chain.update(content)
    return chain.digest()


def length(data, at, end):
    """How long the item at `at` is, or 0 where no whole item stands before `end`."""
    if end - at < _HEAD + _CHECK or data[at] > RECORD:
        return 0
    size = data[at + 1] << 8 | data[at + 2]
    size += _HEAD + _CHECK
    return size if size <= end - at and size <= _MOST + _HEAD + _CHECK else 0


def begins(data, at, default):
    """The first sequence number that the segment item at `at` names; `default` where it is too short to."""
    if data[at + 1] << 8 | data[at + 2] < PREVIOUS:
        return default
    return int.from_bytes(data[at + 9 : at + 13], "big")


class Walk:
    """Goes through the items of one segment's file from its start. `at`: the offset behind the last item."""

    def __init__(self, file):
        self._file = file
        self._digest = START
        self.at = 0

    def step(self):
        """The next Item, or None at the end or where what follows is no item."""
        head = self._file.read(_HEAD)
        if len(head) != _HEAD:
            return None
        kind, size = unpack(">BH", head)
        if kind > RECORD or size > _MOST or (kind == SEGMENT) != (self.at == 0):
            return None
        content = self._file.read(size)
        check = self._file.read(_CHECK)
        if len(content) != size or len(check) != _CHECK:
            return None
        if kind == SEGMENT:
            if size < PREVIOUS + 32:
                return None
            self._digest = content[PREVIOUS : PREVIOUS + 32]
        self._digest = link(self._digest, head, content)
        self.at += _HEAD + size + _CHECK
        return Item(kind, content, self._digest, self._digest[:_CHECK] == check)
