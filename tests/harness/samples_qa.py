"""Near-production certificates of many countries, as their published pictures hold them (dcc-quality-assurance).

No key comes with them. Where none of WHO's lists has it, the most that can be said is that all layers up to the
signature are in order and the key is not known.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cbor2

from harness.certificates import unpack
from harness.samples import Sample
from harness.samples_who import list_keys

CLOCK = 1_640_995_200  # 2022-01-01


def samples(corpora: Path) -> Iterator[Sample]:
    keys: dict[bytes, list[dict[str, Any]]] = {}
    for key in list_keys(corpora / "who" / "trustlists"):
        keys.setdefault(key["kid"], []).append(key)
    for row in json.loads((corpora / "index.json").read_text(encoding="utf-8"))["corpora"]["dcc-qr"]:
        if aside(row):
            continue
        known = keys.get(_kid(row["text"]), [])
        says = "nothing; its key is on a list" if known else "nothing; its key is on no list"
        expected = None if known else "unknown_issuer"
        yield Sample("QA", row["path"][7:], (row["text"].encode(),), known, CLOCK, says, expected)


def aside(row: dict[str, Any]) -> str:
    if row["set"] != "qa":
        return "pictures of the EU's test cases (DCC above): tests/interop/test_dcc_qr.py"
    return "" if row.get("text", "").startswith("HC1:") else "no HC1"


def _kid(text: str) -> bytes:
    envelope = cbor2.loads(unpack(text))
    protected, unprotected, *_ = getattr(envelope, "value", envelope)
    return {**unprotected, **(cbor2.loads(protected) if protected else {})}.get(4, b"")
