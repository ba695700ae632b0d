"""The EU's test cases, each against its own certificate at its own time: genuine or not, as its flags say."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path

from harness.samples import Sample
from harness.x509keys import record_of

_FLAGS = ("unprefix", "b45decode", "compression", "verify", "keyusage", "expirationcheck")


def samples(corpora: Path) -> Iterator[Sample]:
    """Cases whose flags say something about prefix, encoding, signature, usage or time; `expected` is left open."""
    for row in json.loads((corpora / "index.json").read_text(encoding="utf-8"))["corpora"]["dcc"]:
        if row["exclude"]:
            continue
        case = json.loads((corpora / row["path"]).read_text(encoding="utf-8"))
        ignored = row.get("exclude_flags") or []
        false = [flag for flag in _FLAGS if row["expected"][flag] is False and flag not in ignored]
        certificate = case["TESTCTX"].get("CERTIFICATE")
        keys = [record_of(base64.b64decode(certificate), row["country"][:2])] if certificate else []
        if row["clock_unix"] is None or not (row["positive"] or false):
            continue
        says = f"not {', '.join(false)}" if false else "valid"
        yield Sample("DCC", row["path"][4:], (case["PREFIX"].encode(),), keys, row["clock_unix"], says, None)
