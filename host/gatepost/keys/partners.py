"""What was accepted from another authority: a folder with its public keys and reading keys, kept up by its packages.

`partner.json` says whose folder it is: the fingerprint that was compared when the first package was accepted, the
country that the fingerprint may speak for, and the version that was accepted last. `signing.json` is a key file as
`gatepost trust` reads it; `reading/` has one file a key, for its owner alone. A package replaces them all. What a
key calls itself is not taken over: on the lists made of it, its name is that of the folder.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from gatepost.errors import GatepostError
from gatepost.keys import package as packages
from gatepost.keys import reading
from gatepost.keys.handover import Contents, PackageRefused
from gatepost.keys.package import Head, Package
from gatepost.trust.countries import alpha3
from gatepost.trust.demonstration import is_demonstration_authority
from gatepost.trust.records import KeyRecord, check
from gatepost.trust.sources import write_keys

STATE, SIGNING, READING = "partner.json", "signing.json", "reading"
CLOCK_SLACK = 3600  # seconds that a sender's clock may be before ours
_FORMAT = "gatepost partner 1"


@dataclass(frozen=True)
class Partner:
    """fingerprint: of the authority that signs its packages, 64 hexadecimal digits; digest: of the last package."""

    fingerprint: str
    country: str
    name: str
    environment: str
    version: int
    digest: str


@dataclass(frozen=True)
class Accepted:
    """What an acceptance changed. `reading`, `withdrawn`: names of files; `before`: the version until then."""

    partner: Partner
    signing: list[KeyRecord]
    reading: list[str]
    withdrawn: list[str]
    before: int


def load(folder: Path) -> Partner | None:
    """Whose folder it is; None where nothing was accepted into it yet."""
    try:
        content = json.loads((folder / STATE).read_bytes())
        if content.pop("format") != _FORMAT:
            raise ValueError("format")
        partner = Partner(**content)
        if any(not isinstance(value, int if name == "version" else str) for name, value in content.items()):
            raise ValueError("types")
        return partner
    except FileNotFoundError:
        return None
    except OSError as error:
        raise GatepostError(f"cannot read {folder / STATE}: {error.strerror}") from None
    except (AttributeError, KeyError, TypeError, ValueError):
        raise GatepostError(f"{folder / STATE} is damaged; accept the package into a new folder") from None


def check_sender(head: Head, partner: Partner | None, told: str, country: str) -> None:
    """PackageRefused where the package is not from whom the folder, or a person, says. `told`: a fingerprint that was
    compared with the sender over another way, `country`: whose keys it may bring; both empty for a folder in use."""
    if told and not packages.same_fingerprint(told, bytes.fromhex(head.fingerprint)):
        raise PackageRefused("other_sender", "the package's sender has not that fingerprint")
    if country and country != head.country:
        raise PackageRefused("other_country", f"the package is of {head.country}, not of {country}")
    if partner is None:
        return
    if head.fingerprint != partner.fingerprint:
        raise PackageRefused(
            "other_sender", f"the folder is of the authority with fingerprint {partner.fingerprint}"
        )
    known = (partner.country, partner.name, partner.environment)
    if (head.country, head.name, head.environment) != known:
        raise PackageRefused(
            "other_country", f"the folder is of {partner.name}, {partner.country}: not so the package"
        )


def check_time(package: Package, partner: Partner | None, now: float) -> None:
    """PackageRefused "expired", "not_yet_valid", "replay" or "downgrade"."""
    head = package.head
    if now > head.expires:
        raise PackageRefused("expired", "the package has expired: have its sender make a new one")
    if now < head.created - CLOCK_SLACK:
        raise PackageRefused(
            "not_yet_valid", "the package was made in the future: one of the two clocks is wrong"
        )
    if partner is None or head.version > partner.version:
        return
    if head.version == partner.version and package.digest == partner.digest:
        raise PackageRefused("replay", f"version {head.version} of this package was accepted before")
    raise PackageRefused(
        "downgrade", f"version {partner.version} was accepted already, and this is version {head.version}"
    )


def check_demonstration(head: Head, recipient: ec.EllipticCurvePublicKey, marked: bool) -> None:
    """PackageRefused where demonstration and earnest would mix; `marked`: whether the recipient's file is marked."""
    sender = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), head.sender)
    demonstration = head.environment == "DEMO"
    if is_demonstration_authority(sender) and not demonstration:
        raise PackageRefused("demonstration", "the sender's key is a demonstration key, which everyone has")
    if (marked or is_demonstration_authority(recipient)) != demonstration:
        raise PackageRefused(
            "demonstration",
            "a demonstration's package is for a demonstration key"
            if demonstration
            else "your key is a demonstration key, which everyone has: it takes packages of DEMO alone",
        )


def accept(folder: Path, package: Package, contents: Contents, secret: bytes | None) -> Accepted:
    """Write what a package holds, after all checks of its head; `secret` locks the reading keys, None leaves them open.

    A cut at any point is mended by accepting the package again: `partner.json` is written last.
    """
    head, old = package.head, load(folder)
    records = [_own(each, head) for each in contents.signing]
    names = [key.file_name for key in contents.reading]
    try:
        (folder / READING).mkdir(parents=True, exist_ok=True, mode=0o700)
        for left in (*folder.glob("*.part"), *(folder / READING).glob("*.part")):
            left.unlink()  # of an acceptance that was cut
        withdrawn = sorted(
            each.name for each in (folder / READING).glob("*.reading") if each.name not in names
        )
        for name, key in zip(names, contents.reading, strict=True):
            _put(folder / READING / name, reading.encode(key, secret), 0o600)
        _put(folder / SIGNING, write_keys(records).encode(), 0o644)
        for name in withdrawn:
            (folder / READING / name).unlink()
        partner = Partner(
            head.fingerprint, head.country, head.name, head.environment, head.version, package.digest
        )
        _put(
            folder / STATE,
            json.dumps({"format": _FORMAT, **asdict(partner)}, indent=1).encode() + b"\n",
            0o644,
        )
    except OSError as error:
        raise GatepostError(f"cannot write {error.filename or folder}: {error.strerror}") from None
    return Accepted(partner, records, names, withdrawn, old.version if old else 0)


def _own(record: KeyRecord, head: Head) -> KeyRecord:
    """The record as the folder lists it: a sender's words about itself are those that were compared."""
    return check(replace(record, participant=alpha3(head.country), domain="", name=head.name, issuer=""))


def _put(path: Path, data: bytes, mode: int) -> None:
    """Whole or not at all, and never readable by others meanwhile."""
    beside = path.with_name(path.name + ".part")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
