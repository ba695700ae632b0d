"""Public samples of every scheme as data: what to show, whose keys count, what their source says and what we say.

A difference between the two carries its reason. Tests assert these rows, and tests/bench/schemes.py prints them.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from gatepost.sim import NO_CODE
from gatepost.trust.records import KeyRecord

from harness.certificates import STAND_INS
from harness.interpreter import Interpreter

LOOK = (
    STAND_INS
    + """
from scanner.look import choose
from scanner.credentials.shc_parts import Parts

class Symbol:
    structured_append = None
    def __init__(self, payload):
        self.payload = payload

def last(frames, keys, now):
    # The verdict on the last of the codes, one shown after the other.
    parts = Parts()
    trust = Trust(keys)
    for frame in frames:
        verdict, symbol = choose([Symbol(frame)], trust, Clock(now), ANY, parts)
    return verdict

def look(frames, keys, now):
    verdict = last(frames, keys, now)
    claims = verdict.claims
    said = None
    if claims is not None:
        said = {name: getattr(claims, name) for name in ("scheme", "form", "issuer", "family", "given", "birth",
                "kind", "facts", "warnings")}
    return verdict.verdict, verdict.code, verdict.detail, said
"""
)


@dataclass(frozen=True)
class Sample:
    """`frames`: the texts of its codes, none where a picture gives none; `keys`: key records; `says`: the source;
    `expected`: our reason code (or several, "|" between them), or None where nothing is settled but that it is neither
    PASS nor a fault; `why`: where the two differ."""

    system: str
    name: str
    frames: tuple[bytes, ...]
    keys: list[dict[str, Any]] = field(repr=False)
    now: int
    says: str
    expected: str | None
    why: str = ""


@dataclass(frozen=True)
class Outcome:
    verdict: int  # 0 PASS, 1 CHECK, 2 REFUSE, 3 where there was nothing to judge
    code: str
    detail: str
    claims: dict[str, Any] | None


def look(mp: Interpreter, sample: Sample) -> Outcome:
    """Show the sample's codes one after the other to the scanner's logic, and take the last verdict."""
    if not sample.frames:
        return Outcome(3, NO_CODE, "", None)
    return Outcome(
        *mp.run(
            LOOK + "result = look(frames, keys, now)",
            "samples",
            frames=list(sample.frames),
            keys=sample.keys,
            now=sample.now,
        )
    )


def agrees(sample: Sample, outcome: Outcome) -> bool:
    """Whether the scanner said what is expected of it."""
    if sample.expected is None:
        return outcome.verdict != 0 and outcome.code != "internal_fault"
    return outcome.code in sample.expected.split("|")


def genuine(outcome: Outcome) -> bool:
    """Whether a trusted key has verified it, whatever was then said of its content."""
    return outcome.claims is not None


def plain(records: list[KeyRecord]) -> list[dict[str, Any]]:
    """Key records of the importers as the stand-in trust list takes them."""
    return [asdict(each) for each in records]
