"""Other content in the same envelope: England's domestic pass, WHO's certificates, links, and our own samples."""

from __future__ import annotations

import math
from hashlib import sha256

import pytest
from gatepost.issue.samples import SAMPLES, machine_readable, sample
from harness.certificates import (
    NOW,
    YEAR,
    code,
    holder,
    issue,
    judge,
    p256,
    record,
    vaccination,
)


def test_the_domestic_pass_of_england(mp):
    entry = {
        "ci": "X",
        "co": "GB-ENG",
        "df": "2021-06-30T10:00:00Z",
        "du": "2021-07-02T10:00:00Z",
        "is": "NHS",
        "pm": 1,
        "po": [],
    }
    verdict = judge(mp, issue(holder() | {"ver": "1.0.0", "d": [entry]}))
    assert (verdict["verdict"], verdict["code"]) == (1, "domestic_only")
    assert verdict["claims"]["kind"] == "domestic"
    assert code(mp, issue(holder() | {"d": [entry | {"du": "2021-07-01T10:00:00Z"}]})) == "expired"
    assert code(mp, issue(holder() | {"d": [entry | {"df": "2021-07-02T10:00:00Z"}]})) == "not_yet_valid"
    assert code(mp, issue(holder() | {"d": [entry | {"df": 7}]})) == "bad_content"
    assert code(mp, issue(holder() | {"d": [entry, entry]})) == "several_entries"
    assert code(mp, issue(vaccination() | {"d": [entry]})) == "ok"


DVC = {
    "n": "Ana Rojas",
    "dob": "1990-01-02",
    "nid": "X1",
    "ntl": "CL",
    "v": {"tg": "1D47", "vp": "XM0N24", "dt": "2021-05-01", "bo": "B7"},
}


@pytest.mark.parametrize("payload", [DVC, [DVC], DVC | {"v": [DVC["v"]]}])
def test_the_vaccination_certificate_of_who(mp, payload):
    verdict = judge(mp, issue(payload, sub_claim=-6, expires=None))
    assert (verdict["verdict"], verdict["code"]) == (1, "no_rules_for_kind")
    claims = verdict["claims"]
    assert (claims["form"], claims["family"], claims["birth"]) == ("WHO DVC", "Ana Rojas", "1990-01-02")
    assert claims["facts"]["product"] == "XM0N24"
    assert claims["facts"]["document"] == "X1"
    assert "no_expiry" in claims["warnings"]


NEWEST = {
    "n": "Ana Rojas",
    "dob": "1990-01-02",
    "s": "female",
    "nt": "CHL",
    "id": "P1234567",
    "dt": "PPN",
    "v": "1.0",
    "d": "2021-05-02",
    "vx": {
        "vp": "YellowFeverProductd8a09f80301dc05e8a6a3e0fc1ba1b96",
        "dv": "2021-05-01",
        "bo": "B7",
        "is": "CHL",
    },
}


def test_the_newest_form_of_the_yellow_card(mp):
    verdict = judge(mp, issue(NEWEST, sub_claim=-6, expires=None))
    assert (verdict["verdict"], verdict["code"]) == (1, "no_rules_for_kind")
    claims = verdict["claims"]
    assert (claims["form"], claims["family"], claims["birth"]) == ("WHO DVC", "Ana Rojas", "1990-01-02")
    facts = claims["facts"]
    assert (facts["document"], facts["nationality"]) == ("P1234567", "CHL")
    assert (facts["product"], facts["date"], facts["batch"]) == (NEWEST["vx"]["vp"], "2021-05-01", "B7")
    later = NEWEST | {"vx": NEWEST["vx"] | {"dv": "2021-07-02"}}
    assert code(mp, issue(later, sub_claim=-6)) == "vaccination_in_future"
    for bad in ("1.0", None, [], 7):
        assert code(mp, issue(NEWEST | {"vx": bad}, sub_claim=-6)) == "bad_content"


@pytest.mark.parametrize("name", [None, "", "  "])
def test_a_card_that_names_nobody_is_never_pass(mp, name):
    for payload, sub_claim in (
        (DVC | {"n": name}, -6),
        (NEWEST | {"n": name}, -6),
        (DDCC | {"name": name}, 3),
    ):
        verdict = judge(mp, issue(payload, sub_claim=sub_claim))
        assert (verdict["verdict"], verdict["code"]) == (1, "no_holder")


def test_a_wrong_key_or_time_refuses_those_of_who_too(mp):
    assert code(mp, issue(DVC, sub_claim=-6), [record(p256(), usage=1)]) == "wrong_key_usage"
    assert code(mp, issue(DVC, sub_claim=-6, expires=NOW - 1)) == "expired"
    assert (
        code(mp, issue(DVC | {"v": DVC["v"] | {"dt": "2022-01-01"}}, sub_claim=-6)) == "vaccination_in_future"
    )
    assert code(mp, issue(DVC, sub_claim=-6, signature=lambda s: s[::-1])) == "bad_signature"


