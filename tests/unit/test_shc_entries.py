"""What a card holds beside what it is shown for: no find is lost behind another entry, no dose counts that was none."""

from __future__ import annotations

from typing import Any

import pytest
from gatepost.policy.compiling import compile_policy
from gatepost.policy.source import read_source
from harness.cards import bundle, card, card_record, laboratory, patient, vaccinated
from harness.certificates import NOW, STAND_INS, YEAR

POLICY = """
name = "Gate"
use = ["codes.toml"]
admit = ["vaccinated", "tested"]
[settings]
without_expiry = ["SMART Health Card"]
[proof.vaccinated]
says = "two doses"
kinds = ["vaccination"]
when = ["target is covid", "product in accepted", "dose >= 2"]
[proof.tested]
says = "a negative test"
kinds = ["test"]
when = ["target is covid", "test_type is nucleic-acid", "result is negative", "sampled at most 72 hours ago"]
[lists]
accepted = ["comirnaty", "bbibp"]
"""
LOINC, SNOMED, CVX = "http://loinc.org", "http://snomed.info/sct", "http://hl7.org/fhir/sid/cvx"
NUCLEIC, ANTIGEN, IGG, IGM, INFLUENZA = "94500-6", "94558-4", "94563-4", "94564-2", "92142-9"
FOUND, NOT_FOUND, INCONCLUSIVE = "260373001", "260415000", "419984006"
AT = "2021-06-30T12:00:00Z"


def coded(*codes: Any, system: str = SNOMED) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code} for code in codes]}


def test(found: Any = NOT_FOUND, loinc: str = NUCLEIC, at: str | None = AT, **changes: Any) -> dict[str, Any]:
    said = {"code": coded(loinc, system=LOINC), "valueCodeableConcept": coded(found), "effectiveDateTime": at}
    result = laboratory(**(said | changes))["entry"][1]["resource"]
    return {name: value for name, value in result.items() if value is not None}


test.__test__ = False  # type: ignore[attr-defined]


def dose(date: str, *codes: Any, **changes: Any) -> dict[str, Any]:
    concept = coded(*(codes or ("208",)), system=CVX)
    return vaccinated(occurrenceDateTime=date, vaccineCode=concept, **changes)["entry"][1]["resource"]


def reading(code: str) -> list[dict[str, Any]]:
    return [coded(code, system="http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation")]


@pytest.fixture(scope="module")
def part(tmp_path_factory) -> bytes:
    path = tmp_path_factory.mktemp("policy") / "gate.toml"
    path.write_text(POLICY)
    return compile_policy(read_source(path))["policy"]


