# The watchdog: a chip that nobody tells, for a while, that the loop still turns starts again.
#
# Once started, it cannot be stopped. So only a scanner that is somebody's has it: on a blank one, who is at the prompt
# would be thrown out. Together with the trial of a new firmware (slots.py) it brings back the one before where the new
# one hangs; so it starts before that is loaded, with time for a start.
#
# The stubs are the unix port's:
# pyright: reportAttributeAccessIssue=false

from micropython import const

_START_MS = const(120000)  # from power to the first turn of the loop
_TURN_MS = const(60000)  # between two turns: to free a full journal takes half of it


class Watchdog:
    """Starts when it is first fed. Making another WDT gives the same one a new time."""

    def __init__(self):
        self._chip = None

    def feed(self):
        """The loop still turns."""
        if self._chip is None:
            self._chip = _make(_TURN_MS)
        self._chip.feed()


def guard():
    """Start it for the time until the first turn."""
    _make(_START_MS)


def _make(milliseconds):
    from machine import WDT

    return WDT(timeout=milliseconds)
