"""Base45 (RFC 9285): what an issuer needs, written apart from the scanner's decoder."""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def encode(data: bytes) -> str:
    """The Base45 text of `data`: two bytes give three characters, a last single byte gives two."""
    text = []
    for at in range(0, len(data), 2):
        pair = data[at : at + 2]
        number = int.from_bytes(pair, "big")
        for _ in range(len(pair) + 1):
            number, digit = divmod(number, 45)
            text.append(ALPHABET[digit])
    return "".join(text)


def decode(text: str) -> bytes:
    """The bytes of a text; ValueError for any other."""
    if len(text) % 3 == 1:
        raise ValueError("not Base45: a length that none has")
    data = bytearray()
    for at in range(0, len(text), 3):
        group = [ALPHABET.index(character) for character in text[at : at + 3]]
        number = sum(digit * 45**place for place, digit in enumerate(group))
        size = len(group) - 1
        if number >= 256**size:
            raise ValueError("not Base45: a group that is too large")
        data += number.to_bytes(size, "big")
    return bytes(data)
