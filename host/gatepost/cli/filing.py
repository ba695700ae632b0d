"""Files that commands read and write whole, and which of them no command writes over: what it was given to read, and
private keys."""

from __future__ import annotations

import argparse
import contextlib
import os
from pathlib import Path

from gatepost.errors import GatepostError

WRITTEN = (
    "output",
    "png",
    "svg",
    "text",
    "jwks",
    "new_csca",
)  # names of the arguments that say where to write
_PRIVATE = b"PRIVATE KEY-----"
_HEAD = 1 << 16  # bytes in which a key file says that it is one


def apart(args: argparse.Namespace) -> None:
    """GatepostError where an argument says to write over a file that another one names, or over a private key."""
    for name in WRITTEN:
        path = getattr(args, name, None)
        if isinstance(path, Path):
            spare(path, args, name)
            _no_private_key(path)


def spare(path: Path, args: argparse.Namespace, own: str) -> None:
    """The same of one path, which the argument `own` names."""
    for name, value in vars(args).items():
        if name == own:
            continue
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, str | Path) and str(each) and _is_in(path, each, value):
                raise GatepostError(
                    f"{path} is named twice, and would be written over: write to another file"
                )


def _is_in(path: Path, named: str | Path, value: object) -> bool:
    """Whether the path is that file, or one in that folder where the value is no mere word."""
    other = Path(named)
    try:
        if other == path and isinstance(named, Path):
            return True
        if not path.is_file():
            return False
        if other.is_dir():
            return value is not named and path.resolve().is_relative_to(other.resolve())
        return other.samefile(path)
    except (OSError, ValueError):  # not there, or no path at all
        return False


def load(path: Path) -> bytes:
    """All of a file. GatepostError where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise GatepostError(f"cannot read {path}: {error.strerror}") from None


def save(path: Path, data: bytes) -> None:
    """Write a file whole or not at all: a power cut leaves the old one. GatepostError where it cannot be written.

    A link, a pipe or a device, such as /dev/stdout, is written where it is: another file in its place would not be it.
    """
    if str(path) == "-":
        raise GatepostError("- is no file: write to /dev/stdout where standard output is meant")
    beside = path.with_name(path.name + ".part")
    try:
        _no_private_key(path)
        if path.is_symlink() or (path.exists() and not path.is_file()):
            path.write_bytes(data)
            return
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):  # what is left of a disk that fails is no second error
            beside.unlink(missing_ok=True)
        raise GatepostError(f"cannot write {path}: {error.strerror}") from None


def _no_private_key(path: Path) -> None:
    try:
        if not path.is_file():
            return
        with path.open("rb") as file:
            found = _PRIVATE in file.read(_HEAD)
    except OSError:
        return  # what cannot be read is for the writing to complain of
    if found:
        raise GatepostError(f"{path} holds a private key: nothing is written over it")
