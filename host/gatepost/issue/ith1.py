"""ITH1 certificates and status codes (docs/ith1.md), made with cbor2 and cryptography: apart from the scanner's code.

A reading key is a secret: its file is for its owner alone, and it appears in no text that is printed.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gatepost.errors import GatepostError
from gatepost.issue import base45
from gatepost.issue.hc1 import sign1

TRAVEL, STATUS = -65537, -65538
SAMPLES = ("full", "test", "antibody", "vaccination")
_FORMAT = "gatepost reading key 1"


@dataclass(frozen=True)
class ReadingKey:
    """kid: 8 bytes; country: of the authority that seals with it; begin, end: seconds since 1970."""

    kid: bytes
    country: str
    begin: int
    end: int
    secret: bytes = field(repr=False)


def new_reading_key(country: str, begin: int, days: int = 365) -> ReadingKey:
    return ReadingKey(os.urandom(8), country, begin, begin + days * 86400, os.urandom(32))


def write_reading_key(path: Path, key: ReadingKey) -> None:
    """To a new file that only its owner may read."""
    content = {
        "format": _FORMAT,
        "kid": key.kid.hex(),
        "country": key.country,
        "begin": key.begin,
        "end": key.end,
        "key": key.secret.hex(),
    }
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(content, file)
    except OSError as error:
        raise GatepostError(f"cannot write {path}: {error.strerror}") from None


def read_reading_key(path: Path) -> ReadingKey:
    try:
        content = json.loads(path.read_text())
    except OSError as error:
        raise GatepostError(f"cannot read {path}: {error.strerror}") from None
    except ValueError:
        raise GatepostError(f"{path} is no reading key") from None
    try:
        kid, secret = bytes.fromhex(content["kid"]), bytes.fromhex(content["key"])
        if content["format"] != _FORMAT or len(kid) != 8 or len(secret) != 32:
            raise ValueError("format")
        return ReadingKey(kid, str(content["country"]), int(content["begin"]), int(content["end"]), secret)
    except (KeyError, TypeError, ValueError):
        # What stands in the file may be a secret: it is not repeated.
        raise GatepostError(f"{path} is no reading key") from None


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
    return holder(**names) | entries


def status(colour: str, **names: str) -> dict[str, Any]:
    return holder(**names) | {"col": colour}
