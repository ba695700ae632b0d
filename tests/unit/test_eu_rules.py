"""Which of the EU's rules concern a certificate, and what their results make of the verdict."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from gatepost.policy import eu
from gatepost.policy.eu_files import Found
from harness.certificates import NOW, negative_test, recovery, vaccination

SETUP = """
from scanner.codec import cbor
from scanner.credentials import dcc
from scanner.credentials.claims import Claims
from scanner.rules.eu_rules import EuRules
from scanner.rules.outcome import WORDS

class Key:
    kid = b"12345678"
    name = ""

def check(part, payload, now, arrival, region, issuer):
    key = Key()
    key.country = issuer
    claims = Claims("HC1", key)
    claims.issued = now - 1
    dcc.fill(claims, payload)
    trace = []
    outcome = EuRules(cbor.decode(part, 12, 32768), arrival, region).check(claims, now, trace)
    return None if outcome is None else WORDS[outcome], [label.split(":")[0] for label, _, _ in trace]
"""


def rule(number: int, logic: Any = True, **changes: Any) -> dict[str, Any]:
    return {
        "Identifier": f"GR-UT-{number:04}", "Type": "Acceptance", "Country": "UT", "Version": "1.0.0",
        "SchemaVersion": "1.0.0", "Engine": "CERTLOGIC", "EngineVersion": "0.7.5", "CertificateType": "Vaccination",
        "Description": [{"lang": "en", "desc": "A rule."}], "ValidFrom": "2021-06-01T00:00:00Z",
        "ValidTo": "2021-08-01T00:00:00Z", "AffectedFields": [], "Logic": logic,
    } | changes  # fmt: skip


def compile_rules(rules, value_sets):
    return eu.compile_rules(eu.checked(Found(each, "UT.json", "UT.json") for each in rules), value_sets)


def check(mp, rules, payload=None, now=NOW, region="", issuer="DE", value_sets=None):
    mp.run(SETUP, space="eu")
    outcome, used = mp.run(
        "result = check(part, payload, now, 'UT', region, issuer)",
        space="eu",
        part=compile_rules(rules, value_sets or {}),
        payload=payload or vaccination(),
        now=now,
        region=region,
        issuer=issuer,
    )
    return outcome, [name[3:] for name in used]


def test_all_rules_must_hold(mp):
    assert check(mp, [rule(1), rule(2)]) == ("yes", ["UT-0001", "UT-0002"])
    assert check(mp, [rule(1), rule(2, False), rule(3)])[0] == "no"


def test_a_rule_that_has_no_value_is_open(mp):
    broken = {"<": [1, "2"]}
    assert check(mp, [rule(1), rule(2, broken)])[0] == "open"
    assert check(mp, [rule(1, broken), rule(2, False)])[0] == "no"
    assert check(mp, [rule(1, "text")])[0] == "open"  # neither true nor false
    assert check(mp, [rule(1, 1)])[0] == "open"


@pytest.mark.parametrize(
    "version", [b"1.0.0", 100, None, "", "1.0", "one", "0.9.9", "2.0.0", ["1", "0", "0"]], ids=repr
)
def test_a_rule_for_another_schema_is_open(mp, version):
    assert check(mp, [rule(1)], vaccination() | {"ver": version}) == ("open", ["UT-0001"])


def test_what_a_rule_saw_is_told_in_few_words(mp):
    mp.run(SETUP, space="eu")
    trace = mp.run(
        """
