"""Times and content of HC1 certificates: what issuers really write, and which verdict each gets."""

from __future__ import annotations

import struct

import cbor2
import pytest
from gatepost.issue.samples import SAMPLES, machine_readable, sample
from harness.certificates import (
    NOW,
    YEAR,
    holder,
    issue,
    judge,
    negative_test,
    p256,
    record,
    recovery,
    vaccination,
)

DAY = 86400


def code(mp, text, keys=None, **options) -> str:
    return judge(mp, text, keys, **options)["code"]


def timed(**claims) -> str:
    """A certificate whose claims set is as the specification has it, but for exp, iat and nbf."""
    numbers = {"exp": 4, "nbf": 5, "iat": 6}
    made = {4: NOW + YEAR, 6: NOW - 1, -260: {1: vaccination()}}
    for name, value in claims.items():
        made[numbers[name]] = value
    return issue(None, claims={key: value for key, value in made.items() if value != "absent"})


# --- times ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("times", ["int", "float", "tagged", "text"])
def test_times_of_every_form(mp, times):
    claims = judge(mp, issue(vaccination(), times=times))["claims"]
    assert (claims["issued"], claims["expires"]) == (NOW - DAY, NOW + YEAR)


@pytest.mark.parametrize(
    "now, expected",
    [
        (NOW - 2, "not_yet_valid"),
        (NOW - 1, "ok"),
        (NOW + YEAR - 1, "ok"),
        (NOW + YEAR, "ok"),
        (NOW + YEAR + 1, "expired"),
        (NOW + 9 * YEAR, "expired"),
    ],
)
@pytest.mark.parametrize("form", [int, float])
def test_issued_until_expired(mp, now, expected, form):
    assert code(mp, timed(exp=form(NOW + YEAR), iat=form(NOW - 1)), now=now) == expected


def test_fractions_of_seconds(mp):
    text = timed(iat=NOW - 0.25, exp=NOW + 10.75)
    assert code(mp, text, now=NOW) == "ok"
    assert judge(mp, text)["claims"]["expires"] == NOW + 10


@pytest.mark.parametrize("absent", ["absent", None])
def test_absent_times(mp, absent):
    verdict = judge(mp, timed(exp=absent))
    assert (verdict["verdict"], verdict["code"]) == (1, "no_expiry")
    assert code(mp, timed(iat=absent)) == "ok"


NOT_TIMES = [
    float("nan"),
    float("inf"),
    float("-inf"),
    -1,
    -0.5,
    2**63,
    1e300,
    (NOW + YEAR) * 1000,  # milliseconds
    "tomorrow",
    "",
    b"2030-01-01",
    True,
    [NOW + YEAR],
    {},
    cbor2.CBORTag(0, "2030"),
    cbor2.CBORTag(1, "2030-01-01T00:00:00Z "),
    cbor2.CBORTag(37, b"0"),
    cbor2.CBORTag(1, cbor2.CBORTag(1, NOW + YEAR)),
]


@pytest.mark.parametrize("value", NOT_TIMES, ids=repr)
@pytest.mark.parametrize("claim", ["exp", "iat", "nbf"])
def test_what_is_no_time_is_refused(mp, claim, value):
    assert code(mp, timed(**{claim: value})) == "bad_time"


def test_short_floats(mp):
    for encoded in (b"\xf9\x7e\x00", b"\xfa\x7f\xc0\x00\x00", b"\xf9\x7c\x00"):
        cwt = b"\xa2\x04" + encoded + b"\x39\x01\x03" + cbor2.dumps({1: vaccination()})
        assert code(mp, issue(None, cwt=cwt)) == "bad_time"
    cwt = b"\xa2\x04\xfa" + struct.pack(">f", 2e9) + b"\x39\x01\x03" + cbor2.dumps({1: vaccination()})
    assert judge(mp, issue(None, cwt=cwt))["claims"]["expires"] == 2_000_000_000


def test_not_before_counts_too(mp):
    assert code(mp, timed(nbf=NOW + 1)) == "not_yet_valid"
    assert code(mp, timed(nbf=NOW)) == "ok"


