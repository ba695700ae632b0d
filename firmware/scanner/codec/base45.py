# Base45 (RFC 9285): how a certificate's bytes become the alphanumeric text of a QR code.
#
# Three characters carry two bytes, least significant digit first; two characters carry a last single byte.
# Strict on purpose: the space is a digit (36) and 51 of 581 public test texts hold two in a row, so nothing is
# trimmed or collapsed, lower case is not a digit, and a group above its range is an error, not a wrap-around.

import micropython


def _table():
    table = bytearray(b"\xff" * 256)
    for value, character in enumerate(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"):
        table[character] = value
    return bytes(table)


_VALUES = _table()


def decode(text):
    """The bytes that `text` (str, bytes or memoryview) stands for. ValueError if it is not Base45."""
    if isinstance(text, str):
        text = text.encode()
    count = len(text)
    if count % 3 == 1:
        raise ValueError("Base45 of impossible length")
    out = bytearray(count // 3 * 2 + count % 3 // 2)
    if count and _decode(text, count, out, _VALUES):
        raise ValueError("not Base45")
    return bytes(out)


@micropython.viper
def _decode(text: ptr8, count: int, out: ptr8, values: ptr8) -> int:
    at = 0
    to = 0
    while at < count:
        first = values[text[at]]
        second = values[text[at + 1]]
        if first == 255 or second == 255:
            return 1
        value = first + 45 * second
        if at + 2 < count:
            third = values[text[at + 2]]
            if third == 255:
                return 1
            value += 2025 * third
            if value > 0xFFFF:
                return 1
            out[to] = value >> 8
            to += 1
        elif value > 0xFF:
            return 1
        out[to] = value & 0xFF
        to += 1
        at += 3
    return 0
