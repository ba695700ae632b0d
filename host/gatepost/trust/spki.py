"""A list of bare public keys with their key ids, as the United Kingdom published those of its HC1 codes: a JSON list of
{"kid": base64, "publicKey": base64 of a SubjectPublicKeyInfo}. It says neither country nor dates.

The key ids are not those of HCERT: some are four letters long.
"""

from __future__ import annotations

from typing import Any

from asn1crypto import keys

from gatepost.errors import GatepostError
from gatepost.trust.public_keys import from_spki, unbase64
from gatepost.trust.records import KeyRecord, Tally, check

_MEMBERS = {"kid", "publicKey"}


def is_key_list(document: Any) -> bool:
    return (
        isinstance(document, list)
        and bool(document)
        and all(isinstance(each, dict) and each.keys() >= _MEMBERS for each in document)
    )


def read_key_list(document: Any, tally: Tally, source: str, country: str) -> list[KeyRecord]:
    """The keys of an is_key_list as HC1 keys of `country` (ISO 3166-1 alpha-2). GatepostError without one."""
    if not country:
        raise GatepostError("a list of bare public keys names no country: give --country")
    records = []
    for entry in document:
        tally.read += 1
        try:
            key = from_spki(keys.PublicKeyInfo.load(unbase64(entry["publicKey"]), strict=True))
            records.append(
                check(
                    KeyRecord(
                        kid=unbase64(entry["kid"]), kind=key.kind, x=key.x, y=key.y, n=key.n, e=key.e,
                        country=country, source=source,
                    )
                )
            )  # fmt: skip
        except (GatepostError, ValueError, TypeError) as error:
            reason = str(error) if isinstance(error, GatepostError) else "the public key cannot be read"
            tally.skip(reason, str(entry["kid"])[:40])
    return records
