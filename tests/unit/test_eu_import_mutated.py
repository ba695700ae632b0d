"""Good files of the EU's rules and value sets, changed at random: only the tool's own error ever comes of them."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest
from gatepost.errors import GatepostError
from gatepost.policy.compiling import compile_policy
from gatepost.policy.explaining import explain, remarks
from harness.eu_files import RULE, SETS, changed, policy_of

ODD = [
    None, True, False, 0, -1, 1.0, 1.5, 1e308, 1 << 70, "", " ", "\ud800", "\x1b[31m", "1.0.0", "UT", "nope", [], {},
    [[]], {"a": 1}, {"var": "x"}, {"var": 5}, {"if": [1, 2]}, {"plusTime": ["2021", 1, []]}, {"and": [True, {"+": []}]},
    ["a", 1], {"!": [{"!": [{"!": [[[[[[[[[[[[1]]]]]]]]]]]]}]}]},
]  # fmt: skip


def mutated(dice, value):
    """`value`, changed at one place."""
    places = []
    waiting = [([], value)]
    while waiting:
        place, each = waiting.pop()
        places.append(place)
        names = each if isinstance(each, dict) else range(len(each)) if isinstance(each, list) else ()
        waiting += [([*place, name], each[name]) for name in names]
    place = dice.choice(places)
    if not place:
        return copy.deepcopy(dice.choice(ODD))
    value = copy.deepcopy(value)
    inside = value
    for name in place[:-1]:
        inside = inside[name]
    how = dice.randrange(3)
    if how == 0:
        del inside[place[-1]]
    elif how == 1 and isinstance(inside, dict):
        inside[dice.choice(["", "\ud800", "Logic", "cms", "hash", "code", "rule"])] = inside.pop(place[-1])
    else:
        inside[place[-1]] = copy.deepcopy(dice.choice(ODD))
    return value


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_changed_the_scanner_reads_it_or_a_sentence_says_what_is_wrong(mp, tmp_path, seed):
    dice = random.Random(seed)
    logic = {"and": [True, {"if": [{"var": "payload.v.0"}, [1, "a"], {"+": [1, 2]}]}]}
    by_region = {"rule": changed(Identifier="VR-UT-0002", Region="BY"), "tests": []}
    told = 0
    parts = []
    for _ in range(100):
        rules: Any = [RULE, by_region, changed(Identifier="GR-UT-1", Logic=logic)]
        sets: Any = [SETS, {"diseases": ["840539006"]}]
        for _ in range(dice.randint(1, 3)):
            if dice.random() < 0.7:
                rules = mutated(dice, rules)
            else:
                sets = mutated(dice, sets)
        try:
            source = policy_of(tmp_path, rules, sets)
            compiled = compile_policy(source)
        except GatepostError as error:
            told += 1
            assert str(error).isprintable()
            continue
        parts.append([compiled["policy"], compiled["eu-rules"]])
        for line in (*explain(source), *remarks(source).notes):
            assert line.isprintable()
    assert told > 10
    assert len(parts) > 10
    read = """
from scanner.rules.policy_parts import read_policy
result = len([read_policy(policy, rules) for policy, rules in parts])
"""
    assert mp.run(read, parts=parts) == len(parts)
