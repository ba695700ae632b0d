"""Which keys one authority may hand to another: its own, of one country and one environment.

Who sends a package and who accepts it hold these rules alike, so that nothing is sent that would be refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gatepost.errors import GatepostError
from gatepost.keys import reading
from gatepost.keys.reading import ReadingKey
from gatepost.trust.demonstration import is_demonstration_record
from gatepost.trust.records import KeyRecord

SCHEMES = ("HC1", "VDS-NC", "ITH1")  # whose certificates belong to the country of the key that signed
MOST_READING = 64  # keys; a scanner holds no more
_DEMO = "DEMO"


class PackageRefused(GatepostError):
    """`code` is for programs: bad_package, bad_signature, wrong_recipient, ..."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Contents:
    """Public keys that sign certificates, and reading keys, which are secrets."""

    signing: tuple[KeyRecord, ...]
    reading: tuple[ReadingKey, ...]


def check_contents(contents: Contents, country: str, environment: str) -> None:
    """PackageRefused "bad_contents", "foreign_key", "wrong_environment" or "demonstration"."""
    if not contents.signing and not contents.reading:
        raise PackageRefused("bad_contents", "a package without keys hands over nothing")
    if len(contents.reading) > MOST_READING:
        raise PackageRefused(
            "bad_contents", f"a scanner holds {MOST_READING} reading keys, and a package no more"
        )
    for key in contents.reading:
        try:
            reading.check(key)
        except GatepostError as error:
            raise PackageRefused("bad_contents", str(error)) from None
        if key.country != country:
            raise PackageRefused("foreign_key", f"a reading key of {key.country} in a package of {country}")
        _separate(key.demonstration, environment, f"reading key {key.kid.hex()}")
    for record in contents.signing:
        _check_signer(record, country, environment)
    _once([key.kid for key in contents.reading], "reading keys")
    _once([each.identity for each in contents.signing], "signing keys")


def _check_signer(record: KeyRecord, country: str, environment: str) -> None:
    what = f"signing key {record.kid.hex()}"
    if record.scheme not in SCHEMES:
        raise PackageRefused(
            "foreign_key", f"{what} is for {record.scheme}, whose certificates are of no country"
        )
    if record.country != country:
        raise PackageRefused(
            "foreign_key", f"{what} is of {record.country or 'no country'}, in a package of {country}"
        )
    _separate(is_demonstration_record(record), environment, what)
    if record.source != environment:
        raise PackageRefused(
            "wrong_environment", f"{what} is of {record.source}, in a package of {environment}"
        )


def _separate(demonstration: bool, environment: str, what: str) -> None:
    if demonstration and environment != _DEMO:
        raise PackageRefused("demonstration", f"{what} is a demonstration key: for packages of {_DEMO} alone")
    if environment == _DEMO and not demonstration:
        raise PackageRefused("demonstration", f"{what} is no demonstration key: not for a package of {_DEMO}")


def _once(names: Sequence[Any], what: str) -> None:
    if len(set(names)) != len(names):
        raise PackageRefused("bad_contents", f"two {what} of a package have the same id")
