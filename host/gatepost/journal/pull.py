"""Collecting: from the scanner into the archive, verified, and only then acknowledged."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from gatepost.device.refusals import NoAnswer
from gatepost.errors import GatepostError
from gatepost.journal.archive import Archive
from gatepost.journal.head import Head, read_head
from gatepost.journal.verify import Report

_LOSSES = 5  # of answers on the way
_TRIES = 8  # the scanner goes on scanning: a head may be ahead of what was just read


class Scanner(Protocol):
    """What a supervisor's session offers."""

    def journal_head(self, nonce: bytes) -> Mapping[str, Any]: ...

    def journal_read(self, sequence: int) -> Iterable[bytes]: ...

    def journal_ack(self, sequence: int, digest: bytes) -> Any: ...


@dataclass(frozen=True)
class Collection:
    """records: how many are new; head: as signed by the scanner; report: on the whole archive; freed: acknowledged."""

    records: int
    head: Head
    report: Report
    freed: bool


def collect(
    archive: Archive,
    scanner: Scanner,
    acknowledge: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> Collection:
    """Bring the archive up to date. `progress` is told (records so far, records to come).

    Nothing is acknowledged unless the whole archive verifies and the scanner's fresh signature covers its last record.
    """
    nonce = os.urandom(16)
    records = 0
    for _ in range(_TRIES):
        head = read_head(scanner.journal_head(nonce), nonce)
        if not head.is_signed_by(archive.device):
            raise GatepostError(
                "the head of the journal is not signed by this scanner; nothing was acknowledged"
            )
        start = archive.next
        if start is not None and start > head.next:
            raise GatepostError(
                f"the scanner's journal ends at record {head.next - 1}, before what {archive.path} holds of it: "
                "it was wiped or put back; keep the archive and start another"
            )
        if start is None or start < head.first:
            start = head.first
        if (start, archive.digest) == (head.next, head.digest):
            break
        before = archive.size
        records += _read(archive, scanner, start, head.next, progress)
        if archive.size == before:
            break  # nothing more comes, and it is not what the scanner signed: the report will say so
    else:
        raise GatepostError("the journal grows faster than it can be read; nothing was acknowledged")
    archive.add_head(head)
    report = archive.verify()
    freed = False
    if acknowledge and report.ok and report.signed == report.next > head.first:
        scanner.journal_ack(report.next - 1, report.collected)
        freed = True
    return Collection(records, head, report, freed)


def _read(
    archive: Archive, scanner: Scanner, start: int, end: int, progress: Callable[[int, int], None] | None
) -> int:
    records = lost = 0
    at = start
    while True:
        before = archive.size
        try:
            for piece in scanner.journal_read(at):
                records += archive.add(piece)
                if progress is not None:
                    progress(records, max(end - start, records))
        except NoAnswer:
            # What came before the lost piece is whole and in its place.
            lost += 1
            if lost == _LOSSES:
                raise
        else:
            if archive.size == before or (archive.next is not None and archive.next >= end):
                return records
        if archive.next is not None:
            at = archive.next
