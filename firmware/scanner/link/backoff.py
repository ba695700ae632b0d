# Waiting after failed sessions: a few may fail, then the wait doubles with each, and pulling the plug does not help.
#
# The count is on flash before the attempt is judged, so that a cut cannot hide a failure. After a restart the whole
# wait begins again, because nobody knows how long the scanner was off.

from time import ticks_diff, ticks_ms

from micropython import const

from scanner import durable

_FREE = const(3)  # failures without a wait: a mistyped file is no attack
_LONGEST = const(300)  # seconds: an attacker must not lock the technician out for good
_COUNT_LIMIT = const(99)


class Backoff:
    """`folder` on flash holds the count."""

    def __init__(self, folder):
        self._folder = folder
        self._since = ticks_ms()
        try:
            self._count = min(_COUNT_LIMIT, int(durable.read(folder + "/failures", 8) or 0))
        except ValueError:
            self._count = _COUNT_LIMIT
        self._over = self._count <= _FREE

    def left(self):
        """Seconds to wait before the next attempt."""
        if self._over:
            return 0
        wait = min(_LONGEST, 1 << min(9, self._count - _FREE))
        left = wait * 1000 - ticks_diff(ticks_ms(), self._since)
        # Decided once: the millisecond counter wraps, and must not bring an old wait back.
        self._over = left <= 0
        return 0 if self._over else (left + 999) // 1000

    def attempt(self):
        """Somebody tries: a failure, until `clear` says otherwise. OSError where flash fails."""
        self._count = min(_COUNT_LIMIT, self._count + 1)
        self._since = ticks_ms()
        self._over = self._count <= _FREE
        self._note()

    def clear(self):
        """It was no failure. OSError where flash fails."""
        if self._count:
            self._count = 0
            self._over = True
            self._note()

    def _note(self):
        durable.make_folder(self._folder)
        durable.replace(self._folder + "/failures", b"%d" % self._count)
