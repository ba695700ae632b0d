# Dates as a guard reads them beside a passport: "12 Aug 1964", the order of ICAO Doc 9303-3 (section 4.8), where the
# month is a word and cannot be taken for the day. Certificates write ISO 8601, whole or in part.

from micropython import const

from scanner.codec import iso8601

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAY = const(86400)


def day(value):
    """ "1964-08-12" to "12 Aug 1964", "1964-08" to "Aug 1964"; unix seconds the same; else the text as it is."""
    if isinstance(value, (int, float)):
        return _civil(int(value) // _DAY)
    text = value.strip() if value else ""
    parts = text[:10].split("-")
    if not parts[0].isdigit() or len(parts[0]) != 4:
        return text
    if len(parts) == 1 and len(text) == 4:
        return text
    if len(parts) < 2 or not _number(parts[1], 1, 12):
        return text
    month = _MONTHS[int(parts[1]) - 1] + " " + parts[0]
    if len(parts) == 2:
        return month if len(text) == 7 else text
    if not _number(parts[2], 1, 31):
        return text
    return str(int(parts[2])) + " " + month


def moment(value):
    """The day and, where one is given, the hour and minute with its zone: "29 May 2021 · 10:00 UTC"."""
    if isinstance(value, (int, float)):
        seconds = int(value) % _DAY
        return "{} · {:02d}:{:02d} UTC".format(day(value), seconds // 3600, seconds // 60 % 60)
    text = value.strip() if value else ""
    clock = text[11:16]
    if len(clock) != 5 or clock[2] != ":" or not (clock[:2] + clock[3:]).isdigit():
        return day(text)
    return day(text) + " · " + clock + _zone(text[16:])


def _zone(rest):
    # Behind "hh:mm" come seconds, a fraction, and perhaps the zone; only the zone is of interest.
    if rest.endswith("Z"):
        return " UTC"
    for sign in ("+", "-"):
        if sign in rest:
            shift = rest[rest.rfind(sign) :]
            return " UTC" if shift[1:].replace(":", "").strip("0") == "" else " " + shift
    return ""


def _number(text, low, high):
    return len(text) == 2 and text.isdigit() and low <= int(text) <= high


def _civil(days):
    year, month, date = iso8601.civil(days)
    return "{} {} {}".format(date, _MONTHS[month - 1], year)
