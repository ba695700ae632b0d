"""Conditions of a policy, from the line that a person writes to what MicroPython says of facts."""

from __future__ import annotations

import pytest
from gatepost.errors import GatepostError
from gatepost.policy.certlogic import Pool, compile_expression
from gatepost.policy.conditions import Vocabulary, compile_condition

WORDS = Vocabulary(
    lists={"accepted": ["comirnaty", "EU/1/20/1507"], "recalled": ["X1"]},
    codes={"product": {"EU/1/20/1528": "comirnaty", "EU/1/20/1507": "spikevax"}},
)
NOW = {"now": "2021-07-01T12:00:00Z", "today": "2021-07-01"}

EVALUATE = """
from scanner.rules.certlogic import evaluate, truth
try:
    result = truth(evaluate(code, constants, facts)[0])
except Exception as error:
    result = type(error).__name__
"""
OPEN = "Undecided"


def outcome(mp, line, **facts):
    pool = Pool()
    code = compile_expression(compile_condition(line, WORDS), pool)
    if "sampled" in facts:  # an exact moment: context.py has it as both ends of when it may have been
        facts |= {"sampled_first": facts["sampled"], "sampled_last": facts["sampled"]}
    return mp.run(EVALUATE, code=code, constants=pool.values, facts={**NOW, **facts})


@pytest.mark.parametrize(
    "line, facts, expected",
    [
        ("kind is test", {"kind": "test"}, True),
        ("kind is test", {"kind": "vaccination"}, False),
        ("kind is test", {}, False),
        ("kind is not test", {"kind": "vaccination"}, True),
        ("kind is not test", {}, False),  # what is not stated meets nothing
        ("issuer is one of PT, ES", {"issuer": "ES"}, True),
        ("issuer is one of PT, ES", {"issuer": "E"}, False),
        ("issuer is none of PT, ES", {"issuer": "FR"}, True),
        ("issuer is none of PT, ES", {}, False),
        ("product is EU/1/20/1528", {"product": "comirnaty"}, True),  # a code in a line becomes its name
        ("product in accepted", {"product": "spikevax"}, True),  # and in a list
        ("product in accepted", {"product": "sputnik-v"}, False),
        ("product in accepted", {}, False),
        ("batch not in recalled", {"batch": "X2"}, True),
        ("batch not in recalled", {"batch": "X1"}, False),
        ("batch not in recalled", {}, False),
        ("document present", {"document": "P1"}, True),
        ("document present", {}, False),
        ("target absent", {}, True),
        ("target absent", {"target": "x"}, False),
        ("target is a or target absent", {}, True),
        ("target is a or target is b or target is c", {"target": "c"}, True),
        ("dose >= doses", {"dose": 2, "doses": 2}, True),
        ("dose >= doses", {"dose": 1, "doses": 2}, False),
        ("dose >= doses", {"dose": 1}, OPEN),
        ("dose >= doses", {"dose": "Primary", "doses": 2}, OPEN),
        ("dose = 2", {"dose": 2}, True),
        ("dose = 2", {"dose": 3}, False),
        ("dose > 2", {"dose": 3}, True),
        ("dose < 2", {"dose": 2}, False),
        ("dose >= 2 or dose >= doses", {"dose": 2}, True),
        ("dose >= 2 or dose >= doses", {"dose": 1}, OPEN),
        ("date 14 to 270 days ago", {"date": "2021-06-17"}, True),
        ("date 14 to 270 days ago", {"date": "2021-06-18"}, False),
        ("date 14 to 270 days ago", {"date": "2020-10-04"}, True),
        ("date 14 to 270 days ago", {"date": "2020-10-03"}, False),
        ("date 14 to 270 days ago", {}, OPEN),
        ("date at most 6 months ago", {"date": "2021-01-01"}, True),
        ("date at most 6 months ago", {"date": "2020-12-31"}, True),  # 31 June is 1 July, as in JavaScript
        ("date at most 6 months ago", {"date": "2020-12-30"}, False),
        ("date at most 6 months ago", {"date": "2021-07-02"}, False),  # the future is not ago
        ("date more than 10 days ago", {"date": "2021-06-21"}, False),
        ("date more than 10 days ago", {"date": "2021-06-20"}, True),
        ("date less than 1 year ago", {"date": "2020-07-01"}, False),
        ("date less than 1 year ago", {"date": "2020-07-02"}, True),
        ("date not in the future", {"date": "2021-07-01"}, True),
        ("date not in the future", {"date": "2021-07-02"}, False),
        ("valid_until not in the past", {"valid_until": "2021-07-01"}, True),
        ("valid_until not in the past", {"valid_until": "2021-06-30"}, False),
        ("sampled at most 72 hours ago", {"sampled": "2021-06-28T12:00:00Z"}, True),
        ("sampled at most 72 hours ago", {"sampled": "2021-06-28T11:59:59Z"}, False),
        ("sampled at most 72 hours ago", {"sampled": "2021-07-01T12:00:01Z"}, False),
        ("sampled less than 72 hours ago", {"sampled": "2021-06-28T12:00:00Z"}, False),
        ("sampled less than 72 hours ago", {"sampled": "2021-06-28T14:00:01+02:00"}, True),
        ("sampled at most 3 days ago", {"sampled": "2021-06-28T12:00:00Z"}, True),
        ("sampled at most 72 hours ago", {"sampled": "yesterday"}, OPEN),
        ("birth at least 18 years ago", {"birth": "2003-07-01"}, True),
        ("birth at least 18 years ago", {"birth": "2003-07-02"}, False),
        ("birth at least 18 years ago", {"birth": "2003"}, False),  # as young as it may be
        ("birth at least 18 years ago", {"birth": "2002"}, True),
        ("birth less than 12 years ago", {"birth": "2009-07-02", "birth_day": "2009-07-02"}, True),
        ("birth less than 12 years ago", {"birth": "2009"}, OPEN),  # and no younger
    ],
)
def test_a_line_means_what_it_says(mp, line, facts, expected):
    assert outcome(mp, line, **facts) == expected


def test_what_a_condition_saw_is_told_in_few_words(mp):
    pool = Pool()
    code = compile_expression(compile_condition("batch present", WORDS), pool)
    trace = mp.run(
        """
from scanner.rules.proofs import Proof, Rules
proof = Proof("", [], [], [(code, "batch present", ["batch", "dose"])])
result = []
Rules([proof], [1], False, {}, constants, None).check(proof, facts, result)
result = [list(step) for step in result]
""",
        code=code,
        constants=pool.values,
        facts={**NOW, "batch": "W" * 3000},
    )
    assert trace == [["batch present", 1, "batch = " + "W" * 64 + ", dose = none"]]


@pytest.mark.parametrize(
    "line, words",
    [
        ("shade is red", "no fact 'shade'"),
        ("produkt in accepted", "perhaps 'product'"),
        ("product in acepted", "perhaps 'accepted'"),
        ("product >= 2", "is a text"),
        ("dose is 2", "is a number"),
        ("dose >= two", "neither a number nor a fact"),
        ("dose >= product", "neither a number nor a fact"),
        ("date at most 72 hours ago", "no hours"),
        ("date 14 days ago", "at least"),
        ("date 20 to 10 days ago", "ends before"),
        ("sampled recently", "such are"),
        ("", "no fact"),
        ("kind", "such are"),
    ],
)
def test_what_is_not_understood_is_said(line, words):
    with pytest.raises(GatepostError) as error:
        compile_condition(line, WORDS)
    assert words in str(error.value)