key = Key()
key.country = "DE"
claims = Claims("HC1", key)
dcc.fill(claims, payload)
trace = []
EuRules(cbor.decode(part, 12, 32768), "UT", "").check(claims, now, trace)
result = [list(step) for step in trace]
""",
        space="eu",
        part=compile_rules(
            [rule(1, {"===": [{"var": "payload.v.0.mp"}, "X"]}, AffectedFields=["v.0.mp"])], {}
        ),
        payload=vaccination(mp="W" * 3000),
        now=NOW,
    )
    assert trace[0][1:] == [0, "mp = " + "W" * 64]


def test_no_rules_are_not_a_yes(mp):
    assert check(mp, []) == (None, [])
    assert check(mp, [rule(1, Country="XX")]) == (None, [])
    # A country that only invalidates its own certificates has not said whom it lets in.
    assert check(mp, [rule(1, Type="Invalidation", Country="DE")]) == (None, [])


def test_rules_of_the_certificate_s_own_kind(mp):
    rules = [
        rule(number, CertificateType=kind)
        for number, kind in enumerate(("General", "Vaccination", "Test", "Recovery"))
    ]
    assert check(mp, rules, vaccination())[1] == ["UT-0000", "UT-0001"]
    assert check(mp, rules, negative_test())[1] == ["UT-0000", "UT-0002"]
    assert check(mp, rules, recovery())[1] == ["UT-0000", "UT-0003"]


def test_general_rules_alone_let_nobody_in(mp):
    general = [
        rule(1, CertificateType="General"),
        rule(2, CertificateType="Test", ValidTo="2021-06-15T00:00:00Z"),
    ]
    assert check(mp, general, negative_test())[0] is None
    assert check(mp, general, recovery())[0] is None
    # What they forbid is forbidden: in France, no recovery was accepted.
    assert check(mp, [rule(1, False, CertificateType="General")], recovery())[0] == "no"
    assert check(mp, [rule(1, "text", CertificateType="General")], recovery())[0] == "open"
    # Nor is a rule of the country that issued one of the country of arrival.
    invalid = rule(3, Type="Invalidation", Country="DE", Identifier="IR-DE-0003")
    assert check(mp, [rule(1, CertificateType="General"), invalid])[0] is None


def test_rules_in_force(mp):
    assert check(mp, [rule(1, ValidFrom="2021-07-01T12:00:01Z")])[0] is None
    assert check(mp, [rule(1, ValidFrom="2021-07-01T12:00:00Z")])[0] == "yes"
    assert check(mp, [rule(1, ValidTo="2021-07-01T12:00:00Z")])[0] == "yes"
    assert check(mp, [rule(1, ValidTo="2021-07-01T13:59:59+02:00")])[0] is None
    assert datetime.fromtimestamp(NOW, UTC).isoformat() == "2021-07-01T12:00:00+00:00"


def test_the_highest_version_in_force(mp):
    rules = [rule(1, False, Version="1.9.0"), rule(1, Version="1.10.0"), rule(1, False, Version="1.2.0")]
    assert check(mp, rules) == ("yes", ["UT-0001"])
    later = rule(1, False, Version="2.0.0", ValidFrom="2021-07-02T00:00:00Z")
    assert check(mp, [*rules, later]) == ("yes", ["UT-0001"])
    assert check(mp, [*rules, later], now=NOW + 86400)[0] == "no"


def test_an_invalidation_and_an_acceptance_of_one_identifier_are_two_rules(mp):
    invalid = rule(1, False, Type="Invalidation", Country="DE", Version="0.9.0")
    for rules in ([rule(1), invalid], [invalid, rule(1)]):
        assert check(mp, rules)[0] == "no"
    assert (
        check(mp, [rule(1), rule(1, Type="Invalidation", Country="DE", Version="9.0.0")])[1]
        == ["UT-0001"] * 2
    )
    assert check(mp, [rule(1, False), rule(1, Type="Invalidation", Country="DE", Version="9.0.0")])[0] == "no"


def test_rules_of_one_identifier_and_version_must_all_hold(mp):
    for rules in ([rule(1), rule(1, False)], [rule(1, False), rule(1)]):
        assert check(mp, rules)[0] == "no"
    # Also where one is for every type and the other for vaccinations alone.
    assert check(mp, [rule(1), rule(1, False, CertificateType="General")])[0] == "no"
    assert check(mp, [rule(1, False), rule(1, Version="1.0.1"), rule(1, Version="1.0.1")])[0] == "yes"


def test_a_region_has_its_own_rules(mp):
    rules = [rule(1), rule(2, False, Region="ISLES")]
    assert check(mp, rules) == ("yes", ["UT-0001"])
    assert check(mp, rules, region="ISLES") == ("no", ["UT-0002"])


def test_the_issuer_s_own_rules_count_too(mp):
    rules = [rule(1), rule(2, False, Type="Invalidation", Country="DE", Identifier="IR-DE-0002")]
    assert check(mp, rules, issuer="PT") == ("yes", ["UT-0001"])
    assert check(mp, rules, issuer="DE")[0] == "no"


@pytest.mark.parametrize("identifier", ["URN:UVCI:01:EL:BAD/1#X", "urn:uvci:01:EL:BAD/1#X", "01:EL:BAD/1#X"])
def test_what_greece_withdraws_is_withdrawn_by_either_of_its_codes(mp, identifier):
    withdrawn = {"!": [{"===": [{"extractFromUVCI": [{"var": "payload.v.0.ci"}, 2]}, "BAD"]}]}
    for country in ("EL", "GR"):
        rules = [rule(1), rule(2, withdrawn, Type="Invalidation", Country=country, Identifier="IR-EL-0002")]
        assert check(mp, rules, vaccination(ci=identifier), issuer="GR")[0] == "no"
        assert check(mp, rules, vaccination(ci="urn:uvci:01:EL:GOOD/1#X"), issuer="GR")[0] == "yes"


@pytest.mark.parametrize(
    "changes, outcome",
    [
        ({}, "yes"),
        ({"SchemaVersion": "1.3.0"}, "yes"),
        ({"SchemaVersion": "1.3.1"}, "open"),  # newer than the certificate
        ({"SchemaVersion": "2.0.0"}, "open"),
        ({"SchemaVersion": "0.9.0"}, "open"),  # of another age
        ({"Engine": "OTHER"}, "open"),
        ({"EngineVersion": "1.3.3"}, "yes"),
        ({"EngineVersion": "1.4.0"}, "open"),
    ],
)
def test_what_is_for_another_schema_or_engine_is_open(mp, changes, outcome):
    assert check(mp, [rule(1, **changes)])[0] == outcome


def test_what_rules_may_ask(mp):
    def same(path, value):
        return {"===": [{"var": path}, value]}

    asked = [
        same("external.validationClock", "2021-07-01T12:00:00Z"),
        same("external.countryCode", "UT"),
        same("external.issuerCountryCode", "DE"),
        same("external.kid", "MTIzNDU2Nzg="),
        same("external.iat", "2021-07-01T11:59:59Z"),
        same("payload.nam.fnt", "MUELLER"),
        same("payload.v.0.mp", "EU/1/20/1528"),  # without the stray spaces that some issuers write
        {"in": [{"var": "payload.v.0.mp"}, {"var": "external.valueSets.vaccines"}]},
    ]
    rules = [rule(number, logic) for number, logic in enumerate(asked)]
    payload = vaccination(mp=" EU/1/20/1528 ")
    assert check(mp, rules, payload, value_sets={"vaccines": ["EU/1/20/1528"]})[0] == "yes"
