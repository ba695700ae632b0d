"""`gatepost device`: find scanners on the serial ports and look after one of them."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from gatepost.device import selection

NAME = "device"
HELP = "find scanners on serial ports, and look after one"

EXAMPLES = """\
examples:
  gatepost device list
      every scanner on a USB port, and every virtual one that runs here
  gatepost device hello --name gate-3
      what one scanner says of itself
  GATEPOST_PORT=/dev/ttyACM0 gatepost device hello --json
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="show every scanner that answers, and every port that does not")
    hello = actions.add_parser("hello", help="show what a scanner says of itself")
    for each in (listing, hello):
        selection.add_arguments(each)
        each.add_argument("--json", action="store_true")


def run(args: argparse.Namespace) -> int:
    return {"list": _list, "hello": _hello}[args.action](args)


def _list(args: argparse.Namespace) -> int:
    from gatepost.device import report

    found = selection.chosen(args)
    if args.json:
        _json([{"port": each.port, "hello": each.hello, "problem": each.problem} for each in found])
    elif any(each.hello is not None for each in found):
        _console().print(report.scanners_table(found))
    for each in found if not args.json else ():
        if each.hello is None:
            print(f"gatepost: {each.port}: {each.problem}", file=sys.stderr)
    return 0 if any(each.hello is not None for each in found) else 1


def _hello(args: argparse.Namespace) -> int:
    from gatepost.device import report

    found = selection.one(args)
    if args.json:
        _json({"port": found.port, "hello": found.hello})
        return 0
    for name, value in {"port": found.port, **report.facts(found.hello or {})}.items():
        print(f"{name + ':':<12} {value}")
    return 0


def _json(value: Any) -> None:
    print(json.dumps(value, indent=1, ensure_ascii=False, default=lambda each: bytes(each).hex()))


def _console() -> Any:
    from rich.console import Console

    return Console(soft_wrap=True)
