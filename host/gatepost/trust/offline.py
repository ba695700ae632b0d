"""Signing on another computer: what is to be signed goes there, and a signature of a few lines comes back.

An unsigned bundle, role certificate or key package is complete but for its signature: 64 zeros, which nobody accepts.
The signature travels as JSON, small enough for a QR code or a pencil, and says by a SHA-256 what it is for. It is put
in only where it verifies under the authority's public key.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric import ec

from gatepost.errors import GatepostError
from gatepost.keys import package, roles
from gatepost.revocation.bundle import read_content
from gatepost.trust import bundle, signing
from gatepost.trust.bundle import Bundle
from gatepost.trust.demonstration import refuse_demonstration_key
from gatepost.trust.signing import Signer

_FORMAT = "gatepost signature 1"


@dataclass(frozen=True)
class Draft:
    """What waits for its signature: the signed message itself, its content type, and the bundle around it, if any."""

    message: bytes
    content_type: str
    bundle: Bundle | None
    facts: dict[str, str]  # for who signs, in reading order
    signer: bytes = (
        b""  # the public key (65 bytes) that alone may sign it; empty where the facts do not name one
    )

    @property
    def digest(self) -> bytes:
        """SHA-256 of what the signature covers."""
        return signing.digest(self.message, self.content_type)

    @property
    def name(self) -> str:
        return next(iter(self.facts.values()))


def read_draft(data: bytes) -> Draft:
    """An unsigned bundle, role certificate or key package, every hash checked; GatepostError for any other file."""
    if data.startswith(bundle.MAGIC):
        found = bundle.read_bundle(data)
        draft = Draft(found.manifest, bundle.CONTENT_TYPE, found, _bundle_facts(found))
    elif package.is_package(data):
        head = package.read(data, signed=False).head
        draft = Draft(data, package.CONTENT_TYPE, None, _package_facts(head), head.sender)
    else:
        try:
            role = roles.read_role(data)
        except GatepostError:
            raise GatepostError("this is neither bundle, role certificate nor key package") from None
        facts = {"signs": f"{role.role}'s certificate", "holder": role.name, "valid": role.life()}
        draft = Draft(data, roles.CONTENT_TYPE, None, facts)
    if not signing.is_unsigned(draft.message, draft.content_type):
        raise GatepostError("this is signed already")
    return draft


def sign(draft: Draft, private: Signer) -> bytes:
    """The signature's file, by the authority that the draft is meant for; the rules of bundles hold here too."""
    public = private.public_key()
    if draft.bundle is not None:
        _check_bundle(draft.bundle, public)
    if draft.signer:
        _check_package(draft, public)
    signature = signing.signature_for(draft.message, draft.content_type, private)
    signing.complete(draft.message, draft.content_type, signature, public)  # a token may be at fault as well
    note = {
        "format": _FORMAT,
        "signs": draft.name,
        "sha256": draft.digest.hex(),
        "signature": signature.hex(),
    }
    return (json.dumps(note, indent=1, ensure_ascii=False) + "\n").encode()


def attach(draft: Draft, signature: bytes, authority: ec.EllipticCurvePublicKey) -> bytes:
    """The finished file. GatepostError where the signature is for something else, or not the authority's."""
    try:
        note = json.loads(signature)
        if note["format"] != _FORMAT:
            raise ValueError("format")
        digest, value = bytes.fromhex(note["sha256"]), bytes.fromhex(note["signature"])
    except (ValueError, KeyError, TypeError):
        raise GatepostError("this is no signature of gatepost trust sign") from None
    if digest != draft.digest:
        raise GatepostError(f"the signature is for something else: {note.get('signs')}, {digest.hex()[:16]}")
    message = signing.complete(draft.message, draft.content_type, value, authority)
    return message if draft.bundle is None else bundle.join(message, draft.bundle.content)


def _check_bundle(found: Bundle, authority: ec.EllipticCurvePublicKey) -> None:
    if found.contents.get("authority") != bundle.deployment(authority):
        raise GatepostError("the bundle is meant for another authority's scanners")
    if found.kind == "trust":
        bundle.check_keys(found.keys(), found.environment, authority)
    bundle.check_terms(
        found.environment, authority, found.version, found.created, found.contents.get("expires")
    )


def _check_package(draft: Draft, authority: ec.EllipticCurvePublicKey) -> None:
    if draft.signer != signing.point(authority):
        raise GatepostError("the package names another authority as its sender")
    if draft.facts["environment"] != "DEMO":
        refuse_demonstration_key(authority, [])


def _bundle_facts(found: Bundle) -> dict[str, str]:
    facts = {
        "signs": f"{found.kind} bundle {found.version}",
        "environment": found.environment,
        "created": _moment(found.created),
    }
    if "expires" in found.contents:
        facts["expires"] = _moment(found.contents["expires"])
    if found.kind == "trust":
        records = found.keys()
        revoked = sum(each.revoked for each in records)
        countries = {each.country or each.participant for each in records}
        facts["keys"] = f"{len(records)} of {len(countries)} issuers' countries, {revoked} revoked"
    elif found.kind == "revocation":
        facts["withdrawn"] = f"{read_content(found).total} certificates"
    if found.architecture:
        facts["architecture"] = found.architecture
    facts["content"] = f"{len(found.pieces)} parts, {len(found.content)} bytes"
    return facts


def _package_facts(head: package.Head) -> dict[str, str]:
    return {
        "signs": f"key package {head.version}",
        "authority": f"{head.name}, {head.country}",
        "recipient": head.recipient.hex(),
        "environment": head.environment,
        "created": _moment(head.created),
        "expires": _moment(head.expires),
    }


def _moment(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M UTC}"
