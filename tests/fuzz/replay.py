"""A reproducer's outcome on the firmware as it is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from fuzz.driver import Driver
from fuzz.oracle import judge
from fuzz.schemes import SCHEMES
from fuzz.schemes.layers import Case, Genome

_BYTES = ("kid", "x", "y", "n")


def replay(path: Path, command: Sequence[str]) -> int:
    """Print it; 1 where it is a finding still."""
    content = json.loads(path.read_text())
    keys = [
        {name: bytes.fromhex(value) if name in _BYTES else value for name, value in key.items()}
        for key in content["keys"]
    ]
    scheme = SCHEMES[content["scheme"]](None)
    # Some keys are drawn anew in each process: those of then count.
    genuine: Any = scheme.genuine
    scheme = replace(scheme, keys=keys, genuine=partial(genuine.func, records=keys))
    frames = tuple(bytes.fromhex(frame) for frame in content["frames"])
    case = Case(Genome(0), frames, content["now"], frozenset(content["flaws"]))
    with Driver(scheme, command, counted=False) as driver:
        outcome = driver.run([case])[0]
    for frame in frames:
        print(frame.decode("utf-8", "backslashreplace")[:2000])
    print(f"was: {content['finding']}")
    if outcome is None:
        print("no answer")
        return 1
    print(
        outcome.trace
        or f"{('PASS', 'CHECK', 'REFUSE')[outcome.verdict or 0]} {outcome.code} {outcome.detail}"
    )
    finding = judge(scheme, case, outcome)
    print(f"is:  {finding.kind if finding else 'nothing to object'}")
    return 1 if finding else 0
