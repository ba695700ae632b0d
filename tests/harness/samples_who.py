"""WHO's samples against the keys of its lists; what only the network or another system can tell is named."""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cbor2
from gatepost.trust.records import Tally
from gatepost.trust.who import read_did

from harness.certificates import unpack
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
            text = path.read_bytes().strip(b"\r\n")
            expected, why = _OURS.get(path.stem) or _expected(text, keys)
            yield Sample("WHO", path.name, (text,), keys, CLOCK, row["expected_status"], expected, why)


def _expected(text: bytes, keys: list[dict[str, Any]]) -> tuple[str, str]:
    """Our codes for a sample that no row above names, and why they are not the source's word."""
    if text[:4].upper() != b"HC1:":
        return (
            "unsupported_system|needs_network|unknown_issuer|no_rules_for_kind",
            "another system, or its keys are not WHO's",
        )
    envelope = cbor2.loads(unpack(text.decode()))
    protected, unprotected, payload, _ = getattr(envelope, "value", envelope)
    kid = {**unprotected, **(cbor2.loads(protected) if protected else {})}.get(4)
    if not any(key["kid"] == kid for key in keys):
        return "unknown_issuer", "its key is on none of the lists kept here"
    expires = cbor2.loads(payload).get(4)
    if isinstance(expires, float) and math.isnan(expires):
        return "bad_time", "its expiry is not a number, and would never come"
    return (
        "ok|expired|no_expiry|test_issuer|no_rules_for_kind|recovery_over|bad_signature",
        "judged at the time of WHO's test cards, by whatever key of its id the lists have",
    )


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
