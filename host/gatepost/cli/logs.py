"""`gatepost logs`: collect scanners' journals, prove them whole, and read them."""

from __future__ import annotations

import argparse
import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gatepost.cli import roleholder
from gatepost.device import selection
from gatepost.errors import GatepostError, about
from gatepost.journal.names import KINDS
from gatepost.keys import passphrase
from gatepost.printable import printable, say, say_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gatepost.device.discovery import Found
    from gatepost.journal.archive import Archive
    from gatepost.journal.entries import Entry
    from gatepost.journal.summary import Summary
    from gatepost.keys.roles import Credentials

NAME = "logs"
HELP = "collect, verify and read scanners' journals"

EXAMPLES = """\
examples:
  gatepost logs pull --role li/supervisor.role -o logs/
      every scanner's records into one archive each; freed on the scanner once they are verified here
  gatepost logs verify logs/gate-3-5f0c2a91.journal
      prove that nothing was altered, taken out or cut off; names the first broken record
  gatepost logs show logs/gate-3-5f0c2a91.journal --key li/supervisor.key.pem
      a summary; with --records, or --last 20, the records themselves
  gatepost logs export logs/*.journal --key li/supervisor.key.pem -o journal.sqlite
      JSON Lines, CSV, SQLite or Parquet, by the file's ending

exit codes:
  0  done, and everything verified        1  an error; of pull: no scanner could be collected
  6  a journal was altered, cut, or is not the scanner's
"""

BROKEN = 6
_ENDINGS = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".sqlite": "sqlite", ".db": "sqlite", ".parquet": "parquet",
}  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")

    pull = actions.add_parser("pull", help="collect scanners' journals into archives")
    selection.add_arguments(pull)
    roleholder.add_arguments(pull)
    pull.add_argument(
        "-o", "--output", type=Path, required=True, metavar="DIR", help="folder of the archives"
    )
    pull.add_argument("--keep", action="store_true", help="free nothing on the scanner")
    pull.add_argument("--json", action="store_true")

    verify = actions.add_parser("verify", help="prove archives whole; needs no private key")
    _add_archives(verify)

    show = actions.add_parser("show", help="a summary of archives, or their records")
    _add_archives(show)
    _add_key(show)
    show.add_argument("--records", action="store_true", help="every record, not the summary")
    show.add_argument("--last", type=_count, metavar="N", help="the last N records, not the summary")
    show.add_argument(
        "--kind", choices=KINDS, metavar="KIND", help=f"records of this kind alone: {', '.join(KINDS)}"
    )

    export = actions.add_parser("export", help="write records as JSON Lines, CSV, SQLite or Parquet")
    _add_archives(export)
    _add_key(export)
    export.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    export.add_argument(
        "--format", choices=("jsonl", "csv", "sqlite", "parquet"), help="default: by the file's ending"
    )


def _add_archives(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("archives", nargs="+", type=Path, metavar="ARCHIVE")
    parser.add_argument("--json", action="store_true")


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text} is no number of records from 1 up")
    return int(text)


def _add_key(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--key",
        type=Path,
        required=True,
        metavar="PEM",
        help="private key of a supervisor the journal is sealed to",
    )
    passphrase.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    return {"pull": _pull, "verify": _verify, "show": _show, "export": _export}[args.action](args)


def _pull(args: argparse.Namespace) -> int:
    credentials = roleholder.load(args)
    if credentials.role.role != "supervisor":
        raise GatepostError(
            f"journals are for supervisors, and {credentials.role.name} is a {credentials.role.role}"
        )
    rows = []
    for found in selection.chosen(args):
        row = {"port": found.port, "name": found.name, "problem": found.problem, "ok": False}
        if found.hello is not None:
            try:
                row.update(_pull_one(args, found, credentials))
            except GatepostError as error:
                row["problem"] = str(error)
        rows.append(row)
        if not args.json:
            if row["problem"]:
                say(f"gatepost: {about(found.label, row['problem'])}", file=sys.stderr)
            else:
                say(f"{found.label}: {row['new']} new records in {row['archive']}; {row['words']}")
    if args.json:
        say_json(rows, indent=1)
    if any(row.get("broken") is not None for row in rows):
        return BROKEN
    return 0 if all(row["ok"] for row in rows) else 1


