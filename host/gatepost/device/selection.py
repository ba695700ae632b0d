"""Which scanner a command is for: the options, the environment, or the only one there is."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from gatepost.device import discovery
from gatepost.device.discovery import Found
from gatepost.errors import GatepostError, about


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """--port and --name, each as often as there are scanners to name."""
    parser.add_argument(
        "--port", action="append", default=[], metavar="PORT",
        help="its serial port (default: $GATEPOST_PORT, else every scanner that is found)",
    )  # fmt: skip
    parser.add_argument("--name", action="append", default=[], metavar="NAME", help="its name")


def chosen(args: argparse.Namespace) -> list[Found]:
    """Every scanner the options allow, reachable or not. GatepostError where there is none, or a name is missing."""
    found = discovery.find(args.port or None)
    if not found:
        raise GatepostError(
            "no scanner found: plug one in, start one with gatepost sim, or name its port with --port or GATEPOST_PORT"
        )
    if not args.name:
        return found
    missing = [name for name in args.name if all(each.name != name for each in found)]
    if missing:
        raise GatepostError(f"no scanner is called {' or '.join(missing)}; found: {_labels(found)}")
    return [each for each in found if each.name in args.name]


def one(args: argparse.Namespace) -> Found:
    """The one scanner meant. GatepostError where none answers, or several do."""
    every = chosen(args)
    found = [each for each in every if each.hello is not None]
    if not found:
        raise GatepostError("; ".join(about(each.port, each.problem) for each in every))
    if len(found) > 1:
        raise GatepostError(
            f"{len(found)} scanners are there: choose one with --name or --port: {_labels(found)}"
        )
    return found[0]


def _labels(found: Sequence[Found]) -> str:
    return ", ".join(f"{each.name} ({each.port})" if each.name else each.port for each in found)