@pytest.mark.parametrize("payload", [7, [], [DVC, DVC], DVC | {"v": None}, DVC | {"v": []}], ids=range(5))
def test_a_misshapen_certificate_of_who(mp, payload):
    assert code(mp, issue(payload, sub_claim=-6)) == "bad_content"


@pytest.mark.parametrize(
    "change",
    [{"n": 7}, {"n": ["A"]}, {"dob": "1990-02-30"}, {"dob": 1990}, {"nid": ["X1"]}, {"ntl": 7}],
    ids=repr,
)
def test_a_holder_who_is_none(mp, change):
    assert code(mp, issue(DVC | change, sub_claim=-6)) == "bad_content"


def test_a_dose_that_who_names_by_a_code(mp):
    verdict = judge(mp, issue(DVC | {"v": DVC["v"] | {"dn": "Primary"}}, sub_claim=-6))
    assert (verdict["code"], verdict["claims"]["facts"]["dose"]) == ("no_rules_for_kind", "Primary")


@pytest.mark.parametrize(
    "dose", [0, -2, 100, 1.5, math.nan, True, b"1", {"a": 1}, {"code": None}, {}, [1, 1]]
)
def test_a_dose_of_who_that_is_none(mp, dose):
    assert code(mp, issue(DVC | {"v": DVC["v"] | {"dn": dose}}, sub_claim=-6)) == "bad_content"


DDCC = {
    "name": "Eddie",
    "birthDate": "1986-09-19",
    "vaccine": {"code": "1119349007", "system": "s"},
    "date": "2021-06-08",
    "dose": 1,
}


def test_core_data_sets_of_ddcc(mp):
    for text in (
        issue(DDCC, sub_claim=3),
        issue([DDCC], sub_claim=3),
        issue(None, claims={4: NOW + YEAR} | DDCC),
    ):
        verdict = judge(mp, text)
        assert (verdict["verdict"], verdict["code"]) == (1, "no_rules_for_kind")
        claims = verdict["claims"]
        assert (claims["form"], claims["kind"], claims["family"]) == ("WHO DDCC", "vaccination", "Eddie")
        assert (claims["facts"]["vaccine"], claims["facts"]["dose"]) == ("1119349007", 1)


@pytest.mark.parametrize(
    "result, expected",
    [
        ("260415000", "no_rules_for_kind"),
        ("260373001", "test_positive"),
        (None, "no_rules_for_kind"),
    ],
)
def test_a_test_of_ddcc_says_what_was_found(mp, result, expected):
    test = {"pathogen": {"code": "840539006"}, "sample_date": "2021-06-30T10:00:00Z"}
    if result:
        test["result"] = {"code": result, "system": "s"}
    tested = {"name": "Eddie", "birthDate": "1986-09-19", "test": test}
    for text in (issue(tested, sub_claim=4), issue(None, claims={4: NOW + YEAR} | tested)):
        verdict = judge(mp, text)
        assert verdict["code"] == expected
        assert verdict["claims"]["kind"] == "test"
    unclear = judge(mp, issue(tested | {"test": test | {"result": {"code": "RA01.0"}}}, sub_claim=4))
    assert (unclear["verdict"], unclear["claims"]["warnings"]) == (1, ["no_rules_for_kind", "test_unclear"])


@pytest.mark.parametrize(
    "days, hours, expected",
    [
        ({"valid_until": "2021-07-01"}, 11, "no_rules_for_kind"),
        ({"valid_until": "2021-07-01"}, 12, "expired"),
        ({"valid_until": "2021-06-30"}, -13, "no_rules_for_kind"),
        ({"valid_until": "2021-06-30"}, -12, "expired"),
        ({"valid_from": "2021-07-02"}, 12, "no_rules_for_kind"),
        ({"valid_from": "2021-07-02"}, 11, "not_yet_valid"),
        ({"valid_from": "2021-07-01"}, -13, "not_yet_valid"),
    ],
)
def test_the_days_of_a_certificate_are_those_of_the_post(mp, days, hours, expected):
    text = issue(DDCC | days, sub_claim=3)
    assert code(mp, text, policy={"utc_offset": hours * 3600}) == expected


def test_a_last_day_is_an_expiry_and_does_not_outlive_the_envelope_s(mp):
    last = {"valid_until": "2021-12-31"}
    verdict = judge(mp, issue(DDCC | last, sub_claim=3, expires=None))
    assert (verdict["claims"]["warnings"], verdict["claims"]["last_day"]) == (["no_rules_for_kind"], 18992)
    endless = judge(mp, issue(DDCC, sub_claim=3, expires=None))
    assert endless["claims"]["warnings"] == ["no_rules_for_kind", "no_expiry"]
    assert code(mp, issue(DDCC | last, sub_claim=3, expires=NOW - 1)) == "expired"


