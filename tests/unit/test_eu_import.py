"""Files of the EU's rules and value sets as they come: every form, and a plain sentence for what is wrong."""

from __future__ import annotations

import base64
import copy
import functools
import json

import cbor2
import pytest
from asn1crypto import cms
from gatepost.cli.main import main
from gatepost.errors import GatepostError
from gatepost.policy.compiling import compile_policy
from gatepost.policy.explaining import explain, remarks
from harness.eu_files import RULE, TEXT, changed, policy_of

NO_VERSIONS = (
    "-1.0.0",
    " 1.0.0",
    "1_0.0.0",
    "\u0661.0.0",
    "1.0",
    "1",
    "01.0.0",
    "9" * 20 + ".0.0",
    "1.0.0\n",
)


@pytest.fixture
def given(tmp_path):
    return functools.partial(policy_of, tmp_path)


def rows(source):
    return cbor2.loads(compile_policy(source)["eu-rules"])["rules"]


def in_logic(text):
    """A file whose only rule has this text as its logic."""
    return json.dumps([changed(Logic="@")]).replace('"@"', text).encode()


def test_countries_and_regions_are_compared_without_capitals_and_spaces(given):
    found = given(
        [changed(Country=" ut", Region=" by ")],
        text=TEXT.replace('"UT"', '"ut "\nregion = "By "'),
    )
    part = cbor2.loads(compile_policy(found)["policy"])
    assert (part["arrival"], part["region"]) == ("UT", "BY")
    assert rows(found)[0][2:4] == ["UT", "BY"]
    blank = given(
        [changed(Region=" "), changed(Region=None)], text=TEXT.replace('"UT"', '"UT"\nregion = " "')
    )
    assert [row[3] for row in rows(blank)] == [""]
    assert cbor2.loads(compile_policy(blank)["policy"])["region"] == ""


def test_identical_rules_count_once_and_rivals_all(given):
    assert len(rows(given([RULE, {"rule": RULE, "tests": []}]))) == 1
    assert len(rows(given([changed(Logic={"==": [1, 1]})] * 2))) == 1
    rivals = given([RULE, changed(Logic=False)])
    assert len(rows(rivals)) == 2
    assert [note for note in remarks(rivals).notes if "VR-UT-0001 comes 2 times" in note]


def test_versions_rank_as_they_are_meant_to(given):
    ascending = [
        "0.9.10",
        "1.0.0-2",
        "1.0.0-10",
        "1.0.0-rc",
        "1.0.0-rc.1",
        "1.0.0-rc1",
        "1.0.0",
        "1.0.1-a",
        "1.10.0",
    ]
    ranks = [row[5] for row in rows(given([changed(Version=version) for version in ascending]))]
    assert ranks == sorted(ranks)
    assert len({tuple(rank) for rank in ranks}) == len(ascending)


@pytest.mark.parametrize(
    "logic, why",
    [
        ('{"==": [1, 1]}', 'unrecognised operator: "=="'),
        ('{"plus-time": ["2021-01-01", 1, "day"]}', "plus-time"),
        ('{"if": [true, true, true, true]}', '"if" takes 3 operands, but it has 4'),
        ("null", "invalid CertLogic expression"),
        ("{}", "exactly one key"),
        ("1.5", "non-integer"),
        ('{"===": [1e999, 1]}', "inf is a non-integer"),
        ('{"plusTime": ["2021-01-01", 1180591620717411303424, "day"]}', "larger than the integers"),
        ('{"extractFromUVCI": ["", 1180591620717411303424]}', "larger than the integers"),
        ('{"!": [' * 300 + "true" + "]}" * 300, "nested deeper"),
        ('{"in": [1, ' + "[" * 400 + "1" + "]" * 400 + "]}", "nested deeper"),
        ('{"===": ["\\ud800", "x"]}', "half a character"),
        ('{"var": "\\ud800"}', "half a character"),
        ('{"\\ud800\\u001b[31m": [1]}', "??[31m"),
    ],
)
def test_a_rule_that_is_no_certlogic_is_carried_and_open(given, logic, why):
    source = given(in_logic(logic))
    assert [row[10:] for row in rows(source)] == [[b"", []]]
    (found,) = remarks(source).open
    assert (found["rule"], found["file"]) == ("VR-UT-0001", "rules.json")
    assert why in found["why"]
    assert any("VR-UT-0001 of rules.json stays open" in line for line in explain(source))


