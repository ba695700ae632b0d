# base64url (RFC 4648, section 5): the text form of JWS parts and of ICAO VDS-NC signatures.
#
# One byte string has one text: foreign characters, a lone last character and left-over bits that are not zero are
# refused (RFC 4648, sections 3.3 and 3.5), so that a signed text cannot be changed and stay good.

import micropython


def _table():
    table = bytearray(b"\xff" * 256)
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for value, character in enumerate(alphabet):
        table[character] = value
    return bytes(table)


_VALUES = _table()


def decode(text, padding=False):
    """The bytes that `text` (str, bytes or memoryview) stands for. ValueError if it is not base64url.

    JWS forbids "=" (RFC 7515); with `padding` a correct one is allowed, and still not required.
    """
    if isinstance(text, str):
        text = text.encode()
    count = len(text)
    if padding and count % 4 == 0:
        while count and text[count - 1] == 0x3D and len(text) - count < 2:
            count -= 1
    if count % 4 == 1:
        raise ValueError("base64url of impossible length")
    out = bytearray(count * 3 // 4)
    if count and _decode(text, count, out, _VALUES):
        raise ValueError("not base64url")
    return bytes(out)


@micropython.viper
def _decode(text: ptr8, count: int, out: ptr8, values: ptr8) -> int:
    at = 0
    to = 0
    held = 0
    bits = 0
    while at < count:
        value = values[text[at]]
        if value == 255:
            return 1
        held = ((held << 6) | value) & 0xFFFF
        bits += 6
        if bits >= 8:
            bits -= 8
            out[to] = (held >> bits) & 0xFF
            to += 1
        at += 1
    return held & ((1 << bits) - 1)
