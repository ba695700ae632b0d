"""The record every importer makes and every writer takes: one public key, and whose it is.

An importer turns what it read into `KeyRecord`s and says in its `Tally` what it left out and why; nothing between
import and signature knows where a key came from.
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from gatepost.errors import GatepostError

TEST, VACCINATION, RECOVERY = 1, 2, 4  # usage mask; 0 = any type
NO_END = 0xFFFFFFFF  # not_after where the source names none

KINDS = ("P-256", "P-384", "RSA")
SCHEMES = ("HC1", "SHC", "VDS-NC", "IL", "ITH1")
ENVIRONMENTS = ("PROD", "UAT", "DEV", "DEMO")

USAGE_WORDS = ((VACCINATION, "vaccination"), (TEST, "test"), (RECOVERY, "recovery"))


@dataclass(frozen=True)
class KeyRecord:
    """x, y for the curves, n and e for RSA; times are unix seconds, 0 and NO_END where the source says nothing."""

    kid: bytes
    kind: str
    x: bytes = b""
    y: bytes = b""
    n: bytes = b""
    e: int = 0
    usage: int = 0
    country: str = ""
    participant: str = ""
    domain: str = ""
    name: str = ""
    issuer: str = ""
    scheme: str = "HC1"
    source: str = "PROD"
    not_before: int = 0
    not_after: int = NO_END
    revoked: bool = False

    @property
    def public(self) -> bytes:
        """The key as the key list stores it: x || y, or e in four bytes || n."""
        return self.e.to_bytes(4, "big") + self.n if self.kind == "RSA" else self.x + self.y

    @property
    def identity(self) -> tuple[str, bytes, bytes, str]:
        """What makes two records the same entry of a list: scheme, kid, key and issuer's address."""
        return (self.scheme, self.kid, self.public, self.issuer)

    def usage_words(self) -> str:
        return ", ".join(word for bit, word in USAGE_WORDS if self.usage & bit) or "any"

    def to_json(self) -> dict[str, Any]:
        table: dict[str, Any] = {"kid": _b64(self.kid), "kind": self.kind}
        if self.kind == "RSA":
            table |= {"n": _b64(self.n), "e": self.e}
        else:
            table |= {"x": _b64(self.x), "y": _b64(self.y)}
        table["usage"] = self.usage
        for name in ("scheme", "source", "country", "participant", "domain", "name", "issuer"):
            if getattr(self, name):
                table[name] = getattr(self, name)
        table["not_before"] = self.not_before
        table["not_after"] = self.not_after
        if self.revoked:
            table["revoked"] = True
        return table

    @classmethod
    def from_json(cls, table: Any) -> KeyRecord:
        """The inverse of `to_json`; GatepostError where the table is none."""
        try:
            values = dict(table)
            for name in ("kid", "x", "y", "n"):
                if name in values:
                    values[name] = base64.b64decode(values[name], validate=True)
            return check(cls(**values))
        except (AttributeError, TypeError, ValueError) as error:
            raise GatepostError(f"not a key record: {error}") from None


def check(record: KeyRecord) -> KeyRecord:
    """`record` itself where the key list can hold it; GatepostError that names the field where it cannot."""
    if not 0 < len(record.kid) <= 64:
        raise GatepostError("a kid has 1 to 64 bytes")
    if record.kind not in KINDS or record.scheme not in SCHEMES or record.source not in ENVIRONMENTS:
        raise GatepostError(
            f"unknown kind, scheme or source: {record.kind}, {record.scheme}, {record.source}"
        )
    size = {"P-256": 32, "P-384": 48}.get(record.kind)
    if size and not len(record.x) == len(record.y) == size:
        raise GatepostError(f"coordinates of a {record.kind} key have {size} bytes")
    if not size and not (256 <= len(record.n) <= 1024 and record.n[0] and 1 < record.e < 1 << 32):
        raise GatepostError("an RSA key has 2048 to 8192 bits and an exponent below 2^32")
    if record.country and not (len(record.country) == 2 and record.country.isascii()):
        raise GatepostError(f"a country has two letters: {record.country!r}")
    numbers = (record.e, record.usage, record.not_before, record.not_after)
    if not all(type(each) is int for each in numbers) or type(record.revoked) is not bool:
        raise GatepostError("exponent, usage and validity are numbers, and a key is revoked or not")
    if not (0 <= record.usage <= 7 and 0 <= record.not_before <= NO_END and 0 <= record.not_after <= NO_END):
        raise GatepostError("usage or validity out of range")
    for name in ("participant", "domain", "name", "issuer"):
        if len(getattr(record, name).encode()) > 255:
            raise GatepostError(f"{name} longer than 255 bytes")
    return record


@dataclass
class Tally:
    """What an import read, kept and left out; every key that is not in the result is counted under a reason."""

    read: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    def skip(self, why: str, which: str = "") -> None:
        self.skipped[why] += 1
        self.examples.setdefault(why, which)

    def note(self, what: str, which: str = "") -> None:
        self.notes[what] += 1
        self.examples.setdefault(what, which)

    def nothing(self, what: str, sources: Iterable[str]) -> GatepostError:
        """Why an import that kept none of `what` is an error."""
        why = ", ".join(f"{count} x {reason}" for reason, count in self.skipped.items()) or "nothing in it"
        return GatepostError(f"no {what} in {', '.join(sources)} ({why}); nothing was written")

    def to_json(self) -> dict[str, Any]:
        return {"read": self.read, "skipped": dict(self.skipped), "notes": dict(self.notes)}


def merge(records: Iterable[KeyRecord], tally: Tally) -> list[KeyRecord]:
    """One record for each identity, in the order of the kids.

    Where two sources hold the same key, a revocation in either stands, and the use and validity become what both
    allow: merging may never widen what a source permitted.
    """
    found: dict[tuple[str, bytes, bytes, str], KeyRecord] = {}
    for record in records:
        other = found.get(record.identity)
        if other is None:
            found[record.identity] = record
            continue
        tally.skip("duplicate", record.kid.hex())
        usage = other.usage & record.usage if other.usage and record.usage else other.usage or record.usage
        if other.usage and record.usage and not usage:
            tally.skip("contradicting key usage", record.kid.hex())
            usage = other.usage
        found[record.identity] = replace(
            other,
            usage=usage,
            revoked=other.revoked or record.revoked,
            not_before=max(other.not_before, record.not_before),
            not_after=min(other.not_after, record.not_after),
        )
    return sorted(found.values(), key=lambda each: (each.kid, each.issuer, each.public))


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()
