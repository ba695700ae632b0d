"""The EU's payload: holders, entries, dates and results as issuers really write them, and which verdict each gets."""

from __future__ import annotations

import math

import cbor2
import pytest
from harness.certificates import (
    NOW,
    YEAR,
    code,
    holder,
    issue,
    judge,
    negative_test,
    recovery,
    vaccination,
)


@pytest.mark.parametrize("cwt", [[], 7, "x", None, {}, {1: "DE"}, {-260: None}, {-260: {}}], ids=repr)
def test_what_holds_no_certificate(mp, cwt):
    assert code(mp, issue(None, cwt=cbor2.dumps(cwt))) == "bad_claims"


@pytest.mark.parametrize("hcert", [7, "x", [], b"", [1, {}]], ids=repr)
def test_a_health_claim_that_is_no_map(mp, hcert):
    assert code(mp, issue(None, claims={4: NOW + YEAR, -260: hcert})) == "bad_claims"


@pytest.mark.parametrize("dcc", [7, "x", [], b"\xa0", None], ids=repr)
def test_a_certificate_that_is_no_map(mp, dcc):
    assert code(mp, issue(dcc)) == "bad_claims"


def test_maps_with_byte_keys_are_none(mp):
    assert code(mp, issue({b"nam": 1})) == "bad_claims"
    assert code(mp, issue(vaccination() | {"meta": {b"v": 1}})) == "bad_claims"
    assert code(mp, issue(None, cwt=cbor2.dumps({b"name": "x"}))) == "bad_claims"


def test_a_certificate_nested_too_deep(mp):
    deep = []
    for _ in range(40):
        deep = [deep]
    assert code(mp, issue(vaccination() | {"meta": deep})) == "bad_cbor"


def test_a_claim_given_twice(mp):
    body = cbor2.dumps({1: vaccination()})
    twice = b"\xa3\x04" + cbor2.dumps(NOW - 1) + b"\x04" + cbor2.dumps(NOW + YEAR) + b"\x39\x01\x03" + body
    assert code(mp, issue(None, cwt=twice)) == "bad_cbor"


def test_names_of_the_holder(mp):
    claims = judge(mp, issue(vaccination()))["claims"]
    assert (claims["family"], claims["given"]) == ("Müller", "Zoë")
    assert (claims["family_ascii"], claims["given_ascii"]) == ("MUELLER", "ZOE")
    assert (claims["form"], claims["scheme"], claims["kind"], claims["birth"]) == (
        "EU DCC",
        "HC1",
        "vaccination",
        "1980-02-29",
    )


@pytest.mark.parametrize(
    "name, family, given",
    [
        ({"fnt": "MUELLER", "gnt": "ZOE"}, "MUELLER", "ZOE"),
        ({"fnt": "MUELLER"}, "MUELLER", ""),
        ({"gnt": "ZOE", "gn": " Zoë "}, "", "Zoë"),
        ({"fn": " ", "fnt": "MUELLER", "gn": None}, "MUELLER", ""),
        ({"fn": "שלו", "fnt": "SHALEV"}, "שלו", ""),
    ],
)
def test_names_that_are_not_complete(mp, name, family, given):
    claims = judge(mp, issue(vaccination() | {"nam": name}))["claims"]
    assert (claims["family"], claims["given"]) == (family, given)


@pytest.mark.parametrize("name", [None, {}, "Müller", [], {"fn": 7}, {"fn": " ", "gnt": ""}], ids=repr)
def test_a_certificate_of_nobody(mp, name):
    assert code(mp, issue(vaccination() | {"nam": name})) == "bad_content"


