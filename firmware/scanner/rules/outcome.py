# What came of a rule or a condition.

from micropython import const

NO = const(0)
YES = const(1)
OPEN = const(2)  # it could not be decided, so it is neither

WORDS = ("no", "yes", "open")
