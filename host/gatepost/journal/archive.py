"""A supervisor's archive: one file for each scanner, to which every collection adds.

`GPJOURN1`, the scanner's point of 65 bytes, then items as they came, and heads that the scanner signed. Items are
never changed once they are in: what was collected stays evidence, even of damage. An acknowledgement frees the
scanner's own copy, so nothing is acknowledged before it is on this disk.
"""

from __future__ import annotations

import os
from pathlib import Path

from gatepost.errors import GatepostError
from gatepost.journal.head import Head
from gatepost.journal.items import CHECK, RECORD, SEGMENT, START, link, split, walk, wrap_head
from gatepost.journal.segment import Segment, read_segment
from gatepost.journal.verify import Report, verify

MAGIC = b"GPJOURN1"
_BODY = len(MAGIC) + 65
_BINARY = getattr(os, "O_BINARY", 0)  # Windows would change line ends


class Archive:
    """`device`: the scanner's point; `next`: the record to ask it for; `size`: bytes of the file."""

    def __init__(self, path: Path, device: bytes) -> None:
        self.path = path
        self.device = device
        self.next: int | None = None
        self.size = 0
        self._ordinal = 0  # of the newest segment
        self._digest = START
        self._fresh: list[bytes] = []  # what `_digest` does not cover yet

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
        archive.size = len(data)
        archive._take(data[_BODY:], repeated=True)
        return archive

    @property
    def digest(self) -> bytes:
        """The chain's digest behind all items."""
        fresh, self._fresh = self._fresh, []
        for data in fresh:
            for item in split(data):
                if item.kind == RECORD:
                    self._digest = link(self._digest, item.whole)
                elif item.kind == SEGMENT:
                    segment = _segment(item.content)
                    if segment is not None:
                        self._digest = link(segment.previous, item.whole)
        return self._digest

    def items(self) -> bytes:
        """Everything that was collected."""
        return _read(self.path)[_BODY:]

    def verify(self) -> Report:
        return verify(self.items(), self.device)

    def add(self, data: bytes) -> int:
        """Append what the scanner sent; the number of new records. It is surely on disk when a head follows it.

        A segment's head that is here already is left out: the scanner repeats it with the first record behind it.
        """
        records, whole, fresh = self._take(data, repeated=False)
        self._append(fresh)
        if whole != len(data):
            raise GatepostError("the scanner sent something that is no journal")
        return records

    def add_head(self, head: Head) -> None:
        """Append what the scanner signed about its journal, at the place it speaks of; on disk, with all before it,
        when this returns."""
        self._append(wrap_head(head.pack()), True)

    def _take(self, data: bytes, repeated: bool) -> tuple[int, int, bytes]:
        """Count on over the items of `data`: (records, bytes of whole items, those of them that are new).

        `repeated`: what an archive holds is in it as often as it is; heads too. From a scanner neither is wanted.
        """
        records = at = start = 0
        kept = []
        for kind, here, end in walk(data):
            if kind == RECORD:
                records += 1
                self.next = (self.next or 0) + 1
            elif kind == SEGMENT:
                segment = _segment(data[here + 3 : end - CHECK])
                if segment is not None:
                    if segment.ordinal <= self._ordinal and not repeated:
                        kept.append(data[start:here])
                        start = end
                    else:
                        self._ordinal = segment.ordinal
                        self.next = segment.first
            elif not repeated:
                break
            at = end
        kept.append(data[start:at])
        fresh = b"".join(kept)
        self._fresh.append(fresh)
        return records, at, fresh

    def _append(self, data: bytes, settle: bool = False) -> None:
        try:
            handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | _BINARY, 0o600)
            try:
                left = memoryview(data)
                while left:
                    count = os.write(handle, left)
                    self.size += count
                    left = left[count:]
                if settle:
                    os.fsync(handle)
            finally:
                os.close(handle)
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


def _segment(content: bytes) -> Segment | None:
    """What a segment's head says, or None for one that cannot be read: verification names it."""
    try:
        return read_segment(content)
    except ValueError:
        return None
