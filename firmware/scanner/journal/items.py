# The journal's items, as they lie on flash, travel over the cable and rest in a supervisor's archive.
#
# An item is kind u8, length u16, so many bytes of content, and 8 bytes of check; numbers are big-endian. Kind 0 opens
# a segment, kind 1 is a record. Every item is a link of one chain: digest = SHA-256(digest before, kind, length,
# content). The check is the digest's start: it says which item was the first to be touched, while the signatures
# over whole digests, in each segment's head and in the head on demand, say that none was touched or taken away.

import hashlib
from struct import pack, unpack

import micropython
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


def fit(data, end, sequence):
    """How many of the first `end` bytes are whole items; `sequence`, an array of one u32, counts on over them.

    A segment says the number of its first record, and each record adds one: that holds for damaged numbers as well.
    """
    return _fit(data, end, sequence)


@micropython.viper
def _fit(data: ptr8, end: int, sequence: ptr32) -> int:
    at = 0
    while end - at >= _HEAD + _CHECK:
        kind = data[at]
        size = data[at + 1] << 8 | data[at + 2]
        if kind > RECORD or size > _MOST or at + size + _HEAD + _CHECK > end:
            break
        if kind == RECORD:
            sequence[0] = sequence[0] + 1
        elif size >= PREVIOUS:
            sequence[0] = data[at + 9] << 24 | data[at + 10] << 16 | data[at + 11] << 8 | data[at + 12]
        at += size + _HEAD + _CHECK
    return at


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
