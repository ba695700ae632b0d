"""AES-GCM: vectors of its authors, any lengths against `cryptography`, every byte changed; and the AES of builds
that bring none."""

from __future__ import annotations

import random

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from harness.interpreter import DeviceError

SEAL = "scanner.crypto.aead:seal"
OPEN = "scanner.crypto.aead:open"

# McGrew and Viega, "The Galois/Counter Mode of Operation", test cases 1, 2, 4, 13, 14 and 16.
KEY = "feffe9928665731c6d6a8f9467308308"
NONCE = "cafebabefacedbaddecaf888"
PLAIN = (
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
    "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
)
AAD = "feedfacedeadbeeffeedfacedeadbeefabaddad2"
CASES = [
    ("00" * 16, "00" * 12, "", "", "", "58e2fccefa7e3061367f1d57a4e7455a"),
    ("00" * 16, "00" * 12, "00" * 16, "", "0388dace60b6a392f328c2b971b2fe78", "ab6e47d42cec13bdf53a67b21257bddf"),
    (
        KEY, NONCE, PLAIN, AAD,
        "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
        "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091",
        "5bc94fbc3221a5db94fae95ae7121a47",
    ),
    ("00" * 32, "00" * 12, "", "", "", "530f8afbc74536b9a963b4f1c4cb738b"),
    ("00" * 32, "00" * 12, "00" * 16, "", "cea7403d4d606b6e074ec5d3baf39d18", "d0d1c8a799996bf0265b98b5d48ab919"),
    (
        KEY * 2, NONCE, PLAIN, AAD,
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
        "76fc6ece0f4e1768cddf8853bb2d551b",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("key", "nonce", "plain", "aad", "cipher", "tag"), CASES)
def test_the_authors_vectors(mp, key, nonce, plain, aad, cipher, tag):
    key, nonce, plain, aad = (bytes.fromhex(each) for each in (key, nonce, plain, aad))
    sealed = mp.call(SEAL, key, nonce, plain, aad)
    assert sealed.hex() == cipher + tag
    assert mp.call(OPEN, key, nonce, sealed, aad) == plain


def test_any_length_as_cryptography_has_it(mp):
    rng = random.Random(2)
    for length in [*range(50), 255, 256, 1000, 4096]:
        key, nonce = rng.randbytes(rng.choice((16, 32))), rng.randbytes(12)
        plain, aad = rng.randbytes(length), rng.randbytes(rng.randrange(70))
        sealed = mp.call(SEAL, key, nonce, plain, aad)
        assert sealed == AESGCM(key).encrypt(nonce, plain, aad)
        assert mp.call(OPEN, key, nonce, sealed, aad) == plain


def test_every_changed_bit_is_refused(mp):
    key, nonce, aad = bytes(range(32)), b"once and n..", b"record 7"
    sealed = AESGCM(key).encrypt(nonce, b"forty bytes of what nobody else may read", aad)
    refused = mp.run(
        """
from scanner.crypto import aead
refused = 0
for which, original in enumerate((key, nonce, sealed, aad)):
    for bit in range(8 * len(original)):
        changed = bytearray(original)
        changed[bit >> 3] ^= 1 << (bit & 7)
        given = [key, nonce, sealed, aad]
        given[which] = bytes(changed)
        try:
            aead.open(*given)
        except ValueError:
            refused += 1
result = refused
""",
        key=key, nonce=nonce, sealed=sealed, aad=aad,
    )  # fmt: skip
    assert refused == 8 * (len(key) + len(nonce) + len(sealed) + len(aad))


@pytest.mark.parametrize("length", [0, 1, 15, 16, 17])
def test_a_message_cut_short_is_refused(mp, length):
    sealed = AESGCM(bytes(32)).encrypt(bytes(12), b"seventeen letters", b"")
    with pytest.raises(DeviceError) as caught:
        mp.call(OPEN, bytes(32), bytes(12), sealed[:length], b"")
    assert caught.value.kind == "ValueError"


@pytest.mark.parametrize(("key", "nonce"), [(b"", bytes(12)), (bytes(24), bytes(12)), (bytes(32), bytes(16))])
def test_keys_and_nonces_of_other_lengths_are_refused(mp, key, nonce):
    for function in (SEAL, OPEN):
        with pytest.raises(DeviceError) as caught:
            mp.call(function, key, nonce, bytes(20), b"")
        assert caught.value.kind == "ValueError"


# FIPS 197, appendices B and C.3: key, block, enciphered.
FIPS197 = [
    ("2b7e151628aed2a6abf7158809cf4f3c", "3243f6a8885a308d313198a2e0370734", "3925841d02dc09fbdc118597196a0b32"),
    (
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
        "00112233445566778899aabbccddeeff",
        "8ea2b7ca516745bfeafc49904b496089",
    ),
]  # fmt: skip
OWN_AES = "from scanner.crypto.aes import Aes\nresult = Aes(key).encrypt(data)"


@pytest.mark.parametrize(("key", "block", "expected"), FIPS197)
def test_own_aes_gives_the_standards_answers(mp, key, block, expected):
    assert mp.run(OWN_AES, key=bytes.fromhex(key), data=bytes.fromhex(block)).hex() == expected


def test_own_aes_is_aes(mp):
    rng = random.Random(3)
    for size in (16, 32):
        for blocks in (0, 1, 2, 33):
            key, data = rng.randbytes(size), rng.randbytes(16 * blocks)
            other = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
            assert mp.run(OWN_AES, key=key, data=data) == other.update(data) + other.finalize()


def test_gcm_over_own_aes(mp):
    sealed = mp.run(
        """
from scanner.crypto import aead, aes
builtin = aead.aes
aead.aes = aes.Aes
try:
    result = aead.seal(key, nonce, plain, b"more")
finally:
    aead.aes = builtin
""",
        key=bytes(range(32)), nonce=bytes(range(12)), plain=bytes(100),
    )  # fmt: skip
    assert sealed == AESGCM(bytes(range(32))).encrypt(bytes(range(12)), bytes(100), b"more")


@pytest.mark.parametrize(
    ("key", "data"), [(bytes(24), bytes(16)), (bytes(15), bytes(16)), (bytes(16), bytes(17))]
)
def test_own_aes_refuses_what_it_cannot_do(mp, key, data):
    with pytest.raises(DeviceError) as caught:
        mp.run(OWN_AES, key=key, data=data)
    assert caught.value.kind == "ValueError"
