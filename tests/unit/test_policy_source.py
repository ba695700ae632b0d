"""A policy's file: what is wrong with it is one sentence, and nothing half understood is compiled."""

from __future__ import annotations

import json

import cbor2
import pytest
from gatepost.errors import GatepostError
from gatepost.policy.compiling import compile_policy
from gatepost.policy.explaining import remarks
from gatepost.policy.source import read_source
from gatepost.policy.trial import run_tests

GOOD = """
name = "Gate"
[lists]
accepted = ["comirnaty"]
[codes.product]
comirnaty = ["EU/1/20/1528"]
[proof.vaccinated]
says = "a vaccination"
kinds = ["vaccination"]
when = ["product in accepted"]
[proof.tested]
says = "a test"
kinds = ["test"]
when = ["result is negative"]
"""


def read(tmp_path, text):
    path = tmp_path / "gate.toml"
    path.write_text(text)
    return read_source(path)


def test_each_proof_suffices_unless_something_else_is_said(tmp_path):
    part = cbor2.loads(compile_policy(read(tmp_path, GOOD))["policy"])
    assert part["admit"] == [1, 2]
    both = read(tmp_path, 'admit = ["vaccinated + tested"]\n' + GOOD)
    assert cbor2.loads(compile_policy(both)["policy"])["admit"] == [3]


def test_settings_become_switches(tmp_path):
    text = GOOD + (
        '[settings]\nprivacy = "verdict"\nutc_offset = "-03:30"\nlist_old_days = 1\nlist_limit_days = 2\n'
        'reject_expired_keys = true\nwithout_expiry = ["WHO DVC"]\nwait_seconds = 30\nexplain = true\n'
        'unverifiable = "refuse"\nunknown_codes = "check"\nrevocation_limit_days = 3\n'
    )
    assert cbor2.loads(compile_policy(read(tmp_path, text))["policy"])["switches"] == {
        "privacy": "verdict",
        "utc_offset": -12600,
        "list_old": 1,
        "list_limit": 2,
        "revocation_limit": 3,
        "reject_expired_keys": True,
        "without_expiry": ["WHO DVC"],
        "wait": 30,
        "explain": True,
        "unverifiable": "refuse",
        "unknown_codes": "check",
    }


@pytest.mark.parametrize(
    "before, after, words",
    [
        ('name = "Gate"', "", "name is a text"),
        ('name = "Gate"', 'name = "Gate"\ncolour = 1', "no member 'colour'"),
        ('name = "Gate"', 'name = "Gate"\notherwise = "pass"', 'otherwise is "check" or "refuse"'),
        ('name = "Gate"', 'name = "Gate"\nadmit = ["vaccinatd"]', "no proof 'vaccinatd'"),
        ('name = "Gate"', 'name = "Gate"\nuse = ["missing.toml"]', "no such file beside the policy"),
        ("[lists]", "[lists", "not TOML"),
        ('says = "a test"', "", "says is a text"),
        ('kinds = ["test"]', "", "kinds is a list of texts"),
        ('kinds = ["test"]', "kinds = []", "which kinds"),
        ('kinds = ["test"]', 'kinds = ["exam"]', "no kind 'exam'"),
        ('when = ["result is negative"]', "when = []", "met by anything"),
        ('when = ["result is negative"]', "when = [7]", "a condition is a line"),
        ('when = ["result is negative"]', 'when = ["result ist negative"]', "[proof.tested]"),
        ("[proof.tested]", "[proof.eu]", "cannot have this name"),
        ("[lists]", "[settings]\nprivacy = 'none'\n[lists]", "privacy is one of"),
        ("[lists]", "[settings]\nunverifiable = 'pass'\n[lists]", "unverifiable is one of check, refuse"),
        ("[lists]", "[settings]\nunknown_codes = true\n[lists]", "unknown_codes is a text"),
        ("[lists]", "[settings]\nutc_offset = 2\n[lists]", "utc_offset is a text"),
        ("[lists]", "[settings]\nrevocation_limit_days = 0\n[lists]", "1 or more"),
        ("[lists]", "[settings]\nexplain = 1\n[lists]", "explain is true or false"),
        ("[lists]", "[codes.shade]\nred = ['r']\n[lists]", "no fact 'shade'"),
        ("comirnaty = [", "other = ['EU/1/20/1528']\ncomirnaty = [", "is both"),
        ("[lists]", "[eu]\narrival = 'UT'\nregion = 5\nrules = []\n[lists]", "region is a text"),
        ('when = ["result is negative"]', "when = [{says = 'x', certlogic = 5}]", "certlogic is a text"),
        (
            'when = ["result is negative"]',
            f"when = [{{says = 'x', certlogic = '{'[' * 100000}'}}]",
            "nested deeper",
        ),
        ("[lists]", "[eu]\narrival = 'UT'\nrules = ['none.json']\n[lists]", "no file 'none.json'"),
    ],
)
def test_what_is_wrong_is_said(tmp_path, before, after, words):
    assert before in GOOD
    with pytest.raises(GatepostError) as error:
        read(tmp_path, GOOD.replace(before, after, 1))
    assert words in str(error.value)
    assert "gate.toml" in str(error.value)


def test_an_offset_that_is_none(tmp_path):
    with pytest.raises(GatepostError, match="utc_offset"):
        compile_policy(read(tmp_path, GOOD + '[settings]\nutc_offset = "+2"\n'))


