"""The Israeli ministry's samples of both forms of its pass, with the keys that it published."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gatepost.issue.hc1 import pack
from gatepost.trust.sources import Options, read_sources

from harness.certificates import unpack
from harness.samples import Sample, plain
from harness.x509keys import record_of

CLOCK = 1_622_505_600  # 2021-06-01T00:00:00Z, when the older passes were in use
LATER = 1_638_316_800  # 2021-12-01T00:00:00Z, for those in HC1


def samples(corpora: Path) -> Iterator[Sample]:
    folder = corpora / "israel"
    older, newer = _keys(folder)
    for row in json.loads((corpora / "index.json").read_text(encoding="utf-8"))["corpora"]["israel"]:
        path = corpora / row["path"]
        if row["kind"] == "hc1":
            text = path.with_suffix(".txt").read_bytes()
            yield Sample("Israel", path.name, (text,), newer, LATER, "valid", "ok")
            # The last bit of the signature, which stands at the end.
            signed = unpack(text.decode())
            bent = pack(signed[:-1] + bytes([signed[-1] ^ 1])).encode()
            yield Sample("Israel", f"{path.name}, altered", (bent,), newer, LATER, "altered", "bad_signature")
        elif row["kind"] in ("rsa", "ecdsa", "payload"):
            text = path.with_suffix(".txt").read_bytes()
            yield Sample("Israel", path.name, (text,), older, CLOCK, "valid", "no_rules_for_kind")
            # One letter of the holder's name.
            at = text.index(b'"g":"') + 5
            bent = text[:at] + bytes([text[at] ^ 1]) + text[at + 1 :]
            yield Sample("Israel", f"{path.name}, altered", (bent,), older, CLOCK, "altered", "bad_signature")


def aside(row: dict[str, Any]) -> str:
    """Why a row of the corpus is not shown."""
    return "a key of the ministry, by which the others are judged" if row["kind"] == "key" else ""


def _keys(folder: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Of the older form, and of HC1."""
    paths = sorted((folder / "keys").glob("Ramzor*.der"))
    older, _ = read_sources(paths, Options(include_expired=True, scheme="IL"))
    return plain(older), [record_of((folder / "keys" / "IL-NB-DSC-01.der").read_bytes(), "IL")]
