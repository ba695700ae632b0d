"""What each scheme costs, from the text of its code to the verdict: time, instructions and memory.

    python tests/bench/schemes_cost.py
    python tests/bench/schemes_cost.py --no-mcu --rounds 50

Certificates are made here, by issuers whose keys are on the list and were never met before. Time is the shortest of
several on MicroPython's 64-bit unix port; instructions are exact, on the emulated Cortex-M3 of tests/mcu. The heap is
the least that must be free, in one piece, for the verdict to be reached, to within 1 KB (2 KB on the core): all else
is taken up, more and more of it, until the verdict is `internal_fault` for want of memory. It holds everything between
text and verdict, text and firmware left out.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "host")]

from gatepost.issue import israel, ith1, shc  # noqa: E402
from gatepost.issue.hc1 import key_id  # noqa: E402
from gatepost.issue.samples import sample as hc1_sample  # noqa: E402
from gatepost.policy.compiling import compile_policy  # noqa: E402
from gatepost.policy.source import read_source  # noqa: E402
from harness.cards import ISSUER, card_record  # noqa: E402
from harness.certificates import NOW, STAND_INS, YEAR, issue, p256, record, rsa2048, vaccination  # noqa: E402
from harness.interpreter import Interpreter  # noqa: E402
from harness.seals import VACCINATED, authority_record, seal, signer  # noqa: E402
from mcu.machine import PER_TICK, Machine, Missing  # noqa: E402

_POLICY = ROOT / "tests" / "fuzz" / "policy.toml"
_STEP = 1024  # bytes
_MOST = 256 * 1024
_MOMENT = datetime.fromtimestamp(NOW, UTC)
READING = ith1.ReadingKey(b"READ-UT1", "UT", NOW - YEAR, NOW + YEAR, bytes(range(32)))

SETUP = (
    STAND_INS
    + """
import gc
from scanner import load
load.rest()
from scanner.rules.policy_parts import read_policy
from scanner.trust.reading_keys import ReadingKey

class Reading:
    def find(self, kid):
        return ReadingKey(*reading) if kid == kid_of_reading else None

trust = Trust(keys)
trust.reading = Reading()
clock = Clock(now)
policy = read_policy(part, eu)

def least(text, low, high, step):
    # The least free heap, in one piece, with which the verdict is still the same: all around it is taken up.
    wanted = judge(text, trust, clock, policy).code
    gc.collect()
    ballast = [None] * 4096
    free = bytearray(high)
    size = 1 << 16
    at = 0
    while size >= 16 and at < len(ballast):
        try:
            ballast[at] = bytearray(size)
            at += 1
        except MemoryError:
            size >>= 1
    free = None
    gc.collect()
    most = room = high
    while high - low > step:
        taken = bytearray(most - room) if room < most else None
        code = judge(text, trust, clock, policy).code
        taken = None
        gc.collect()
        if code == wanted:
            high = room
        elif room == most or code != "internal_fault":
            high = None
            break
        else:
            low = room
        room = (low + high) // 2
    ballast = None
    gc.collect()
    return wanted, high
"""
)
TIME = """
import time
def spent():
    gc.collect()
    start = time.ticks_us()
    code = judge(text, trust, clock, policy).code
    return code, time.ticks_diff(time.ticks_us(), start)
