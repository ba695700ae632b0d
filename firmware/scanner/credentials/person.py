# What the guard compares with the passport: names, birth date, number of the document; and dates of the same kind.
#
# Issuers may leave some of it out. What is there and is no text, or no date, is not what its issuer meant to sign: it
# must not reach the screen as if it had been left out.

from scanner.codec import iso8601
from scanner.reasons import Refusal


def written(value, member):
    """A member's text without stray spaces, "" where there is none. Refusal bad_content for anything else."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Refusal("bad_content", member)
    return value.strip()


def dated(value, member):
    """A date of any precision, as written, "" where there is none. Refusal bad_content for what is no date."""
    day = written(value, member)
    if day:
        try:
            iso8601.span(day)
        except ValueError:
            raise Refusal("bad_content", member)
    return day


def birth(value, member):
    """A birth date of any precision, "" where there is none. Refusal bad_content for what is no date."""
    day = dated(value, member)
    # Bulgaria writes midnight behind the day.
    return day[:10] if day[10:11] in ("T", "t", " ") else day
