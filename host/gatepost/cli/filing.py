"""Files that commands read and write whole."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from gatepost.errors import GatepostError


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
    beside = path.with_name(path.name + ".part")
    try:
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
