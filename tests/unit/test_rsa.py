"""RSA signatures: against `cryptography`, and encodings made by hand, each with one thing wrong (RFC 8017, 9.1.2)."""

from __future__ import annotations

import functools
import hashlib
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

PSS = "scanner.crypto.rsa:verify_pss"
PKCS1 = "scanner.crypto.rsa:verify_pkcs1"
DIGEST = hashlib.sha256(b"message").digest()
INFO = bytes.fromhex("3031300d060960864801650304020105000420")


@functools.cache
def private(bits: int, e: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(e, bits)


def public(bits: int, e: int = 65537) -> tuple[bytes, int]:
    numbers = private(bits, e).public_key().public_numbers()
    return numbers.n.to_bytes((bits + 7) // 8, "big"), numbers.e


def raw(encoded: int | bytes, bits: int = 2048, e: int = 65537) -> bytes:
    """The signature that opens to these very bytes."""
    if isinstance(encoded, bytes):
        encoded = int.from_bytes(encoded, "big")
    numbers = private(bits, e).private_numbers()
    assert encoded < numbers.public_numbers.n
    return pow(encoded, numbers.d, numbers.public_numbers.n).to_bytes((bits + 7) // 8, "big")


def pss(salt: bytes = b"s" * 32, digest: bytes = DIGEST, **wrong: Any) -> bytes:
    """EMSA-PSS-ENCODE for 2048 bits, with what is named in `wrong` put in the place of the right thing."""
    h = hashlib.sha256(wrong.get("zeros", bytes(8)) + digest + salt).digest()
    room = 256 - 33 - len(salt) - 1
    db = wrong.get("padding", bytes(room)) + wrong.get("separator", b"\x01") + salt
    mask = b"".join(hashlib.sha256(h + i.to_bytes(4, "big")).digest() for i in range(7))[: len(db)]
    masked = bytearray(a ^ b for a, b in zip(db, mask, strict=True))
    masked[0] = masked[0] & 0x7F | wrong.get("top", 0)
    return bytes(masked) + h + wrong.get("trailer", b"\xbc")


@pytest.mark.parametrize("bits", [2048, 2049, 2055, 3072, 4096])
def test_agrees_with_cryptography(mp, bits):
    # 2049 bits make the encoded message a byte shorter than the modulus, 2055 leave its first byte two bits.
    key, (n, e) = private(bits, 65537), public(bits)
    other = hashlib.sha256(b"another").digest()
    for scheme, target in (
        (padding.PSS(padding.MGF1(hashes.SHA256()), 32), PSS),
        (padding.PKCS1v15(), PKCS1),
    ):
        signature = key.sign(b"message", scheme, hashes.SHA256())
        assert mp.call(target, n, e, DIGEST, signature)
        assert mp.call(target, b"\0" + n, e, DIGEST, signature)  # as DER writes an INTEGER
        assert not mp.call(target, n, e, other, signature)
        assert not mp.call(PKCS1 if target == PSS else PSS, n, e, DIGEST, signature)
        assert not mp.call(target, n, e, DIGEST, flip(signature, 7))


def flip(data: bytes, bit: int) -> bytes:
    out = bytearray(data)
    out[bit >> 3] ^= 1 << (bit & 7)
    return bytes(out)


def test_the_hand_made_encoding_is_right(mp):
    assert mp.call(PSS, *public(2048), DIGEST, raw(pss()))
    assert mp.call(PSS, *public(2048), DIGEST, raw(pss(b"")), salt=0)


@pytest.mark.parametrize(
    "encoded",
    {
        "salt of 0": pss(b""),
        "salt of 20": pss(b"s" * 20),
        "salt of 31": pss(b"s" * 31),
        "salt of 33": pss(b"s" * 33),
        "longest salt": pss(b"s" * 222),
        "trailer": pss(trailer=b"\xcc"),
        "top bit": min(
            pss(bytes([i]) * 32, top=0x80) for i in range(99)
        ),  # below n, or it would not come back
        "padding, first byte": pss(padding=b"\x02" + bytes(189)),
        "padding, last byte": pss(padding=bytes(189) + b"\x01"),
        "separator 0": pss(separator=b"\x00"),
        "separator 2": pss(separator=b"\x02"),
        "prefix of M'": pss(zeros=b"\x01" + bytes(7)),
        "digest": pss(digest=bytes(32)),
        "bare digest": DIGEST,
    }.items(),
    ids=lambda item: item[0],
)
def test_pss_with_one_thing_wrong(mp, encoded):
    assert not mp.call(PSS, *public(2048), DIGEST, raw(encoded[1]))


def test_each_bit_of_the_encoding_counts(mp):
    # Opened, altered and sealed again: a flipped bit meets one check alone.
    good = pss()
    signatures = [raw(flip(good, bit)) for bit in range(8, 2048, 31)]  # the first byte's bits: see "top bit"
    source = (
        "from scanner.crypto import rsa\nresult = [rsa.verify_pss(n, e, digest, s) for s in signatures]\n"
    )
    n, e = public(2048)
    answers = mp.run(source, n=n, e=e, digest=DIGEST, signatures=[raw(good), *signatures])
    assert answers == [True] + [False] * len(signatures)


def pkcs1(info: bytes = INFO, digest: bytes = DIGEST, head: bytes = b"\x00\x01", tail: bytes = b"") -> bytes:
    filler = b"\xff" * (256 - len(head) - 1 - len(info) - len(digest) - len(tail))
    return head + filler + b"\x00" + info + digest + tail


@pytest.mark.parametrize(
    "encoded",
    {
        "block type 2": pkcs1(head=b"\x00\x02"),
        "block type 0": pkcs1(head=b"\x00\x00"),
        "garbage behind": pkcs1(tail=bytes(8)),
        "no NULL": pkcs1(info=bytes.fromhex("302f300b0609608648016503040201") + b"\x04\x20"),
        "long form of a length": pkcs1(info=b"\x30\x81" + INFO[1:]),
        "another hash's name": pkcs1(info=INFO.replace(b"\x02\x01\x05", b"\x02\x02\x05")),
        "no DigestInfo": pkcs1(info=b""),
        "hole in the filler": pkcs1()[:40] + b"\x00" + pkcs1()[41:],
        "another digest": pkcs1(digest=bytes(32)),
    }.items(),
    ids=lambda item: item[0],
)
def test_pkcs1_with_one_thing_wrong(mp, encoded):
    assert mp.call(PKCS1, *public(2048), DIGEST, raw(pkcs1()))
    assert not mp.call(PKCS1, *public(2048), DIGEST, raw(encoded[1]))


def cube_root(value: int) -> int:
    low, high = 0, 1 << (value.bit_length() // 3 + 2)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if middle**3 < value else (low, middle)
    return low


def test_forgeries_with_exponent_3(mp):
    n, e = public(2048, 3)
    assert mp.call(PKCS1, n, e, DIGEST, raw(pkcs1(), 2048, 3))
    assert mp.call(PSS, n, e, DIGEST, raw(pss(), 2048, 3))
    # Bleichenbacher 2006: a short filler and the hash at the left, whatever a cube root leaves at the right.
    start = b"\x00\x01" + b"\xff" * 8 + b"\x00" + INFO + DIGEST
    forged = cube_root(int.from_bytes(start + bytes(256 - len(start)), "big"))
    assert pow(forged, 3).to_bytes(256, "big").startswith(start[:-1])
    assert not mp.call(PKCS1, n, e, DIGEST, forged.to_bytes(256, "big"))
    # Signatures that open without any key: cubes below the modulus.
    for value in (0, 1, 2, cube_root(int.from_bytes(pkcs1(), "big"))):
        assert not mp.call(PKCS1, n, e, DIGEST, value.to_bytes(256, "big"))
        assert not mp.call(PSS, n, e, DIGEST, value.to_bytes(256, "big"))


@pytest.mark.parametrize("target", [PSS, PKCS1])
def test_keys_and_numbers_out_of_range(mp, target):
    n, e = public(2048)
    value = int.from_bytes(n, "big")
    good = raw(pss() if target == PSS else pkcs1())
    opened = int.from_bytes(good, "big")

    def refused(n: bytes = n, e: int = e, digest: bytes = DIGEST, signature: bytes = good) -> bool:
        return mp.call(target, n, e, digest, signature) is False

    assert not refused()
    for wrong in (0, 1, 2, -1, -65537, 65536, 65538, 3, 2**32 + 1, 65537 + value - 1, 2**300 + 1):
        assert refused(e=wrong)
    for wrong in (value + 1, value - 1, value + 2, value - 2, 0, 1):
        assert refused(n=wrong.to_bytes(256, "big"))
    assert refused(n=b"")
    for wrong in (good[1:], good + b"\0", b"\0" + good, b"", good[:128]):
        assert refused(signature=wrong)
    for wrong in (0, 1, value - 1, value, value - opened, 2**2048 - 1):
        assert refused(signature=wrong.to_bytes(256, "big"))
    if opened + value < 2**2048:
        assert refused(signature=(opened + value).to_bytes(256, "big"))
    for wrong in (DIGEST[:-1], DIGEST + b"\0", b"", hashlib.sha384(b"message").digest()):
        assert refused(digest=wrong)


@pytest.mark.parametrize("bits", [1024, 2047, 4104])
def test_sizes_that_are_not_accepted(mp, bits):
    signature = private(bits, 65537).sign(b"message", padding.PKCS1v15(), hashes.SHA256())
    assert not mp.call(PKCS1, *public(bits), DIGEST, signature)
    signature = private(bits, 65537).sign(
        b"message", padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256()
    )
    assert not mp.call(PSS, *public(bits), DIGEST, signature)
