"""The door itself: other systems are named, faults of ours refuse, and nothing that goes in makes it raise."""

from __future__ import annotations

import json
import zlib

import pytest
from harness.certificates import NOW, STAND_INS, issue, judge, p256, record, vaccination


def test_the_verdict_carries_the_row_of_the_table(mp):
    verdict = judge(mp, "nothing")
    row = mp.call("scanner.reasons:reason", "not_a_certificate")
    assert tuple(verdict[name] for name in ("number", "code", "verdict", "sentence", "action")) == row


FAULTS = """
from scanner.reasons import Refusal
from scanner.rules.judge import judge

class Clock:
    trusted = True
    def now(self):
        return now

class Broken:
    def now(self):
        raise OSError(5)

class Raises:
    def __init__(self, error):
        self.error = error
    def find(self, kid):
        if self.error is RecursionError:
            return self.find(kid)
        raise self.error

class Found:
    def find(self, kid):
        return [object()]

try:
    RecursionError
except NameError:
    RecursionError = RuntimeError

def all_faults(text):
    errors = [MemoryError(), RecursionError, RuntimeError("x"), TypeError("x"), KeyError(1), Exception("x")]
    errors += [Refusal("ok"), Refusal("no such code")]
    trusts = [Raises(error) for error in errors] + [Found(), 7, "trust"]
    found = [judge(text, trust, Clock()) for trust in trusts]
    found.append(judge(text, None, Broken()))
    found.append(judge(text, None, None))
    for odd in (None, 7, 1.5, [], {}, object()):
        found.append(judge(odd, None, Clock()))
    return [(each.verdict, each.code, each.claims) for each in found]

result = all_faults(text)
"""


def test_faults_of_ours_refuse_and_do_not_raise(mp):
    for verdict, code, claims in mp.run(FAULTS, space="faults", text=issue(vaccination()), now=NOW):
        assert (verdict, claims) == (2, None)
        assert code in ("internal_fault", "not_a_certificate")


def test_an_empty_list_is_not_a_text(mp):
    assert (
        mp.run("from scanner.rules.judge import judge\nresult = judge(None, None, None).code")
        == "internal_fault"
    )


def test_a_check_that_fails_refuses(mp):
    source = """
import scanner.rules.judge as door
from scanner.rules import checks
def bad(claims, now, policy):
    raise ValueError("fault")
kept = door.CHECKS
door.CHECKS = kept + ((bad, "fails"),)
try:
    result = door.judge(text, Trust(keys), Clock(now)).code
finally:
    door.CHECKS = kept
"""
    judge(mp, "HC1:")  # defines the stand-ins
    answer = mp.run(source, space="certificates", text=issue(vaccination()), keys=[record(p256())], now=NOW)
    assert answer == "internal_fault"


def test_too_little_memory_refuses(mp):
    source = """
import gc
def run(text, trust, clock):
    gc.collect()
    hoard = []
    size = 65536
    while size > 16:
        try:
            hoard.append(bytearray(size))
        except MemoryError:
            size //= 2
    return judge(text, trust, clock)
trust = Trust(keys)
clock = Clock(now)
verdict = run(text, trust, clock)
gc.collect()
result = (verdict.verdict, verdict.code)
"""
    judge(mp, "HC1:")
    answer = mp.run(source, space="certificates", text=issue(vaccination()), keys=[record(p256())], now=NOW)
    assert answer == (2, "internal_fault")


def test_json_and_zip_bombs_of_other_systems_cost_nothing(mp):
    deep = '{"data":' * 1500 + "}" * 1500
    assert judge(mp, deep)["code"] == "not_a_certificate"
    large = {"data": {"hdr": {"t": "icao.vacc"}, "msg": "x" * 9000}}
    assert judge(mp, json.dumps(large))["code"] == "bad_envelope"
    assert judge(mp, zlib.compress(bytes(10**6)))["code"] == "not_a_certificate"


AGES = """
trust = Trust(keys)
trust.created = created
verdict = judge(text, trust, Clock(now))
result = (verdict.code, verdict.verdict)
"""


@pytest.mark.parametrize(
    "days, expected", [(-400, ("ok", 0)), (0, ("ok", 0)), (29, ("ok", 0)), (30, ("trust_list_stale", 1))]
)
def test_a_list_that_is_too_old_passes_nobody(mp, days, expected):
    mp.run(STAND_INS, space="ages")
    facts = {
        "text": issue(vaccination()),
        "keys": [record(p256())],
        "now": NOW,
        "created": NOW - days * 86400,
    }
    assert mp.run(AGES, space="ages", **facts) == expected


def test_an_old_list_still_refuses(mp):
    mp.run(STAND_INS, space="ages")
    facts = {"text": issue(vaccination(), p256(2)), "keys": [record(p256())], "now": NOW, "created": 0}
    assert mp.run(AGES, space="ages", **facts) == ("unknown_issuer", 2)


def test_the_three_states_of_a_list(mp):
    source = (
        "from scanner.rules.policy import DEFAULT\nresult = [DEFAULT.list_state(0, d * 86400) for d in days]"
    )
    assert mp.run(source, days=[-1, 0, 6, 7, 29, 30, 9999]) == [0, 0, 0, 1, 1, 2, 2]