def test_the_specimen_of_the_netherlands(mp):
    for exp in (42, 42.0):
        assert code(mp, timed(exp=exp)) == "specimen"
    assert code(mp, timed(exp=43)) == "expired"


# --- the scanner's clock --------------------------------------------------------------------------------------------


def test_a_doubtful_clock_makes_no_pass(mp):
    verdict = judge(mp, issue(vaccination()), trusted=False)
    assert (verdict["verdict"], verdict["code"]) == (1, "clock_doubtful")
    assert verdict["claims"]["family"] == "Müller"


def test_a_doubtful_clock_does_not_soften_a_refusal(mp):
    assert code(mp, timed(exp=NOW - 1), trusted=False) == "expired"
    assert code(mp, issue(negative_test(tr="260373001")), trusted=False) == "test_positive"
    assert code(mp, "HC1:", trusted=False) == "bad_compression"


def test_every_reason_to_look_is_kept(mp):
    verdict = judge(mp, timed(exp="absent"), [record(p256(), source="DEV")], trusted=False)
    assert verdict["code"] == "clock_doubtful"
    assert sorted(verdict["claims"]["warnings"]) == ["clock_doubtful", "no_expiry", "test_issuer"]


# --- the signing key ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bit, right", [(1, negative_test), (2, vaccination), (4, recovery)])
def test_key_usage(mp, bit, right):
    for payload in (vaccination, negative_test, recovery):
        text = issue(payload())
        fits, does_not = ("ok", "wrong_key_usage") if payload is right else ("wrong_key_usage", "ok")
        assert code(mp, text, [record(p256(), usage=bit)]) == fits
        assert code(mp, text, [record(p256(), usage=7 & ~bit)]) == does_not
        assert code(mp, text, [record(p256(), usage=7)]) == "ok"
        assert code(mp, text, [record(p256(), usage=0)]) == "ok"


def test_every_entry_needs_the_usage(mp):
    both = vaccination() | {"t": negative_test()["t"]}
    assert code(mp, issue(both), [record(p256(), usage=2)]) == "wrong_key_usage"
    assert code(mp, issue(both), [record(p256(), usage=3)]) == "several_entries"


def test_a_withdrawn_key(mp):
    assert code(mp, issue(vaccination()), [record(p256(), revoked=True)]) == "key_revoked"


def test_an_expired_key_by_policy(mp):
    keys = [record(p256(), not_after=NOW - 1)]
    assert code(mp, issue(vaccination()), keys) == "ok"
    assert code(mp, issue(vaccination()), keys, policy={"reject_expired_keys": True}) == "key_expired"
    assert (
        code(mp, issue(vaccination()), [record(p256(), not_after=NOW)], policy={"reject_expired_keys": True})
        == "ok"
    )


def test_a_certificate_older_than_its_key_is_not_suspect(mp):
    assert code(mp, issue(vaccination(), issued=NOW - 2 * YEAR)) == "ok"


# --- the claims set -------------------------------------------------------------------------------------------------


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


# --- the holder -----------------------------------------------------------------------------------------------------


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
        (19800229, ""),
        (cbor2.CBORTag(0, "1980-02-29T00:00:00Z"), "1980-02-29"),
        (" 1980 ", "1980"),
    ],
)
def test_birth_dates_of_any_precision(mp, birth, shown):
    verdict = judge(mp, issue(vaccination() | {"dob": birth}))
    assert (verdict["code"], verdict["claims"]["birth"]) == ("ok", shown)


# --- entries --------------------------------------------------------------------------------------------------------


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
    odd = vaccination(lot="X1", mp="EU/9/99/9999", vp="unknown", tg="1")
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


# --- other content in the same envelope -----------------------------------------------------------------------------


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
    tested = {"name": "Eddie", "test": {"pathogen": {"code": "840539006"}, "result": {"code": "260415000"}}}
    assert judge(mp, issue(tested, sub_claim=4))["claims"]["kind"] == "test"


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


# --- samples of the issuing command ---------------------------------------------------------------------------------


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
