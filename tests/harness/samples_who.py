"""WHO's samples against the keys of its lists; what only the network or another system can tell is named."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gatepost.trust.records import Tally
from gatepost.trust.who import read_did

from harness.samples import Sample, plain

CLOCK = 1_726_100_000  # 2024-09-12, when WHO's test cards were issued

# By name: our code, and why it is not what the source says.
_OURS = {
    "EUQR1Contents": ("unknown_issuer", "its key is on none of the lists kept here"),
    "WHOQR1Contents": ("unknown_issuer", "the key left WHO's lists; the source ignores this test"),
    "DIVOCQR1Contents": ("unsupported_system", "another system: named, and not called forged"),
    "DVCTestQR": ("bad_signature", "a key of its id is on the older DEV list, and did not sign it"),
    "DVCTestQR2": ("bad_signature", ""),
    "DVCTestQR3": ("no_rules_for_kind", ""),
}


def samples(corpora: Path) -> Iterator[Sample]:
    keys = list_keys(corpora / "who" / "trustlists")
    for row in json.loads((corpora / "index.json").read_text(encoding="utf-8"))["corpora"]["who"]:
        if "expected_status" in row:
            path = corpora / row["path"]
            expected, why = _OURS.get(path.stem, (None, ""))
            text = path.read_bytes().strip(b"\r\n")
            yield Sample("WHO", path.name, (text,), keys, CLOCK, row["expected_status"], expected, why)


def aside(row: dict[str, Any]) -> str:
    """Why a row of the corpus is not shown."""
    return {
        "trustlist": "a list of keys, by which the others are judged",
        "icvp": "WHO's products: tests/interop/test_who_products.py",
    }.get(row["kind"], "")


def list_keys(folder: Path) -> list[dict[str, Any]]:
    """The signers on WHO's lists, those of development among them."""
    records = []
    for path in sorted(folder.glob("*.did.json.gz")):
        records += read_did(json.loads(gzip.decompress(path.read_bytes())), Tally(), include_development=True)
    return plain(records)
