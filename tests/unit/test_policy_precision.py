"""What schemes write in different ways, what conditions make of it: dates that say less than is asked, countries."""

from __future__ import annotations

import pytest
from gatepost.policy.compiling import compile_policy
from gatepost.policy.source import read_source
from harness.cards import card, card_record, laboratory
from harness.certificates import (
    NOW,
    YEAR,
    code,
    codes_by,
    issue,
    negative_test,
    p256,
    record,
    recovery,
    vaccination,
)

POLICY = """
name = "Fresh"
admit = ["one"]
[settings]
without_expiry = ["SMART Health Card"]
[proof.one]
says = "one"
kinds = ["test", "vaccination", "recovery"]
when = ["LINE"]
"""


def verdicts(mp, tmp_path, line, texts, now=NOW):
    path = tmp_path / "policy.toml"
    path.write_text(POLICY.replace("LINE", line))
    part = compile_policy(read_source(path))["policy"]
    return codes_by(mp, part, texts, [record(p256()), card_record()], now)


def sampled(*moments):
    return [card(laboratory(effectiveDateTime=each), expires=NOW + YEAR) for each in moments]


@pytest.mark.parametrize(
    "line, moment, expected",
    [
        ("sampled at most 72 hours ago", "2021-06", "rule_undecided"),
        ("sampled at most 72 hours ago", "2021", "rule_undecided"),
        ("sampled at most 3 days ago", "2021-06", "rule_undecided"),
        ("sampled less than 3 months ago", "2021-06", "ok"),  # whichever day it was
        ("sampled 0 to 72 hours ago", "2021-06", "rule_undecided"),
        # 1 July 12:00Z: the day began on Kiritimati, 14 hours before UTC's.
        ("sampled at most 72 hours ago", "2021-06-30", "ok"),
        ("sampled at most 74 hours ago", "2021-06-29", "ok"),
        ("sampled at most 73 hours ago", "2021-06-29", "rule_undecided"),
        ("sampled at most 12 hours ago", "2021-07-01", "rule_undecided"),
        ("sampled at most 26 hours ago", "2021-07-01", "ok"),
        ("sampled at least 24 hours ago", "2021-06-30", "rule_undecided"),
        ("sampled at least 24 hours ago", "2021-06-29", "ok"),
        ("sampled more than 24 hours ago", "2021-06-29", "ok"),
        ("sampled more than 24 hours ago", "2021-06", "rule_undecided"),
        ("sampled 24 to 74 hours ago", "2021-06-29", "ok"),
        ("sampled not in the future", "2021-06-30", "ok"),
        ("sampled not in the future", "2021-07-01", "rule_undecided"),
        ("sampled not in the past", "2021-07-01", "rule_undecided"),
        ("sampled present", "2021-06", "ok"),
        ("sampled absent", "2021-06", "rules_not_met"),
        ("sampled at most 72 hours ago", "2021-06-30T12:00:00Z", "ok"),
        ("sampled at most 72 hours ago", "2021-06-28T11:59:59Z", "rules_not_met"),
    ],
)
def test_a_sample_that_says_less_than_its_moment(mp, tmp_path, line, moment, expected):
    assert verdicts(mp, tmp_path, line, sampled(moment)) == [expected]


def test_certlogic_of_the_policy_s_own_reads_no_moment_from_a_month(mp, tmp_path):
    rule = '{"not-after": [{"plusTime": [{"var": "now"}, -72, "hour"]}, {"plusTime": [{"var": "sampled"}, 0, "hour"]}]}'
    path = tmp_path / "policy.toml"
    text = POLICY.replace('"LINE"', "{ says = 'fresh', certlogic = '" + rule + "' }")
    path.write_text(text)
    part = compile_policy(read_source(path))["policy"]
    found = codes_by(
        mp, part, sampled("2021-06-30T12:00:00Z", "2021-06-30", "2021-06", "2021"), [card_record()]
    )
    assert found == ["ok", "rule_undecided", "rule_undecided", "rule_undecided"]


