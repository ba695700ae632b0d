"""A policy's own tests, judged by the firmware on MicroPython: what the scanner would say to such certificates.

    [[test]]
    name = "fourteen days are enough"
    at = "2021-07-01T12:00:00Z"
    certificate = { kind = "vaccination", product = "comirnaty", dose = 2, doses = 2, date = "2021-06-17" }
    expect = "ok"

A certificate is its facts, or `payload` as an EU certificate has it. `certificates` and a list of expected codes are
several of one traveller, one after the other.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from gatepost.errors import GatepostError
from gatepost.journal.names import REASONS
from gatepost.policy.facts import FACTS
from gatepost.policy.source import Source
from gatepost.policy.spelling import near
from gatepost.sim.firmware import find_firmware
from gatepost.sim.interpreter import find_micropython

WORDS = ("PASS", "CHECK", "REFUSE")
OUTCOMES = ("no", "yes", "open")
_HOLDER = ("family", "given", "family_ascii", "given_ascii", "birth")
_MEMBERS = {*FACTS, *_HOLDER, "payload", "expires", "issued"}
_SECONDS = 60

# Runs on MicroPython, with the firmware in its path: a line of JSON in, a line of JSON out.
_DEVICE = """
import json, sys
from binascii import unhexlify
from scanner.credentials import dcc
from scanner.credentials.claims import Claims
from scanner.reasons import Refusal
from scanner.rules.judge import judge_claims
from scanner.rules.policy_parts import read_policy
from scanner.rules.together import Together
from scanner.rules.verdict import Verdict

class Key:
    kid = b"trial..."
    usage = 0
    revoked = False
    source = "PROD"
    not_after = 0xFFFFFFFF

def claims_of(given, now):
    key = Key()
    key.country = given.pop("issuer", "UT")
    key.name = given.pop("authority", "Issuer of " + key.country)
    claims = Claims(given.pop("scheme", "HC1"), key)
    claims.issued = given.pop("issued", now - 3600)
    claims.expires = given.pop("expires", now + 31536000)
    if "payload" in given:
        dcc.fill(claims, given["payload"])
        return claims
    claims.form = given.pop("form", "EU DCC")
    claims.kind = given.pop("kind", None)
    claims.kinds = (claims.kind,)
    for name in ("family", "given", "family_ascii", "given_ascii", "birth"):
        setattr(claims, name, given.pop(name, ""))
    claims.facts = given
    return claims

class NoneWithdrawn:
    problem = ""

    def __init__(self, created):
        self.created = created

    def holds(self, claims):
        return False

def judged(given, now, policy):
    try:
        return judge_claims(claims_of(given, now), now, now, True, policy, NoneWithdrawn(now))
    except Refusal as refusal:
        return Verdict(refusal.code, None, refusal.detail)

request = json.loads(sys.stdin.readline())
policy = read_policy(unhexlify(request["policy"]), unhexlify(request["eu"]) if request["eu"] else None)
answers = []
for at, certificates in request["tests"]:
    together = Together()
    answers.append([])
    for given in certificates:
        verdict = together.add(judged(given, at, policy), policy.rules)
        answers[-1].append([verdict.verdict, verdict.code, verdict.detail, verdict.need, verdict.trace])
print(json.dumps(answers))
"""


@dataclass(frozen=True)
class Judged:
    """What the scanner says to one certificate of a test; `trace`: (label, outcome, inputs) of each step."""

    verdict: str
    code: str
    detail: str
    need: str
    trace: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Trial:
    """One test and what came of it."""

    name: str
    expected: tuple[str, ...]
    judged: tuple[Judged, ...]

    @property
    def passed(self) -> bool:
        return tuple(each.code for each in self.judged) == self.expected


def run_tests(source: Source, parts: Mapping[str, bytes], micropython: str | None = None) -> list[Trial]:
    """Every test of the policy, in order. GatepostError where a test is malformed or MicroPython fails."""
    plans = plan_tests(source)
    if not plans:
        return []
    answers = _ask(parts, [(at, certificates) for _, at, certificates, _ in plans], micropython)
    return [
        Trial(name, expected, tuple(_judged(each) for each in answer))
        for (name, _, _, expected), answer in zip(plans, answers, strict=True)
    ]


def plan_tests(source: Source) -> list[tuple[str, int, list[dict[str, Any]], tuple[str, ...]]]:
    """(name, time, certificates, expected codes) of every test. GatepostError where one is malformed."""
    return [_plan(number, test) for number, test in enumerate(source.tests, 1)]


def _ask(parts: Mapping[str, bytes], tests: Sequence[Any], micropython: str | None) -> list[Any]:
    request = {"policy": parts["policy"].hex(), "eu": parts.get("eu-rules", b"").hex(), "tests": tests}
    done = subprocess.run(
        [*find_micropython(micropython), "-X", "heapsize=8M", "-c", _DEVICE],
        input=json.dumps(request) + "\n",
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        env={**os.environ, "MICROPYPATH": f"{find_firmware()}:.frozen"},
        check=False,
    )
    if done.returncode:
        raise GatepostError(f"the policy does not run on MicroPython: {(done.stderr or done.stdout).strip()}")
    return json.loads(done.stdout)


def _plan(number: int, test: Any) -> tuple[str, int, list[dict[str, Any]], tuple[str, ...]]:
    where = f"test {number}"
    if not isinstance(test, dict):
        raise GatepostError(f"{where} is a table like [[test]]")
    name = str(test.get("name", where))
    unknown = set(test) - {"name", "at", "certificate", "certificates", "expect"}
    if unknown:
        raise GatepostError(f"{name}: a test has no member {sorted(unknown)[0]!r}")
    certificates = test.get("certificates", [test["certificate"]] if "certificate" in test else None)
    expected = test.get("expect")
    expected = [expected] if isinstance(expected, str) else expected
    if (
        not isinstance(certificates, list)
        or not certificates
        or not isinstance(expected, list)
        or not expected
    ):
        raise GatepostError(f"{name}: a test has a certificate (or certificates) and what to expect")
    for code in expected:
        if code not in REASONS.values():
            raise GatepostError(f"{name}: there is no reason {code!r}" + near(str(code), REASONS.values()))
    if len(expected) != len(certificates):
        raise GatepostError(f"{name}: {len(certificates)} certificates, and {len(expected)} codes to expect")
    return (
        name,
        _seconds(name, test.get("at")),
        [_given(name, each) for each in certificates],
        tuple(expected),
    )


def _given(name: str, certificate: Any) -> dict[str, Any]:
    if not isinstance(certificate, dict):
        raise GatepostError(f"{name}: a certificate is a table of its facts")
    given = dict(certificate)
    for member in given:
        if member not in _MEMBERS:
            raise GatepostError(
                f"{name}: a certificate has no fact {member!r}" + near(member, sorted(_MEMBERS))
            )
    for member in ("expires", "issued"):
        if member in given:
            given[member] = None if given[member] == "none" else _seconds(name, given[member])
    return given


def _seconds(name: str, moment: Any) -> int:
    """A test's time: TOML's own date-time, or a text."""
    try:
        when = moment if isinstance(moment, datetime) else datetime.fromisoformat(moment)
    except (TypeError, ValueError):
        raise GatepostError(f"{name}: {moment!r} is not a time like 2021-07-01T12:00:00Z") from None
    return int((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp())


def _judged(answer: Any) -> Judged:
    verdict, code, detail, need, trace = answer
    return Judged(
        WORDS[verdict],
        code,
        detail,
        need,
        tuple((label, OUTCOMES[outcome], inputs) for label, outcome, inputs in trace),
    )
