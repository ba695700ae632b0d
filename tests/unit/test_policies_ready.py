"""The policies that come with the program: sound, and their own tests pass on MicroPython of both widths."""

from __future__ import annotations

import pytest
from gatepost.policy.bundle import find_policy, ready_policies
from gatepost.policy.compiling import compile_policy
from gatepost.policy.explaining import explain, remarks
from gatepost.policy.source import read_source
from gatepost.policy.trial import run_tests


def test_there_is_one_for_each_use():
    assert ready_policies() == [
        "bilateral",
        "demonstration",
        "eu-arrival",
        "health-code",
        "polio",
        "systems",
        "venue",
        "yellow-fever",
    ]


@pytest.mark.parametrize("name", ready_policies())
def test_its_own_tests_pass(mp, name):
    source = read_source(find_policy(name))
    trials = run_tests(source, compile_policy(source), mp.command[0])
    assert [each.name for each in trials if not each.passed] == []
    assert len(trials) >= 3
    assert len({code for each in trials for code in each.expected}) >= 3


@pytest.mark.parametrize("name", ready_policies())
def test_nothing_about_it_needs_a_second_look(name):
    source = read_source(find_policy(name))
    assert remarks(source).notes == []
    text = "\n".join(explain(source))
    assert all(proof.says in text for proof in source.proofs)
