# Which compiled firmware this processor runs: by what MicroPython says of itself in sys.implementation._mpy.
#
# A module compiled for another processor does not load; a firmware of such modules would only fail on its trial, three
# starts later. The names are mpy-cross's (-march), the numbers those of .mpy files in MicroPython's manual.

import sys

from micropython import const

# fmt: off
NAMES = (
    "", "x86", "x64", "armv6", "armv6m", "armv7m", "armv7em", "armv7emsp", "armv7emdp", "xtensa", "xtensawin",
    "rv32imc", "rv64imc",
)
# fmt: on
_SHIFT = const(10)  # of the architecture in _mpy
_MASK = const(15)
_ARM = (4, 8)  # the first and last of those whose code the next ones run too


def mine():
    """The name of this processor's architecture; "" where this MicroPython loads no machine code."""
    number = getattr(sys.implementation, "_mpy", 0) >> _SHIFT & _MASK
    return NAMES[number] if number < len(NAMES) else ""


def runs(wanted, own):
    """Whether a processor of architecture `own` runs code for `wanted`, which is "" where any will do."""
    if not wanted or wanted == own:
        return True
    if wanted not in NAMES or own not in NAMES:
        return False
    return _ARM[0] <= NAMES.index(wanted) <= NAMES.index(own) <= _ARM[1]
