"""Options that number and date a bundle. No command of its own."""

from __future__ import annotations

import argparse
import time

from gatepost.errors import GatepostError

_LONGEST = 36500  # days


def add_version(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--version", type=int, help="rises with every bundle (default: seconds since 1970)")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """--version and --expires."""
    add_version(parser)
    parser.add_argument(
        "--expires", type=int, metavar="DAYS", help="no scanner takes the bundle in after so many days"
    )


def numbered(args: argparse.Namespace) -> tuple[int, int]:
    """(version, created): seconds since 1970 both, unless a version was given."""
    created = int(time.time())
    return created if args.version is None else args.version, created


def read(args: argparse.Namespace) -> tuple[int, int, int | None]:
    """(version, created, expires or None). GatepostError where --expires is no number of days."""
    if args.expires is not None and not 0 < args.expires <= _LONGEST:
        raise GatepostError(f"--expires {args.expires}: not a number of days")
    version, created = numbered(args)
    return version, created, None if args.expires is None else created + args.expires * 86400
