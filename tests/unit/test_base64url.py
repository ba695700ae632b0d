"""base64url against CPython's encoder, and the texts that RFC 4648 and RFC 7515 forbid."""

from __future__ import annotations

import base64
import random

import pytest
from harness.interpreter import DeviceError

DECODE = "scanner.codec.base64url:decode"


def test_random_bytes_of_every_length(mp):
    draw = random.Random(64)
    for length in range(70):
        data = draw.randbytes(length)
        padded = base64.urlsafe_b64encode(data).decode()
        assert mp.call(DECODE, padded.rstrip("=")) == data
        assert mp.call(DECODE, padded.encode(), True) == data
        assert mp.call(DECODE, padded.rstrip("="), True) == data


def test_the_two_characters_that_differ_from_base64(mp):
    assert mp.call(DECODE, "-_-_") == b"\xfb\xff\xbf"


@pytest.mark.parametrize(
    "text", ["A", "AAAAA", "AB+/", "AQ==", "AQ= =", "AQ\n", " AQ", "Aé", "AR", "AQJ", "\0\0"]
)
def test_what_is_not_base64url_is_refused(mp, text):
    with pytest.raises(DeviceError) as caught:
        mp.call(DECODE, text)
    assert caught.value.kind == "ValueError"


@pytest.mark.parametrize("text", ["AQ=", "A===", "====", "AQID====", "AQ=A", "=AQ=", "AR=="])
def test_wrong_padding_is_refused_where_padding_is_allowed(mp, text):
    with pytest.raises(DeviceError):
        mp.call(DECODE, text, True)