def _pull_one(args: argparse.Namespace, found: Found, credentials: Credentials) -> dict[str, Any]:
    from gatepost.device import discovery, report
    from gatepost.device.archives import archive_of
    from gatepost.journal.pull import collect

    with discovery.connect(found.port) as client:
        session = client.session(credentials.certificate, credentials.private)
        archive, note = archive_of(args.output, found.name, session.device)
        if note:
            say(f"gatepost: {note}", file=sys.stderr)
        with report.bar(args.json) as shown:
            task = shown.add_task(printable(found.label), total=None)
            taken = collect(
                archive,
                client,
                not args.keep,
                lambda here, total: shown.update(task, completed=here, total=total),
            )
    row = verdict(archive)
    freed = ", freed on the scanner" if taken.freed else ""
    return {**row, "words": row["words"] + freed, "new": taken.records, "freed": taken.freed, "problem": ""}


def _verify(args: argparse.Namespace) -> int:
    rows = [verdict(archive) for archive in _open(args.archives)]
    if args.json:
        say_json(rows, indent=1)
    else:
        for row in rows:
            say(f"{row['archive']}: {row['words']}")
            for finding in row["findings"][1:]:
                say(f"  also {finding}")
    return 0 if all(row["ok"] for row in rows) else BROKEN


def verdict(archive: Archive) -> dict[str, Any]:
    """What verification says of one archive, for people and programs."""
    report = archive.verify()
    broken = report.broken
    if broken is not None:
        words = f"BROKEN, {broken}"
    elif not report.records:
        words = "no records yet"
    else:
        words = f"whole: records {report.first} to {report.next - 1}, {report.boots} starts"
        if report.signed < report.next:
            words += f"; the scanner's signature covers them up to {report.signed - 1}"
    return {
        "archive": str(archive.path),
        "device": archive.device.hex(),
        "ok": report.ok,
        "words": words,
        "records": report.records,
        "first": report.first,
        "next": report.next,
        "signed": report.signed,
        "boots": report.boots,
        "broken": broken.sequence if broken else None,
        "findings": [str(each) for each in report.findings],
    }


def _show(args: argparse.Namespace) -> int:
    from collections import deque

    from gatepost.journal.summary import summarise

    archives = _open(args.archives)
    entries = _entries(args, archives)
    verdicts = [verdict(archive) for archive in archives]
    if args.kind:
        entries = (each for each in entries if each.kind == args.kind)
    if args.records or args.last is not None:
        chosen = entries if args.last is None else deque(entries, maxlen=args.last)
        _print_records(chosen, args.json)
    else:
        summary = summarise(entries)
        # A start before there was a journal is in no record: the scanner's own count has it.
        starts = sum(row["boots"] for row in verdicts)
        if args.json:
            say_json(_summary_facts(summary, starts), indent=1)
        else:
            _print_summary(summary, starts)
    broken = [row for row in verdicts if not row["ok"]]
    for row in broken:
        say(f"gatepost: {row['archive']}: {row['words']}", file=sys.stderr)
    return BROKEN if broken else 0


def _export(args: argparse.Namespace) -> int:
    from gatepost.journal.export import export

    form = args.format or _ENDINGS.get(args.output.suffix.lower())
    if form is None:
        raise GatepostError(
            f"{args.output}: name a format with --format, or an ending such as .csv or .sqlite"
        )
    archives = _open(args.archives)
    count = export(_entries(args, archives), args.output, form)
    broken = [row for row in map(verdict, archives) if not row["ok"]]
    if args.json:
        say_json({"records": count, "output": str(args.output), "broken": [row["archive"] for row in broken]})
    else:
        say(f"wrote {count} records to {args.output}")
    for row in broken:
        say(f"gatepost: {row['archive']}: {row['words']}", file=sys.stderr)
    return BROKEN if broken else 0


