"""The private side of P-256: RFC 6979's own signatures, `cryptography` on the other side, and the corners."""

from __future__ import annotations

import hashlib
import random

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from harness.interpreter import DeviceError
from unit.ecdsa_reference import P256

# RFC 6979, A.2.5.
KEY = bytes.fromhex("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721")
SIGNATURES = {
    b"sample": "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
               "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
    b"test": "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367"
             "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083",
}  # fmt: skip

PUBLIC = "scanner.crypto.p256_sign:public"
SIGN = "scanner.crypto.p256_sign:sign"
AGREE = "scanner.crypto.p256_sign:agree"


def private(key: bytes) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(key, "big"), ec.SECP256R1())


def point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


@pytest.mark.parametrize("message", SIGNATURES)
def test_signatures_are_those_of_rfc_6979(mp, message):
    assert mp.call(SIGN, KEY, hashlib.sha256(message).digest()).hex() == SIGNATURES[message]


def test_signatures_verify_elsewhere(mp):
    rng = random.Random(4)
    for _ in range(12):
        key, digest = rng.randbytes(32), rng.randbytes(32)
        signature = mp.call(SIGN, key, digest)
        r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
        private(key).public_key().verify(
            encode_dss_signature(r, s), digest, ec.ECDSA(Prehashed(hashes.SHA256()))
        )


@pytest.mark.parametrize("digest", [bytes(32), b"\xff" * 32, P256.n.to_bytes(32, "big")])
def test_digests_at_the_ends_of_their_range(mp, digest):
    signature = mp.call(SIGN, KEY, digest)
    r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    private(KEY).public_key().verify(encode_dss_signature(r, s), digest, ec.ECDSA(Prehashed(hashes.SHA256())))


def test_public_keys_of_small_large_and_lopsided_numbers(mp):
    scalars = [*range(31, 60), 255, 256, 2**255, 2**256 - 2**224, P256.n // 2, P256.n // 2 + 1, P256.n - 100]
    scalars += [(1 << k) - 1 for k in range(60, 256, 37)] + [1 << k for k in range(60, 256, 37)]
    for k in scalars:
        key = k.to_bytes(32, "big")
        assert mp.call(PUBLIC, key) == point(private(key)), k


def test_the_lowest_and_highest_numbers_are_right_or_refused(mp):
    """Within 30 of 0 and of n an addition may meet its own point, which the formulas do not know: no wrong answers."""
    refused = 0
    for k in [*range(1, 40), *range(P256.n - 40, P256.n)]:
        key = k.to_bytes(32, "big")
        try:
            assert mp.call(PUBLIC, key) == point(private(key))
        except DeviceError as error:
            assert error.kind == "ValueError"
            assert min(k, P256.n - k) <= 30
            refused += 1
    assert refused <= 30


def test_agreement_is_the_same_on_both_sides(mp):
    rng = random.Random(5)
    for _ in range(12):
        mine, theirs = rng.randbytes(32), private(rng.randbytes(32))
        shared = theirs.exchange(ec.ECDH(), private(mine).public_key())
        assert mp.call(AGREE, mine, point(theirs)) == shared


@pytest.mark.parametrize(
    "other",
    [
        b"",
        bytes(65),
        b"\x04" + bytes(64),
        point(private(KEY))[:-1] + bytes([point(private(KEY))[-1] ^ 1]),  # beside the curve
        b"\x02" + point(private(KEY))[1:],
        point(private(KEY))[:33],
        b"\x04" + (P256.p + 1).to_bytes(32, "big") + bytes(32),
    ],
)
def test_agreement_refuses_points_beside_the_curve(mp, other):
    with pytest.raises(DeviceError) as caught:
        mp.call(AGREE, KEY, other)
    assert caught.value.kind == "ValueError"


@pytest.mark.parametrize(
    "key", [b"", bytes(32), P256.n.to_bytes(32, "big"), b"\xff" * 32, KEY[:31], KEY + b"\0"]
)
def test_what_is_no_private_key_is_refused(mp, key):
    for call in ((PUBLIC, key), (SIGN, key, bytes(32)), (AGREE, key, point(private(KEY)))):
        with pytest.raises(DeviceError) as caught:
            mp.call(*call)
        assert caught.value.kind == "ValueError"


def test_new_keys_differ_and_are_keys(mp):
    keys = mp.run("from scanner.crypto import p256_sign\nresult = [p256_sign.generate() for _ in range(8)]")
    assert len(set(keys)) == 8
    assert all(len(key) == 32 and 0 < int.from_bytes(key, "big") < P256.n for key in keys)


def test_verification_is_not_disturbed(mp):
    """Signing shares its workspace with verification."""
    digest = hashlib.sha256(b"sample").digest()
    own = point(private(KEY))
    source = """
from scanner.crypto import p256, p256_sign
signature = p256_sign.sign(key, digest)
known = p256.table(own[1:33], own[33:])
result = [p256.verify(own[1:33], own[33:], digest, signature)]
p256_sign.agree(key, own)
result.append(p256.verify(own[1:33], own[33:], digest, signature, known))
result.append(p256.verify(own[1:33], own[33:], digest[1:] + b"0", signature, known))
"""
    assert mp.run(source, key=KEY, own=own, digest=digest) == [True, True, False]


def test_no_secret_stays_in_the_workspace(mp):
    source = """
from scanner.crypto import p256_sign
from scanner.crypto.p256_point import AT, W
p256_sign.public(key)
result = [bytes(W[AT[name] : AT[name] + 80]) for name in ("X", "Y", "Z", "px", "py")]
"""
    assert mp.run(source, key=KEY) == [bytes(80)] * 5
