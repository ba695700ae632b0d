"""Whom a certificate names: dates of birth as issuers write them, and what is none."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("1980-02-29", "1980-02-29"),
        (" 1980-02-29 ", "1980-02-29"),
        ("1980-02-29T00:00:00", "1980-02-29"),
        ("1980-02-29t00:00:00z", "1980-02-29"),
        ("1980-02-29 00:00", "1980-02-29"),
        ("1980-02", "1980-02"),
        ("1980", "1980"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_birth_date_is_a_day_whatever_time_follows(mp, value, day):
    assert mp.call("scanner.credentials.person:birth", value, "dob") == day


@pytest.mark.parametrize(
    "value", ["29.02.1980", "1980-02-30", "1980-2-29", "1980-02-29X", "T1980", 1980, ["1980"]]
)
def test_what_is_no_date_is_no_birth_date(mp, value):
    source = (
        "from scanner.credentials.person import birth\nfrom scanner.reasons import Refusal\n"
        "try:\n    result = birth(value, 'dob')\nexcept Refusal as refusal:\n    result = refusal.code, refusal.detail"
    )
    assert mp.run(source, "person", value=value) == ("bad_content", "dob")
