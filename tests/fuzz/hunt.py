"""The hunt: cases that reach what none before them reached are kept, and changed further."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fuzz.driver import Driver, Outcome
from fuzz.oracle import Finding, judge
from fuzz.schemes.layers import Case, Genome, Scheme

_BATCH = 40
_FRESH = 0.1  # share of cases that begin at a seed
_RECENT = 0.5  # share of parents from the last quarter of what was kept


@dataclass
class Tally:
    cases: int = 0
    seconds: float = 0.0
    kept: list[Genome] = field(default_factory=list)
    codes: Counter[str] = field(default_factory=Counter)
    outcomes: set[tuple[Any, ...]] = field(default_factory=set)
    findings: dict[str, tuple[Case, Finding, int]] = field(default_factory=dict)
    steps: int = 0  # most of a case
    blocks: int = 0
    of_blocks: int = 0


def hunt(
    scheme: Scheme,
    driver: Driver,
    seed: int,
    more: Callable[[Tally], bool],
    say: Callable[[Case, Finding], None] = lambda case, finding: None,
) -> Tally:
    """Run cases while `more` says so; all seeds as they are come first."""
    draw = random.Random(f"{scheme.name} {seed}")
    tally = Tally()
    started = time.monotonic()
    waiting = [Genome(number) for number in range(len(scheme.seeds))]
    while more(tally):
        while len(waiting) < _BATCH:
            waiting.append(_next(scheme, tally.kept, draw))
        cases = [scheme.build(genome) for genome in waiting[:_BATCH]]
        del waiting[:_BATCH]
        for case, outcome in zip(cases, driver.run(cases), strict=True):
            _count(tally, scheme, case, outcome, say)
        tally.seconds = time.monotonic() - started
    tally.blocks, tally.of_blocks = len(driver.seen()), len(driver.places)
    return tally


def _next(scheme: Scheme, kept: list[Genome], draw: random.Random) -> Genome:
    if not kept or draw.random() < _FRESH:
        return scheme.fresh(draw)
    first = len(kept) * 3 // 4 if draw.random() < _RECENT else 0
    return scheme.child(kept[draw.randrange(first, len(kept))], draw)


def _count(
    tally: Tally, scheme: Scheme, case: Case, outcome: Outcome | None, say: Callable[[Case, Finding], None]
) -> None:
    tally.cases += 1
    finding = judge(scheme, case, outcome)
    if outcome is not None:
        tally.codes[outcome.code or "-"] += 1
        tally.steps = max(tally.steps, outcome.steps)
        if outcome.fresh or outcome.kind not in tally.outcomes:
            tally.outcomes.add(outcome.kind)
            tally.kept.append(case.genome)
    if finding is not None:
        first, about, count = tally.findings.get(finding.kind, (case, finding, 0))
        tally.findings[finding.kind] = first, about, count + 1
        if not count:
            say(case, finding)


def smaller(scheme: Scheme, driver: Driver, case: Case, kind: str) -> Case:
    """The case without the changes that its finding does not need."""
    changes = list(case.genome.changes)
    at = len(changes)
    while at:
        at -= 1
        fewer = Genome(case.genome.seed, tuple(changes[:at] + changes[at + 1 :]), case.genome.quirk)
        built = scheme.build(fewer)
        finding = judge(scheme, built, driver.run([built])[0])
        if finding is not None and finding.kind == kind:
            case = built
            del changes[at]
    return case


def write_reproducer(path: Path, scheme: Scheme, case: Case, finding: Finding) -> None:
    """All that shows the finding again, whatever becomes of the seeds."""
    content = {
        "scheme": scheme.name,
        "finding": finding.kind,
        "about": finding.about,
        "seed": scheme.seeds[case.genome.seed].name,
        "changes": list(case.genome.changes),
        "now": case.now,
        "frames": [frame.hex() for frame in case.frames],
        "flaws": sorted(case.flaws),
        "keys": [
            {name: value.hex() if isinstance(value, bytes) else value for name, value in key.items()}
            for key in scheme.keys
        ],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1) + "\n")
