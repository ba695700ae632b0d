"""Role certificates: the authority's word that a key belongs to a technician or a supervisor.

A COSE_Sign1 (RFC 9052, 4.2; ES256) over a small CBOR map. A scanner knows nothing but its authority's public key, so
the certificate itself travels to it when a session begins, and needs no list on the scanner. Its life is short: there
is no other way to take a role back from a scanner that is out of reach.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec

from gatepost.errors import GatepostError
from gatepost.keys import files
from gatepost.trust import signing

CONTENT_TYPE = "application/vnd.gatepost.role+cbor"
FORMAT = 1
ROLES = ("technician", "supervisor", "authority")
POINT = 65  # bytes of 04 || x || y
SERIAL = 8  # bytes
NAME_LIMIT = 64  # bytes of UTF-8
SIZE_LIMIT = 1024  # bytes of a certificate; a scanner reads no longer one


@dataclass(frozen=True)
class Role:
    """What a role certificate says. Times are unix seconds; the last one is still valid."""

    role: str
    name: str
    key: bytes
    serial: bytes
    not_before: int
    not_after: int

    def valid_at(self, now: float) -> bool:
        return self.not_before <= now <= self.not_after

    def life(self) -> str:
        """From when to when, for people."""
        begin, end = (datetime.fromtimestamp(each, UTC) for each in (self.not_before, self.not_after))
        return f"{begin:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC"


@dataclass(frozen=True)
class Credentials:
    """A role certificate and the private key that it names: what opens a session."""

    certificate: bytes
    private: ec.EllipticCurvePrivateKey
    role: Role


def load_credentials(
    certificate: Path, key: Path | None = None, ask: Callable[[], bytes] | None = None
) -> Credentials:
    """The pair in two files; without `key`, NAME.key.pem beside NAME.role. GatepostError where they do not fit, or
    where the certificate is not valid by this computer's clock."""
    try:
        data = certificate.read_bytes()
    except OSError as error:
        raise GatepostError(f"cannot read {certificate}: {error.strerror}") from None
    try:
        role = read_role(data)
    except GatepostError as error:
        raise GatepostError(f"{certificate}: {error}") from None
    if not role.valid_at(time.time()):
        raise GatepostError(
            f"{certificate}: the certificate of {role.name} is valid from {role.life()}, not now"
        )
    private = load_signer(key or certificate.with_name(certificate.stem + ".key.pem"), ask)
    if signing.point(private.public_key()) != role.key:
        raise GatepostError(f"{certificate} is the certificate of another key")
    return Credentials(data, private, role)


def load_signer(path: Path, ask: Callable[[], bytes] | None = None) -> ec.EllipticCurvePrivateKey:
    """The private key of somebody who holds a role."""
    return files.on_p256(files.load_private(path, ask).key, path)


def issue_role(
    authority: signing.Signer,
    role: str,
    point: bytes,
    name: str,
    not_before: int,
    not_after: int,
) -> bytes:
    """A certificate signed by the deployment's authority. `point`: the holder's public key, 04 || x || y."""
    if role not in ROLES:
        raise GatepostError(f"a role is one of {', '.join(ROLES)}, not {role!r}")
    if not name.strip() or len(name.encode()) > NAME_LIMIT or not name.isprintable():
        raise GatepostError(
            f"a role's holder has a name of 1 to {NAME_LIMIT} bytes, without control characters"
        )
    if not 0 < not_before < not_after < 1 << 32:
        raise GatepostError("a role certificate begins after 1970, ends after it begins, and before 2106")
    _check_point(point)
    contents = {
        "format": FORMAT,
        "role": role,
        "name": name,
        "key": point,
        "serial": os.urandom(SERIAL),
        "not_before": not_before,
        "not_after": not_after,
    }
    return signing.sign(cbor2.dumps(contents, canonical=True), CONTENT_TYPE, authority)


def read_role(certificate: bytes, authority: ec.EllipticCurvePublicKey | None = None) -> Role:
    """What a certificate says; its signature is checked where `authority` is given."""
    if len(certificate) > SIZE_LIMIT:
        raise GatepostError("this is not a role certificate: it is too long")
    try:
        if authority is None:
            _, payload, _ = signing.parse(certificate, CONTENT_TYPE)
        else:
            payload = signing.verify(certificate, CONTENT_TYPE, authority)
    except GatepostError as error:
        raise GatepostError(f"this is not a role certificate of this authority: {error}") from None
    try:
        found = cbor2.loads(payload)
        if found.pop("format") != FORMAT:
            raise ValueError("format")
        role = Role(**found)
        if role.role not in ROLES or len(role.serial) != SERIAL or not role.not_before < role.not_after:
            raise ValueError("contents")
        _check_point(role.key)
    except (cbor2.CBORDecodeError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise GatepostError(f"this role certificate is malformed: {error}") from None
    return role


def _check_point(point: bytes) -> None:
    try:
        if len(point) != POINT:
            raise ValueError
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        raise GatepostError("a role's key is a point on P-256: 65 bytes, 04, x, y") from None
