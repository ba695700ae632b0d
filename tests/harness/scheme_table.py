"""The table of every scheme and sample: its systems, what counts as settled, and whether a corpus is shown wholly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from harness import samples_dcc, samples_israel, samples_qa, samples_shc, samples_vdsnc, samples_who
from harness.samples import Outcome, Sample, agrees, genuine

# By system: the module of its samples, and the corpus whose rows they are.
SYSTEMS: dict[str, tuple[Any, str]] = {
    "SHC": (samples_shc, "shc"),
    "VDS-NC": (samples_vdsnc, "vdsnc"),
    "Israel": (samples_israel, "israel"),
    "WHO": (samples_who, "who"),
    "DCC": (samples_dcc, "dcc"),
    "QA": (samples_qa, "dcc-qr"),
}


def valid(sample: Sample) -> bool | None:
    """What the source says of it: genuine, not genuine, or neither."""
    if sample.says.startswith("nothing"):
        return None
    return sample.says.startswith(("valid", "VERIFIED"))


def settled(sample: Sample, outcome: Outcome) -> bool:
    """Judged as expected; and where that is not what the source says, with a reason given.

    What is valid is genuine, and not refused but for a positive test; what is not is refused.
    """
    says = valid(sample)
    if not agrees(sample, outcome):
        return False
    if sample.why or says is None:
        return True
    if says:
        return genuine(outcome) and (outcome.verdict != 2 or outcome.code == "test_positive")
    return outcome.verdict == 2


def account(
    rows: Iterable[dict[str, Any]], samples: Iterable[Sample], module: Any
) -> tuple[list[str], Counter[str]]:
    """Rows of a corpus that are neither shown nor set aside; and how many are aside, by reason."""
    names = {sample.name.split(",")[0].split(" ")[0] for sample in samples}
    lost, aside = [], Counter[str]()
    for row in rows:
        reason = module.aside(row)
        if reason:
            aside[reason] += 1
        elif not any(row["path"].endswith("/" + name) for name in names):
            lost.append(row["path"])
    return lost, aside
