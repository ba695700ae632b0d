"""What a supervisor wants to know of a journal at a glance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from gatepost.journal.entries import Entry

_HOUR = 3600


@dataclass
class Summary:
    """Counts over the records: scans by verdict, by reason, by issuer, by day and hour; and what is out of order."""

    records: int = 0
    scans: int = 0
    first_time: int | None = None
    last_time: int | None = None
    verdicts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    issuers: Counter[str] = field(default_factory=Counter)
    days: Counter[str] = field(default_factory=Counter)
    hours: Counter[int] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    used_again: int = 0
    doubtful: int = 0
    dropped: int = 0
    unreadable: int = 0
    tampered: list[Entry] = field(default_factory=list)

    @property
    def busiest(self) -> tuple[int, int] | None:
        """(unix seconds, scans) of the hour with most scans."""
        hour, count = max(self.hours.items(), key=lambda each: (each[1], -each[0]), default=(0, 0))
        return (hour * _HOUR, count) if count else None


def summarise(entries: Iterable[Entry]) -> Summary:
    """One pass over the records."""
    summary = Summary()
    for entry in entries:
        summary.records += 1
        if entry.fields is None:
            summary.unreadable += 1
            continue
        summary.events[entry.kind] += 1
        summary.doubtful += entry.doubtful
        if entry.time is not None and not entry.doubtful:
            summary.first_time = min(entry.time, summary.first_time or entry.time)
            summary.last_time = max(entry.time, summary.last_time or entry.time)
        if entry.kind == "scan":
            _count_scan(summary, entry)
        elif entry.kind == "full":
            dropped = entry.fields.get("dropped")
            summary.dropped += dropped if isinstance(dropped, int) else 0
        elif entry.kind == "tamper":
            summary.tampered.append(entry)
    return summary


def _count_scan(summary: Summary, entry: Entry) -> None:
    fields = entry.fields or {}
    summary.scans += 1
    summary.verdicts[str(fields.get("verdict", "?"))] += 1
    summary.reasons[str(fields.get("reason", "?"))] += 1
    if fields.get("issuer"):
        summary.issuers[str(fields["issuer"])] += 1
    summary.used_again += "again" in fields
    if entry.time is not None:
        summary.hours[entry.time // _HOUR] += 1
        try:
            summary.days[datetime.fromtimestamp(entry.time, UTC).strftime("%Y-%m-%d")] += 1
        except (ValueError, OverflowError, OSError):
            summary.days["?"] += 1
