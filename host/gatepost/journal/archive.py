"""A supervisor's archive: one file for each scanner, to which every collection adds.

`GPJOURN1`, the scanner's point of 65 bytes, then items as they came, and heads that the scanner signed. Items are
never changed once they are in: what was collected stays evidence, even of damage. An acknowledgement frees the
scanner's own copy, so nothing is acknowledged before it is on this disk.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from gatepost.errors import GatepostError
from gatepost.journal.head import Head
from gatepost.journal.items import HEAD, RECORD, SEGMENT, START, link, split, wrap_head
from gatepost.journal.segment import read_segment
from gatepost.journal.verify import Report, verify

MAGIC = b"GPJOURN1"
_BODY = len(MAGIC) + 65


class Archive:
    """`device`: the scanner's point; `next`: the record to ask it for; `digest`: the chain's behind all items."""

    def __init__(self, path: Path, device: bytes) -> None:
        self.path = path
        self.device = device
        self.next: int | None = None
        self.digest = START
        self.collected = START
        self.ordinal = 0

    @classmethod
    def open(cls, path: Path, device: bytes | None = None) -> Archive:
        """The archive in the file; with `device`, it is made where there is none, and must be that scanner's."""
        if device is not None and not path.exists():
            if len(device) != 65:
                raise GatepostError("this is no scanner's public key")
            archive = cls(path, device)
            archive._append(MAGIC + device)
            return archive
        data = _read(path)
        archive = cls(path, data[len(MAGIC) : _BODY])
        if device is not None and device != archive.device:
            raise GatepostError(f"{path} holds the journal of another scanner")
        archive._follow(data[_BODY:])
        return archive

    def items(self) -> bytes:
        """Everything that was collected."""
        return _read(self.path)[_BODY:]

    def verify(self) -> Report:
        return verify(self.items(), self.device)

    def add(self, pieces: Iterable[bytes]) -> int:
        """Append what the scanner sent; the number of new records. It is surely on disk when a head follows it.

        A segment's head that is here already is left out: the scanner repeats it with the first record behind it.
        """
        data = b"".join(pieces)
        fresh = []
        records = at = 0
        for item in split(data):
            if item.kind == HEAD:
                break
            at = item.at + len(item.whole)
            if item.kind == SEGMENT and self._ordinal(item.content) <= self.ordinal:
                continue
            records += item.kind == RECORD
            fresh.append(item.whole)
            self._follow(item.whole)
        self._append(b"".join(fresh))
        if at != len(data):
            raise GatepostError("the scanner sent something that is no journal")
        return records

    def add_head(self, head: Head) -> None:
        """Append what the scanner signed about its journal, at the place it speaks of; on disk, with all before it,
        when this returns."""
        self._append(wrap_head(head.pack()), True)

    def _follow(self, data: bytes) -> None:
        for item in split(data):
            if item.kind == RECORD:
                self.digest = self.collected = link(self.digest, item.whole)
                self.next = (self.next or 0) + 1
            elif item.kind == SEGMENT:
                try:
                    segment = read_segment(item.content)
                except ValueError:
                    continue
                self.ordinal = segment.ordinal
                self.next = segment.first
                self.digest = link(segment.previous, item.whole)

    def _ordinal(self, content: bytes) -> int:
        try:
            return read_segment(content).ordinal
        except ValueError:
            return self.ordinal + 1

    def _append(self, data: bytes, settle: bool = False) -> None:
        try:
            handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(handle, "ab") as file:
                file.write(data)
                if settle:
                    file.flush()
                    os.fsync(file.fileno())
        except OSError as error:
            raise GatepostError(f"cannot write {self.path}: {error.strerror}") from None


def _read(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise GatepostError(f"cannot read {path}: {error.strerror}") from None
    if data[: len(MAGIC)] != MAGIC or len(data) < _BODY:
        raise GatepostError(f"{path} is no archive of a scanner's journal")
    return data
