"""Document signer certificates (X.509, RFC 5280) as key records.

A strict parser refuses a dozen signers of WHO's live list for faults in extensions that say nothing about key, use or
validity. Each field here is read on its own by a lazy parser, so that one broken extension costs that extension
alone. The signature on a certificate is not checked: who imports it vouches for it.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from asn1crypto import core, x509

from gatepost.trust.countries import alpha2
from gatepost.trust.public_keys import UnusableKey, from_spki
from gatepost.trust.records import NO_END, RECOVERY, TEST, VACCINATION, KeyRecord, check

# HCERT 1.0.8, 3.4: what a signer may sign. Most issuers wrote the second arc, a typing error that became the custom.
ARCS = ("1.3.6.1.4.1.1847.2021.1", "1.3.6.1.4.1.0.1847.2021.1")
MASKS = {
    f"{arc}.{number}": bit for arc in ARCS for number, bit in ((1, TEST), (2, VACCINATION), (3, RECOVERY))
}


class _Identifiers(core.SequenceOf):
    _child_spec = core.ObjectIdentifier


NAME_LIMIT = 80  # bytes of a name that a screen or a list has use for


def record_from_certificate(
    der: bytes,
    *,
    kid: bytes | None = None,
    scheme: str = "HC1",
    source: str = "PROD",
    participant: str = "",
    domain: str = "",
    revoked: bool = False,
) -> KeyRecord:
    """The record of a signer's certificate; UnusableKey with its reason where there is none to make.

    The kid is the first 8 bytes of the certificate's SHA-256 unless one is given. The country is the participant's
    where one is named, else the subject's.
    """
    body = _body(der)
    key = from_spki(body["subject_public_key_info"])
    not_before, not_after = validity(body)
    return check(
        KeyRecord(
            kid=kid or key_id(der),
            kind=key.kind,
            x=key.x,
            y=key.y,
            n=key.n,
            e=key.e,
            usage=usage(body),
            country=alpha2(participant) if participant else alpha2(_subject(body, "country_name")),
            participant=participant.upper(),
            domain=domain,
            name=shorten(_subject(body, "organization_name") or _subject(body, "common_name")),
            scheme=scheme,
            source=source,
            not_before=not_before,
            not_after=not_after,
            revoked=revoked,
        )
    )


def key_id(der: bytes) -> bytes:
    """The kid of HCERT 1.0.8, 3.3.3: the first 8 bytes of the certificate's SHA-256."""
    return hashlib.sha256(der).digest()[:8]


def is_authority(der: bytes) -> bool:
    """Whether basicConstraints say that this certificate signs others."""
    for oid, value in _extensions(_body(der)):
        if oid == "2.5.29.19":
            try:
                return bool(x509.BasicConstraints.load(value)["ca"].native)
            except (ValueError, TypeError):
                return False
    return False


def usage(body: Any) -> int:
    """The usage mask of a certificate's body: 0 where extKeyUsage names none of the six identifiers (any type)."""
    found: list[str] | None = None
    try:
        for oid, value in _extensions(body):
            if oid == "2.5.29.37":
                found = [each.dotted for each in _Identifiers.load(value)]
    except (ValueError, TypeError):
        found = None
    if found is None:
        # No readable extKeyUsage. If its identifiers stand anywhere in the body they still bind the key: reading
        # "any type" from a certificate that says less would widen what its issuer allowed.
        raw = body.dump()
        found = [oid for oid in MASKS if core.ObjectIdentifier(oid).dump() in raw]
    mask = 0
    for oid in found:
        mask |= MASKS.get(oid, 0)
    return mask


def validity(body: Any) -> tuple[int, int]:
    """notBefore and notAfter in unix seconds, clipped to what a key list holds."""
    try:
        times = [body["validity"][name].native for name in ("not_before", "not_after")]
        if not all(isinstance(each, datetime) for each in times):
            raise ValueError("time")
        first, last = (min(max(int(each.timestamp()), 0), NO_END) for each in times)
    except (ValueError, TypeError, OverflowError) as error:
        raise UnusableKey("the certificate's validity cannot be read") from error
    if first > last:
        raise UnusableKey("the certificate ends before it begins")
    return first, last


def shorten(text: str) -> str:
    """At most NAME_LIMIT bytes of UTF-8, control characters as spaces, cut between characters."""
    plain = "".join(each if each.isprintable() else " " for each in text).strip()
    return plain.encode()[:NAME_LIMIT].decode(errors="ignore").strip()


def _body(der: bytes) -> Any:
    try:
        body = x509.Certificate.load(der, strict=True)["tbs_certificate"]
        body["subject_public_key_info"]  # lazy: this is what takes the body apart into its fields
        return body
    except (ValueError, TypeError, KeyError) as error:
        raise UnusableKey("not a certificate") from error


def _extensions(body: Any) -> list[tuple[str, bytes]]:
    # Identifier and raw value of each extension; the values stay unparsed, because that is where they break.
    try:
        return [(each["extn_id"].dotted, bytes(each["extn_value"].contents)) for each in body["extensions"]]
    except (ValueError, TypeError):
        return []


def _subject(body: Any, name: str) -> str:
    try:
        for relative in body["subject"].chosen:
            for pair in relative:
                if pair["type"].native == name:
                    return str(pair["value"].native)
    except (ValueError, TypeError, KeyError):
        return ""
    return ""
