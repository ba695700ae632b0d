# A SMART Health Card in several codes: chunks come in any order, from one frame or many, and are joined once all are
# there. What is joined is a text like any other: the signature over it says whether the parts belong together.
#
# A chunk of another total, or another chunk under a number that is known, is of another card: collecting starts anew
# with it. Nothing is kept longer than the card is in hand, and what is dropped is overwritten.

from hashlib import sha256

from micropython import const

from scanner.credentials import shc
from scanner.reasons import Refusal
from scanner.vision.wiping import wipe

_MOST = const(32)  # chunks of a card: the longest public example has 17, and no real one more than 4
_MOST_DIGITS = const(16000)  # of all of them, which is what the registry reads of one text
_START = b"shc:/"


def chunk(text):
    """(number from 1, total, digits) of one chunk of several, else None. Refusal bad_text, too_large."""
    if not shc.recognise(text) or b"/" not in text[5:]:
        return None
    parts = bytes(text[5:]).split(b"/")
    if len(parts) != 3:
        raise Refusal("bad_text", "not a chunk")
    number, total = _count(parts[0]), _count(parts[1])
    if not 1 <= number <= total:
        raise Refusal("bad_text", "chunk %d of %d" % (number, total))
    if total > _MOST:
        raise Refusal("too_large", "%d chunks" % total)
    # The first character of a pair may not be cut from its second.
    if len(parts[2]) & 1:
        raise Refusal("bad_text", "not pairs of digits")
    return None if total == 1 else (number, total, parts[2])


class Parts:
    """The chunks of one card so far."""

    def __init__(self):
        self._chunks = []
        self._done = ()  # digests of the card that was joined last, while its verdict is on the screen

    @property
    def progress(self):
        """Which chunks are there: a tuple of bools, or None where no card is being collected."""
        return tuple([each is not None for each in self._chunks]) or None

    def add(self, number, total, digits):
        """Take a chunk; False where it is of the card that was joined last."""
        if sha256(digits).digest() in self._done:
            return False
        known = self._chunks[number - 1] if len(self._chunks) == total else None
        if len(self._chunks) != total or (known is not None and known != digits):
            self.forget()
            self._chunks = [None] * total
        if self._chunks[number - 1] is None:
            self._chunks[number - 1] = bytearray(digits)
        if sum([len(each) for each in self._chunks if each is not None]) > _MOST_DIGITS:
            self.forget()
            raise Refusal("too_large", "more than %d digits" % _MOST_DIGITS)
        return True

    def join(self):
        """The whole text where all chunks are there, else None; the chunks are forgotten with it."""
        if not self._chunks or None in self._chunks:
            return None
        text = bytearray(_START)
        for each in self._chunks:
            text.extend(each)
        done = [sha256(each).digest() for each in self._chunks]
        self.forget()
        self._done = done
        return text

    def forget(self):
        """Overwrite and drop everything."""
        for each in self._chunks:
            if each is not None:
                wipe(each)
        self._chunks = []
        self._done = ()


def _count(digits):
    value = 0
    for digit in digits:
        if not 0x30 <= digit <= 0x39:
            raise Refusal("bad_text", "not a chunk")
        value = value * 10 + digit - 0x30
        if value > 999:
            raise Refusal("too_large", "more than 999 chunks")
    return value
