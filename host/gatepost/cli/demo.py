"""`gatepost demo`: the whole of it in one go, with no hardware and no network."""

from __future__ import annotations

import argparse
import re
import time
from pathlib import Path

NAME = "demo"
HELP = "see it work: a virtual scanner, an invented authority, ten travellers"
DESCRIPTION = """\
Makes a demonstration authority, issuers and certificates, boots a virtual scanner (the firmware on real
MicroPython), holds ten pictures before its camera and prints what it says of each. The pictures and the scanner's
screens are saved, so that you can look at both.

With --system: certificates of one country's or organisation's system, made here in the format that it uses or used by
invented issuers, how far Gatepost goes with it, and on what evidence.
"""
EXAMPLES = """\
examples:
  gatepost demo                     all of it; pictures and screens go to ./gatepost-demo
  gatepost demo -o /tmp/gate        put them elsewhere
  gatepost demo --show              draw each screen in the terminal too
  gatepost demo --json              one line of JSON a scan, for scripts
  gatepost demo --system iceland    how Iceland's certificates fare; --system all for every system

exit code: 0 when every verdict was the expected one, 1 otherwise
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        default=Path("gatepost-demo"),
        metavar="DIR",
        help="folder for pictures, screens and the trust list (default: %(default)s)",
    )
    parser.add_argument(
        "--system",
        action="append",
        default=[],
        metavar="NAME",
        help="show that system instead; may be given again",
    )
    parser.add_argument("--show", action="store_true", help="draw each screen in the terminal")
    parser.add_argument("--json", action="store_true", help="print one line of JSON a scan")
    parser.add_argument(
        "--micropython", metavar="PATH", help="the MicroPython interpreter to run the firmware on"
    )


def run(args: argparse.Namespace) -> int:
    return _systems(args) if args.system else _travellers(args)


def _systems(args: argparse.Namespace) -> int:
    from gatepost.demo.showing import show
    from gatepost.demo.systems import find
    from gatepost.demo.systems_report import SystemsReport

    names = find(args.system)
    folder = _folder(args.output)
    report = SystemsReport(as_json=args.json, draw=args.show)
    for number, shown in enumerate(show(names, args.micropython), 1):
        for part, photo in enumerate(shown.pictures, 1):
            photo.save(folder / f"{shown.name}-{number:02}-{part}.png")
        if shown.scan.screen is not None:
            shown.scan.screen.save(folder / f"{shown.name}-{number:02}-screen.png")
        report.add(shown)
    report.end(folder)
    return 1 if report.surprises else 0


def _travellers(args: argparse.Namespace) -> int:
    from rich.console import Console

    from gatepost.demo.cast import assemble
    from gatepost.demo.report import Report
    from gatepost.sim import VirtualScanner

    started = time.monotonic()
    console = Console(stderr=args.json, highlight=False)
    with console.status("Making keys, certificates and pictures ..."):
        cast = assemble()
    folder = _folder(args.output)
    (folder / "trust.gatepost").write_bytes(cast.bundle)
    (folder / "policy.gatepost").write_bytes(cast.policy)
    (folder / "authority.pub").write_bytes(cast.authority)
    report = Report(console, as_json=args.json, draw=args.show)
    with VirtualScanner(
        bundle=cast.bundle, policy=cast.policy, authority=cast.authority, micropython=args.micropython
    ) as scanner:
        report.begin(scanner.about, len(cast.scenes))
        for number, scene in enumerate(cast.scenes, start=1):
            name = f"{number:02}-{re.sub(r'[^a-z]+', '-', scene.title.lower()).strip('-')}"
            scene.photo.save(folder / f"{name}.png")
            scan = scanner.show(scene.photo)
            if scan.screen is not None:
                scan.screen.save(folder / f"{name}-screen.png")
            report.add(scene, scan)
    report.end(folder, time.monotonic() - started)
    return 1 if report.surprises else 0


def _folder(path: Path) -> Path:
    from gatepost.errors import GatepostError

    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise GatepostError(f"cannot make the folder {path}: {error.strerror}") from None
    return path
