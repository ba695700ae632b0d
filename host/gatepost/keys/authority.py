"""The authority's private key, wherever it is: in an encrypted file, in a token, or on another computer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from gatepost.errors import GatepostError
from gatepost.keys import files
from gatepost.trust.signing import Absent, Signer

SCHEME = "pkcs11:"


@dataclass(frozen=True)
class AuthorityKey:
    """What signs, and whether its file calls it a demonstration key."""

    key: Signer
    demonstration: bool = False


def open_key(name: str, ask: Callable[[], bytes]) -> AuthorityKey:
    """The key in the PEM file `name`, or in the token of a pkcs11: URI; `ask` is called for passphrase or PIN."""
    if name.startswith(SCHEME):
        from gatepost.keys import token  # noqa: PLC0415 - needs a package that few have

        return AuthorityKey(token.open_key(name, ask))
    found = files.load_private(Path(name), ask)
    if not isinstance(found.key, ec.EllipticCurvePrivateKey) or not isinstance(found.key.curve, ec.SECP256R1):
        raise GatepostError(f"{name}: an authority's key is on P-256; this one is not")
    return AuthorityKey(found.key, found.demonstration)


def absent(public: Path) -> AuthorityKey:
    """A stand-in for the private key that belongs to the public key in that file: what it signs is unsigned yet."""
    data = files.read(public)
    return AuthorityKey(Absent(files.load_authority(public)), files.MARKER.encode() in data)
