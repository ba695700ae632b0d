"""A policy on the scanner: pushed, verified, obeyed; and whatever is wrong with it, nothing is PASS by it."""

from __future__ import annotations

import random

import cbor2
import pytest
from gatepost.policy.bundle import build_policy, find_policy
from gatepost.policy.compiling import compile_policy
from gatepost.policy.source import read_source
from harness.interpreter import DeviceError
from unit.bundle_rig import AUTHORITY, NOW, Rig

VENUE = compile_policy(read_source(find_policy("venue")))
EU = compile_policy(read_source(find_policy("eu-arrival")))
STATE = "result = (up.policy.problem, up.policy.rules is not None, up.policy.version, up.policy.name)"
READ = "scanner.rules.policy_parts:read_policy"


@pytest.fixture
def rig(mp) -> Rig:
    return Rig(mp)


def bundle(version=1, parts=VENUE, environment="PROD"):
    return build_policy(parts, AUTHORITY, version, environment, NOW - 60)


def test_without_one_there_are_no_rules(rig):
    assert rig.run(STATE) == ("no_policy", False, 0, "")


def test_one_that_was_pushed_counts_at_once_and_after_a_restart(rig):
    assert rig.push(bundle())[0] == {"kind": "policy", "version": 1}
    assert rig.run(STATE) == ("", True, 1, "Harbour hall")
    assert rig.run("result = up.versions['policy']['version']") == 1
    rig.restart()
    assert rig.run(STATE) == ("", True, 1, "Harbour hall")
    assert rig.run("result = (up.policy.privacy, up.policy.utc_offset, len(up.policy.rules.proofs))") == (
        "minimal",
        3600,
        4,
    )


def test_a_newer_one_replaces_it_and_an_older_one_does_not(rig):
    rig.push(bundle(2))
    assert rig.push(bundle(1, EU))[0] == "downgrade"
    assert rig.push(bundle(3, EU))[0] == {"kind": "policy", "version": 3}
    assert rig.run(STATE)[3] == "Arrival in Utopia by the EU's rules"


@pytest.mark.parametrize(
    "parts",
    [
        {"policy": b"\xa0"},
        {"eu-rules": EU["eu-rules"]},
        {"policy": EU["policy"]},  # which names rules that are not there
        {"policy": VENUE["policy"][:-1]},
        {"policy": VENUE["policy"] + b"\0"},
    ],
)
def test_one_of_no_use_is_refused_and_the_old_one_stays(rig, parts):
    rig.push(bundle(1))
    assert rig.push(bundle(2, parts))[0] == "unusable"
    assert rig.run(STATE) == ("", True, 1, "Harbour hall")


def test_damaged_flash_leaves_no_rules(rig):
    rig.push(bundle(1, EU))
    name = next(each for each in rig.run("result = files('policy')") if len(each) == 16)
    data = bytearray(rig.run(f"result = open('/b/policy/{name}', 'rb').read()"))
    data[len(data) // 2] ^= 1
    rig.run(f"put('policy/{name}', data)", data=bytes(data))
    rig.restart()
    assert rig.run(STATE) == ("policy_damaged", False, 0, "")
    rig.run("import os\nos.remove('/b/policy/' + name)", name=name)
    rig.restart()
    assert rig.run(STATE)[0] == "policy_damaged"


def test_a_manifest_of_somebody_else_leaves_no_rules(rig):
    rig.push(bundle(1))
    rig.run("put('policy/manifest', b'x' * 200)")
    rig.restart()
    assert rig.run(STATE)[0] == "policy_damaged"


def changed(parts, path, value):
    part = cbor2.loads(parts["policy"])
    place = part
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    return cbor2.dumps(part)


@pytest.mark.parametrize(
    "path, value",
    [
        (["format"], 2),
        (["name"], 7),
        (["switches"], []),
        (["switches", "privacy"], "none"),
        (["switches", "unverifiable"], "pass"),
        (["switches", "unknown_codes"], "pass"),
        (["switches", "wait"], "60"),
        (["switches", "wait"], True),
        (["switches", "backdoor"], True),
        (["proofs"], []),
        (["proofs", 0, "says"], None),
        (["proofs", 0, "kinds"], [1]),
        (["proofs", 0, "when"], None),  # the EU's rules, which are not there
        (["proofs", 0, "when"], [[1, "x", []]]),
        (["proofs", 0, "when"], [[b"", "x"]]),
        (["admit"], [0]),  # nothing needed: everybody
        (["admit"], [1 << 30]),
        (["admit"], [True]),
        (["admit"], "all"),
        (["refuse"], 0),
        (["codes"], {"product": ["x"]}),
        (["constants"], {}),
    ],
)
def test_every_shape_is_checked(mp, path, value):
    with pytest.raises(DeviceError) as error:
        mp.call(READ, changed(VENUE, path, value))
    assert error.value.kind == "ValueError"


def test_no_damage_is_more_than_a_value_error(mp):
    """Bits flipped anywhere: refused, or read as another policy, and never another exception."""
    dice = random.Random(3)
    for parts in (VENUE, EU):
        damaged = []
        for _ in range(400):
            data = bytearray(parts["policy"])
            data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
            damaged.append(bytes(data))
        source = """
from scanner.rules.policy_parts import read_policy
result = []
for data in damaged:
    try:
        read_policy(data, eu)
    except ValueError:
        pass
    except Exception as error:
        result.append((type(error).__name__, data))
"""
        assert mp.run(source, damaged=damaged, eu=parts.get("eu-rules")) == []


def test_an_admit_of_nothing_admits_nobody(mp):
    source = (
        "from scanner.rules.proofs import Rules\nresult = Rules([], [], False, {}, [], None).suffices(255)"
    )
    assert mp.run(source) is False


def test_a_policy_of_another_environment_is_none(rig):
    rig.push(bundle(1, environment="DEMO"))
    assert rig.run("result = up.policy_for(up.trust).problem") == ""  # no list yet
    rig.run("class List:\n    environment = 'PROD'")
    assert rig.run("result = (up.policy_for(List).problem, up.policy_for(List).rules)") == (
        "policy_damaged",
        None,
    )
    rig.run("List.environment = 'DEMO'")
    assert rig.run("result = up.policy_for(List).problem") == ""
