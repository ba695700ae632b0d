"""ITH1 certificates and status codes (docs/ith1.md), made by cbor2 and cryptography, apart from the firmware."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gatepost.issue import base45
from gatepost.issue.hc1 import sign1
from gatepost.keys.reading import ReadingKey

TRAVEL, STATUS = -65537, -65538
SAMPLES = ("full", "test", "antibody", "vaccination")


def issue_ith1(
    body: Any,
    private_key: ec.EllipticCurvePrivateKey,
    kid: bytes,
    reading: ReadingKey,
    *,
    issued: int | None,
    expires: int | None,
    label: int = TRAVEL,
    nonce: bytes | None = None,
    packed: bytes | None = None,
    alg: int | None = None,
    signature: Callable[[bytes], bytes] | None = None,
) -> str:
    """The text about `body`, signed and sealed. packed: other bytes to seal; alg, signature: as issue_hc1 has them."""
    claims: dict[int, Any] = {label: body}
    if expires is not None:
        claims[4] = expires
    if issued is not None:
        claims[6] = issued
    signed = sign1(cbor2.dumps(claims), private_key, kid, alg=alg, signature=signature)
    if packed is None:
        packed = zlib.compress(cbor2.dumps(cbor2.CBORTag(18, signed)), 9)
    return "ITH1:" + base45.encode(seal(packed, reading, nonce or os.urandom(12)))


def seal(content: bytes, reading: ReadingKey, nonce: bytes) -> bytes:
    """A COSE_Encrypt0 (RFC 9052, 5.2) that names the reading key and the country of its authority (RFC 9597)."""
    protected = cbor2.dumps({1: 3, 4: reading.kid, 15: {1: reading.country}})
    aad = cbor2.dumps(["Encrypt0", protected, b""])
    return cbor2.dumps(
        cbor2.CBORTag(16, [protected, {5: nonce}, AESGCM(reading.secret).encrypt(nonce, content, aad)])
    )


def holder(family: str = "LINDQVIST", given: str = "AASA MARIE", birth: str = "1984-07-19") -> dict[str, Any]:
    return {
        "ver": 1,
        "nam": {"fnt": family.upper(), "gnt": given.upper(), "fn": family, "gn": given},
        "dob": birth,
        "doc": "X1234567",
    }


def sample(which: str, now: datetime, **names: str) -> dict[str, Any]:
    """A made-up certificate: of one kind of entry, or of all."""
    sampled = (now - timedelta(hours=20)).strftime("%Y-%m-%dT%H:%M:%SZ")
    entries: dict[str, list[dict[str, Any]]] = {
        "t": [{"sc": sampled, "tr": "negative", "tt": "LP6464-4", "tc": "Airport laboratory"}],
        "a": [{"sc": sampled, "igm": "negative", "igg": "positive", "tc": "Airport laboratory"}],
        "v": [
            {
                "mp": "CoronaVac",
                "ma": "Sinovac-Biotech",
                "dn": dose,
                "sd": 2,
                "dt": (now - timedelta(days=days)).strftime("%Y-%m-%d"),
            }
            for dose, days in ((1, 60), (2, 32))
        ],
    }
    if which != "full":
        entries = {which[0]: entries[which[0]]}
    return holder(**names) | {"id": f"ITHC-{now:%Y%m%d}-000001"} | entries


def status(colour: str, **names: str) -> dict[str, Any]:
    return holder(**names) | {"col": colour}
