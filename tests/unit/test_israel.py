"""Israel's older Green Pass, in each of its signatures, and everything that is none."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from gatepost.issue import israel
from harness.certificates import NOW, issue, p256, record, rsa2048, vaccination
from harness.certificates import judge as judge_text

MOMENT = datetime.fromtimestamp(NOW, UTC)


def keys() -> list[dict[str, Any]]:
    return [
        record(p256(), scheme="IL", kid=b"IL/P-256", country="IL"),
        record(rsa2048(), scheme="IL", kid=b"IL/RSA", country="IL"),
    ]


def content(kind: str = "vaccination", key: Any = None, **changes: Any) -> dict[str, Any]:
    return israel.sample(kind, key or p256(), MOMENT) | changes


def judge(mp, text: bytes, trusted: list[dict[str, Any]] | None = None, **options: Any) -> dict[str, Any]:
    return judge_text(mp, text, keys() if trusted is None else trusted, **options)


def code(mp, text: bytes, trusted: list[dict[str, Any]] | None = None, **options: Any) -> str:
    return judge(mp, text, trusted, **options)["code"]


@pytest.mark.parametrize("key, double", [(p256, False), (rsa2048, False), (rsa2048, True)])
def test_a_genuine_pass(mp, key, double):
    verdict = judge(mp, israel.issue_israel(content(key=key()), key(), double=double))
    assert (verdict["verdict"], verdict["code"]) == (1, "no_rules_for_kind")
    claims = verdict["claims"]
    assert (claims["scheme"], claims["issuer"], claims["kind"]) == ("IL", "IL", "vaccination")
    assert (claims["family"], claims["family_ascii"], claims["given_ascii"]) == ("לוי", "LEVI", "DANA")
    facts = claims["facts"]
    assert (facts["product"], facts["dose"], facts["date"]) == ("EU/1/20/1528", 2, "2021-05-30")
    assert facts["document"] == "X1234567"
    assert (claims["expires"], claims["last_day"]) == (None, (date(2021, 11, 28) - date(1970, 1, 1)).days)


def test_a_recovery(mp):
    claims = judge(mp, israel.issue_israel(content("recovery"), p256()))["claims"]
    assert (claims["kind"], claims["facts"]["valid_from"]) == ("recovery", "2021-05-02")
    assert claims["facts"]["valid_until"] == "2021-11-28"
    assert code(mp, israel.issue_israel(content("recovery", r="2021-08-01"), p256())) == "recovery_not_yet"


def test_a_green_pass_of_several_persons(mp):
    several = {
        "id": "01/IL/X#Y",
        "et": 1,
        "ct": 1,
        "p": [{"idl": "1", "e": "2021-09-01"}, {"idl": "2", "e": "2021-08-01"}],
    }
    verdict = judge(mp, israel.issue_israel(several, rsa2048(), double=True))
    assert (verdict["verdict"], verdict["code"]) == (1, "no_holder")
    assert verdict["claims"]["kind"] == "status"
    assert verdict["claims"]["last_day"] == (date(2021, 8, 1) - date(1970, 1, 1)).days


def test_the_last_day_ends_at_the_post(mp):
    """At 12:00 UTC on 1 July, it is 2 July from 12 hours east on, and 30 June from 12 hours and a second west on."""
    for last, shift, expected in (
        ("2021-07-01", 12, "expired"),
        ("2021-07-01", 11, "no_rules_for_kind"),
        ("2021-06-30", -12, "expired"),
        ("2021-06-30", -13, "no_rules_for_kind"),
    ):
        text = israel.issue_israel(content(e=last), p256())
        assert code(mp, text, policy={"utc_offset": shift * 3600}) == expected


def test_revocation_identifiers(mp):
    found = judge(mp, israel.issue_israel(content(), p256()))["claims"]["revocation_ids"]
    expected = [("UCI", content()["id"]), ("BATCH", "24032021"), ("BATCH", "2403202114")]
    assert found[:3] == [(kind, hashlib.sha256(each.encode()).digest()[:16]) for kind, each in expected]


@pytest.mark.parametrize("key", [p256, rsa2048])
def test_altered_or_forged(mp, key):
    text = israel.issue_israel(content(key=key()), key())
    assert code(mp, text.replace(b"Levi", b"Lewi")) == "bad_signature"
    assert code(mp, text.replace("לוי".encode(), "לון".encode())) == "bad_signature"
    assert code(mp, text + b" ") == "bad_signature"
    for bend in (
        lambda good: good[:-1] + bytes([good[-1] ^ 1]),
        lambda good: bytes(len(good)),
        lambda good: good[::-1],
    ):
        assert code(mp, israel.issue_israel(content(key=key()), key(), signature=bend)) == "bad_signature"
    assert code(mp, b"*" + text[1:]) == "not_a_certificate"
    assert code(mp, b"A" + text) in ("bad_text", "bad_signature")


def test_the_algorithm_is_the_one_that_is_named(mp):
    assert code(mp, israel.issue_israel(content(et=2), p256())) == "bad_algorithm"
    assert code(mp, israel.issue_israel(content(et=3), rsa2048())) == "bad_algorithm"
    assert code(mp, israel.issue_israel(content(et=None), p256())) == "bad_algorithm"
    # The digest of the digest is RSA's alone.
    assert code(mp, israel.issue_israel(content(), p256(), double=True)) == "bad_signature"


def test_keys_of_others(mp):
    text = israel.issue_israel(content(), p256())
    assert code(mp, text, []) == "unknown_issuer"
    assert code(mp, text, [record(p256(), scheme="HC1", kid=b"IL/P-256")]) == "unknown_issuer"
    assert code(mp, text, [record(p256(2), scheme="IL", kid=b"IL/P-256")]) == "bad_signature"
    assert code(mp, text, [keys()[0] | {"source": "DEMO"}]) == "unknown_issuer"
    assert code(mp, text, [keys()[0] | {"revoked": True}]) == "key_revoked"
    assert code(mp, issue(vaccination(), kid=b"IL/P-256"), keys()) == "unknown_issuer"


@pytest.mark.parametrize(
    "changes, expected",
    [
        ({"e": "2021-07-01"}, "no_rules_for_kind"),
        ({"e": "2021-06-30"}, "expired"),
        ({"e": "2021-07-01 00:00:00"}, "no_rules_for_kind"),
        ({"e": "never"}, "bad_time"),
        ({"e": {}}, "bad_time"),
        ({"e": "2021-11-228"}, "bad_time"),
        ({"d1": None, "d2": None, "r": "2021-05-022"}, "bad_content"),
        ({"e": 20211231}, "bad_time"),
        ({"p": [{"e": [7]}]}, "bad_time"),
        ({"d2": {"d": "2021"}}, "bad_content"),
        ({"e": "0001-01-01"}, "no_rules_for_kind"),
        ({"d1": None, "d2": {"d": "0001-01-01"}}, "no_entry"),
        ({"d2": {"d": "2021-07-05"}}, "vaccination_in_future"),
        ({"d2": 7}, "bad_content"),
        ({"d2": {"d": 20210601}}, "bad_content"),
        ({"d2": {"d": " "}}, "bad_content"),
        ({"d2": {}}, "no_rules_for_kind"),
        ({"d2": {"d": "2021-06-01T10:00:00+9"}}, "bad_content"),
        ({"d2": {"d": "2021-06-01t10:00:00z"}}, "no_rules_for_kind"),
        ({"d1": {"d": "2021-05-01", "vb": {"1": "EK1"}}}, "bad_content"),
        ({"d1": {"d": "2021-05-01", "vc": 208}}, "bad_content"),
        ({"d1": None, "d2": None, "r": "2021-06-01 1000"}, "bad_content"),
        ({"e": "2021-12-31 later"}, "bad_time"),
        ({"d2": {"d": ""}}, "no_rules_for_kind"),
        ({"e": "\n"}, "bad_time"),
        ({"e": ""}, "no_rules_for_kind"),
        ({"a": "soon"}, "bad_content"),
        ({"a": 20210601}, "bad_content"),
        ({"d1": None, "d2": None, "ct": 1, "a": "soon"}, "bad_content"),
        ({"rd": ["2021-05-20"]}, "bad_content"),
        ({"g": None, "f": "", "gl": "", "fl": ""}, "no_holder"),
        ({"d1": None, "d2": None, "ct": 1}, "no_rules_for_kind"),
        ({"d1": None, "d2": None, "ct": True}, "no_entry"),
        ({"f": 7}, "bad_content"),
        ({"gl": ["Dana"]}, "bad_content"),
        ({"idp": 12345678}, "bad_content"),
        ({"b": 19840719}, "bad_content"),
        ({"b": "2021-6-1"}, "bad_content"),
        ({"b": "0001-01-01"}, "no_rules_for_kind"),
        ({"d2": {"d": "soon"}}, "bad_content"),
        ({"id": None, "cn": None, "p": None}, "no_rules_for_kind"),
        ({"id": 7}, "bad_content"),
        ({"cn": 7}, "bad_content"),
        ({"fn": ["7"]}, "bad_content"),
        ({"p": 7}, "bad_content"),
        ({"p": [7]}, "bad_content"),
        ({"d2": {"d": "2021-05-30", "vb": ["EX0042"]}}, "bad_content"),
        ({"d2": {"d": "2021-05-30", "vb": 42}}, "bad_content"),
        ({"d2": {"d": "2021-05-30", "vc": 208}}, "bad_content"),
        ({"d1": {"d": "2021-04-30", "vv": 7}}, "bad_content"),
        ({"d2": {"d": "2021-05-30", "o": ["Harbour"]}}, "bad_content"),
    ],
)
def test_content(mp, changes, expected):
    assert code(mp, israel.issue_israel(content(**changes), p256())) == expected


@pytest.mark.parametrize(
    "first, second, expected",
    [
        ({"vc": "208"}, {"vc": "208"}, ("EU/1/20/1528", 2, True)),
        ({"vv": "Pfizer"}, {"vv": "Pfizer", "vc": " "}, ("EU/1/20/1528", 2, True)),
        # A vaccine against meningitis, by the same maker; what CVX does not know is not known by the maker either.
        ({"vc": "140", "vv": "Pfizer"}, {"vc": "140", "vv": "Pfizer"}, ("CVX 140", 2, False)),
        ({"vc": "208"}, {"vc": "140", "vv": "Pfizer"}, ("CVX 140", 1, False)),
        ({"vc": "140", "vv": "Pfizer"}, {"vc": "208"}, ("EU/1/20/1528", 1, True)),
        ({"vv": "Trumenba"}, {"vv": "Trumenba"}, ("Trumenba", 2, False)),
        ({}, {}, ("", 2, False)),
        # One dose that stands there twice.
        ({"vc": "208"}, {"vc": "208", "d": "2021-05-02"}, ("EU/1/20/1528", 1, True)),
        ({"vc": "208"}, {"vc": "208", "d": "2021-05-02 00:00:00"}, ("EU/1/20/1528", 1, True)),
    ],
)
def test_doses_of_which_vaccine_and_how_many(mp, first, second, expected):
    doses = {"d1": {"d": "2021-05-02"} | first, "d2": {"d": "2021-05-30"} | second}
    facts = judge(mp, israel.issue_israel(content(**doses), p256()))["claims"]["facts"]
    assert (facts["product"], facts["dose"], facts.get("target") == "840539006") == expected


def test_each_dose_of_a_series_has_its_batch(mp):
    doses = {
        "d1": {"d": "2021-05-30", "vc": "208", "vb": "B2"},
        "d2": {"d": "2021-05-02", "vc": "208", "vb": "B1"},
    }
    facts = judge(mp, israel.issue_israel(content(**doses), p256()))["claims"]["facts"]
    assert [(each["dose"], each["batch"], each["id"]) for each in facts["series"]] == [
        (1, "B1", facts["id"]),
        (2, "B2", facts["id"]),
    ]
    assert (facts["dose"], facts["batch"]) == (2, "B2")


@pytest.mark.parametrize(
    "payload", [b"{}", b'{"et":3}', b'{"et":3,"et":3}', b'{"et":3', b'{"et":3}\xff', b'{"et":3,"d1":{}}']
)
def test_signed_content_that_is_none(mp, payload):
    verdict = judge(mp, israel.issue_israel(payload, p256()))
    assert verdict["verdict"] == 2
    assert verdict["code"] != "internal_fault"


def test_what_is_signed_is_the_text_as_it_stands(mp):
    spaced = json.dumps(content(), ensure_ascii=True, indent=1).encode()
    assert code(mp, israel.issue_israel(spaced, p256())) == "no_rules_for_kind"
