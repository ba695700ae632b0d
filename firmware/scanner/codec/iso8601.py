# Dates and times of certificates (ISO 8601, RFC 3339) as days and seconds since 1970-01-01.
#
# Own arithmetic, because the epoch of MicroPython's `time` differs between ports. Wider than RFC 3339 where issuers
# in the field are: a date may be YYYY or YYYY-MM or carry a time, a time may lack its zone (then UTC) or its seconds,
# a zone may lack its colon, a fraction may have any number of digits.

from micropython import const

_DAY = const(86400)
_EAST = const(50400)  # seconds by which the day begins before UTC's at most (+14:00)
_WEST = const(43200)  # and ends after it (-12:00)


def days(year, month, day):
    """Days from 1970-01-01 to a date of the proleptic Gregorian calendar. ValueError if there is no such date."""
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if not 1 <= month <= 12 or not 1 <= day <= _length(month, leap):
        raise ValueError("no such date")
    # Years counted from March, so that the leap day comes last.
    if month < 3:
        year -= 1
        month += 12
    return 365 * year + year // 4 - year // 100 + year // 400 + (153 * (month - 3) + 2) // 5 + day - 719469


def civil(day):
    """(year, month, day) of the `day`-th day from 1970-01-01, counted in eras of 400 years that begin in March."""
    day += 719468
    era = day // 146097
    of_era = day - era * 146097
    year = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    month = (5 * of_year + 2) // 153
    date = of_year - (153 * month + 2) // 5 + 1
    month = month + 3 if month < 10 else month - 9
    return year + era * 400 + (1 if month <= 2 else 0), month, date


def span(text):
    """First and last day that a date may mean: one day, or a month or year where it says no more.

    A time after the date changes nothing: "2021-05-01T00:00:00" is that day. ValueError if it is no date, or if what
    stands behind it is no time.
    """
    if text[10:11] in ("T", "t", " "):
        seconds(text)
        text = text[:10]
    year = _number(text, 0, 4)
    if len(text) == 4:
        return days(year, 1, 1), days(year, 12, 31)
    if text[4] != "-":
        raise ValueError("not a date")
    month = _number(text, 5, 2)
    if len(text) == 7:
        first = days(year, month, 1)
        return first, (days(year, month + 1, 1) if month < 12 else days(year + 1, 1, 1)) - 1
    if len(text) != 10 or text[7] != "-":
        raise ValueError("not a date")
    day = days(year, month, _number(text, 8, 2))
    return day, day


def seconds(text):
    """Seconds since 1970 of a date-time, fractions cut off; a date alone is its midnight UTC. ValueError if neither."""
    if len(text) < 10 or text[4] != "-" or text[7] != "-":
        raise ValueError("not a date-time")
    total = days(_number(text, 0, 4), _number(text, 5, 2), _number(text, 8, 2)) * _DAY
    if len(text) == 10:
        return total
    if len(text) < 16 or text[10] not in "Tt " or text[13] != ":":
        raise ValueError("not a date-time")
    hour = _number(text, 11, 2)
    minute = _number(text, 14, 2)
    second = 0
    at = 16
    if text[at : at + 1] == ":":
        second = _number(text, 17, 2)
        at = 19
        if at < len(text) and text[at] in ".,":
            at += 1
            start = at
            while at < len(text) and "0" <= text[at] <= "9":
                at += 1
            if at == start:
                raise ValueError("not a date-time")
    # A leap second is written 60.
    if hour > 24 or minute > 59 or second > 60 or (hour == 24 and (minute or second)):
        raise ValueError("no such time")
    return total + hour * 3600 + minute * 60 + second - _zone(text[at:])


def moments(text):
    """First and last second that a date-time of any precision may mean: the same where it has a time, else those of its
    days wherever on Earth they were lived. ValueError if it is none."""
    if len(text) > 10:
        at = seconds(text)
        return at, at
    first, last = span(text)
    return first * _DAY - _EAST, (last + 1) * _DAY - 1 + _WEST


def _zone(text):
    """Seconds east of UTC."""
    if text in ("", "Z", "z"):
        return 0
    sign = {"+": 1, "-": -1}.get(text[0])
    if sign is None:
        raise ValueError("not a time zone")
    minute = 0
    if len(text) > 3:
        minute = _number(text, 4 if text[3] == ":" else 3, 2)
    if len(text) not in (3, 5, 6) or (len(text) == 6) != (text[3:4] == ":"):
        raise ValueError("not a time zone")
    hour = _number(text, 1, 2)
    if hour > 23 or minute > 59:
        raise ValueError("not a time zone")
    return sign * (hour * 3600 + minute * 60)


def _length(month, leap):
    if month == 2:
        return 29 if leap else 28
    return 30 if month in (4, 6, 9, 11) else 31


def _number(text, at, count):
    digits = text[at : at + count]
    value = 0
    for digit in digits:
        if not "0" <= digit <= "9":
            raise ValueError("not a number")
        value = value * 10 + ord(digit) - 48
    if len(digits) != count:
        raise ValueError("too short")
    return value
