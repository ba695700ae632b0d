"""One withdrawn certificate, and the file that lists them: a line each, to be read, sorted and compared by any tool.

    gatepost-withdrawals 1
    HC1 UCI 5a39d2fd2a6c9d7f8e0b1d7c8d7e6f50
    SHC RID 0f1e2d3c4b5a69788796a5b4c3d2e1f0 kid=dca7dd...2e before=1687450765
    # withdrawn by telephone

The hash is the first 128 bits of SHA-256 of the identifier, as the EU's lists have it; no name and no identifier of a
holder stands in the file.
"""

from __future__ import annotations

import hashlib
import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from gatepost.errors import GatepostError

HEADER = "gatepost-withdrawals 1"
KINDS = {
    "HC1": ("UCI", "COUNTRYCODEUCI", "SIGNATURE"),
    "SHC": ("RID", "SIGNATURE"),
    "VDS-NC": ("UCI", "SIGNATURE", "CERTIFICATE"),
    "IL": ("UCI", "SIGNATURE", "BATCH"),
    "ITH1": ("NUMBER", "SIGNATURE"),
}
HASHED = (
    "SIGNATURE",
    "CERTIFICATE",
)  # kinds whose hash is over bytes and not over a text that anybody writes down
DIGEST = 16  # bytes
_LABEL = b"gatepost revocation 1\0"
_LINE = re.compile(r"(\S+) (\S+) ([0-9a-f]{32})(?: kid=((?:[0-9a-f]{2})+))?(?: before=(\d{1,10}))?")


class Withdrawal(NamedTuple):
    """`digest`: 16 bytes; `kid`: of the key under which a RID is good; `before`: unix seconds, 0 for always."""

    scheme: str
    kind: str
    digest: bytes
    kid: bytes = b""
    before: int = 0

    def key(self) -> bytes:
        """The 8 bytes under which a scanner looks it up."""
        about = _LABEL + self.scheme.encode() + b"\0" + self.kind.encode() + b"\0"
        return hashlib.sha256(about + self.kid + self.digest).digest()[:8]

    def line(self) -> str:
        words = [self.scheme, self.kind, self.digest.hex()]
        if self.kid:
            words.append(f"kid={self.kid.hex()}")
        if self.before:
            words.append(f"before={self.before}")
        return " ".join(words)


def short_hash(data: bytes) -> bytes:
    """The form in which identifiers stand in lists."""
    return hashlib.sha256(data).digest()[:DIGEST]


def check(entry: Withdrawal) -> Withdrawal:
    """Itself, or GatepostError where no scanner would ever look it up."""
    if entry.kind not in KINDS.get(entry.scheme, ()):
        raise GatepostError(f"{entry.scheme} certificates are not withdrawn by {entry.kind}")
    if (entry.kind == "RID") != bool(entry.kid):
        raise GatepostError("a RID is good under its issuer's key alone: name the kid; other kinds name none")
    if len(entry.digest) != DIGEST or not 0 <= entry.before < 1 << 32:
        raise GatepostError("a hash has 16 bytes, a moment 32 bits")
    return entry


def merge(entries: Iterable[Withdrawal]) -> list[Withdrawal]:
    """Each once and in order. Of one that is listed with several moments the latest counts, and none is later."""
    found: dict[tuple[str, str, bytes, bytes], int] = {}
    for each in entries:
        name = each[:4]
        before = found.get(name, each.before)
        found[name] = 0 if 0 in (before, each.before) else max(before, each.before)
    return sorted(Withdrawal(*name, before) for name, before in found.items())


def write_file(entries: Iterable[Withdrawal]) -> str:
    return "".join(f"{line}\n" for line in (HEADER, *(each.line() for each in entries)))


def is_file(data: bytes) -> bool:
    """Whether a file is one of ours; a byte order mark and other ends of lines, as editors make them, harm nothing."""
    return data.removeprefix(BOM_UTF8).split(b"\n", 1)[0].rstrip() == HEADER.encode()


def read_text(text: str, name: str) -> Iterator[Withdrawal]:
    """The entries of a file's text; GatepostError names the line that is none."""
    for number, line in enumerate(text.splitlines()[1:], 2):
        if not line or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        try:
            if match is None:
                raise GatepostError("not scheme, kind and hash")
            scheme, kind, digest, kid, before = match.groups()
            entry = Withdrawal(
                scheme, kind, bytes.fromhex(digest), bytes.fromhex(kid or ""), int(before or 0)
            )
            yield check(entry)
        except GatepostError as error:
            raise GatepostError(f"{name}, line {number}: {error}") from None


def read_file(path: Path) -> list[Withdrawal]:
    """The entries of the file at `path`, of which there need be none yet."""
    if not path.exists():
        return []
    try:
        data = path.read_bytes()
        if not is_file(data):
            raise GatepostError(f"{path} does not begin with {HEADER!r}")
        return list(read_text(data.decode("utf-8-sig"), str(path)))
    except (OSError, UnicodeDecodeError) as error:
        raise GatepostError(f"cannot read {path}: {error}") from None