@pytest.mark.parametrize(
    "changes, expected",
    [
        ({"valid_from": "2021-07-01", "valid_until": "2021-07-01"}, "no_rules_for_kind"),
        ({"valid_until": "2021-06-30"}, "expired"),
        ({"valid_until": "2021-06"}, "expired"),
        ({"valid_until": "2021-07"}, "no_rules_for_kind"),
        ({"valid_from": "2021-07-02"}, "not_yet_valid"),
        ({"valid_from": "soon"}, "bad_content"),
        ({"valid_until": 20211231}, "bad_content"),
        ({"valid_until": ["2021-12-31"]}, "bad_content"),
        ({"lot": ["PT123F"]}, "bad_content"),
        ({"brand": [{"code": "XM8NQ0"}]}, "bad_content"),
        ({"hcid": ["US1"]}, "bad_content"),
        ({"centre": ["Site"]}, "no_rules_for_kind"),
    ],
)
def test_what_ddcc_says_of_itself(mp, changes, expected):
    assert code(mp, issue(DDCC | changes, sub_claim=3)) == expected
    assert code(mp, issue(None, claims=DDCC | changes | {4: NOW + YEAR})) == expected


TESTED = {"pathogen": "840539006", "sample_date": "2021-06-30T10:00:00Z", "result": {"code": "260415000"}}


@pytest.mark.parametrize(
    "changes, expected",
    [
        ({}, "no_rules_for_kind"),
        ({"result": {"code": "260415000"}, "hcid": "H1"}, "no_rules_for_kind"),
        ({"result": {"code": "260373001"}}, "bad_content"),
        ({"test": TESTED | {"hcid": "H1"}, "hcid": "H2"}, "bad_content"),
        ({"test": TESTED | {"valid_until": "2021-12-31"}, "valid_until": "2021-06-01"}, "bad_content"),
        ({"test": TESTED | {"valid_until": "2021-06-01"}}, "expired"),
        ({"disease": {"code": "840539006"}}, "no_rules_for_kind"),
        ({"disease": {"code": "1D47"}}, "bad_content"),
        ({"test": TESTED | {"pathogen": 0}}, "bad_content"),
        ({"test": [TESTED]}, "no_rules_for_kind"),
        ({"test": [TESTED, TESTED]}, "bad_content"),
        ({"test": "negative"}, "bad_content"),
        ({"test": TESTED | {"result": True}}, "bad_content"),
    ],
)
def test_a_test_of_ddcc_that_contradicts_itself(mp, changes, expected):
    payload = {"name": "Eddie", "birthDate": "1986-09-19", "test": TESTED} | changes
    for text in (issue(payload, sub_claim=4), issue(None, claims=payload | {4: NOW + YEAR})):
        assert code(mp, text) == expected


def test_a_result_beside_a_vaccination_is_not_hidden_by_it(mp):
    beside = DDCC | {"result": {"code": "260373001"}, "sample_date": "2021-06-30T10:00:00Z"}
    for text in (
        issue(beside, sub_claim=4),
        issue(beside, sub_claim=3),
        issue(None, claims=beside | {4: NOW + YEAR}),
    ):
        verdict = judge(mp, text)
        assert (verdict["code"], verdict["claims"]["kind"]) == ("test_positive", "test")
    # Where the sub-claim is a test's, nothing in it is a vaccination.
    verdict = judge(mp, issue(DDCC, sub_claim=4))
    assert (verdict["verdict"] > 0, verdict["claims"]["kind"]) == (True, "test")


@pytest.mark.parametrize(
    "changes, dose, expected",
    [
        ({}, {"dv": "2021-05-01"}, "no_rules_for_kind"),
        ({}, {"dv": "2021-05-02"}, "bad_content"),
        ({}, {"tg": 0}, "bad_content"),
        ({}, {"tg": False}, "bad_content"),
        ({}, {"bo": True}, "bad_content"),
        ({"vx": DVC["v"]}, {}, "no_rules_for_kind"),
        ({"vx": DVC["v"] | {"bo": "B8"}}, {}, "bad_content"),
        ({"vx": DVC["v"] | {"vp": "XM8L15"}}, {}, "bad_content"),
        ({"id": "X1", "nt": "CL"}, {}, "no_rules_for_kind"),
        ({"id": "X2"}, {}, "no_rules_for_kind"),
        ({"nt": "AR"}, {}, "bad_content"),
    ],
)
def test_a_card_that_contradicts_itself(mp, changes, dose, expected):
    payload = DVC | {"v": DVC["v"] | dose} | changes
    assert code(mp, issue(payload, sub_claim=-6)) == expected


