"""Files that issuers publish: read whole, unpacked where gzip has packed them, and never without bound."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from gatepost.errors import GatepostError


def load(path: Path, limit: int, what: str) -> bytes:
    """The bytes of a file, unpacked. GatepostError where it cannot be read, or has more than `limit` bytes; `what`
    names it in the error."""
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
        if data[:2] == b"\x1f\x8b":
            with gzip.open(path, "rb") as file:
                data = file.read(limit + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise GatepostError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from None
    if len(data) > limit:
        raise GatepostError(f"{path} is larger than any {what}")
    return data
