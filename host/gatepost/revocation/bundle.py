"""Bundles of kind `revocation`: signed lists of withdrawn certificates (firmware/scanner/trust/revocations.py).

On a scanner each part is a file, so that a new bundle shares with the old one what has not changed. Thousands of new
withdrawals would still touch every shard of a large list, because keys are hashes. So a bundle that is made after
another keeps its large run as it is, and puts what is new into a small one beside it. When that has grown, some shards
take up theirs and the others stay: so a scanner never needs room for all of it twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import cbor2

from gatepost.errors import GatepostError
from gatepost.revocation import tables
from gatepost.revocation.records import Withdrawal, check
from gatepost.revocation.slices import KeySlices
from gatepost.trust.bundle import Bundle, pack, read_bundle
from gatepost.trust.signing import Signer

FORMAT = 1
RUNS = ("revoked", "recent", "dated")
DATED = 2
_LARGE = tables.PER_SHARD << tables.MOST_SHARD_BITS  # rows from which a run is worth keeping
_SHARE = 32  # a run of new rows may have this part of the large one's


@dataclass(frozen=True)
class Content:
    """What a revocation bundle holds: rows by run."""

    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def build_revocations(
    entries: Iterable[Withdrawal],
    private: Signer,
    version: int,
    environment: str,
    created: int,
    expires: int | None = None,
    after: bytes | None = None,
    slices: Sequence[KeySlices] = (),
) -> bytes:
    """A signed bundle of these withdrawals; `after`: the bundle that scanners hold, from which little shall differ;
    `slices`: of different keys.

    version, times and environment: see gatepost.trust.bundle. A list of nothing is a list: nothing is withdrawn.
    """
    always: dict[bytes, int] = {}
    dated: dict[bytes, int] = {}
    for entry in entries:
        rows = dated if check(entry).before else always
        rows[entry.key()] = max(entry.before, rows.get(entry.key(), 0))
    about: dict[str, object] = {"format": FORMAT}
    parts: dict[str, Sequence[bytes]] = {}
    kept = _kept(always, after)
    if kept is None:
        _add(about, parts, 0, always)
    else:
        shards, bits, recent = kept
        about["revoked"] = {"bits": bits[1], "count": sum(map(tables.count, shards))}
        parts["revoked"] = shards
        if recent:
            _add(about, parts, 1, recent)
    if dated:
        _add(about, parts, DATED, dated)
    if slices:
        about["slices"] = [each.kid for each in slices]
        parts["slices"] = [each.encode() for each in slices]
    data: dict[str, bytes | Sequence[bytes]] = {"about": cbor2.dumps(about, canonical=True), **parts}
    return pack("revocation", data, private, version, environment, created, expires)


def read_content(found: Bundle) -> Content:
    """What a bundle says it holds. GatepostError where it is of another kind or malformed."""
    about = _about(found)
    return Content({name: sum(map(tables.count, _run(found, name))) for name in RUNS if name in about})


def _add(
    about: dict[str, object], parts: dict[str, Sequence[bytes]], number: int, rows: Mapping[bytes, int]
) -> None:
    shape = tables.shape(len(rows), large=number == 0)
    about[RUNS[number]] = {"bits": shape[1], "count": len(rows)}
    parts[RUNS[number]] = tables.encode(number, rows, 4 if number == DATED else 0, shape)


def _kept(
    rows: Mapping[bytes, int], after: bytes | None
) -> tuple[list[bytes], tuple[int, int], dict[bytes, int]] | None:
    """(shards, shape, new rows) where the large run of an earlier bundle serves on; None where all is built anew."""
    if after is None:
        return None
    found = read_bundle(after)
    about = _about(found)
    shards = _run(found, "revoked")
    shape = (len(shards).bit_length() - 1, about["revoked"]["bits"])
    if sum(map(tables.count, shards)) < _LARGE or tables.crowded(len(rows), shape):
        return None
    fresh: list[list[bytes]] = [[] for _ in shards]
    for key in rows:
        fresh[tables.shard_of(key, shape[0])].append(key)
    new = 0
    for shard, data in enumerate(shards):
        held = tables.decode_shard(data, 0, shard, 0, shape)
        still = [key for key in held if key in rows]
        if len(still) < len(held):
            shards[shard] = tables.encode_shard(0, shard, sorted(still), rows, 0, shape)
        fresh[shard] = [key for key in fresh[shard] if key not in held]
        new += len(fresh[shard])
    # Those with the most new rows take them up.
    most = (len(rows) - new) // _SHARE
    wanted = sorted(range(len(shards)), key=lambda shard: len(fresh[shard])) if new > most else []
    while new > most * 3 // 4 and wanted:
        shard = wanted.pop()
        held = tables.decode_shard(shards[shard], 0, shard, 0, shape)
        shards[shard] = tables.encode_shard(0, shard, sorted([*held, *fresh[shard]]), rows, 0, shape)
        new -= len(fresh[shard])
        fresh[shard] = []
    return shards, shape, {key: 0 for keys in fresh for key in keys}


def _about(found: Bundle) -> dict[str, dict[str, int]]:
    if found.kind != "revocation":
        raise GatepostError(f"this is a bundle of kind {found.kind}, not of withdrawn certificates")
    try:
        about = cbor2.loads(found.parts["about"])
        if about["format"] != FORMAT or not isinstance(about["revoked"]["bits"], int):
            raise ValueError("format")
    except (KeyError, TypeError, ValueError, cbor2.CBORDecodeError):
        raise GatepostError("the bundle's lists are in another form") from None
    return about


def _run(found: Bundle, name: str) -> list[bytes]:
    return [piece for part, piece in found.pieces if part == name]