def _open(paths: list[Path]) -> list[Archive]:
    from gatepost.journal.archive import Archive

    return [Archive.open(path) for path in paths]


def _entries(args: argparse.Namespace, archives: list[Archive]) -> Iterator[Entry]:
    """The records of all archives; GatepostError where the first of them cannot be read with this key."""
    from itertools import chain

    from gatepost.journal.entries import read_entries
    from gatepost.keys.roles import load_signer

    private = load_signer(args.key, passphrase.existing(args, args.key))
    entries = chain.from_iterable(read_entries(archive.items(), private) for archive in archives)
    first = list(islice(entries, 1))
    if first and first[0].problem == "not sealed to this supervisor":
        raise GatepostError(f"{args.archives[0]} is not sealed to the holder of {args.key}")
    return chain(first, entries)


def _print_records(entries: Any, as_json: bool) -> None:
    from gatepost.journal.export import row

    for entry in entries:
        values = {name: value for name, value in row(entry).items() if value is not None}
        if as_json:
            say_json(values)
            continue
        rest = [
            str(values[name])
            for name in ("verdict", "reason", "scheme", "issuer", "kid", "more")
            if name in values
        ]
        if "again" in values:
            rest.append(f"used before, first {values['again']} s earlier")
        if entry.problem:
            rest.append(entry.problem.upper())
        doubt = "?" if entry.doubtful else " "
        say(f"{entry.sequence:>7}  {entry.moment:<20}{doubt} {entry.kind:<9} {' '.join(rest)}")


def _summary_facts(summary: Summary, starts: int) -> dict[str, Any]:
    busiest = summary.busiest
    return {
        "records": summary.records,
        "scans": summary.scans,
        "verdicts": dict(summary.verdicts),
        "reasons": dict(summary.reasons.most_common()),
        "issuers": dict(summary.issuers.most_common()),
        "days": dict(sorted(summary.days.items())),
        "events": dict(summary.events),
        "from": summary.first_time,
        "to": summary.last_time,
        "busiest_hour": {"begin": busiest[0], "scans": busiest[1]} if busiest else None,
        "used_again": summary.used_again,
        "doubtful_clock": summary.doubtful,
        "dropped": summary.dropped,
        "unreadable": summary.unreadable,
        "starts": starts,
        "tampered": [
            {"sequence": each.sequence, "time": each.moment, **_plain(each.fields or {})}
            for each in summary.tampered
        ],
    }


def _print_summary(summary: Summary, starts: int) -> None:
    facts = _summary_facts(summary, starts)
    say(f"records:      {summary.records}, {starts} starts")
    if summary.first_time is not None and summary.last_time is not None:
        say(f"time:         {_moment(summary.first_time)} to {_moment(summary.last_time)}")
    verdicts = ", ".join(f"{count} {name}" for name, count in facts["verdicts"].items())
    say(f"scans:        {summary.scans}" + (f": {verdicts}" if verdicts else ""))
    for title, name in (("reasons:", "reasons"), ("issuers:", "issuers"), ("days:", "days")):
        if facts[name]:
            say(f"{title:<13} " + ", ".join(f"{each} {count}" for each, count in facts[name].items()))
    if facts["busiest_hour"]:
        say(
            f"busiest hour: {_moment(facts['busiest_hour']['begin'])}, {facts['busiest_hour']['scans']} scans"
        )
    for words, count in (
        ("shown twice within the window", summary.used_again),
        ("records under a doubtful clock", summary.doubtful),
        ("records lost to a full journal", summary.dropped),
        ("records that cannot be read", summary.unreadable),
    ):
        if count:
            say(f"note:         {count} {words}")
    for each in facts["tampered"]:
        rest = " ".join(f"{name} {value}" for name, value in each.items() if name not in ("sequence", "time"))
        say(f"tampering:    record {each['sequence']}, {each['time']}: {rest}")


def _moment(seconds: int) -> str:
    from datetime import UTC, datetime

    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"


def _plain(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value.hex() if isinstance(value, bytes) else value for name, value in fields.items()}
