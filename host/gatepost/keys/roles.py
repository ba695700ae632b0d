"""Role certificates: the authority's word that a key belongs to a technician or a supervisor.

A COSE_Sign1 (RFC 9052, 4.2; ES256) over a small CBOR map. A scanner knows nothing but its authority's public key, so
the certificate itself travels to it when a session begins, and needs no list on the scanner. Its life is short: there
is no other way to take a role back from a scanner that is out of reach.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec

from gatepost.errors import GatepostError
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


def issue_role(
    authority: ec.EllipticCurvePrivateKey,
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
