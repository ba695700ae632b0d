"""COSE_Sign1: the signed bytes against cbor2, signatures against `cryptography`, algorithms against keys."""

from __future__ import annotations

import hashlib

import cbor2
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from harness.interpreter import DeviceError

ES256, ES384, PS256 = -7, -35, -37
PROTECTED = cbor2.dumps({1: ES256, 4: b"12345678"})
VERIFY = """
from scanner.crypto import cose
class Key:
    pass
k = Key()
for name in key:
    setattr(k, name, key[name])
result = cose.verify(alg, k, protected, payload, signature)
"""


@pytest.mark.parametrize("length", [0, 1, 23, 24, 255, 256, 4000, 65535, 65536])
def test_signed_bytes(mp, length):
    payload = bytes(length)
    for protected, external in ((PROTECTED, b""), (b"", b"x" * 24), (payload, payload[:300])):
        expected = cbor2.dumps(["Signature1", protected, external, payload])
        assert mp.call("scanner.crypto.cose:sig_structure", protected, payload, external) == expected
    assert mp.call("scanner.crypto.cose:sig_structure", PROTECTED, payload) == cbor2.dumps(
        ["Signature1", PROTECTED, b"", payload]
    )


class Signer:
    """A key of one kind: what the scanner holds of it, and its signatures made with `cryptography`."""

    def __init__(self, alg: int) -> None:
        self.alg = alg
        if alg == PS256:
            self.private = rsa.generate_private_key(65537, 2048)
            numbers = self.private.public_key().public_numbers()
            self.public = {"kind": "RSA", "n": numbers.n.to_bytes(256, "big"), "e": numbers.e}
            return
        self.size = 32 if alg == ES256 else 48
        self.private = ec.generate_private_key(ec.SECP256R1() if alg == ES256 else ec.SECP384R1())
        point = self.private.public_key().public_numbers()
        x, y = (value.to_bytes(self.size, "big") for value in (point.x, point.y))
        self.public = {"kind": f"P-{8 * self.size}", "x": x, "y": y}

    def sign(self, protected: bytes, payload: bytes) -> bytes:
        signed = cbor2.dumps(["Signature1", protected, b"", payload])
        if isinstance(self.private, rsa.RSAPrivateKey):
            pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
            return self.private.sign(signed, pss, hashes.SHA256())
        hash_ = hashes.SHA256() if self.alg == ES256 else hashes.SHA384()
        values = decode_dss_signature(self.private.sign(signed, ec.ECDSA(hash_)))
        return b"".join(value.to_bytes(self.size, "big") for value in values)


SIGNERS = {alg: Signer(alg) for alg in (ES256, ES384, PS256)}


def verify(mp, alg, key, protected, payload, signature) -> bool:
    return mp.run(VERIFY, alg=alg, key=key, protected=protected, payload=payload, signature=signature)


@pytest.mark.parametrize("alg", SIGNERS)
def test_signatures(mp, alg):
    signer = SIGNERS[alg]
    payload = b"claims" * 60
    protected = cbor2.dumps({1: alg})
    good = signer.sign(protected, payload)
    assert verify(mp, alg, signer.public, protected, payload, good) is True
    for wrong in (
        (protected, payload + b"\0", good),
        (protected, payload[:-1], good),
        (protected + b"\0", payload, good),
        (b"", payload, good),
        (protected, payload, good[:-1]),
        (protected, payload, b""),
        (protected, payload, bytes(len(good))),
        (protected, payload, good[::-1]),
        (protected + payload[:1], payload[1:], good),  # the same bytes, divided elsewhere
    ):
        assert verify(mp, alg, signer.public, *wrong) is False


def test_an_empty_header_may_be_signed_either_way(mp):
    # Written as an empty map; signed as the empty string (RFC 9052, 4.4) or as it was written.
    signer = SIGNERS[ES256]
    for signed in (b"", b"\xa0"):
        assert verify(mp, ES256, signer.public, b"\xa0", b"payload", signer.sign(signed, b"payload")) is True
    assert (
        verify(mp, ES256, signer.public, b"\xa0", b"payload", signer.sign(b"\xa1\x01\x26", b"payload"))
        is False
    )
    assert verify(mp, ES256, signer.public, b"", b"payload", signer.sign(b"\xa0", b"payload")) is False


@pytest.mark.parametrize("alg", [ES256, ES384, PS256, -8, -36, -257, 0, 5, 7, "ES256", None, 1 << 70])
@pytest.mark.parametrize("owner", SIGNERS)
def test_an_algorithm_fits_one_kind_of_key(mp, alg, owner):
    signer = SIGNERS[owner]
    good = signer.sign(PROTECTED, b"payload")
    if alg == owner:
        assert verify(mp, alg, signer.public, PROTECTED, b"payload", good) is True
        return
    with pytest.raises(DeviceError) as caught:
        verify(mp, alg, signer.public, PROTECTED, b"payload", good)
    assert caught.value.kind == "ValueError"


def test_a_key_of_no_known_kind_is_refused(mp):
    # An unknown algorithm and a key without a kind must not agree on being nothing.
    with pytest.raises(DeviceError) as caught:
        verify(mp, -8, {"kind": None}, PROTECTED, b"payload", hashlib.sha512(b"").digest())
    assert caught.value.kind == "ValueError"
