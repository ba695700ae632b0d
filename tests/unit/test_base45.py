"""Base45 against RFC 9285's own examples, the issuer's independent encoder, and texts that are none."""

from __future__ import annotations

import random

import pytest
from gatepost.issue import base45
from harness.interpreter import DeviceError

DECODE = "scanner.codec.base45:decode"

# RFC 9285, sections 4.3 and 4.4.
VECTORS = {"BB8": b"AB", "%69 VD92EX0": b"Hello!!", "UJCLQE7W581": b"base-45", "QED8WEX0": b"ietf!"}


@pytest.mark.parametrize("text", VECTORS)
def test_examples_of_the_standard(mp, text):
    assert mp.call(DECODE, text) == VECTORS[text]
    assert mp.call(DECODE, text.encode()) == VECTORS[text]


def test_nothing_is_nothing(mp):
    assert mp.call(DECODE, "") == b""


def test_every_byte_and_pair_of_bytes_comes_back(mp):
    everything = bytes(range(256)) + b"".join(n.to_bytes(2, "big") for n in range(0, 65536, 7)) + b"\xff"
    assert mp.call(DECODE, base45.encode(everything)) == everything


def test_random_bytes_of_every_length(mp):
    draw = random.Random(45)
    for length in range(1, 60):
        data = draw.randbytes(length)
        assert mp.call(DECODE, base45.encode(data)) == data


@pytest.mark.parametrize(
    "text",
    [
        "B",  # one character is never right
        "BB8B",
        "GGX",  # 65536
        ":::",  # 91124
        "V5",  # 256 in a last pair: 31 + 5 * 45
        "::",
        "bb8",  # lower case is no digit
        "BB8\n",
        "BB8 \n",
        "B_8",
        "BÄ8",
        "BB\0",
        "BB\x7f",
        b"BB\xff",
    ],
)
def test_what_is_not_base45_is_refused(mp, text):
    with pytest.raises(DeviceError) as caught:
        mp.call(DECODE, text)
    assert caught.value.kind == "ValueError"


def test_the_largest_groups_are_read(mp):
    assert mp.call(DECODE, "FGW") == b"\xff\xff"
    assert mp.call(DECODE, base45.encode(b"\xff")) == b"\xff"


def test_spaces_are_digits_and_stay(mp):
    # 36 + 36 * 45 = 1656, the value of two spaces before a "0", and of a last pair if it were allowed.
    assert mp.call(DECODE, "  0") == (1656).to_bytes(2, "big")
    assert mp.call(DECODE, "0 0") == (36 * 45).to_bytes(2, "big")
    with pytest.raises(DeviceError):
        mp.call(DECODE, "  ")
    with pytest.raises(DeviceError):
        mp.call(DECODE, " BB8")
