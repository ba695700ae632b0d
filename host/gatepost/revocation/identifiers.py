"""By what a certificate can be withdrawn: its number and its signature, from its text. Nothing is verified here."""

from __future__ import annotations

import zlib

import cbor2

from gatepost.errors import GatepostError
from gatepost.issue import base45
from gatepost.revocation.records import Withdrawal, short_hash

_LIMIT = 1 << 20  # bytes of what is inflated
_HCERT = -260
_ECDSA = (-7, -35)


def of_certificate(text: str) -> list[Withdrawal]:
    """The withdrawals of an HC1 certificate, any one of which is enough. GatepostError for other texts."""
    if text[:4].upper() != "HC1:":
        raise GatepostError("this is no HC1 certificate: name its number or its hash")
    try:
        packer = zlib.decompressobj()
        signed = packer.decompress(base45.decode(text[4:].strip()), _LIMIT)
        message = cbor2.loads(signed)
        protected, _, payload, signature = getattr(message, "value", message)
        claims = cbor2.loads(payload)
        entries = [each for row in ("v", "t", "r") for each in claims[_HCERT][1].get(row) or ()]
        alg = cbor2.loads(protected).get(1)
        found = [
            Withdrawal("HC1", "UCI", short_hash(each["ci"].encode())) for each in entries if each.get("ci")
        ]
        identity = signature[: len(signature) // 2] if alg in _ECDSA else signature
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, zlib.error, cbor2.CBORDecodeError):
        raise GatepostError("this HC1 certificate cannot be read") from None
    return [*found, Withdrawal("HC1", "SIGNATURE", short_hash(identity))]
