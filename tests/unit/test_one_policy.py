"""One policy for every scheme: real certificates of each, signed, decoded and judged by the same lines."""

from __future__ import annotations

from typing import Any

import pytest
from gatepost.policy.compiling import compile_policy
from gatepost.policy.source import read_source
from harness.cards import bundle, card, card_record, laboratory, patient, vaccinated
from harness.certificates import (
    NOW,
    STAND_INS,
    codes_by,
    issue,
    negative_test,
    p256,
    record,
    recovery,
    vaccination,
)

POLICY = """
name = "Everybody by the same lines"
use = ["codes.toml", "who-products.toml"]
admit = ["vaccinated", "tested", "yellow-card"]
[settings]
without_expiry = ["SMART Health Card", "WHO DVC"]
[lists]
accepted = ["comirnaty", "spikevax"]
[proof.vaccinated]
says = "the last dose of an accepted product, 14 to 270 days ago"
kinds = ["vaccination"]
when = ["target is covid", "product in accepted", "dose >= 2 or dose >= doses", "date 14 to 270 days ago"]
[proof.tested]
says = "a negative nucleic-acid test under 72 hours"
kinds = ["test"]
when = ["test_type is nucleic-acid", "result is negative", "sampled less than 72 hours ago"]
[proof.yellow-card]
says = "a yellow fever vaccination, ten days old"
kinds = ["vaccination"]
when = ["product is yellow-fever", "date at least 10 days ago"]
"""
LOINC = {"coding": [{"system": "http://loinc.org", "code": "94500-6"}]}


def immunization(date: str, code: str = "208") -> dict[str, Any]:
    return vaccinated(
        occurrenceDateTime=date,
        vaccineCode={"coding": [{"system": "http://hl7.org/fhir/sid/cvx", "code": code}]},
    )["entry"][1]["resource"]


def yellow_card(date: str) -> dict[str, Any]:
    product = "YellowFeverProductd2c75a15ed309658b3968519ddb31690"
    return {
        "n": "Zoe Muster",
        "dob": "1980-02-29",
        "v": {"vp": product, "dt": date, "bo": "A1", "is": "Health"},
    }


def certificates() -> list[tuple[str, str, str]]:
    two = bundle(patient(), immunization("2021-04-20"), immunization("2021-06-01"))
    one = bundle(patient(), immunization("2021-06-01"))
    months = bundle(patient(), immunization("2021-05"), immunization("2021-06"))
    tomorrow = laboratory(code=LOINC, effectiveDateTime="2021-07-02T12:00:00Z")
    return [
        ("DCC, two of two", issue(vaccination()), "ok"),
        ("DCC, one of two", issue(vaccination(dn=1)), "rules_not_met"),
        ("DCC, another product", issue(vaccination(mp="EU/1/21/1529")), "rules_not_met"),
        ("DCC, thirteen days", issue(vaccination(dt="2021-06-18")), "rules_not_met"),
        ("DCC, nucleic acid", issue(negative_test()), "ok"),
        ("DCC, antigen", issue(negative_test(tt="LP217198-3")), "rules_not_met"),
        ("DCC, recovery, of which the policy does not speak", issue(recovery()), "no_rules_for_kind"),
        ("card, two doses", card(two), "ok"),
        ("card, one dose of a series nobody names", card(one), "rule_undecided"),
        ("card, months alone", card(months), "rule_undecided"),
        ("card, another vaccine", card(bundle(patient(), immunization("2021-06-01", "212"))), "rules_not_met"),
        ("card, nucleic acid", card(laboratory(code=LOINC)), "ok"),
        ("card, antigen", card(laboratory()), "rules_not_met"),
        ("card, positive", card(laboratory(code=LOINC, valueCodeableConcept={
            "coding": [{"system": "http://snomed.info/sct", "code": "260373001"}]})), "test_positive"),
        ("card, sampled tomorrow", card(tomorrow), "test_in_future"),
        ("yellow card", issue(yellow_card("2021-06-21"), sub_claim=-6, expires=None), "ok"),
        ("yellow card, nine days", issue(yellow_card("2021-06-22"), sub_claim=-6, expires=None), "rules_not_met"),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def parts(tmp_path_factory) -> dict[str, bytes]:
    path = tmp_path_factory.mktemp("policy") / "policy.toml"
    path.write_text(POLICY)
    return compile_policy(read_source(path))


def test_the_same_lines_judge_every_scheme(mp, parts):
    wanted = certificates()
    found = codes_by(mp, parts["policy"], [text for _, text, _ in wanted], [record(p256()), card_record()])
    assert [(name, code) for (name, _, _), code in zip(wanted, found, strict=True)] == [
        (name, code) for name, _, code in wanted
    ]


def test_a_doubtful_clock_and_a_withdrawn_key_come_before_any_policy(mp, parts):
    mp.run(STAND_INS, space="one")
    source = (
        "mine = read_policy(part)\n"
        "result = [judge(text, Trust([key]), Clock(now, trusted), mine).code for key, trusted in cases]"
    )
    cases = [
        (record(p256()), False),
        (record(p256(), revoked=True), True),
        (record(p256(), source="DEV"), True),
    ]
    found = mp.run(source, space="one", part=parts["policy"], text=issue(vaccination()), cases=cases, now=NOW)
    assert found == ["clock_doubtful", "key_revoked", "test_issuer"]


def test_what_a_policy_refuses_is_refused_before_anything_is_doubted(mp, parts):
    mp.run(STAND_INS, space="one")
    source = (
        "mine = read_policy(part)\nmine.rules.refuse = True\n"
        "result = judge(text, Trust(keys), Clock(now, False), mine).code"
    )
    facts = {"text": issue(vaccination(dn=1)), "keys": [record(p256())], "now": NOW, "part": parts["policy"]}
    assert mp.run(source, space="one", **facts) == "not_accepted"


def test_without_rules_nothing_passes_and_refusals_stay(mp):
    mp.run(STAND_INS, space="one")
    source = (
        "from scanner.rules.policy import Policy\nresult = [judge(text, Trust(keys), Clock(now), Policy()).code "
        "for text in texts]"
    )
    texts = [issue(vaccination()), issue(vaccination(), p256(2)), issue(negative_test(tr="260373001"))]
    found = mp.run(source, space="one", texts=texts, keys=[record(p256())], now=NOW)
    assert found == ["no_policy", "unknown_issuer", "test_positive"]
