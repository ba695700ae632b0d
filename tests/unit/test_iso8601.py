"""Dates and times against CPython's calendar, in every spelling seen in real certificates."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from harness.interpreter import DeviceError

SECONDS = "scanner.codec.iso8601:seconds"
SPAN = "scanner.codec.iso8601:span"
EPOCH = date(1970, 1, 1).toordinal()


def day(text: str) -> int:
    return date.fromisoformat(text).toordinal() - EPOCH


def test_every_day_of_two_centuries(mp64):
    source = "from scanner.codec.iso8601 import days\nresult = [d for d in wanted if days(d[0], d[1], d[2]) != d[3]]"
    for year in range(1895, 2105, 15):
        span = range(date(year, 1, 1).toordinal(), date(year + 15, 1, 1).toordinal())
        wanted = [(d.year, d.month, d.day, d.toordinal() - EPOCH) for d in map(date.fromordinal, span)]
        assert mp64.run(source, wanted=wanted) == []


@pytest.mark.parametrize(
    "text", ["1970-01-01", "1900-03-01", "2000-02-29", "2021-12-31", "0001-01-01", "9999-12-31"]
)
def test_days(mp, text):
    assert mp.call(SPAN, text) == (day(text), day(text))
    assert mp.call(SECONDS, text) == day(text) * 86400


@pytest.mark.parametrize(
    "text, first, last",
    [
        ("2021", "2021-01-01", "2021-12-31"),
        ("2020-02", "2020-02-01", "2020-02-29"),
        ("2021-12", "2021-12-01", "2021-12-31"),
        ("2021-05-06T00:00:00", "2021-05-06", "2021-05-06"),
        ("2021-05-06 10:00", "2021-05-06", "2021-05-06"),
    ],
)
def test_dates_that_say_less_or_more(mp, text, first, last):
    assert mp.call(SPAN, text) == (day(first), day(last))


@pytest.mark.parametrize(
    "text, same",
    [
        ("2021-05-06T18:00:00Z", "2021-05-06T18:00:00+00:00"),
        ("2021-05-06t18:00:00z", "2021-05-06T18:00:00+00:00"),
        ("2021-05-06 18:00:00Z", "2021-05-06T18:00:00+00:00"),
        ("2021-05-06T18:00:00", "2021-05-06T18:00:00+00:00"),
        ("2021-05-06T18:00Z", "2021-05-06T18:00:00+00:00"),
        ("2021-05-06T18:00:00+02:00", "2021-05-06T16:00:00+00:00"),
        ("2021-05-06T18:00:00+0200", "2021-05-06T16:00:00+00:00"),
        ("2021-05-06T18:00:00+02", "2021-05-06T16:00:00+00:00"),
        ("2021-01-01T00:00:00-11:30", "2021-01-01T11:30:00+00:00"),
        ("2021-05-06T18:00:00.123Z", "2021-05-06T18:00:00+00:00"),
        ("2021-05-06T18:00:00,5Z", "2021-05-06T18:00:00+00:00"),
        ("2021-05-06T18:00:00.123456789-00:30", "2021-05-06T18:30:00+00:00"),
        ("2021-05-06T24:00:00Z", "2021-05-07T00:00:00+00:00"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00+00:00"),
        ("1969-12-31T23:59:59Z", "1969-12-31T23:59:59+00:00"),
    ],
)
def test_times(mp, text, same):
    assert mp.call(SECONDS, text) == int(datetime.fromisoformat(same).astimezone(UTC).timestamp())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "202",
        "20210506",
        "2021-13-01",
        "2021-02-29",
        "1900-02-29",
        "2021-00-01",
        "2021-04-31",
        "2021-05-00",
        "2021-5-06",
        "2021-05-6",
        " 2021-05-06",
        "2021/05/06",
        "-021-05-06",
        "+021-05-06",
        "2021-05-06x",
        "2021-05 -06",
        "2021-05T10:00:00Z",
        "2021 05-06",
        "٢٠٢١-05-06",
    ],
)
def test_what_is_no_date(mp, text):
    for function in (SPAN, SECONDS):
        with pytest.raises(DeviceError) as caught:
            mp.call(function, text)
        assert caught.value.kind == "ValueError"


@pytest.mark.parametrize(
    "time",
    [
        "T",
        "T1",
        "T18",
        "T18:0",
        "T1800",
        "T25:00:00",
        "T24:00:01",
        "T18:60",
        "T18:00:61",
        "T18:00:00.",
        "T18:00:00.Z",
        "T18:00:00+",
        "T18:00:00+2",
        "T18:00:00+02:",
        "T18:00:00+02:0",
        "T18:00:00+2:000",
        "T18:00:00+24:00",
        "T18:00:00ZZ",
        "T18:00:00+02:60",
        "T18:00:00 Z",
        "T18:00:0xZ",
        "T-1:00:00",
    ],
)
def test_what_is_no_time(mp, time):
    with pytest.raises(DeviceError) as caught:
        mp.call(SECONDS, "2021-05-06" + time)
    assert caught.value.kind == "ValueError"
