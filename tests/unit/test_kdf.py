"""HMAC-SHA256 and HKDF: the vectors of RFC 4231 and RFC 5869, and any lengths as other libraries have them."""

from __future__ import annotations

import hashlib
import hmac
import random

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from harness.interpreter import DeviceError

# RFC 4231, 4.2 to 4.7 without the truncated one: key, data, HMAC-SHA-256.
RFC4231 = [
    (b"\x0b" * 20, b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    (b"Jefe", b"what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    (b"\xaa" * 20, b"\xdd" * 50, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
    (
        b"\xaa" * 131,
        b"Test Using Larger Than Block-Size Key - Hash Key First",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    ),
]  # fmt: skip

# RFC 5869, A.1 to A.3: secret, salt, info, output.
RFC5869 = [
    (
        b"\x0b" * 22, bytes(range(13)), bytes(range(0xF0, 0xFA)),
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
    ),
    (
        bytes(range(0x50)), bytes(range(0x60, 0xB0)), bytes(range(0xB0, 0x100)),
        "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
        "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
    ),
    (
        b"\x0b" * 22, b"", b"",
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("key", "data", "expected"), RFC4231)
def test_hmac_gives_the_rfcs_answers(mp, key, data, expected):
    assert mp.call("scanner.crypto.kdf:hmac", key, data).hex() == expected


def test_hmac_of_any_key_and_of_several_parts(mp):
    rng = random.Random(1)
    for length in (0, 1, 31, 32, 63, 64, 65, 200):
        key = rng.randbytes(length)
        parts = [rng.randbytes(rng.randrange(100)) for _ in range(3)]
        expected = hmac.new(key, b"".join(parts), hashlib.sha256).digest()
        assert mp.call("scanner.crypto.kdf:hmac", key, *parts) == expected


@pytest.mark.parametrize(("secret", "salt", "info", "expected"), RFC5869)
def test_hkdf_gives_the_rfcs_answers(mp, secret, salt, info, expected):
    assert mp.call("scanner.crypto.kdf:hkdf", secret, salt, info, len(expected) // 2).hex() == expected


@pytest.mark.parametrize("length", [1, 31, 32, 33, 64, 8160])
def test_hkdf_of_any_length(mp, length):
    expected = HKDF(hashes.SHA256(), length, b"salt", b"info").derive(b"secret")
    assert mp.call("scanner.crypto.kdf:hkdf", b"secret", b"salt", b"info", length) == expected


def test_hkdf_gives_no_more_than_its_limit(mp):
    with pytest.raises(DeviceError) as caught:
        mp.call("scanner.crypto.kdf:hkdf", b"secret", b"", b"", 8161)
    assert caught.value.kind == "ValueError"


def test_equal_sees_each_bit_and_the_length(mp):
    same = bytes(range(32))
    assert mp.call("scanner.crypto.kdf:equal", same, same)
    assert not mp.call("scanner.crypto.kdf:equal", same, same[:-1])
    for bit in range(256):
        other = bytearray(same)
        other[bit // 8] ^= 1 << bit % 8
        assert not mp.call("scanner.crypto.kdf:equal", same, bytes(other))
