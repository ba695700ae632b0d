"""Keys and imports as tables for people."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table

from gatepost.printable import cell
from gatepost.trust.diff import Difference
from gatepost.trust.records import NO_END, USAGE_WORDS, KeyRecord, Tally


def day(seconds: int) -> str:
    """A date, or a dash where the source named none."""
    if seconds in (0, NO_END):
        return "-"
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")


def keys_table(records: Iterable[KeyRecord], title: str | None = None) -> Table:
    table = Table(title=title, title_justify="left")
    for name in ("cc", "scheme", "kid", "key", "uses", "ends", "state", "name"):
        table.add_column(name, overflow="fold")
    for each in records:
        kind = each.kind if each.kind != "RSA" else f"RSA {len(each.n) * 8}"
        table.add_row(
            cell(each.country or each.participant),
            each.scheme,
            each.kid[:8].hex() + ("…" if len(each.kid) > 8 else ""),
            kind,
            _uses(each),
            day(each.not_after),
            _state(each),
            cell(f"{each.name} {each.issuer}".strip()),
        )
    return table


def summary_table(records: Sequence[KeyRecord]) -> Table:
    """Counts by source, scheme and country."""
    table = Table()
    for name in ("source", "scheme", "country", "keys", "expired", "revoked"):
        table.add_column(name, justify="right" if name in ("keys", "expired", "revoked") else "left")
    now = time.time()
    groups = Counter((each.source, each.scheme, each.country or each.participant or "-") for each in records)
    for group in sorted(groups):
        members = [
            each
            for each in records
            if (each.source, each.scheme, each.country or each.participant or "-") == group
        ]
        expired = sum(each.not_after < now for each in members)
        revoked = sum(each.revoked for each in members)
        table.add_row(*map(cell, group), str(groups[group]), str(expired or ""), str(revoked or ""))
    return table


def difference_tables(difference: Difference) -> list[Table]:
    tables = []
    if difference.added:
        tables.append(keys_table(difference.added, f"added: {len(difference.added)}"))
    if difference.removed:
        tables.append(keys_table(difference.removed, f"removed: {len(difference.removed)}"))
    if difference.changed:
        table = Table(
            "country",
            "kid",
            "what changed",
            title=f"changed: {len(difference.changed)}",
            title_justify="left",
        )
        for before, after, names in difference.changed:
            what = "; ".join(f"{name}: {getattr(before, name)} → {getattr(after, name)}" for name in names)
            table.add_row(cell(after.country or after.participant), after.kid[:8].hex(), cell(what))
        tables.append(table)
    return tables


def print_tally(tally: Tally, kept: int, console: Console) -> None:
    """One line for the whole, one for each reason."""
    console.print(f"{tally.read} keys read, {kept} kept", highlight=False, soft_wrap=True)
    for title, counts in (("left out", tally.skipped), ("note", tally.notes)):
        for why, count in counts.most_common():
            example = tally.examples.get(why)
            where = f"  e.g. {example}" if example else ""
            console.print(cell(f"  {title}: {count} x {why}{where}"), highlight=False, soft_wrap=True)


def _uses(record: KeyRecord) -> str:
    # Initials of vaccination, test, recovery: three words for each of a thousand rows hide more than they say.
    if record.scheme != "HC1" or not record.usage:
        return "any"
    return "".join(word[0] if record.usage & bit else "-" for bit, word in USAGE_WORDS)


def _state(record: KeyRecord) -> str:
    words = [] if record.source == "PROD" else [record.source]
    if record.revoked:
        words.append("revoked")
    elif record.not_after < time.time():
        words.append("expired")
    return " ".join(words)
