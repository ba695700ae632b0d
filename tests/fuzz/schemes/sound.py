"""What the signed content of a PASS must be, said once more and simply: names, dates, results and doses that are such.

It asks less than a schema does: what neither a rule nor the guard looks at may be loose. Each function says what is
malformed, "" where nothing is.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

from fuzz.values import Tag

_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[Tt ].*)?)?)?", re.ASCII | re.DOTALL)
_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?(?:[Zz]|([+-])(\d\d)(?::?(\d\d))?)?)?",
    re.ASCII,
)


class Malformed(Exception):
    """What is wrong, in words."""


def need(condition: Any, what: str) -> None:
    if not condition:
        raise Malformed(what)


def bare(value: Any) -> Any:
    """Without tags."""
    while isinstance(value, Tag):
        value = value.value
    return value


def word(value: Any, what: str) -> str:
    """A text with something in it."""
    value = bare(value)
    need(isinstance(value, str) and value.strip(), what)
    return value.strip()


def count(value: Any, what: str) -> int:
    """A number of doses."""
    value = bare(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    need(type(value) is int and 0 < value < 100, what)
    return value


def seconds(value: Any, what: str) -> float:
    """Seconds since 1970, as a number or as a text in a tag."""
    value = bare(value)
    if isinstance(value, str):
        return moment(value, what)
    need(type(value) in (int, float) and math.isfinite(value) and 0 <= value < 253402300800, what)
    return value


def last_day(value: Any, what: str) -> date:
    """The last day that a date may mean."""
    found = _DATE.fullmatch(word(value, what))
    need(found, what)
    assert found
    if len(found[0]) > len("2021-06-30"):
        moment(value, what)
    year, month, day = int(found[1]), int(found[2] or 12), found[3]
    try:
        if day:
            return date(year, month, int(day))
        after = date(year + month // 12, month % 12 + 1, 1) if year < 9999 else date(9999, 12, 31)
        return after - timedelta(1)
    except ValueError:
        raise Malformed(what) from None


def first_day(value: Any, what: str) -> date:
    """The first day that it may mean."""
    end = last_day(value, what)
    found = _DATE.fullmatch(word(value, what))
    assert found
    return end if found[3] else end.replace(day=1) if found[2] else end.replace(month=1, day=1)


def moment(value: Any, what: str) -> float:
    """The second of a date-time; of a date, its midnight."""
    found = _TIME.fullmatch(word(value, what))
    need(found, what)
    assert found
    hour, minute, second = (int(found[at] or 0) for at in (2, 3, 4))
    need(hour < 24 or (hour == 24 and not minute and not second), what)
    need(minute < 60 and second <= 60, what)
    try:
        start = datetime.fromisoformat(found[1]).replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise Malformed(what) from None
    zone = (int(found[6] or 0) * 3600 + int(found[7] or 0) * 60) * (-1 if found[5] == "-" else 1)
    return start + hour * 3600 + minute * 60 + second - zone


def birth(value: Any, what: str) -> None:
    """A date, or the nothing that the schemas allow."""
    value = bare(value)
    need(value is None or isinstance(value, str), what)
    if value and value.strip():
        last_day(re.split("[Tt ]", value.strip())[0], what)


def today(now: int) -> date:
    return datetime.fromtimestamp(now, UTC).date()
