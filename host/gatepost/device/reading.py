"""Reading keys on their way to a scanner: sealed to its public key, so that the cable and the port may be anybody's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gatepost.errors import GatepostError
from gatepost.keys.reading import ReadingKey
from gatepost.trust.signing import point

CONTEXT = b"gatepost reading delivery 1"


def check_environment(hello: dict[str, Any], keys: Sequence[ReadingKey]) -> None:
    """GatepostError where demonstration and earnest would mix: a scanner's list says which of them it serves."""
    environment = hello.get("bundles", {}).get("trust", {}).get("environment")
    for key in keys:
        if environment and key.demonstration != (environment == "DEMO"):
            kind = "a demonstration key" if key.demonstration else "no demonstration key"
            raise GatepostError(
                f"reading key {key.kid.hex()} is {kind}, and the scanner's list is of {environment}; nothing was sent"
            )


def seal_to(device: bytes, version: int, keys: Sequence[ReadingKey]) -> bytes:
    """What `reading.set` takes, for the scanner whose public key (65 bytes) is `device`, and for no other."""
    content = {
        "version": version,
        "keys": [
            {"kid": key.kid, "country": key.country, "begin": key.begin, "end": key.end, "key": key.secret}
            for key in keys
        ],
    }
    ephemeral = ec.generate_private_key(ec.SECP256R1())
    mine = point(ephemeral.public_key())
    shared = ephemeral.exchange(
        ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), device)
    )
    wrapping = HKDF(hashes.SHA256(), 32, None, CONTEXT + mine + device).derive(shared)
    # The wrapping key seals this one message, so its nonce may be zeros.
    return mine + AESGCM(wrapping).encrypt(bytes(12), cbor2.dumps(content), None)
