"""Opening a session: show a role certificate, sign the scanner's challenge with its key.

What is signed is `gatepost session 1`, the challenge, the scanner's public key and the SHA-256 of the certificate: the
signature opens this scanner once, and no other.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Self

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from gatepost.errors import GatepostError

if TYPE_CHECKING:
    from gatepost.device.client import Client

CONTEXT = b"gatepost session 1"
_SECONDS = 15.0  # the scanner verifies a signature each time, and may have to make its own key first


@dataclass(frozen=True)
class Session:
    """`device`: the scanner's public key, 65 bytes; it ends `expires_in` seconds after the last request."""

    client: Client
    role: str
    name: str
    expires_in: int
    device: bytes
    token: bytes

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.close_session()


def open_session(client: Client, certificate: bytes, private: ec.EllipticCurvePrivateKey) -> Session:
    """Both steps; LinkError where the scanner refuses."""
    opened = client.repeat("session.open", {"certificate": certificate}, _SECONDS)
    challenge, device = opened["challenge"], opened["device"]
    if len(challenge) != 32 or len(device) != 65:
        raise GatepostError("the scanner's challenge is none")
    answer = client.ask(
        "session.prove", {"signature": prove(private, certificate, challenge, device)}, _SECONDS
    )
    return Session(client, answer["role"], answer["name"], answer["expires_in"], device, answer["token"])


def prove(private: ec.EllipticCurvePrivateKey, certificate: bytes, challenge: bytes, device: bytes) -> bytes:
    """The 64 bytes r || s that answer a challenge."""
    if not isinstance(private.curve, ec.SECP256R1):
        raise GatepostError("a role's key is on P-256; this one is not")
    signed = CONTEXT + challenge + device + hashlib.sha256(certificate).digest()
    r, s = decode_dss_signature(private.sign(signed, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")
