"""The fuzzer of tests/fuzz: a short hunt for each scheme finds nothing, and what is planted is found.

A longer run: python tests/fuzz/run.py hc1 --minutes 10
"""

from __future__ import annotations

import sys
from functools import cache

import pytest
from fuzz.driver import Driver
from fuzz.hunt import Tally, hunt
from fuzz.oracle import MOST_STEPS
from fuzz.schemes import SCHEMES
from fuzz.schemes.layers import Genome

CASES = 120


@pytest.fixture(autouse=True)
def _deep_trees():
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    yield
    sys.setrecursionlimit(before)


@cache
def hunted(mp, name: str, cases: int = CASES, **options) -> Tally:
    scheme = SCHEMES[name](None)
    with Driver(scheme, mp.command, **options) as driver:
        return hunt(scheme, driver, 1, lambda tally: tally.cases < cases and not tally.findings)


@pytest.mark.parametrize("name", SCHEMES)
def test_a_short_hunt_finds_nothing(mp64, name):
    tally = hunted(mp64, name)
    assert not tally.findings
    # It reaches what lies behind the signature, and what stands before it.
    assert {"ok", "bad_content", "bad_signature"} <= set(tally.codes) or tally.codes["ok"] > 5
    assert len(tally.codes) > 8
    assert 0 < tally.blocks < tally.of_blocks


@pytest.mark.parametrize("name", SCHEMES)
def test_both_widths_say_the_same(mp64, mp32, name):
    scheme = SCHEMES[name](None)
    kept = hunted(mp64, name).kept[:40]
    assert len(kept) > 10
    cases = [scheme.build(genome) for genome in kept]
    said = []
    for mp in (mp64, mp32):
        with Driver(scheme, mp.command, counted=False) as driver:
            said.append(
                [each and (each.verdict, each.code, each.detail, each.marks) for each in driver.run(cases)]
            )
    assert said[0] == said[1]


@pytest.mark.parametrize("name", SCHEMES)
def test_what_its_issuers_make_is_genuine_and_sound(mp64, name):
    """Else the host's check would say nothing, and nothing would pass in the first place."""
    scheme = SCHEMES[name](None)
    seeds = [number for number, seed in enumerate(scheme.seeds) if seed.layer == "claims"]
    cases = [scheme.build(Genome(number)) for number in seeds]
    with Driver(scheme, mp64.command, counted=False) as driver:
        outcomes = driver.run(cases)
    passed = [case for case, outcome in zip(cases, outcomes, strict=True) if outcome and outcome.verdict == 0]
    assert passed
    for case in passed:
        assert (
            scheme.check(scheme.genuine(case.frames), case.now) is None
        )  # it raises Malformed where it is not


PLANTED = {
    "no signature is looked at": (
        "hc1",
        "from scanner.crypto import cose\ncose.verify = lambda *arguments: True",
        "genuine, says the firmware alone",
    ),
    "a member that is read without a look at its kind": (
        "ith1",
        "from scanner.credentials import ith1\nith1._text = lambda value, name, empty=False: str(value)",
        "PASS with malformed",
    ),
    "a name twice": (
        "israel",
        "from scanner.codec import strict_json\nimport json\n"
        "strict_json.decode = lambda data, depth=12, values=2048: json.loads(str(data, 'utf-8'))",
        "genuine in spite of",
    ),
    "a fault below the judge": (
        "status",
        "from scanner.credentials import ith1\nith1._short_lived = lambda claims: claims.nothing",
        "internal_fault: AttributeError",
    ),
    "a fault of the screen": (
        "vdsnc",
        "from scanner.ui import words\nwords.issuer = lambda code, name: code[9]",
        "exception at the top: IndexError",
    ),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_what_is_planted_is_found(mp64, fault):
    name, source, expected = PLANTED[fault]
    assert [kind for kind in hunted(mp64, name, 1500, before=source).findings if kind.startswith(expected)]


def test_a_case_without_an_end_is_found_and_the_others_go_on(mp64):
    source = """
from scanner.credentials import shc
whole = shc._fill
def endless(claims, payload):
    while len(payload) > 3:
        pass
    whole(claims, payload)
shc._fill = endless
"""
    scheme = SCHEMES["shc"](None)
    with Driver(scheme, mp64.command, before=source, patience=1.0) as driver:
        outcomes = driver.run([scheme.build(Genome(0)), scheme.build(Genome(0, (("text", 1),)))])
    assert outcomes[0] is None
    assert outcomes[1] is not None


def test_steps_are_counted(mp64):
    scheme = SCHEMES["shc"](None)
    with Driver(scheme, mp64.command) as driver:
        outcome = driver.run([scheme.build(Genome(0))])[0]
    assert outcome is not None
    assert 1000 < outcome.steps < MOST_STEPS // 10
