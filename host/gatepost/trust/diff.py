"""What changed between two sets of keys, by what a scanner would notice: a key that comes, goes or differs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from gatepost.trust.records import KeyRecord

_COMPARED = tuple(
    each.name for each in fields(KeyRecord) if each.name not in ("kid", "kind", "x", "y", "n", "e")
)


@dataclass(frozen=True)
class Difference:
    """`changed` holds both records of a key and the names of the fields that differ."""

    added: list[KeyRecord]
    removed: list[KeyRecord]
    changed: list[tuple[KeyRecord, KeyRecord, tuple[str, ...]]]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)

    def to_json(self) -> dict[str, Any]:
        return {
            "added": [each.to_json() for each in self.added],
            "removed": [each.to_json() for each in self.removed],
            "changed": [
                {"before": before.to_json(), "after": after.to_json(), "fields": list(names)}
                for before, after, names in self.changed
            ],
        }


def compare(before: Iterable[KeyRecord], after: Iterable[KeyRecord]) -> Difference:
    """The difference from one set of records to another; a key under another kid or issuer is another key."""
    old = {each.identity: each for each in before}
    new = {each.identity: each for each in after}
    changed = []
    for identity, record in new.items():
        if identity in old:
            names = tuple(name for name in _COMPARED if getattr(old[identity], name) != getattr(record, name))
            if names:
                changed.append((old[identity], record, names))
    return Difference(
        [each for identity, each in new.items() if identity not in old],
        [each for identity, each in old.items() if identity not in new],
        changed,
    )