def test_the_number_of_a_certificate_withdraws_it(mp):
    claims = judge(mp, issue(DDCC | {"hcid": "US1 "}, sub_claim=3))["claims"]
    assert claims["revocation_ids"][:2] == [("UCI", sha256(each).digest()[:16]) for each in (b"US1", b"US1 ")]
    inside = {"name": "Eddie", "test": TESTED | {"hcid": "US1"}}
    assert ("UCI", sha256(b"US1").digest()[:16]) in judge(mp, issue(inside, sub_claim=4))["claims"][
        "revocation_ids"
    ]
    for number in ("US1", 7):
        claims = judge(mp, issue(DDCC | {"hcid": number}, sub_claim=3))["claims"]
        assert ("UCI", sha256(str(number).encode()).digest()[:16]) in claims["revocation_ids"]


def test_every_member_of_the_first_core_data_set_becomes_a_fact(mp):
    """Those of WHO's published sample of 2021, whose key is gone, signed by a key of ours."""
    payload = {
        "hw": "http://health.example/practitioners/23",
        "lot": "PT123F",
        "sex": {"code": "male", "system": "s"},
        "date": "2021-06-08",
        "dose": 1,
        "hcid": "US111222333444555666",
        "name": "Eddie",
        "brand": {"code": "XM8NQ0", "system": "s"},
        "centre": "Vaccination Site",
        "country": {"code": "USA", "system": "urn:iso:std:iso:3166"},
        "disease": {"code": "840539006", "system": "s"},
        "vaccine": {"code": "1119349007", "system": "s"},
        "due_date": "2021-07-29",
        "birthDate": "1986-09-19",
        "identifier": "1234567890",
        "valid_from": "2021-06-08",
        "total_doses": 2,
        "valid_until": "2022-07-08",
        "manufacturer": {"code": "TEST", "system": "s"},
    }
    verdict = judge(mp, issue(None, claims=payload))
    assert verdict["code"] == "no_rules_for_kind"
    assert verdict["claims"]["warnings"] == ["no_rules_for_kind"]
    assert verdict["claims"]["facts"] == {
        "batch": "PT123F",
        "date": "2021-06-08",
        "dose": 1,
        "doses": 2,
        "id": "US111222333444555666",
        "product": "XM8NQ0",
        "vaccine": "1119349007",
        "centre": "Vaccination Site",
        "country": "USA",
        "target": "840539006",
        "maker": "TEST",
        "document": "1234567890",
        "valid_from": "2021-06-08",
        "valid_until": "2022-07-08",
    }


@pytest.mark.parametrize("link", ["vhlink:/eyJ1", [{"u": "shlink:/eyJ1"}]])
def test_a_link_needs_the_network(mp, link):
    verdict = judge(mp, issue(link, sub_claim=5))
    assert (verdict["verdict"], verdict["code"]) == (1, "needs_network")
    assert verdict["claims"]["facts"]["link"].endswith("eyJ1")
    assert code(mp, issue(link, sub_claim=5, signature=lambda s: s[::-1])) == "bad_signature"
    assert code(mp, issue([], sub_claim=5)) == "bad_content"


@pytest.mark.parametrize("number", [2, -7, 99, 0])
def test_other_sub_claims_are_genuine_and_not_judged(mp, number):
    verdict = judge(mp, issue({"x": 1}, sub_claim=number))
    assert (verdict["verdict"], verdict["code"]) == (1, "no_rules_for_kind")


def test_a_dcc_beside_another_sub_claim_is_a_dcc(mp):
    text = issue(None, claims={4: NOW + YEAR, -260: {-6: DVC, 1: vaccination()}})
    assert judge(mp, text)["claims"]["form"] == "EU DCC"


@pytest.mark.parametrize("kind", SAMPLES)
def test_samples_are_what_they_say(mp, kind):
    from datetime import UTC, datetime

    sub_claim, payload = sample(kind, now=datetime.fromtimestamp(NOW, UTC))
    expected = {"yellow-fever": "no_rules_for_kind", "link": "needs_network"}.get(kind, "ok")
    assert code(mp, issue(payload, sub_claim=sub_claim)) == expected


@pytest.mark.parametrize(
    "name, expected",
    [
        ("Müller-Strauß", "MUELLER<STRAUSS"),
        ("Åsa Marie", "AASA<MARIE"),
        ("O'Neill", "ONEILL"),
        ("Dvořák", "DVORAK"),
        ("שלו", ""),
    ],
)
def test_machine_readable_names(name, expected):
    assert machine_readable(name) == expected
