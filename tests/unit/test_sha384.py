"""SHA-384 against hashlib: every length around the blocks, and the vectors of FIPS 180-4."""

from __future__ import annotations

import hashlib
import random

import pytest

DIGEST = "scanner.crypto.sha384:digest"


@pytest.mark.parametrize(
    "message", [b"", b"abc", b"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn" * 2]
)
def test_known_answers(mp, message):
    assert mp.call(DIGEST, message) == hashlib.sha384(message).digest()


def test_the_answer_that_nist_prints(mp):
    # FIPS 180-2, D.1: written out, so that hashlib is not the only witness.
    assert mp.call(DIGEST, b"abc").hex() == (
        "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"
    )


@pytest.mark.parametrize("fill", [0, 255, None])
def test_every_length_to_300(mp, fill):
    data = random.Random(3).randbytes(300) if fill is None else bytes([fill]) * 300
    source = (
        "from scanner.crypto import sha384\nresult = [sha384.digest(data[:n]) for n in range(len(data) + 1)]"
    )
    assert mp.run(source, data=data) == [hashlib.sha384(data[:n]).digest() for n in range(301)]


def test_a_long_message_in_any_buffer(mp):
    data = random.Random(4).randbytes(5000)
    source = (
        "from scanner.crypto import sha384\n"
        "result = [sha384.digest(b) for b in (data, bytearray(data), memoryview(data)[1:])]"
    )
    expected = [data, data, data[1:]]
    assert mp.run(source, data=data) == [hashlib.sha384(each).digest() for each in expected]