@pytest.mark.parametrize(
    "birth, shown",
    [
        ("1980-02-29", "1980-02-29"),
        ("1980-02", "1980-02"),
        ("1980", "1980"),
        ("", ""),
        ("1980-02-29T00:00:00", "1980-02-29"),
        (None, ""),
        (cbor2.CBORTag(0, "1980-02-29T00:00:00Z"), "1980-02-29"),
        (" 1980 ", "1980"),
    ],
)
def test_birth_dates_of_any_precision(mp, birth, shown):
    verdict = judge(mp, issue(vaccination() | {"dob": birth}))
    assert (verdict["code"], verdict["claims"]["birth"]) == ("ok", shown)


@pytest.mark.parametrize("birth", [19800229, ["1980-02-29"], "0000-00-00", "1980-02-30", "1980-2-9", "soon"])
def test_a_birth_date_that_is_none(mp, birth):
    assert code(mp, issue(vaccination() | {"dob": birth})) == "bad_content"


@pytest.mark.parametrize("member", ["fn", "fnt", "gn", "gnt"])
@pytest.mark.parametrize("value", [7, 2.5, b"MUELLER", {"v": "Müller"}, []], ids=repr)
def test_a_name_that_is_no_text(mp, member, value):
    body = vaccination()
    body["nam"][member] = value
    assert code(mp, issue(body)) == "bad_content"


@pytest.mark.parametrize("dose", [0, -1, 2.5, math.nan, True, "2", 100, [2]])
def test_a_number_of_doses_that_is_none(mp, dose):
    assert code(mp, issue(vaccination(dn=dose))) == "bad_content"
    assert code(mp, issue(vaccination(dn=2.0, sd=2.0))) == "ok"


@pytest.mark.parametrize("target", [None, "", " ", 840539006])
def test_an_entry_about_nothing(mp, target):
    assert code(mp, issue(negative_test(tg=target))) == "bad_content"


@pytest.mark.parametrize("member", ["tg", "mp", "co", "is", "ci"])
def test_a_member_of_an_entry_that_is_neither_text_nor_number(mp, member):
    assert code(mp, issue(vaccination(**{member: {"code": "840539006"}}))) == "bad_content"


def test_by_what_it_is_withdrawn_is_there_and_a_text(mp):
    for payload in (vaccination, negative_test, recovery):
        for number in (7, None, "", " ", ["X"]):
            assert code(mp, issue(payload(ci=number))) == "bad_content"
        assert code(mp, issue(payload(co=49))) == "bad_content"
    assert code(mp, issue(vaccination(co=None))) == "ok"
    assert code(mp, issue(vaccination(), issuer=49)) == "bad_claims"
    twice = vaccination()
    twice["v"].append(twice["v"][0] | {"ci": None})
    assert code(mp, issue(twice)) == "bad_content"


def test_no_entry_and_several(mp):
    assert code(mp, issue(holder())) == "no_entry"
    assert code(mp, issue(holder() | {"v": [], "t": None})) == "no_entry"
    twice = vaccination()
    twice["v"] *= 2
    assert code(mp, issue(twice)) == "several_entries"
    assert code(mp, issue(vaccination() | {"r": recovery()["r"]})) == "several_entries"


def test_null_beside_the_entry_is_absent(mp):
    assert code(mp, issue(vaccination() | {"t": None, "r": None})) == "ok"
    assert code(mp, issue(vaccination() | {"t": [], "r": []})) == "ok"


@pytest.mark.parametrize("entries", [{}, "x", 7, [7], [None], [[]], {"dt": "2021-06-01"}], ids=repr)
def test_entries_of_the_wrong_shape(mp, entries):
    assert code(mp, issue(holder() | {"v": entries})) == "bad_content"
    assert code(mp, issue(vaccination() | {"t": entries})) == "bad_content"


def test_members_that_nobody_knows_are_ignored(mp):
    odd = vaccination(lot="X1", mp="EU/9/99/9999", vp="unknown")
    assert code(mp, issue(odd | {"meta": {"a": [1]}, "pn": 1, "ic": None, "pid": b""})) == "ok"


