# The list of certificate schemes, and the way from a scanned text to its scheme.

from micropython import const

from scanner.credentials import hc1, israel, ith1, other, shc, vdsnc
from scanner.reasons import Refusal

# Each has recognise(text) -> bool, cheap and certain, and open(text, trust, now) -> Claims.
SCHEMES = (hc1, shc, vdsnc, israel, ith1)

# The longest text of one QR code has 7089 characters; a certificate in several codes may be longer.
_MAX_TEXT = const(16384)


def open_text(text, trust, now):
    """Claims of the certificate in `text` (bytes as scanned, or str); `now` in seconds since 1970.

    Raises Refusal: unknown_code, unsupported_system, needs_network, too_large, or what the scheme says.
    """
    if isinstance(text, str):
        text = text.encode()
    if len(text) > _MAX_TEXT:
        raise Refusal("too_large", "%d characters" % len(text))
    text = bytes(text)
    for scheme in SCHEMES:
        if scheme.recognise(text):
            return scheme.open(text, trust, now)
    raise other.refusal(text)
