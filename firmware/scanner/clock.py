# The clock that verdicts are judged by: the board's, held against the last time that was known.
#
# A board's clock that lost its battery starts somewhere in the past, where every expired certificate is valid again.
# So the scanner remembers the last time it knew, on flash, once an hour; a clock that stands before it is doubtful,
# and a doubtful clock makes no PASS. Nobody may set it back before that time either, whoever he is.

from micropython import const

from scanner import durable

_STEP = const(3600)  # seconds between two notes on flash: 24 small writes a day
_SLACK = const(86400)  # seconds that an authority's clock may be ahead of ours
_FURTHEST = const(10 * 365 * 86400)  # seconds beyond the last known time that nobody may jump at once


class Clock:
    """`chip`: the board's clock, with now(), trusted and adjust(seconds)."""

    def __init__(self, chip, root):
        self._chip = chip
        self._path = root + "/clock"
        self._noted = self.floor = _number(durable.read(self._path, 16))

    def now(self):
        """Unix seconds."""
        return int(self._chip.now())

    @property
    def trusted(self):
        return bool(self._chip.trusted) and self.now() >= self.floor

    def not_before(self, created):
        """The authority signed something at `created` (unix seconds): it cannot be much earlier now."""
        if created - _SLACK > self.floor:
            self.floor = created - _SLACK

    def best(self):
        """The latest time that is known to have been: now, or the last known time where the clock is doubtful."""
        return self.now() if self.trusted else self.floor

    def set(self, seconds):
        """Set the clock. ValueError("backwards") or ValueError("implausible"); OSError where flash fails."""
        if seconds < self.floor:
            raise ValueError("backwards")
        if self.floor and seconds - self.floor > _FURTHEST:
            raise ValueError("implausible")
        self._chip.adjust(seconds)
        self.floor = seconds
        self._note(seconds)

    def keep(self):
        """Called now and then: note the time for the next start, if an hour has passed.

        OSError where flash fails; the next try is in an hour.
        """
        if self.trusted and self.now() - self._noted >= _STEP:
            self._note(self.now())

    def _note(self, seconds):
        self._noted = seconds
        durable.replace(self._path, b"%d" % seconds)


def _number(text):
    try:
        return int(text) if text else 0
    except ValueError:
        return 0
