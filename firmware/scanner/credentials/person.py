# What the guard compares with the passport beside the names: the birth date.

from micropython import const

from scanner.credentials.members import dated

_DATE = const(10)  # characters of a day


def birth(value, member):
    """A birth date of any precision, "" where there is none. Refusal bad_content for what is no date."""
    # Bulgaria writes midnight behind the day.
    return dated(value, member)[:_DATE]