def test_an_expression_for_experts(tmp_path):
    line = 'when = [{ says = \'the second dose\', certlogic = \'{"===": [{"var": "dose"}, 2]}\' }]'
    text = (
        GOOD.replace('when = ["product in accepted"]', line)
        + """
[[test]]
at = 2021-07-01T12:00:00Z
certificate = { kind = "vaccination", dose = 2, date = "2021-06-01" }
expect = "ok"
[[test]]
at = 2021-07-01T12:00:00Z
certificate = { kind = "vaccination", dose = 1, date = "2021-06-01" }
expect = "rules_not_met"
"""
    )
    source = read(tmp_path, text)
    assert all(each.passed for each in run_tests(source, compile_policy(source)))
    with pytest.raises(GatepostError, match="unrecognised operator"):
        compile_policy(read(tmp_path, text.replace("===", "==")))


def test_a_failing_test_shows_its_steps(tmp_path):
    source = read(
        tmp_path,
        GOOD + '[[test]]\nname = "x"\nat = 2021-07-01T12:00:00Z\nexpect = "ok"\n'
        'certificate = { kind = "test", result = "unclear", sampled = "2021-06-30T12:00:00Z" }\n',
    )
    (trial,) = run_tests(source, compile_policy(source))
    assert not trial.passed
    assert trial.judged[0].code == "test_unclear"
    assert ("result is negative", "no", "result = unclear") in trial.judged[0].trace


@pytest.mark.parametrize(
    "test, words",
    [
        ('at = "noon"\nexpect = "ok"\ncertificate = { kind = "test" }', "is not a time"),
        ("at = 2021-07-01\ncertificate = { kind = 'test' }", "what to expect"),
        ("at = 2021-07-01T12:00:00Z\nexpect = 'ok'", "has a certificate"),
        (
            "at = 2021-07-01T12:00:00Z\nexpect = ['ok', 'ok']\ncertificate = { kind = 'test' }",
            "1 certificates",
        ),
        ("at = 2021-07-01T12:00:00Z\nexpect = 'ok'\ncertificate = { shade = 'red' }", "no fact 'shade'"),
        (
            "at = 2021-07-01T12:00:00Z\nexpect = 'ok'\nwhen = 1\ncertificate = { kind = 'test' }",
            "no member 'when'",
        ),
    ],
)
def test_a_malformed_test_is_said(tmp_path, test, words):
    source = read(tmp_path, GOOD + "[[test]]\n" + test)
    with pytest.raises(GatepostError, match=words):
        run_tests(source, compile_policy(source))


def test_notes_on_what_may_be_a_slip(tmp_path):
    text = GOOD.replace('accepted = ["comirnaty"]', 'accepted = ["comirnaty", "EU/1/20/1529"]')
    found = remarks(read(tmp_path, 'admit = ["tested"]\n' + text)).notes
    assert any("no tests" in note for note in found)
    assert any("'vaccinated' is in no alternative" in note for note in found)
    assert any("'EU/1/20/1529'" in note and "perhaps 'EU/1/20/1528'?" in note for note in found)


def test_a_proof_that_names_no_disease_is_worth_a_look(tmp_path):
    for when, noted in (
        ('"result is negative"', True),
        ('"result is negative", "target is covid"', False),
        ('"target is covid or form is ITHC"', False),
        ('"product is EU/1/20/1528"', False),  # it is against one
    ):
        proof = f'[proof.tested]\nsays = "a negative test"\nkinds = ["test"]\nwhen = [{when}]\n'
        found = remarks(read(tmp_path, 'name = "Post"\n' + proof)).notes
        assert any("'tested'" in note and "of any disease" in note for note in found) == noted


def test_value_sets_and_rules_in_the_forms_they_are_published_in(tmp_path):
    rule = {
        "Identifier": "VR-XX-0001", "Type": "Acceptance", "Country": "XX", "Version": "1.0.0",
        "SchemaVersion": "1.0.0", "Engine": "CERTLOGIC", "EngineVersion": "0.7.5",
        "CertificateType": "Vaccination", "Description": [{"lang": "de", "desc": "Nur auf Deutsch"}],
        "ValidFrom": "2021-06-01T00:00:00Z", "ValidTo": "2030-06-01T00:00:00Z", "AffectedFields": ["v.0.mp"],
        "Logic": {"in": [{"var": "payload.v.0.mp"}, {"var": "external.valueSets.vaccines"}]},
    }  # fmt: skip
    (tmp_path / "one.json").write_text(json.dumps(rule))
    (tmp_path / "many.json").write_text(
        json.dumps([{"rule": rule | {"Identifier": "VR-XX-0002"}, "tests": []}])
    )
    (tmp_path / "set.json").write_text(
        json.dumps({"valueSetId": "vaccines", "valueSetValues": {"B": {}, "A": {}}})
    )
    text = 'name = "X"\n[eu]\narrival = "XX"\nrules = ["one.json", "many.json"]\nvalue_sets = ["set.json"]\n'
    part = cbor2.loads(compile_policy(read(tmp_path, text))["eu-rules"])
    assert [row[0] for row in part["rules"]] == ["VR-XX-0001", "VR-XX-0002"]
    assert part["rules"][0][9] == "Nur auf Deutsch"
    assert part["value_sets"] == {"vaccines": ["A", "B"]}
    (tmp_path / "one.json").write_text(json.dumps(rule | {"CertificateType": "Passport"}))
    with pytest.raises(GatepostError, match="VR-XX-0001"):
        compile_policy(read(tmp_path, text))
