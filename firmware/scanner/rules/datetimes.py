# Date-times as CertLogic has them (specification 1.3, "Operations with date-times"): a tuple of days since 1970-01-01
# and milliseconds of the day, in UTC. No value of a certificate is a tuple, so none is mistaken for one.
#
# Adding months or years follows JavaScript's Date.setUTC*: the day stays as it is and runs over into the next month
# where there is no such day: 29 February plus a year is 1 March.

from micropython import const

from scanner.codec import iso8601

_DAY = const(86400000)  # milliseconds
_HOUR = const(3600000)
_FURTHEST = const(1000000)  # of a unit that may be added: hours of a century

YEAR, MONTH, DAY, HOUR = const(0), const(1), const(2), const(3)


def parse(text):
    """The date-time in `text`; a year or a month alone is its last day, a date its midnight. ValueError for any other.

    A time without a zone is UTC; digits of a second beyond the third are cut off.
    """
    if len(text) <= 10:
        if "T" in text or "t" in text or " " in text:
            raise ValueError("not a date-time")
        return iso8601.span(text)[1], 0
    if text[10] != "T" or len(text) < 19 or text[4] != "-" or text[13] != ":" or text[16] != ":":
        raise ValueError("not a date-time")
    day = iso8601.span(text[:10])[0]
    hour, minute, second = _number(text[11:13]), _number(text[14:16]), _number(text[17:19])
    if minute > 59 or second > 59 or hour > 24 or (hour == 24 and (minute or second)):
        raise ValueError("no such time")
    at = 19
    thousandths = 0
    if text[at : at + 1] == ".":
        start = at = at + 1
        while "0" <= text[at : at + 1] <= "9":
            at += 1
        if at == start:
            raise ValueError("not a date-time")
        thousandths = _number((text[start:at] + "00")[:3])
    return _normal(day, ((hour * 60 + minute) * 60 + second) * 1000 + thousandths - _zone(text[at:]))


def birth(text):
    """The last moment a birth date of any precision may mean, as a date."""
    if len(text) not in (4, 7, 10):
        raise ValueError("not a date of birth")
    return iso8601.span(text)[1], 0


def plus(moment, amount, unit):
    """`moment` and `amount` of a unit; ValueError beyond the years 1 to 9999."""
    if not -_FURTHEST <= amount <= _FURTHEST:
        raise ValueError("too far")
    day, rest = moment
    if unit == HOUR:
        return _normal(day + amount // 24, rest + amount % 24 * _HOUR)
    if unit == DAY:
        return day + amount, rest
    year, month, date = iso8601.civil(day)
    if unit == YEAR:
        year += amount
    else:
        month += amount - 1
        year += month // 12
        month = month % 12 + 1
    if not 1 <= year <= 9999:
        raise ValueError("too far")
    return iso8601.days(year, month, 1) + date - 1, rest


def _zone(text):
    # Milliseconds east of UTC.
    if text == "" or text == "Z":
        return 0
    if text[0] not in "+-":
        raise ValueError("not a time zone")
    digits = text[1:]
    colon = digits.find(":")
    if colon < 0:
        colon = 1 if len(digits) in (1, 3) else 2
        hours, minutes = digits[:colon], digits[colon:]
    else:
        hours, minutes = digits[:colon], digits[colon + 1 :]
    if len(hours) not in (1, 2) or len(minutes) not in (0, 2):
        raise ValueError("not a time zone")
    hours = _number(hours)
    minutes = _number(minutes) if minutes else 0
    if hours > 23 or minutes > 59:
        raise ValueError("not a time zone")
    shift = hours * _HOUR + minutes * 60000
    return 0 - shift if text[0] == "-" else shift


def _normal(day, milliseconds):
    return day + milliseconds // _DAY, milliseconds % _DAY


def _number(text):
    for letter in text:
        if not "0" <= letter <= "9":
            raise ValueError("not a number")
    return int(text)
