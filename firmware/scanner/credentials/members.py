# Members of signed content by their kind: texts, dates, lists, objects.
#
# Issuers may leave a member out. What is there and is of another kind is not what its issuer meant to sign, and must
# not be judged or shown as if it had been left out: each function raises Refusal bad_content, with the member's name.

from scanner.codec import iso8601
from scanner.reasons import Refusal


def written(value, member):
    """A member's text without stray spaces, "" where there is none."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Refusal("bad_content", member)
    return value.strip()


def dated(value, member):
    """A date of any precision, as written, "" where there is none."""
    day = written(value, member)
    if day:
        try:
            iso8601.span(day)
        except ValueError:
            raise Refusal("bad_content", member)
    return day


def listed(value, member):
    """A member's list, an empty one where there is none."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise Refusal("bad_content", member)
    return value


def mapped(value, member):
    """A member's object, which is not left out."""
    if not isinstance(value, dict):
        raise Refusal("bad_content", member)
    return value
