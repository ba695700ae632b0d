"""Times of HC1 certificates and the scanner's clock: what issuers really write, and which verdict each gets."""

from __future__ import annotations

import struct

import cbor2
import pytest
from harness.certificates import (
    NOW,
    YEAR,
    code,
    issue,
    judge,
    negative_test,
    p256,
    record,
    timed,
    vaccination,
)

DAY = 86400


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