result = [spent() for _ in range(rounds)]
"""
COUNT = """
import core
judge(text, trust, clock, policy)
gc.collect()
start = core.ticks()
code = judge(text, trust, clock, policy).code
result = [code, (core.ticks() - start) & 0x3fffffff]
"""


@dataclass(frozen=True)
class Subject:
    name: str
    text: bytes
    expected: str = "ok"


def subjects() -> list[Subject]:
    """A certificate of each scheme, of the size that its issuers make."""
    _, card = hc1_sample("yellow-fever", now=_MOMENT, country="UT")
    return [
        Subject("HC1, EU: vaccination", issue(vaccination()).encode()),
        Subject("HC1, WHO: yellow card", issue(card, sub_claim=-6).encode()),
        Subject("SHC: two doses", _card()),
        Subject("VDS-NC: two doses", seal(VACCINATED).encode()),
        Subject("VDS-NC: the same, its authority on P-384", _seal_under_p384()),
        Subject(
            "Israel: two doses, P-256",
            israel.issue_israel(israel.sample("vaccination", p256(), _MOMENT), p256()),
        ),
        Subject(
            "Israel: recovery, RSA-2048",
            israel.issue_israel(israel.sample("recovery", rsa2048(), _MOMENT), rsa2048()),
        ),
        Subject(
            "ITH1: test, antibodies, two doses",
            _sealed(ith1.TRAVEL, ith1.sample("full", _MOMENT), NOW + YEAR),
        ),
        Subject("ITH1: status code", _sealed(ith1.STATUS, ith1.status("green"), NOW + 1740)),
    ]


def _card() -> bytes:
    jws = shc.issue_shc(shc.sample(now=_MOMENT), p256(), ISSUER, issued=NOW - 86400)
    return ("shc:/" + shc.digits(jws)).encode()


def _seal_under_p384() -> bytes:
    return seal(VACCINATED, certificate=signer(p256(8), "P-384")).encode()


def _sealed(label: int, body: dict[str, Any], expires: int) -> bytes:
    kid = key_id(p256().public_key())
    text = ith1.issue_ith1(
        body, p256(), kid, READING, issued=NOW - 60, expires=expires, label=label, nonce=bytes(12)
    )
    return text.encode()


def names() -> dict[str, Any]:
    """What SETUP needs."""
    parts = compile_policy(read_source(_POLICY))
    return {
        "keys": [
            record(p256()),
            card_record(),
            authority_record("P-256"),
            authority_record("P-384"),
            record(p256(), scheme="IL", kid=b"IL/P-256", country="IL"),
            record(rsa2048(), scheme="IL", kid=b"IL/RSA", country="IL"),
            record(p256(), scheme="ITH1", country="UT"),
        ],
        "now": NOW,
        "part": parts["policy"],
        "eu": parts["eu-rules"],
        "kid_of_reading": READING.kid,
        "reading": (READING.country, READING.begin, READING.end, READING.secret),
    }


class Place:
    """An interpreter that is set up: the unix port's or the core's."""

    def __init__(self, mp: Any) -> None:
        self.mp = mp
        mp.run(SETUP, space="cost", **names())

    def ask(self, source: str, subject: Subject, **more: Any) -> Any:
        return self.mp.run(source, space="cost", text=subject.text, **more)

    def heap(self, subject: Subject, low: int, high: int, step: int) -> int:
        """The least free heap that suffices, between `low` and `high`."""
        code, found = self.ask(
            "result = least(text, low, high, step)", subject, low=low, high=high, step=step
        )
        checked(code, subject)
        if found is None:
            raise SystemExit(f"wrong: {high} bytes do not suffice for {subject.name}")
        return found


def checked(code: str, subject: Subject) -> None:
    if code != subject.expected:
        raise SystemExit(f"wrong: {subject.name} is {code}, not {subject.expected}")


def milliseconds(place: Place, subject: Subject, rounds: int) -> float:
    """The shortest time from text to verdict."""
    found = place.ask(TIME, subject, rounds=rounds)
    for code, _ in found:
        checked(code, subject)
    return min(spent for _, spent in found) / 1000


def millions(place: Place, subject: Subject) -> float:
    """Million instructions from text to verdict."""
    code, ticks = place.ask(COUNT, subject)
    checked(code, subject)
    return ticks * PER_TICK / 1e6


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=20, help="verdicts that are timed (default: 20)")
    parser.add_argument("--no-mcu", action="store_true", help="leave the emulated core out")
    parser.add_argument(
        "--micropython", default=str(Path(sys.executable).with_name("micropython")), help="the interpreter"
    )
    args = parser.parse_args()
    made = subjects()
    mp = Interpreter([args.micropython], "64-bit", heap="4M")
    place = Place(mp)
    times = {each.name: milliseconds(place, each, args.rounds) for each in made}
    heaps = {each.name: place.heap(each, 0, _MOST, _STEP) for each in made}
    mp.close()
    rows = {each.name: [f"{times[each.name]:.1f} ms", _kilobytes(heaps[each.name])] for each in made}
    print(f"`python {shlex.join(sys.argv)}`\n")
    head = "| scheme, text to verdict | characters | time | heap, 64-bit |"
    if args.no_mcu:
        print(head + "\n|---|---|---|---|")
    else:
        try:
            machine = Machine(timeout=600)
        except Missing as missing:
            print(f"schemes_cost: {missing}", file=sys.stderr)
            return 1
        with machine:
            place = Place(machine)
            for each in made:
                rows[each.name].append(f"{millions(place, each):.1f} M")
                # Words are half as long there; each trial collects garbage on a full heap, which takes long.
                most = heaps[each.name] + _STEP
                rows[each.name].append(_kilobytes(place.heap(each, most // 3, most, 2 * _STEP)))
        print(head + " instructions, Cortex-M3 | heap, 32-bit |\n|---|---|---|---|---|---|")
    for each in made:
        print(f"| {each.name} | {len(each.text)} | {' | '.join(rows[each.name])} |")
    return 0


def _kilobytes(count: int) -> str:
    return f"{-(-count // 1024)} KB"


if __name__ == "__main__":
    sys.exit(main())
