"""COSE_Sign1 with ES256 (RFC 9052, 4.4; RFC 9053, 2.1), as the authority signs its manifests.

`cryptography` does the curve and `cbor2` the encoding; the firmware has its own of both, and the tests hold them
against each other.
"""

from __future__ import annotations

import hashlib
from typing import Any, Protocol

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gatepost.errors import GatepostError

ALG, CONTENT_TYPE = 1, 3  # header labels (RFC 9052, 3.1)
ES256 = -7
SIGN1_TAG = 18
UNSIGNED = bytes(64)  # in the place of a signature that is still to come; it verifies under no key


class Signer(Protocol):
    """Who signs with ES256: a private key of `cryptography`, one that never leaves its token, or nobody yet."""

    @property
    def curve(self) -> ec.EllipticCurve: ...

    def public_key(self) -> ec.EllipticCurvePublicKey: ...

    def sign(self, data: bytes, signature_algorithm: ec.EllipticCurveSignatureAlgorithm, /) -> bytes: ...


class Absent:
    """In the place of a private key that is elsewhere: what it signs bears UNSIGNED, and is signed later."""

    def __init__(self, public: ec.EllipticCurvePublicKey) -> None:
        self._public = public
        self.curve = public.curve

    def public_key(self) -> ec.EllipticCurvePublicKey:
        return self._public

    def sign(self, data: bytes, signature_algorithm: ec.EllipticCurveSignatureAlgorithm, /) -> bytes:
        return encode_dss_signature(0, 0)


def sign(payload: bytes, content_type: str, private: Signer) -> bytes:
    """A tagged COSE_Sign1; the content type is protected, so that one kind of message never passes for another."""
    if not isinstance(private.curve, ec.SECP256R1):
        raise GatepostError("an authority's key is on P-256; this one is not")
    protected = cbor2.dumps({ALG: ES256, CONTENT_TYPE: content_type}, canonical=True)
    return _message(protected, payload, _es256(_to_be_signed(protected, payload), private))


def verify(message: bytes, content_type: str, public: ec.EllipticCurvePublicKey) -> bytes:
    """The payload of a COSE_Sign1 that `public` signed for that content type; GatepostError for any other."""
    protected, payload, signature = parse(message, content_type)
    try:
        public.verify(
            encode_dss_signature(
                int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
            ),
            _to_be_signed(protected, payload),
            ec.ECDSA(hashes.SHA256()),
        )
    except InvalidSignature:
        raise GatepostError("the signature is not this authority's") from None
    return payload


def parse(message: bytes, content_type: str) -> tuple[bytes, bytes, bytes]:
    """Protected header, payload and signature of a COSE_Sign1, its signature not yet verified."""
    try:
        tagged = cbor2.loads(message)
        protected, unprotected, payload, signature = _items(tagged)
        header = cbor2.loads(protected)
    except (cbor2.CBORDecodeError, ValueError, TypeError) as error:
        raise GatepostError(f"not a signed message: {error}") from None
    if unprotected or header != {ALG: ES256, CONTENT_TYPE: content_type} or len(signature) != 64:
        raise GatepostError("not a signed message of this kind")
    return protected, payload, signature


def digest(message: bytes, content_type: str) -> bytes:
    """SHA-256 of what a signature of the message covers: the same before and after it is signed."""
    protected, payload, _ = parse(message, content_type)
    return hashlib.sha256(_to_be_signed(protected, payload)).digest()


def is_unsigned(message: bytes, content_type: str) -> bool:
    """Whether its signature is still to come."""
    return parse(message, content_type)[2] == UNSIGNED


def signature_for(message: bytes, content_type: str, private: Signer) -> bytes:
    """The 64 bytes that belong into an unsigned message."""
    protected, payload, _ = parse(message, content_type)
    return _es256(_to_be_signed(protected, payload), private)


def complete(message: bytes, content_type: str, signature: bytes, public: ec.EllipticCurvePublicKey) -> bytes:
    """An unsigned message with its signature; GatepostError where that is not `public`'s."""
    protected, payload, _ = parse(message, content_type)
    signed = _message(protected, payload, signature)
    verify(signed, content_type, public)
    return signed


def point(public: ec.EllipticCurvePublicKey) -> bytes:
    """04 || x || y, 65 bytes: the form a scanner keeps its authority's key in."""
    if not isinstance(public.curve, ec.SECP256R1):
        raise GatepostError("an authority's key is on P-256; this one is not")
    return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _items(tagged: Any) -> list[Any]:
    if not isinstance(tagged, cbor2.CBORTag) or tagged.tag != SIGN1_TAG or len(tagged.value) != 4:
        raise ValueError("no COSE_Sign1")
    protected, _, payload, signature = items = list(tagged.value)
    if not all(isinstance(each, bytes) for each in (protected, payload, signature)):
        raise ValueError("no COSE_Sign1")
    return items


def _message(protected: bytes, payload: bytes, signature: bytes) -> bytes:
    return cbor2.dumps(cbor2.CBORTag(SIGN1_TAG, [protected, {}, payload, signature]))


def _es256(data: bytes, private: Signer) -> bytes:
    r, s = decode_dss_signature(private.sign(data, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def _to_be_signed(protected: bytes, payload: bytes) -> bytes:
    return cbor2.dumps(["Signature1", protected, b"", payload])
