"""Certificates that are not HC1's: the authority behind a country's passports (CSCA), which vouches for the signers
that come inside ICAO's VDS-NC; and the signers of Israel's older Green Pass, which its texts do not name.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from asn1crypto import core, keys, x509

from gatepost.trust.certificate import is_authority, record_from_certificate
from gatepost.trust.countries import alpha3
from gatepost.trust.public_keys import UnusableKey
from gatepost.trust.records import KeyRecord

# What stands for the key id where a text has none: the scanner looks up the kind of key that the text implies.
GREEN_PASS_KIDS = {"RSA": b"IL/RSA", "P-256": b"IL/P-256"}

_SUBJECT_KEY = "2.5.29.14"


def passport_authority(der: bytes, source: str = "PROD") -> KeyRecord:
    """The record of a CSCA certificate (Doc 9303, part 12), under its subject key identifier."""
    if not is_authority(der):
        raise UnusableKey("not a CA certificate, as a passport authority's is")
    record = record_from_certificate(der, scheme="VDS-NC", source=source)
    if not record.country:
        raise UnusableKey("passport authority of no country")
    return replace(record, kid=subject_key_id(der), usage=0, participant=alpha3(record.country))


def green_pass_signer(der: bytes, source: str = "PROD") -> KeyRecord:
    """The record of a signer of Israel's older Green Pass."""
    record = record_from_certificate(der, scheme="IL", source=source)
    kid = GREEN_PASS_KIDS.get(record.kind)
    if kid is None:
        raise UnusableKey(f"no Green Pass is signed on {record.kind}")
    return replace(record, kid=kid, usage=0, country="IL", participant="ISR")


def subject_key_id(der: bytes) -> bytes:
    """By which signers name this authority: its extension, or the hash RFC 5280, 4.2.1.2 (1), would have there."""
    body: Any = x509.Certificate.load(der, strict=True)["tbs_certificate"]
    try:
        for extension in body["extensions"]:
            if extension["extn_id"].dotted == _SUBJECT_KEY:
                found = core.OctetString.load(bytes(extension["extn_value"].contents)).native
                if not 0 < len(found) <= 64:
                    raise UnusableKey("subject key identifier of an impossible length")
                return found
        info: keys.PublicKeyInfo = body["subject_public_key_info"]
        return hashlib.sha1(bytes(info["public_key"].contents)[1:], usedforsecurity=False).digest()
    except (ValueError, TypeError) as error:
        if isinstance(error, UnusableKey):
            raise
        raise UnusableKey("the certificate's extensions cannot be read") from error
