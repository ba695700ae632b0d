"""Demonstration keys, and the refusal to let one near a real scanner.

The private halves of `keys/demonstration` are public. They are known here by the SHA-256 of their public halves, and
by a marker that every demonstration key carries in its file or its certificate, so that keys made later for a
demonstration are known too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from cryptography.hazmat.primitives.asymmetric import ec

from gatepost.errors import GatepostError
from gatepost.trust.records import KeyRecord
from gatepost.trust.signing import point

MARKER = "GATEPOST DEMONSTRATION"

# SHA-256 of x || y of each key in keys/demonstration.
FINGERPRINTS: frozenset[str] = frozenset(
    {
        "60525b8d96482cca93ab3186836ed3b360da8cd75e4c9478e158801dead76bb9",  # authority/authority
        "ef09cd457e42c7fc5843381c051c940fd4cc3a1021405c0c1b148f9ec716d5bc",  # issuer/csca
        "bba93a20c7db388565e60283d5cb22bca35d52783991f12410abc0589dd3a7d7",  # issuer/dsc
    }
)


def is_demonstration_record(record: KeyRecord) -> bool:
    return (
        record.source == "DEMO"
        or MARKER in record.name.upper()
        or hashlib.sha256(record.public).hexdigest() in FINGERPRINTS
    )


def is_demonstration_authority(public: ec.EllipticCurvePublicKey) -> bool:
    return hashlib.sha256(point(public)[1:]).hexdigest() in FINGERPRINTS


def refuse_demonstration_key(public: ec.EllipticCurvePublicKey, records: Iterable[KeyRecord]) -> None:
    """GatepostError where the authority, or any key it would vouch for, is a demonstration key."""
    if is_demonstration_authority(public):
        raise GatepostError(
            "this authority key is a demonstration key, which everyone has: it signs DEMO bundles alone. "
            "Make your own with: gatepost keys new authority"
        )
    for record in records:
        if is_demonstration_record(record):
            raise GatepostError(
                f"key {record.kid.hex()} ({record.name or 'no name'}) is a demonstration key: "
                "it belongs in DEMO bundles alone"
            )