@pytest.mark.parametrize(
    "moment",
    [
        "2021-06-30T12:00Z",
        "2021-06-30 12:00:00",
        "2021-06-30t12:00:00z",
        "2021-06-30T11:59:60Z",
        "2021-06-30T14:00:00.123456+0200",
        " 2021-06-30T12:00:00Z ",
        "2021-06-30T12:00:00,5Z",
    ],
)
def test_a_moment_written_in_another_way_is_the_same_moment(mp, tmp_path, moment):
    texts = [issue(negative_test(sc=moment))]
    assert verdicts(mp, tmp_path, "sampled at most 24 hours ago", texts) == ["ok"]
    assert verdicts(mp, tmp_path, "sampled less than 24 hours ago", texts) == ["rules_not_met"]


@pytest.mark.parametrize(
    "behind", [" or later", "Tgarbage", "T", "t", "T25:00:00", "xyz", "2021", "T10:00 soon"]
)
def test_what_stands_behind_a_day_must_be_a_time(mp, behind):
    for payload in (
        vaccination(dt="2021-06-01" + behind),
        recovery(fr="2021-05-01" + behind),
        recovery(df="2021-05-15" + behind),
        recovery(du="2021-10-31" + behind),
        negative_test(sc="2021-06-30" + behind),
    ):
        assert code(mp, issue(payload)) == "bad_content"


@pytest.mark.parametrize(
    "behind",
    [
        "T00:00:00",
        "T00:00:00Z",
        "T00:00:00.000Z",
        "T00:00:00.0000000+02:00",
        "T10:00:00+0200",
        " 10:00",
        "T24:00:00",
    ],
)
def test_times_that_issuers_write_behind_a_day(mp, tmp_path, behind):
    assert code(mp, issue(vaccination(dt="2021-06-01" + behind))) == "ok"
    found = verdicts(
        mp,
        tmp_path,
        "first_positive 60 to 62 days ago",
        [issue(recovery(fr="2021-05-01" + behind)), issue(recovery(fr="2021-05"))],
    )
    assert found == ["ok", "rule_undecided"]


def test_every_date_that_an_entry_states_is_one(mp):
    def card(**dates):
        body = {"vp": "XM0N24", "dt": "2021-05-01", "bo": "A1", "is": "Health"} | dates
        return issue({"n": "Zoe Muster", "dob": "1980-02-29", "v": body}, sub_claim=-6)

    assert code(mp, card(vls="2021-05-11", vle="2031-05")) == "no_rules_for_kind"
    for dates in ({"vls": "soon"}, {"vle": "for life"}, {"vle": 2031}, {"vls": "2021-05-11 ff."}):
        assert code(mp, card(**dates)) == "bad_content"


@pytest.mark.parametrize(
    "line, country, expected",
    [
        ("country is not RU", "RU", "rules_not_met"),
        ("country is not RU", "RUS", "rules_not_met"),
        ("country is not RUS", "RU", "rules_not_met"),
        ("country is not RUS", "RUS", "rules_not_met"),
        ("country is not RU", "DE", "ok"),
        ("country is none of BY, RU", "BLR", "rules_not_met"),
        ("country is one of BY, RUS", "RU", "ok"),
        ("country is BY or country is RU", "RUS", "ok"),
        ("country is BY", "RUS", "rules_not_met"),
    ],
)
def test_a_country_is_the_same_in_two_letters_and_in_three(mp, tmp_path, line, country, expected):
    assert verdicts(mp, tmp_path, line, [issue(vaccination(co=country))]) == [expected]


def test_a_sample_of_today_is_one_of_the_post(mp):
    text = issue(negative_test(sc="2021-07-02"))
    assert code(mp, text) == "test_in_future"
    assert code(mp, text, policy={"utc_offset": 12 * 3600}) == "ok"