def test_a_number_of_a_path_may_be_of_any_length(given):
    assert rows(given(in_logic('{"var": "payload.' + "9" * 5000 + '"}')))[0][10]


def test_open_rules_are_told_by_check_and_pack(given, tmp_path, capsys):
    given(
        [
            RULE,
            changed(Identifier="VR-UT-0002", EngineVersion="1.4.0"),
            changed(Identifier="VR-XX-1", Country="XX", Logic={}),
        ]
    )
    gate = str(tmp_path / "gate.toml")
    assert main(["policy", "check", gate, "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert [each["rule"] for each in facts["open"]] == ["VR-UT-0002", "VR-XX-1"]
    assert "CERTLOGIC 1.4.0, and scanners have 1.3.3" in facts["open"][0]["why"]
    assert main(["policy", "check", gate]) == 0
    assert "open: VR-UT-0002 of rules.json stays open" in capsys.readouterr().out
    assert main(["keys", "new", "authority", "-o", str(tmp_path / "a"), "--no-passphrase"]) == 0
    capsys.readouterr()
    pack = [
        "policy",
        "pack",
        gate,
        "--key",
        str(tmp_path / "a" / "authority.key.pem"),
        "-o",
        str(tmp_path / "g"),
    ]
    assert main(pack) == 0
    assert "open: VR-XX-1 of rules.json stays open" in capsys.readouterr().out


def test_the_forms_that_rules_come_in(given):
    expected = rows(given(RULE))
    signed = cms.ContentInfo(
        {
            "content_type": "signed_data",
            "content": {
                "version": "v1",
                "digest_algorithms": [],
                "encap_content_info": {"content_type": "data", "content": json.dumps(RULE).encode()},
                "signer_infos": [],
            },
        }
    )
    gateway = given({"UT": [{"cms": base64.b64encode(signed.dump()).decode(), "version": "1.0.0"}]})
    assert rows(gateway) == expected
    assert any("signatures were not checked" in note for note in remarks(gateway).notes)
    assert rows(given(b"\xef\xbb\xbf" + json.dumps([RULE]).encode())) == expected
    small = {name[0].lower() + name[1:]: value for name, value in RULE.items() if name != "Country"}
    assert rows(given([small | {"countryCode": "UT"}])) == expected
    float_amount = in_logic(
        '{"before": [{"plusTime": ["2021-01-01", 1.0, "day"]}, {"dccDateOfBirth": ["2022"]}]}'
    )
    assert rows(given(float_amount)) == rows(given(float_amount.replace(b"1.0,", b"1,")))


@pytest.mark.parametrize(
    "rules, words",
    [
        ([{"identifier": "VR-UT-0001", "version": "1.0.0", "country": "UT", "hash": "ab"}], "list of hashes"),
        ({"code": "0x006", "problem": "Country missing", "details": ""}, "failed (0x006: Country missing)"),
        ({"UT": [{"cms": "MIIabc="}]}, "no signed rule"),
        ({"UT": [{"cms": 5}]}, "no signed rule"),
        ({"rules": [RULE]}, "rule 1: not a business rule"),
        ([RULE, 7], "rule 2: not a business rule"),
        (b"[NaN]", "not JSON (NaN"),
        (b"\xff", "not JSON"),
        (b"[" * 100000, "nested too deep"),
        ([RULE | {"logic": True}], "rule 1: has the field Logic twice"),
        (json.dumps(RULE).replace('"Logic"', '"Logic": true, "Logic"').encode(), "one name twice"),
    ],
)
def test_what_is_no_file_of_rules_is_said(given, rules, words):
    with pytest.raises(GatepostError) as error:
        rows(given(rules))
    assert words in str(error.value)
    assert "rules.json" in str(error.value)


@pytest.mark.parametrize(
    "field", [name for name in RULE if name not in ("AffectedFields", "Description", "Logic")]
)
@pytest.mark.parametrize("value", [None, 5, [], {}, "", "\ud800", 1e300, True], ids=repr)
def test_a_field_that_is_wrong_is_named(given, field, value):
    with pytest.raises(GatepostError) as error:
        rows(given([RULE, changed(**{field: value})]))
    assert "rules.json, rule 2" in str(error.value)
    assert f" {field}" in str(error.value)
    assert str(error.value).isprintable()


@pytest.mark.parametrize(
    "field, value",
    [
        ("Region", 5),
        ("Description", "x"),
        ("Description", [{"lang": "en", "desc": None}]),
        ("Description", [{"lang": "en", "desc": 5}]),
        ("Description", [{"desc": "x"}]),
        ("Description", [{"lang": "en", "desc": "\ud800"}]),
        ("ValidTo", "2030-06-01T24:30:00Z"),
        ("ValidFrom", "soon"),
        *((field, value) for field in ("Version", "SchemaVersion", "EngineVersion") for value in NO_VERSIONS),
        ("Version", "1.0.0-" + "9" * 30),
    ],
)
def test_a_value_that_is_none_is_named(given, field, value):
    with pytest.raises(GatepostError, match=rf"rules.json, rule 1 \(VR-UT-0001\): {field} "):
        rows(given([changed(**{field: value})]))


@pytest.mark.parametrize("field", [name for name in RULE if name not in ("AffectedFields", "Description")])
def test_a_field_that_is_missing_is_named(given, field):
    rule = copy.deepcopy(RULE)
    del rule[field]
    with pytest.raises(GatepostError, match=rf"rules.json, rule 1.* {field}"):
        rows(given([rule]))


@pytest.mark.parametrize(
    "sets",
    [
        None, 5, ["a"], {"valueSetId": "x"}, {"valueSetId": "x", "valueSetValues": None}, {"x": [1, "a"]},
        {"x": [1, 2]}, {"valueSetId": 5, "valueSetValues": {"a": {}}}, {"x": ["\ud800"]}, {"x": {"a": {}}},
        [{"id": "x", "hash": "ab"}], [{"x": ["a"]}, {"x": ["b"]}], {"code": "0x1", "problem": "x"},
    ],
    ids=repr,
)  # fmt: skip
def test_what_is_no_value_set_is_said(given, sets):
    with pytest.raises(GatepostError, match=r"sets\.json: "):
        rows(given([RULE], sets))


@pytest.mark.parametrize(
    "rules, words",
    [
        ([], "no acceptance rule of UT, so that nobody passes"),
        ([changed(Region="BY")], "there are some for: BY"),
        ([changed(ValidTo="2020-01-01T00:00:00Z")], "ends before it begins"),
        (
            [changed(Logic={"in": ["x", {"var": "external.valueSets.nope"}]})],
            "value set nope, which no file has",
        ),
        ([changed(Logic={"in": ["x", ["a"] * 20000]})], "20000 values"),
    ],
)
def test_what_can_never_pass_is_noted(given, rules, words):
    assert not [note for note in remarks(given([RULE])).notes if "no tests" not in note]
    assert [note for note in remarks(given(rules)).notes if words in note]


@pytest.mark.parametrize("count, fits", [(32700, True), (32768, False)])
def test_a_part_has_no_more_values_than_a_scanner_reads(mp, given, count, fits):
    source = given([changed(Logic={"in": [1, [1] * count]})])
    if not fits:
        with pytest.raises(GatepostError, match=r"values; a scanner reads 32768"):
            compile_policy(source)
        return
    parts = compile_policy(source)
    read = "from scanner.rules.policy_parts import read_policy\nresult = read_policy(policy, rules).name"
    assert mp.run(read, policy=parts["policy"], rules=parts["eu-rules"]) == "X"


def test_the_steps_are_those_of_the_scanner(mp):
    from gatepost.policy.certlogic import STEPS

    assert mp.run("from scanner.rules.certlogic import STEPS\nresult = STEPS") == STEPS
