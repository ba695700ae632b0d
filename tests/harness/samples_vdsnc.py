"""The public sample of ICAO's VDS-NC. Its passport authority is not public, so that no chain can be built to it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness.samples import Sample

CLOCK = 1_640_995_200  # 2022-01-01T00:00:00Z, within the signer's life
_WHY = "the source asks for the embedded certificate alone; its authority (CSCA) is not public"


def samples(corpora: Path) -> Iterator[Sample]:
    for row in json.loads((corpora / "index.json").read_text(encoding="utf-8"))["corpora"]["vdsnc"]:
        if not row.get("fixture"):
            path = corpora / row["path"]
            text = path.read_bytes().strip()
            yield Sample(
                "VDS-NC", path.name, (text,), [], CLOCK, row["expected_status"], "unknown_issuer", _WHY
            )
            # One letter of the name: the signature by the embedded key is verified before the chain.
            at = text.index(b'"n":"') + 5
            bent = text[:at] + bytes([text[at] ^ 1]) + text[at + 1 :]
            yield Sample("VDS-NC", f"{path.name}, altered", (bent,), [], CLOCK, "altered", "bad_signature")


def aside(row: dict[str, Any]) -> str:
    """Why a row of the corpus is not shown."""
    return "a signer of lists of authorities, and no sample" if row.get("fixture") else ""