def test_facts_of_a_vaccination(mp):
    facts = judge(mp, issue(vaccination(dn=3, sd=3.0, mp=" EU/1/20/1528 ")))["claims"]["facts"]
    assert facts == {
        "target": "840539006",
        "vaccine": "1119349007",
        "product": "EU/1/20/1528",
        "maker": "ORG-100030215",
        "dose": 3,
        "doses": 3,
        "date": "2021-06-01",
        "country": "DE",
        "issuer": "Robert Koch-Institut",
        "id": "URN:UVCI:01DE/TEST#1",
    }


@pytest.mark.parametrize(
    "date, expected",
    [
        ("2021-07-01", "ok"),
        ("2021-07-01T23:59:59Z", "ok"),
        ("2021-07-02", "vaccination_in_future"),
        ("2031-07-01", "vaccination_in_future"),
        ("2021-07", "vaccination_in_future"),
        ("2021-06", "ok"),
        ("2020", "ok"),
        (" 2021-06-01 ", "ok"),
        (cbor2.CBORTag(0, "2021-06-01T10:00:00Z"), "ok"),
        ("", "bad_content"),
        ("01.06.2021", "bad_content"),
        ("2021-06-31", "bad_content"),
        (None, "bad_content"),
        (20210601, "bad_content"),
        (["2021-06-01"], "bad_content"),
    ],
    ids=repr,
)
def test_vaccination_dates(mp, date, expected):
    assert code(mp, issue(vaccination(dt=date))) == expected


def test_a_date_is_one_of_the_post(mp):
    assert code(mp, issue(vaccination(dt="2021-07-02"))) == "vaccination_in_future"
    assert code(mp, issue(vaccination(dt="2021-07-02")), policy={"utc_offset": 12 * 3600}) == "ok"
    assert (
        code(mp, issue(vaccination(dt="2021-07-01")), policy={"utc_offset": -13 * 3600})
        == "vaccination_in_future"
    )


@pytest.mark.parametrize(
    "sampled, expected",
    [
        ("2021-07-01T12:00:00Z", "ok"),
        ("2021-07-01T12:00:01Z", "test_in_future"),
        ("2021-07-01T14:00:00+02:00", "ok"),
        ("2021-07-01T14:00:01.5+0200", "test_in_future"),
        ("2021-07-01T11:00:00-02:00", "test_in_future"),
        ("2021-07-01T12:00:00.999", "ok"),
        ("2021-06-30", "ok"),
        (cbor2.CBORTag(0, "2021-06-30T10:00:00Z"), "ok"),
        ("yesterday", "bad_content"),
        ("", "bad_content"),
        (None, "bad_content"),
        (NOW, "bad_content"),
    ],
    ids=repr,
)
def test_sample_times(mp, sampled, expected):
    assert code(mp, issue(negative_test(sc=sampled))) == expected


@pytest.mark.parametrize(
    "result, expected",
    [
        ("260415000", "ok"),
        (" 260415000 ", "ok"),
        ("260373001", "test_positive"),
        ("260373001 ", "test_positive"),
        ("419984006", "test_unclear"),
        ("", "test_unclear"),
        (260415000, "test_unclear"),
        (None, "bad_content"),
    ],
    ids=repr,
)
def test_test_results(mp, result, expected):
    assert code(mp, issue(negative_test(tr=result))) == expected


@pytest.mark.parametrize(
    "first, last, expected",
    [
        ("2021-07-01", "2021-07-01", "ok"),
        ("2021-07-02", "2021-12-31", "recovery_not_yet"),
        ("2021-01-01", "2021-06-30", "recovery_over"),
        ("2021-01-01T00:00:00Z", "2021-07-01T00:00:00", "ok"),
        ("2021-06", "2021-08", "ok"),
        ("2021-06", "2021-07", "ok"),
        (None, "2021-07-01", "bad_content"),
        ("2021-01-01", "", "bad_content"),
    ],
)
def test_recovery_windows(mp, first, last, expected):
    assert code(mp, issue(recovery(df=first, du=last))) == expected
