"""Slices of the EU's distribution service, for the scanner to search as they are (firmware/scanner/trust/
revocation_slices.py): Bloom filters and lists of hashes cut short do not tell their entries.

A folder of them, as its interface gives them: JSON of its lists ({kid, mode, hashTypes, expires}) and of its partitions
({kid, x, y, chunks: {chunk: {expires: {type, hash}}}}), in files of any name, and each slice in a file named by its
hash. A part holds the slices of one key in pages of 252 bytes and a CRC-32:

    kid length u8 and kid, digits u8, kinds u8, count u16; count rows of 12: hex digits u16, type u8 (0 Bloom, 1 list),
    0 u8, start u32, length u32; the slices
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gatepost.errors import GatepostError
from gatepost.trust.public_keys import unbase64
from gatepost.trust.records import Tally

MODES = {"POINT": 1, "VECTOR": 2, "COORDINATE": 3}  # hex digits of a hash that tell its slices
KINDS = ("SIGNATURE", "UCI", "COUNTRYCODEUCI")
TYPES = ("BLOOMFILTER", "VARHASHLIST")
PAGE = 252
MOST_KEYS = 128  # parts of a bundle, each an open file on a scanner

_BLOOM_HEAD = struct.Struct(">HBBfIII")  # version, count of hashes, function, rate, elements twice, words
_LIST_HEAD = struct.Struct(">HfIB")  # version, rate, elements, bytes of each


@dataclass
class KeySlices:
    """All slices of the key `kid`: (hex digits as a number, type, bytes)."""

    kid: bytes
    mode: str
    kinds: tuple[str, ...]
    slices: list[tuple[int, str, bytes]] = field(default_factory=list)

    def encode(self) -> bytes:
        """The part, in its pages."""
        if self.mode not in MODES or not self.kid or len(self.kid) > 64 or len(self.slices) > 0xFFFF:
            raise GatepostError(
                f"slices of the key {self.kid.hex()}: of a mode or a number that no scanner takes"
            )
        ordered = sorted(self.slices)
        mask = sum(1 << KINDS.index(kind) for kind in self.kinds)
        head = bytes([len(self.kid)]) + self.kid + struct.pack(">BBH", MODES[self.mode], mask, len(ordered))
        start = len(head) + 12 * len(ordered)
        rows, body = b"", b""
        for digits, form, data in ordered:
            rows += struct.pack(">HBBII", digits, TYPES.index(form), 0, start + len(body), len(data))
            body += data
        return pages(head + rows + body)


def pages(data: bytes) -> bytes:
    """Each page with its CRC, which covers its number too."""
    out = bytearray()
    for number, at in enumerate(range(0, len(data), PAGE)):
        page = data[at : at + PAGE]
        out += page + struct.pack(">I", zlib.crc32(struct.pack(">I", number) + page))
    return bytes(out)


def sound(form: str, data: bytes, digit: str = "0") -> bytes:
    """A slice as a scanner can search it: the same bytes, lists mended and in order. GatepostError where it is none.

    `digit`: the first hex digit of the slice's hashes. The service's writer shortens what begins with FF 80 or more, as
    a number with a sign, and fills it up with zeros; where all begin with F, those are known.
    """
    try:
        if form == "BLOOMFILTER":
            version, count, _, _, _, _, words = _BLOOM_HEAD.unpack_from(data)
            if version != 1 or not count or not words or len(data) != _BLOOM_HEAD.size + 4 * words:
                raise ValueError("lengths")
            return data
        version, _, _, size = _LIST_HEAD.unpack_from(data)
        rows = data[_LIST_HEAD.size :]
        if form != "VARHASHLIST" or version != 1 or not 0 < size <= 16 or len(rows) % size:
            raise ValueError("lengths")
    except (struct.error, ValueError):
        raise GatepostError(f"not a slice of type {form}") from None
    found = [rows[at : at + size] for at in range(0, len(rows), size)]
    if digit in "fF":
        found = [row.lstrip(b"\0").rjust(size, b"\xff") for row in found]
    return data[: _LIST_HEAD.size] + b"".join(sorted(found, key=_signed))


def _signed(row: bytes) -> int:
    return int.from_bytes(row, "big", signed=True)


def read_folder(folder: Path, at: float) -> tuple[list[KeySlices], Tally]:
    """Every slice of a folder that has not expired at `at`, and the account of what was left out."""
    if not folder.is_dir():
        raise GatepostError(f"{folder} is no folder of slices")
    tally = Tally()
    lists: dict[bytes, KeySlices] = {}
    partitions: list[dict[str, Any]] = []
    files: dict[str, Path] = {}
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        files[path.name] = path
        for row in _rows(path):
            if "hashTypes" in row and "mode" in row:
                entry = _list(row, path)
                lists[entry.kid] = entry
            elif "chunks" in row:
                partitions.append(row)
    if not lists and not partitions:
        raise GatepostError(f"{folder} holds no list and no partition of slices")
    for row in partitions:
        entry = lists.get(_kid(row.get("kid"), folder))
        if entry is None:
            raise GatepostError(
                f"{folder}: a partition of {row.get('kid')!r}, of which no list says the mode"
            )
        _add(entry, row, files, at, tally)
    found = [each for each in lists.values() if each.slices]
    if len(found) > MOST_KEYS:
        raise GatepostError(f"slices of {len(found)} keys; a bundle takes those of {MOST_KEYS}")
    return sorted(found, key=lambda each: each.kid), tally


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return
    if isinstance(document, dict):
        document = document.get("items", [document])
    yield from (each for each in document if isinstance(each, dict)) if isinstance(document, list) else ()


def _list(row: dict[str, Any], path: Path) -> KeySlices:
    kinds = row["hashTypes"]
    if row["mode"] not in MODES or not isinstance(kinds, list) or not set(kinds) <= set(KINDS):
        raise GatepostError(f"{path}: a list of a mode or hash types that are not known")
    return KeySlices(_kid(row.get("kid"), path), row["mode"], tuple(kinds))


def _kid(text: Any, path: Path) -> bytes:
    try:
        return unbase64(str(text))
    except (ValueError, GatepostError):
        raise GatepostError(f"{path}: {text!r} is no key id") from None


def _add(entry: KeySlices, row: dict[str, Any], files: dict[str, Path], at: float, tally: Tally) -> None:
    lead = "".join(str(row[name]) for name in ("x", "y") if row.get(name) not in (None, "", "null"))
    try:
        found = [
            (lead + str(chunk), _moment(expires), str(about["type"]), str(about["hash"]))
            for chunk, slices in row["chunks"].items()
            for expires, about in slices.items()
        ]
        numbers = [int(digits, 16) for digits, *_ in found]
    except (KeyError, TypeError, AttributeError, ValueError):
        raise GatepostError(f"a partition of {entry.kid.hex()} is malformed") from None
    for number, (digits, expires, form, name) in zip(numbers, found, strict=True):
        tally.read += 1
        if expires < at:
            tally.skip("slice that has expired", name)
        elif len(digits) != MODES[entry.mode] or form not in TYPES:
            tally.skip("slice that does not fit its list's mode", name)
        elif name not in files:
            raise GatepostError(f"the slice {name} of {entry.kid.hex()} is missing")
        else:
            entry.slices.append((number, form, sound(form, files[name].read_bytes(), digits[0])))


def _moment(text: str) -> float:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
