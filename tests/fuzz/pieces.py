"""Seeded changes to bytes: bits, pieces removed, doubled, moved, and pieces that parsers stumble over."""

from __future__ import annotations

import random

PIECES = (
    *(
        bytes((each,))
        for each in b"\"\\{}[],:#/.=+- '\x00\x1f\x7f\x80\xbf\xc0\xf6\xf7\xf8\xff\x9f\x5f\x7f\xd2\x18"
    ),
    b"null",
    b"-1",
    b"1e9",
    b"-0",
    b"1e99999",
    b"\\u0000",
    b"\\ud800",
    b"\\ud83d\\ude00",
    b"\xed\xa0\x80",
    b"\xc0\x80",
    b"\xf4\x90\x80\x80",
    b"\xef\xbb\xbf",
    b"\x1b" + b"\xff" * 8,
    b"\xf9\x7e\x00",
    b"\xfb\x7f\xf0" + bytes(6),
    b"\x9b" + b"\xff" * 8,
    b"[" * 40,
    b"[" * 3000,
    b"\x81" * 3000,
    b"\x81" * 40,
    b"#{",
    b'"icao.',
)


def bend(data: bytes, draw: random.Random, others: tuple[bytes, ...] = ()) -> bytes:
    """One to four changes anywhere in the bytes: bits, pieces removed, doubled, moved, put in, or another's end."""
    out = bytearray(data)
    for _ in range(draw.choice((1, 1, 1, 2, 4))):
        place, length = draw.randrange(len(out) + 1), draw.choice((1, 1, 2, 8, 32))
        kind = draw.randrange(8)
        if kind == 0 and place < len(out):
            out[place] ^= 1 << draw.randrange(8)
        elif kind == 1:
            out[place : place + length] = draw.randbytes(length)
        elif kind == 2:
            del out[place : place + length]
        elif kind == 3:
            out[place:place] = out[place : place + length]
        elif kind == 4:
            piece = bytes(out[place : place + length])
            del out[place : place + length]
            to = draw.randrange(len(out) + 1)
            out[to:to] = piece
        elif kind == 5 and others:
            other = draw.choice(others)
            out[place:] = other[draw.randrange(len(other) + 1) :]
        elif kind == 6:
            del out[place:]
        else:
            out[place:place] = draw.choice(PIECES)
    return bytes(out)
