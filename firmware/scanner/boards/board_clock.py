# A board's clock: the chip's time at the start, counted on by the processor's milliseconds.
#
# Without a chip, or with one whose battery failed, nobody vouches for the time until it is set. `time.time()` is not
# asked: its epoch is 2000 on some ports and 1970 on others, and it starts there after every reset.

from time import ticks_diff, ticks_ms

from micropython import const

_RESET = const(1609459200)  # 2021-01-01: where a clock stands that was never set; no certificate is older


class Clock:
    """`chip` has read() and write(seconds) as in clock_chips; None where there is none."""

    def __init__(self, chip):
        self._chip = chip
        self._ticks = ticks_ms()
        self._left = 0  # milliseconds that are no whole second yet
        self.trusted = False
        self._seconds = _RESET
        try:
            found = chip.read() if chip is not None else None
        except OSError:
            found = None
        if found is not None and found >= _RESET:
            self._seconds = found
            self.trusted = True

    def now(self):
        """Unix seconds. To be asked at least once in six days: the millisecond counter wraps."""
        ticks = ticks_ms()
        self._left += ticks_diff(ticks, self._ticks)
        self._ticks = ticks
        self._seconds += self._left // 1000
        self._left %= 1000
        return self._seconds

    def adjust(self, seconds):
        """Somebody who may has said what the time is. Raises OSError where a chip there is does not take it."""
        self._ticks = ticks_ms()
        self._left = 0
        self._seconds = seconds
        self.trusted = True
        if self._chip is not None:
            self._chip.write(seconds)
