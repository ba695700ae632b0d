"""WHO's trust list (Global Digital Health Certification Network): a DID document, version 2 or the older 1.

Only document signers (usage DSC) become records: the list also holds the authorities above them, and keys for
encryption and transport. The certificate in `x5c` gives key, validity and use; the JWK beside it must agree. The
proof over the document is over canonical JSON-LD and is not checked here: fetch the list from WHO's own host.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gatepost.errors import GatepostError
from gatepost.trust.certificate import is_authority, key_id, record_from_certificate
from gatepost.trust.countries import alpha2, is_development
from gatepost.trust.public_keys import UnusableKey, from_jwk, unbase64
from gatepost.trust.records import KeyRecord, Tally, check

_HOSTS = (("tng-cdn-dev.", "DEV"), ("tng-cdn-uat.", "UAT"), ("tng-cdn.", "PROD"))


def is_did_document(document: Any) -> bool:
    return isinstance(document, dict) and isinstance(document.get("verificationMethod"), list)


def read_did(document: dict[str, Any], tally: Tally, include_development: bool = False) -> list[KeyRecord]:
    """The signers of a DID document; what is left out is counted in `tally`."""
    environment = _environment(str(document.get("id", "")))
    if document.get("proof"):
        tally.note("list's proof not checked")
    records = []
    for method in document["verificationMethod"]:
        tally.read += 1
        if not isinstance(method, dict):
            tally.skip("reference to another list", str(method))
            continue
        where = str(method.get("id", "?"))
        try:
            records.append(_record(method, environment, tally, include_development))
        except UnusableKey as reason:
            tally.skip(str(reason), where)
        except (GatepostError, AttributeError, TypeError, ValueError, IndexError) as error:
            tally.skip(f"malformed entry ({error})", where)
    return records


def _record(method: dict[str, Any], environment: str, tally: Tally, include_development: bool) -> KeyRecord:
    path, _, fragment = str(method["id"]).partition("#")
    jwk = method.get("publicKeyJwk")
    if not isinstance(jwk, dict):
        raise UnusableKey("no publicKeyJwk")
    chain = jwk.get("x5c") or []
    der = unbase64(chain[0]) if chain else b""
    if "participant" in method:
        participant = _code(method, "participant")
        domain = _code(method, "domain")
        if _code(method, "keyusage") != "DSC":
            raise UnusableKey(f"not a document signer ({_code(method, 'keyusage')})")
    else:
        # Version 1 names no usage: its authorities can be told by their certificates alone.
        participant = path.rpartition(":")[2].upper()
        domain = ""
        if not der or is_authority(der):
            raise UnusableKey("not a document signer (CSCA)")
    if is_development(participant) and not include_development:
        raise UnusableKey("development participant")
    kid = unbase64(str(jwk.get("kid") or fragment))
    if not der:
        return _from_jwk(jwk, kid, environment, participant, domain)
    record = record_from_certificate(der, kid=kid, source=environment, participant=participant, domain=domain)
    if kid != key_id(der):
        tally.note("kid is not the certificate's hash", method["id"])
    if not alpha2(participant) and not is_development(participant):
        tally.note(f"participant without a country: {participant}", str(method["id"]))
    _compare(record, jwk)
    return record


def _compare(record: KeyRecord, jwk: dict[str, Any]) -> None:
    # WHO writes "UNKNOWN CURVE" for what its own library did not know; then the certificate alone speaks.
    if jwk.get("crv") == "UNKNOWN CURVE":
        return
    key = from_jwk(jwk)
    if (key.kind, key.x, key.y, key.n, key.e) != (record.kind, record.x, record.y, record.n, record.e):
        raise UnusableKey("JWK and certificate hold different keys")


def _from_jwk(jwk: dict[str, Any], kid: bytes, environment: str, participant: str, domain: str) -> KeyRecord:
    key = from_jwk(jwk)
    bare = KeyRecord(kid=kid, kind=key.kind, x=key.x, y=key.y, n=key.n, e=key.e)
    return check(
        replace(bare, source=environment, country=alpha2(participant), participant=participant, domain=domain)
    )


def _environment(identifier: str) -> str:
    for host, environment in _HOSTS:
        if host in identifier:
            return environment
    # A copy from elsewhere is not production until someone says so.
    return "DEV"


def _code(method: dict[str, Any], name: str) -> str:
    return str(method[name]["code"]).lstrip("#")
