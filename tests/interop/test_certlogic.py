"""CertLogic 1.3.3 on MicroPython against the specification's own suites and the rule tests that countries published."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from gatepost.policy.certlogic import Pool, compile_expression
from gatepost.policy.certlogic_form import issues

# What the README of the data says to leave out: not part of CertLogic.
SKIPPED = {"patched-reduce"}

EVALUATE = """
from scanner.rules.certlogic import evaluate

def outcome(code, constants, data):
    try:
        return evaluate(code, constants, data)[0]
    except Exception as error:
        return type(error).__name__

def run(cases, shared):
    found = []
    for code, data, expected, sets in cases:
        if sets is not None:
            data["external"]["valueSets"] = shared[sets]
        got = outcome(code, constants, data)
        # Types too: True equals 1 in Python.
        if got != expected or type(got) is not type(expected):
            found.append((len(found), got, expected))
    return found

result = run(cases, shared)
"""


def _cases(path: Path) -> list[Any]:
    suite = json.loads(path.read_text())
    return [] if suite.get("directive") == "skip" else suite["cases"]


@pytest.fixture(scope="module")
def suite(corpora: Path) -> Path:
    folder = corpora / "certlogic"
    if not folder.is_dir():
        pytest.skip("no CertLogic data")
    return folder


def test_the_specification_s_suite(mp, suite):
    pool = Pool()
    cases = []
    for path in sorted((suite / "testSuite").glob("*.json")):
        for case in _cases(path):
            for assertion in case["assertions"]:
                if assertion.get("directive") == "skip":
                    continue
                expression = assertion.get("certLogicExpression", case.get("certLogicExpression"))
                code = compile_expression(expression, pool)
                cases.append((code, assertion["data"], assertion["expected"], None))
    if not cases:
        pytest.skip("not in this part of the data")
    assert mp.run(EVALUATE, cases=cases, constants=pool.values, shared=[]) == []


def test_the_specification_s_validation_suite(suite):
    count = 0
    for path in sorted((suite / "validation-testSuite").glob("*.json")):
        for case in _cases(path):
            found = [
                {"expr": each.expression, "message": each.message}
                for each in issues(case["certLogicExpression"])
            ]
            assert found == case["issues"]
            count += 1
    if not count:
        pytest.skip("not in this part of the data")


def test_the_countries_rule_tests(mp, suite):
    total = 0
    for path in sorted((suite / "rules").glob("*.json")):
        pool = Pool()
        shared: list[Any] = []
        cases = []
        for entry in json.loads(path.read_text()):
            code = compile_expression(entry["rule"]["Logic"], pool)
            for test in entry["tests"]:
                external = dict(test["external"])
                sets = external.pop("valueSets", None)
                if sets is not None and sets not in shared:
                    shared.append(sets)
                place = None if sets is None else shared.index(sets)
                data = {"payload": test["payload"], "external": external}
                cases.append((code, data, test["expected"], place))
        assert mp.run(EVALUATE, cases=cases, constants=pool.values, shared=shared) == [], path.stem
        total += len(cases)
    assert total
