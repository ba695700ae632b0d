"""`gatepost fleet`: every scanner that is plugged in, at once."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gatepost.device import selection
from gatepost.errors import GatepostError
from gatepost.keys import passphrase
from gatepost.printable import say, say_json

if TYPE_CHECKING:
    from gatepost.device.fleet import Visit, Work

NAME = "fleet"
HELP = "bring every plugged-in scanner up to date at once"

EXAMPLES = """\
examples:
  gatepost fleet sync --technician ana/technician.role --bundle list.gatepost
      clocks set and the list brought to every scanner on the hub
  gatepost fleet sync --technician ana/technician.role --bundle list.gatepost \\
      --supervisor li/supervisor.role --logs logs/ --expect gate-1 --expect gate-2 --json
      journals collected, verified and freed too; a scanner that is missing is named

exit codes:
  0  every scanner done        1  none, or an error before the first        7  some failed or are missing
"""

SOME_FAILED = 7


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    sync = actions.add_parser("sync", help="set clocks, push bundles, collect journals; in parallel")
    selection.add_arguments(sync)
    sync.add_argument("--technician", type=Path, metavar="ROLE", help="certificate for clocks and bundles")
    sync.add_argument("--supervisor", type=Path, metavar="ROLE", help="certificate for journals")
    sync.add_argument("--bundle", type=Path, action="append", default=[], metavar="FILE")
    sync.add_argument("--logs", type=Path, metavar="DIR", help="folder of the archives")
    sync.add_argument("--keep", action="store_true", help="collect journals and free nothing")
    sync.add_argument(
        "--expect", action="append", default=[], metavar="NAME", help="a scanner that must be there"
    )
    sync.add_argument("--json", action="store_true")
    passphrase.add_arguments(sync)


def run(args: argparse.Namespace) -> int:
    from gatepost.device import fleet

    work = _work(args)
    found = selection.chosen(args)
    if args.json or not sys.stdout.isatty():
        visits = fleet.sync(found, work, None if args.json else _line)
    else:
        visits = _live(found, work)
    missing = [name for name in args.expect if all(each.hello.get("name") != name for each in visits)]
    said = fleet.warnings(visits, work.bundles, args.expect, time.time())
    if args.json:
        rows = [each.to_json() for each in visits]
        say_json({"scanners": rows, "missing": missing, "warnings": said}, indent=1, default=_hex)
    else:
        _report(visits, said)
    done = sum(each.ok for each in visits)
    if done == len(visits) and not missing:
        return 0
    return SOME_FAILED if done else 1


def _work(args: argparse.Namespace) -> Work:
    from gatepost.device.fleet import Work
    from gatepost.keys.roles import load_credentials
    from gatepost.trust.bundle import read_bundle

    if not args.technician and not args.supervisor:
        raise GatepostError(
            "nothing to do: name --technician for clocks and bundles, or --supervisor for journals"
        )
    if args.bundle and not args.technician:
        raise GatepostError("bundles are brought by a technician: --technician")
    if bool(args.supervisor) != bool(args.logs):
        raise GatepostError("journals need both --supervisor and --logs")
    holders = [
        load_credentials(path, None, passphrase.existing(args, path)) if path else None
        for path in (args.technician, args.supervisor)
    ]
    for holder, role in zip(holders, ("technician", "supervisor"), strict=True):
        if holder is not None and holder.role.role != role:
            raise GatepostError(
                f"the certificate of {holder.role.name} is a {holder.role.role}'s, not a {role}'s"
            )
    bundles = []
    for path in args.bundle:
        try:
            bundles.append(read_bundle(path.read_bytes()).check_signed())
        except OSError as error:
            raise GatepostError(f"cannot read {path}: {error.strerror}") from None
        except GatepostError as error:
            raise GatepostError(f"{path}: {error}") from None
    return Work(holders[0], holders[1], bundles, args.logs, not args.keep)


def _line(visit: Visit) -> None:
    """Without a terminal: one line when a scanner is finished."""
    if visit.done:
        label = visit.hello.get("name") or visit.found.port
        say(f"{label}: {visit.problem or 'done'}", flush=True)


def _live(found: Any, work: Work) -> list[Visit]:
    from rich.live import Live

    from gatepost.device import fleet, report

    rows: dict[str, Visit] = {}
    with Live(console=report.console(), refresh_per_second=8, transient=True) as live:

        def changed(visit: Visit) -> None:
            rows[visit.found.port] = visit
            live.update(report.progress_table(rows.values()))

        return fleet.sync(found, work, changed)


def _report(visits: list[Visit], said: list[str]) -> None:
    from gatepost.device import report

    report.console().print(report.fleet_table(visits))
    for words in said:
        say(f"note: {words}")
    done = sum(each.ok for each in visits)
    say(f"{done} of {len(visits)} scanners done")


def _hex(value: Any) -> str:
    return bytes(value).hex()
