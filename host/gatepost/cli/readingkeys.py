"""Files with reading keys as commands take them, and the passphrase that locks them. No command of its own."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gatepost.errors import GatepostError
from gatepost.keys import passphrase

if TYPE_CHECKING:
    from gatepost.keys.reading import ReadingKey

_OPTION = "reading_passphrase_file"


def add_passphrase(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--reading-passphrase-file",
        type=Path,
        metavar="FILE",
        help="the passphrase that locks the reading keys (default: ask)",
    )


def load(args: argparse.Namespace, paths: Sequence[Path]) -> list[ReadingKey]:
    """The keys of all files, each id once; passphrases that opened one are tried on the others before asking."""
    from gatepost.keys.reading import read_reading_key

    found: dict[bytes, ReadingKey] = {}
    known: list[bytes] = []
    for path in _files(paths):
        key = _with_known(path, known) or read_reading_key(path, _asking(args, path, known))
        if key.kid in found:
            raise GatepostError(f"{path}: a reading key of this id, {key.kid.hex()}, was named before")
        found[key.kid] = key
    return list(found.values())


def _files(paths: Sequence[Path]) -> list[Path]:
    """A folder stands for the files in it."""
    found = []
    for path in paths:
        inside = sorted(each for each in path.iterdir() if each.is_file()) if path.is_dir() else [path]
        if not inside:
            raise GatepostError(f"{path} holds no reading key")
        found += inside
    return found


def _with_known(path: Path, known: Sequence[bytes]) -> ReadingKey | None:
    from gatepost.keys.reading import describe, read_reading_key

    if not known or not describe(path)[1]:
        return None
    for each in known:
        with contextlib.suppress(GatepostError):  # of another passphrase: it is asked for in the end
            return read_reading_key(path, lambda each=each: each)
    return None


def _asking(args: argparse.Namespace, path: Path, known: list[bytes]) -> Callable[[], bytes]:
    ask = passphrase.existing(args, path, _OPTION)

    def remembering() -> bytes:
        known.append(ask())
        return known[-1]

    return remembering
