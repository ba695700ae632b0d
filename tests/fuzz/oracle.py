"""What may not be: what an outcome says against it, and against what the host makes of the same text."""

from __future__ import annotations

from dataclasses import dataclass

from fuzz.driver import Outcome
from fuzz.schemes.layers import Case, Scheme
from fuzz.schemes.sound import Malformed

PASS, CHECK, REFUSE = 0, 1, 2
# Bodies of functions and loops. The longest text that is read, of escapes alone, takes less than half.
MOST_STEPS = 250_000


@dataclass(frozen=True)
class Finding:
    """kind: one line that two findings of the same cause share; about: more of it."""

    kind: str
    about: str = ""


def judge(scheme: Scheme, case: Case, outcome: Outcome | None) -> Finding | None:
    """The Finding that an outcome is, or None."""
    if outcome is None:
        return Finding("no answer: it hangs, or ended the interpreter")
    if outcome.trace is not None:
        lines = outcome.trace.strip().splitlines()
        return Finding(
            f"exception at the top: {lines[-1]} ({' '.join(lines[-2].split()[1:4])})", outcome.trace
        )
    if outcome.code == "internal_fault":
        return Finding(f"internal_fault: {outcome.detail}")
    if outcome.steps > MOST_STEPS:
        return Finding("too many steps", f"{outcome.steps:,}")
    if outcome.about is None:
        return Finding("PASS without a certificate") if outcome.verdict == PASS else None
    return _genuine(scheme, case, outcome)


def _genuine(scheme: Scheme, case: Case, outcome: Outcome) -> Finding | None:
    try:
        content = scheme.genuine(case.frames)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        return Finding(
            f"genuine, says the firmware alone: {outcome.code}", f"{type(error).__name__}: {error}"
        )
    if case.flaws:
        return Finding(f"genuine in spite of {' and '.join(sorted(case.flaws))}", outcome.code)
    if outcome.verdict != PASS:
        return None
    if outcome.about and outcome.about[4] and outcome.about[4] != ["no_rules_for_kind"]:
        return Finding(f"PASS beside {outcome.about[4]}")
    try:
        scheme.check(content, case.now)
    except Malformed as malformed:
        wrong = str(malformed)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        wrong = f"shape ({type(error).__name__}: {error})"
    else:
        return None
    return Finding(f"PASS with malformed {wrong}")
