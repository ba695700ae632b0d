"""Verification: was a record altered, taken out, put in, moved, or cut off; and which was the first.

Needs the scanner's public key and nobody's private one. Each item's check says whether the bytes before it are those
that were written; each segment's head and each head on demand is signed over the whole digest, so that nobody can
repair the checks behind a change. What stands behind the last signature is only as good as its checks; the report says
up to which record the scanner's signature reaches.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from gatepost.journal.head import unpack_head
from gatepost.journal.items import CHECK, HEAD, SEGMENT, START, Item, link, split
from gatepost.journal.segment import Segment, read_segment


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: from which record on, at which byte, and what."""

    sequence: int
    at: int
    problem: str

    def __str__(self) -> str:
        return f"record {self.sequence}: {self.problem}"


@dataclass
class Report:
    """What verification found. `digest`: the chain's behind everything; `collected`: behind the last record, which an
    acknowledgement repeats; `signed`: records below this number are under a signature of the scanner."""

    device: bytes
    findings: list[Finding] = field(default_factory=list)
    records: int = 0
    segments: int = 0
    heads: int = 0
    boots: int = 0
    first: int | None = None
    next: int = 0
    digest: bytes = START
    collected: bytes = START
    signed: int = 0

    @property
    def ok(self) -> bool:
        return not self.findings

    @property
    def broken(self) -> Finding | None:
        """The first broken record's finding."""
        return min(self.findings, key=lambda each: (each.sequence, each.at), default=None)


def verify(data: bytes, device: bytes) -> Report:
    """Verify items one after the other, as read from a scanner from the start of a segment on, or as archived.

    `device`: the scanner's point, 65 bytes.
    """
    check = _Verification(data, device)
    at = 0
    while at < len(data):
        for item in split(data, at):
            check.take(item)
            at = item.at + len(item.whole)
        if at < len(data):
            check.find(at, "bytes that are no journal")
            at = check.next_segment(at)
    return check.report


class _Verification:
    def __init__(self, data: bytes, device: bytes) -> None:
        self.report = Report(device)
        self._data = data
        self._segment: Segment | None = None
        self._broken = False  # in this segment: what follows a broken item cannot be sound

    def take(self, item: Item) -> None:
        if item.kind == HEAD:
            self._take_head(item)
        elif item.kind == SEGMENT:
            self._take_segment(item)
        else:
            self._take_record(item)

    def find(self, at: int, problem: str) -> None:
        self.report.findings.append(Finding(self.report.next, at, problem))

    def next_segment(self, at: int) -> int:
        """Where the next head of a segment stands that the scanner signed, or the end."""
        data = self._data
        while True:
            at = data.find(b"\0", at + 1)
            if at < 0:
                return len(data)
            item = next(split(data, at), None)
            if item is not None and item.kind == SEGMENT and self._read(item) is not None:
                return at

    def _take_record(self, item: Item) -> None:
        report = self.report
        whole = item.whole
        report.digest = link(report.digest, whole)
        if report.digest[:CHECK] != whole[-CHECK:] or item.sequence != report.next or self._segment is None:
            self._blame(item)
        report.collected = report.digest
        report.next += 1
        report.records += 1

    def _blame(self, item: Item) -> None:
        if self._broken:
            return
        self._broken = True
        if self._segment is None:
            self.find(item.at, "it stands in no segment")
        elif item.sequence != self.report.next:
            self.find(item.at, f"number {item.sequence} stands in its place")
        else:
            self.find(item.at, "it was altered")

    def _take_segment(self, item: Item) -> None:
        report = self.report
        try:
            segment = read_segment(item.content)
        except ValueError as error:
            self.find(item.at, f"the head of its segment is malformed: {error}")
            self._segment, self._broken = None, True
            return
        digest = link(segment.previous, item.whole)
        signed = segment.is_signed_by(report.device)
        if not signed:
            self.find(item.at, "the head of its segment is not signed by this scanner")
        elif digest[:CHECK] != item.whole[-CHECK:]:
            self.find(item.at, "the head of its segment was altered")
        elif self._segment is None and report.segments == 0:
            report.next = segment.first
            self._begin(item, segment)
        else:
            self._continue(item, segment)
        if report.first is None:
            report.first = segment.first
        if signed:
            if report.ok:
                report.signed = segment.first
            report.next = segment.first
            report.boots = segment.boots
        report.digest = digest
        report.segments += 1
        self._segment, self._broken = segment, not signed
        if segment.damaged:
            self.find(item.at, "the scanner found its journal damaged before it, when it started")

    def _begin(self, item: Item, segment: Segment) -> None:
        """The first segment at hand: the journal's first, or one whose elders were freed."""
        if segment.ordinal == 1 and (segment.first or segment.previous != START):
            self.find(item.at, "a journal that begins with it is impossible")

    def _continue(self, item: Item, segment: Segment) -> None:
        report = self.report
        before = self._segment
        if segment.first > report.next:
            missing = segment.first - 1
            self.find(
                item.at,
                f"it and all up to {missing} are missing" if missing > report.next else "it is missing",
            )
        elif segment.first < report.next:
            self.find(item.at, f"the journal goes back to record {segment.first}")
        elif segment.previous != report.digest and not self._broken:
            self.find(item.at, "what stands before it was altered after it was written")
        elif before is not None and segment.ordinal != before.ordinal + 1:
            self.find(item.at, "a segment before it is missing")
        elif before is not None and segment.boots < before.boots:
            self.find(item.at, "the scanner counts fewer starts than before")

    def _take_head(self, item: Item) -> None:
        report = self.report
        try:
            head = unpack_head(item.content)
        except ValueError:
            self.find(item.at, "a head in this archive is malformed")
            return
        report.heads += 1
        if link(START, item.whole)[:CHECK] != item.whole[-CHECK:] or not head.is_signed_by(report.device):
            self.find(item.at, "a head in this archive is not signed by this scanner")
        elif (head.next, head.digest) != (report.next, report.digest):
            if not self._broken:
                self.find(item.at, f"the scanner signed another journal, up to record {head.next - 1}")
        elif report.ok:
            report.signed = head.next

    def _read(self, item: Item) -> Segment | None:
        try:
            segment = read_segment(item.content)
        except ValueError:
            return None
        return segment if segment.is_signed_by(self.report.device) else None
