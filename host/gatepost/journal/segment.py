"""What opens a segment: the chain's place, the scanner's signature, and the key for those who may read on.

Content: format u8, flags u8, ordinal u32, first sequence u32, boots u32, previous digest 32, ephemeral point 65, count
u8, for each supervisor 8 bytes of SHA-256 over his point and the wrapped key 48, signature 64 (ES256, r || s).
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gatepost.errors import GatepostError
from gatepost.trust.signing import point

FORMAT = 1
DAMAGED = 1  # flag: the scanner found the segment before damaged when it started

_FIELDS = struct.Struct(">BBIII32s65sB")
_ENTRY = 56
_SIGNATURE = 64
_SIGNED = b"gatepost journal segment 1"
_KEY_CONTEXT = b"gatepost journal key 1"


@dataclass(frozen=True)
class Segment:
    """A segment's head as read: see the file's first lines."""

    ordinal: int
    first: int
    boots: int
    previous: bytes
    damaged: bool
    ephemeral: bytes
    wrapped: dict[bytes, bytes]
    signed: bytes
    signature: bytes

    def is_signed_by(self, device: bytes) -> bool:
        """`device`: the scanner's point, 65 bytes."""
        return signature_holds(device, _SIGNED, self.signed, self.signature)

    def key(self, private: ec.EllipticCurvePrivateKey) -> bytes | None:
        """The segment's key, or None where it was not wrapped for this supervisor."""
        own = point(private.public_key())
        wrapped = self.wrapped.get(hashlib.sha256(own).digest()[:8])
        if wrapped is None:
            return None
        try:
            other = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), self.ephemeral)
            shared = private.exchange(ec.ECDH(), other)
            wrapping = HKDF(hashes.SHA256(), 32, None, _KEY_CONTEXT + self.ephemeral + own).derive(shared)
            return AESGCM(wrapping).decrypt(bytes(12), wrapped, None)
        except (ValueError, InvalidTag):
            return None


def read_segment(content: bytes) -> Segment:
    """Take the content of a segment item apart; ValueError where it is none."""
    if len(content) < _FIELDS.size + _SIGNATURE:
        raise ValueError("too short")
    version, flags, ordinal, first, boots, previous, ephemeral, count = _FIELDS.unpack_from(content)
    if version != FORMAT:
        raise ValueError(f"format {version}")
    if len(content) != _FIELDS.size + count * _ENTRY + _SIGNATURE:
        raise ValueError("length")
    wrapped = {}
    for at in range(_FIELDS.size, len(content) - _SIGNATURE, _ENTRY):
        wrapped[content[at : at + 8]] = content[at + 8 : at + _ENTRY]
    signed, signature = content[:-_SIGNATURE], content[-_SIGNATURE:]
    return Segment(
        ordinal, first, boots, previous, bool(flags & DAMAGED), ephemeral, wrapped, signed, signature
    )


def signature_holds(device: bytes, context: bytes, data: bytes, signature: bytes) -> bool:
    """Whether the scanner with that point signed context || point || data."""
    try:
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), device)
    except ValueError:
        raise GatepostError("this is no scanner's public key") from None
    r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    try:
        public.verify(encode_dss_signature(r, s), context + device + data, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return len(signature) == _SIGNATURE