def verdicts(mp, part: bytes, cases: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    mp.run(STAND_INS, space="entries")
    return mp.run(
        "mine = read_policy(part)\ntrust = Trust(keys)\nresult = []\n"
        "for text in texts:\n    v = judge(text, trust, Clock(now), mine)\n"
        "    result.append((v.code, v.claims and (v.claims.kind, v.claims.kinds, v.claims.facts, v.claims.entries)))",
        space="entries",
        part=part,
        keys=[card_record()],
        texts=[card(bundle(patient(), *resources), expires=NOW + YEAR) for resources in cases],
        now=NOW,
    )


def codes(mp, part: bytes, cases: list[tuple[Any, ...]]) -> list[str]:
    return [code for code, _ in verdicts(mp, part, cases)]


def assert_codes(mp, part: bytes, rows: list[tuple[tuple[Any, ...], str]]) -> None:
    found = codes(mp, part, [resources for resources, _ in rows])
    assert list(enumerate(found)) == list(enumerate(code for _, code in rows))


def test_a_find_is_not_lost_beside_a_negative_test(mp, part):
    positive_code = coded(FOUND)
    assert_codes(mp, part, [
        ((test(),), "ok"),
        ((test(), test(at="2021-06-29T12:00:00Z")), "ok"),
        ((test(FOUND), test()), "test_positive"),
        ((test(), test(FOUND)), "test_positive"),
        ((test(at="2021-06-30T12:00:00+10:00"), test(FOUND, at="2021-06-30T08:00:00-05:00")), "test_positive"),
        ((test(FOUND, at=None), test()), "test_positive"),
        ((test(FOUND), test(loinc=INFLUENZA)), "test_positive"),
        ((test("840533007"), test(loinc="95423-0")), "test_positive"),
        ((test(FOUND, status="preliminary"), test()), "test_unclear"),
        ((test(FOUND, status="entered-in-error"), test()), "test_unclear"),
        ((test(status="registered", valueCodeableConcept=None), test()), "ok"),
        ((test(status="preliminary"), test()), "ok"),
        ((test(FOUND, valueQuantity={"value": 1}), test()), "test_unclear"),
        ((test(FOUND, valueInteger=1), test()), "test_unclear"),
        ((test(valueBoolean=True),), "test_unclear"),
        ((test(FOUND, status=["final"]), test()), "bad_content"),
        ((test(FOUND, status=7), test()), "bad_content"),
        ((test(int(FOUND)), test()), "bad_content"),
        ((test(valueCodeableConcept=[positive_code]), test()), "bad_content"),
        ((test(valueCodeableConcept={"coding": coded(FOUND)["coding"][0]}), test()), "bad_content"),
        ((test(component=[{"code": coded(NUCLEIC, system=LOINC), "valueCodeableConcept": positive_code}]),),
         "test_positive"),
        ((test(component={}),), "bad_content"),
    ])  # fmt: skip


def test_two_answers_of_one_test_are_none(mp, part):
    local = {"system": "http://lab.example", "code": "ND"}
    answer = {"system": LOINC, "code": "LA11882-0"}
    assert_codes(mp, part, [
        ((test(valueCodeableConcept=coded(NOT_FOUND, FOUND)),), "test_unclear"),
        ((test(valueCodeableConcept=coded(NOT_FOUND, "260385009")),), "ok"),
        ((test(valueCodeableConcept=coded(NOT_FOUND, INCONCLUSIVE)),), "test_unclear"),
        ((test(valueCodeableConcept={"coding": [*coded(NOT_FOUND)["coding"], local]}),), "ok"),
        ((test(valueCodeableConcept={"coding": [*coded(NOT_FOUND)["coding"], answer]}),), "test_unclear"),
        ((test(valueCodeableConcept=coded(NOT_FOUND) | {"text": "Not detected"}),), "ok"),
        ((test(valueCodeableConcept=coded(NOT_FOUND) | {"text": "DETECTED"}),), "test_unclear"),
        ((test(valueString="POSITIVE"),), "test_unclear"),
        ((test(interpretation=reading("POS")),), "test_unclear"),
        ((test(interpretation=reading("A")),), "test_unclear"),
        ((test(interpretation=reading("NEG")),), "ok"),
        ((test(interpretation=reading("N")),), "ok"),
        ((test(interpretation=reading("POS")[0]),), "bad_content"),
        ((test(interpretation=reading("NEG"), valueCodeableConcept=None),), "test_unclear"),
        ((test(code=coded(NUCLEIC, IGG, system=LOINC)),), "bad_content"),
        ((test(code=coded(NUCLEIC, ANTIGEN, system=LOINC)),), "bad_content"),
        ((test(code=coded("94309-2", NUCLEIC, system=LOINC)),), "ok"),
    ])  # fmt: skip


def test_what_a_laboratory_says_of_something_else_refuses_nobody(mp, part):
    doses = dose("2021-04-20"), dose("2021-06-01")
    quantity = {"value": 176, "unit": "g/L"}
    panel = test(loinc="58410-2", valueCodeableConcept=None)
    cholesterol = test(loinc="2093-3", valueCodeableConcept=None, valueQuantity=quantity)
    antibodies = test(loinc="94505-5", valueCodeableConcept=None, valueQuantity=quantity)
    high = test(
        loinc="4544-3", valueCodeableConcept=None, valueQuantity=quantity, interpretation=reading("A")
    )
    assert_codes(mp, part, [
        (doses, "ok"),
        ((*doses, panel, cholesterol, antibodies, high), "ok"),
        ((*doses, test(loinc="2349-9")), "ok"),
        ((*doses, test(FOUND, IGG)), "ok"),
        ((*doses, test(FOUND, INFLUENZA)), "test_unclear"),  # a find, and nobody here knows of what
        ((*doses, test(FOUND)), "test_positive"),
        ((test(FOUND, INFLUENZA),), "test_positive"),
        ((test(loinc=INFLUENZA), test(FOUND, INFLUENZA)), "test_positive"),
        ((test(loinc=INFLUENZA),), "rules_not_met"),
        ((test(FOUND, IGG),), "no_rules_for_kind"),
        ((test(loinc=IGG),), "no_rules_for_kind"),
        ((antibodies,), "no_rules_for_kind"),
    ])  # fmt: skip
    _, said = verdicts(mp, part, [(test(FOUND, IGG), test(loinc=IGM))])[0]
    assert said[:3] == (None, ("antibody", "antibody"), {})
    igg, igm = (facts for _, facts in said[3])
    assert (igg["igg"], igg["target"], igg["test_type"], igg["sampled"]) == ("positive", "840539006", IGG, AT)
    assert igm["igm"] == "negative" and "igg" not in igm


def test_a_proof_takes_one_entry(mp, part):
    first, second = dose("2021-04-20"), dose("2021-06-01")
    influenza = dose("2021-06-20", "150")
    assert_codes(mp, part, [
        ((first, second, influenza), "ok"),
        ((influenza, second, first), "ok"),
        ((second, influenza), "rules_not_met"),
        ((first, second, test(at="2021-01-01T12:00:00Z")), "ok"),
        ((second, test()), "ok"),
        ((second, test(FOUND)), "test_positive"),
        ((first, second, test(at="2021-07-02T12:00:00Z")), "test_in_future"),
        ((first, second, dose("2021-07-20", "150")), "vaccination_in_future"),
        ((first, *(dose(f"2021-05-{day}", str(500 + day)) for day in range(12, 30)), second), "ok"),
        (tuple(test(at=f"2021-06-30T00:{minute:02}:00Z") for minute in range(25)), "too_large"),
    ])  # fmt: skip
    code, said = verdicts(mp, part, [(first, influenza, second)])[0]
    assert (code, said[0], said[1]) == ("ok", None, ("vaccination", "vaccination"))
    assert [(facts["product"], facts["dose"], facts["date"]) for _, facts in said[3]] == [
        ("EU/1/20/1528", 2, "2021-06-01"),
        ("CVX 150", 1, "2021-06-20"),
    ]


def test_a_dose_is_counted_once(mp, part):
    cases = [
        ((dose("2021-06-01"),), 1),
        ((dose("2021-04-20"), dose("2021-06-01")), 2),
        ((dose("2021-06-01", lotNumber="L1"), dose("2021-06-01", lotNumber="L1")), 1),
        ((dose("2021-06-01T09:00:00Z"), dose("2021-06-01")), 1),
        ((dose("2021-06"), dose("2021-06-01")), 1),
        ((dose("2021-06-01"), dose("2021-06")), 1),
        ((dose("2021-05"), dose("2021-06-01")), 2),
        ((dose("2021-04-20"), dose("2021-06-01"), dose("2021-04-20"), dose("2021-06-01")), 2),
        ((dose("2021-04-20", "510"), dose("2021-06-01")), 2),
        ((dose("2021-06-01", "208", "217"),), 1),
    ]
    found = verdicts(mp, part, [resources for resources, _ in cases])
    assert [said[2]["dose"] for _, said in found] == [count for _, count in cases]
    assert_codes(mp, part, [
        ((dose("2021-04-20"), dose("2021-06-01", "208", "150")), "bad_content"),
        ((dose("2021-04-20"), dose("2021-06-01", "511", "208")), "bad_content"),
        ((dose("2021-04-20"), dose("2021-06-01", status=["completed"])), "bad_content"),
        ((dose("2021-04-20"), dose("2021-06-01", 208)),
         "bad_content"),
    ])  # fmt: skip


def test_what_is_about_somebody_else(mp, part):
    doses = dose("2021-04-20"), dose("2021-06-01")
    assert_codes(mp, part, [
        ((doses[0], dose("2021-06-01", patient={"reference": "resource:9"})), "bad_content"),
        ((test(subject={"reference": "resource:7"}),), "bad_content"),
        ((test(subject={"reference": "resource:0"}),), "ok"),
        ((test(subject={"display": "Zoë"}),), "ok"),
        ((test(subject="resource:0"),), "bad_content"),
        ((test(subject={"reference": ["resource:0"]}),), "bad_content"),
    ])  # fmt: skip


def test_a_patient_without_an_address_is_nobodys_reference(mp, part):
    content = bundle(patient(), dose("2021-04-20"), dose("2021-06-01"))
    del content["entry"][0]["fullUrl"]
    found = mp.run(
        "result = judge(text, Trust(keys), Clock(now), read_policy(part)).code",
        space="entries",
        part=part,
        keys=[card_record()],
        text=card(content),
        now=NOW,
    )
    assert found == "bad_content"


def test_every_entry_is_shown_and_reported(mp, part):
    many = [dose(f"2021-05-{day}", str(500 + day)) for day in range(12, 30)]
    found = mp.run(
        "from scanner.scan_report import verdict_report\nfrom scanner.ui.screens import Screen\n"
        "from scanner.ui.view import from_verdict\nfrom scanner.ui.words import summary\nresult = []\n"
        "for text in texts:\n    v = judge(text, Trust(keys), Clock(now), read_policy(part))\n"
        "    screen = Screen(bytearray(240 * 320 * 2), 240, 320)\n    screen.verdict(from_verdict(v, 'PROD', 'full'))\n"
        "    report = verdict_report(v, None, (), (), (), 0)['claims']\n"
        "    result.append((summary(v.claims), report['facts'], report['entries']))",
        space="entries",
        part=part,
        keys=[card_record()],
        texts=[
            card(bundle(patient(), *resources), expires=NOW + YEAR)
            for resources in ([test(FOUND, IGG), test(loinc=IGM), test()], many)
        ],
        now=NOW,
    )
    lines, facts, entries = found[0]
    assert lines[:3] == ["IgG positive", "IgM negative", "Test NEGATIVE · " + NUCLEIC]
    assert facts == {} and [entry["kind"] for entry in entries] == ["antibody", "antibody", "test"]
    assert entries[0]["facts"]["result_code"] == FOUND
    assert len(found[1][2]) == 18
