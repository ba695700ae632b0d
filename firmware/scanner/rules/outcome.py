# What came of a rule or a condition.

from micropython import const

NO = const(0)
YES = const(1)
OPEN = const(2)  # it could not be decided, so it is neither

WORDS = ("no", "yes", "open")

_SHOWN = const(
    64
)  # characters of a value: an issuer may sign any number, and each is measured for the screen


def saw(name, value):
    """What a step looked at, for the explanation of a verdict."""
    return "%s = %s" % (name, "none" if value is None else str(value)[:_SHOWN])
