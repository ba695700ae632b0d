# Where a frame's time goes: the microseconds of finding finders, of fitting and sampling grids, of reading them.
#
# For benches alone; without a clock nothing is measured and nothing is spent on it.
from micropython import const

FIND = const(0)
FIT = const(1)
READ = const(2)


class Stages:
    """`us`: of each stage, in this frame. `clock` is a function like time.ticks_us, or None."""

    def __init__(self, clock):
        self._clock = clock
        self.us = [0, 0, 0]

    def begin(self):
        """A new frame."""
        if self._clock:
            self.us = [0, 0, 0]
        return self.now()

    def now(self):
        """The clock's time."""
        return self._clock() if self._clock else 0

    def spent(self, stage, since):
        """Book the time since `since` on a stage; returns the time now."""
        if not self._clock:
            return 0
        now = self._clock()
        # ticks_us wraps at a power of two: the difference is taken within 30 bits.
        self.us[stage] += (now - since) & 0x3FFFFFFF
        return now
