# The outer layers that several schemes share, Base45 and DEFLATE, with the reason of each where it cannot be undone.

from scanner.codec import base45
from scanner.codec.inflate import OversizeError, inflate
from scanner.reasons import Refusal


def from_base45(text):
    """The bytes that `text` (bytes, without its prefix) stands for. Refusal bad_base45."""
    try:
        return base45.decode(text)
    except ValueError as error:
        raise Refusal("bad_base45", str(error))


def inflated(packed, most, window=15):
    """What `packed` unfolds to, at most `most` bytes; `window` is -15 for raw DEFLATE. Refusal too_large or
    bad_compression."""
    try:
        return inflate(packed, most, window)
    except OversizeError:
        raise Refusal("too_large", "more than %d bytes" % most)
    except ValueError as error:
        raise Refusal("bad_compression", str(error))
