"""Where a command's passphrase comes from: a file, the terminal, or an explicit choice to have none."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Callable
from pathlib import Path

from gatepost.errors import GatepostError

SHORTEST = 12  # characters of a new passphrase


def add_arguments(parser: argparse.ArgumentParser, new: bool = False) -> None:
    group = parser.add_mutually_exclusive_group() if new else parser
    group.add_argument(
        "--passphrase-file",
        type=Path,
        metavar="FILE",
        help="read the passphrase from its first line (default: ask)",
    )
    if new:
        group.add_argument(
            "--no-passphrase",
            action="store_true",
            help="leave the private key unencrypted: for demonstrations",
        )


def existing(
    args: argparse.Namespace, what: Path | str, option: str = "passphrase_file"
) -> Callable[[], bytes]:
    """A function that fetches the passphrase of `what`, if it comes to that; `option`: the argument with its file."""

    def ask() -> bytes:
        file = getattr(args, option)
        if file:
            return _from_file(file)
        _need_terminal(option)
        return getpass.getpass(f"passphrase of {what}: ").encode()

    return ask


def fresh(args: argparse.Namespace) -> bytes | None:
    """The passphrase for a new key, asked twice; None where the person chose to have none."""
    if args.no_passphrase:
        return None
    if args.passphrase_file:
        found = _from_file(args.passphrase_file)
    else:
        _need_terminal()
        found = getpass.getpass("passphrase for the new key: ").encode()
        if getpass.getpass("again: ").encode() != found:
            raise GatepostError("the two passphrases differ; nothing was written")
    if len(found) < SHORTEST:
        raise GatepostError(f"a passphrase has at least {SHORTEST} characters; nothing was written")
    return found


def _from_file(path: Path) -> bytes:
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise GatepostError(f"cannot read {path}: {error.strerror}") from None
    if not lines or not lines[0]:
        raise GatepostError(f"{path} holds no passphrase")
    return lines[0]


def _need_terminal(option: str = "passphrase_file") -> None:
    if not sys.stdin.isatty():
        raise GatepostError(f"no terminal to ask for the passphrase; use --{option.replace('_', '-')}")
