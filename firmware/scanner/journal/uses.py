# Remembers which certificates were shown lately, without knowing whose they are.
#
# What is kept is a keyed pseudonym and the time, in RAM, under a key drawn at the start: whoever takes the scanner
# apart finds nothing that a certificate in his hand could be compared with. The price: a restart forgets.
# A table of fixed size: an entry lies in one of two rows, where the oldest makes room for it.

import os

from micropython import const

from scanner.crypto.kdf import hmac

WINDOW = const(14400)  # seconds in which a second showing is worth a look
SAME = const(15)  # seconds in which it is the same showing: the guard held the code up again
_PSEUDONYM = const(8)  # bytes
_ENTRY = const(12)
_ROW = const(8)  # entries
_ROWS = const(
    256
)  # as a byte counts: 2,048 entries, 24 KB: four hours of a lane that checks a person every seven seconds


class Uses:
    """window: seconds; key: 32 bytes that never touch flash, or None for random ones."""

    def __init__(self, window=WINDOW, key=None):
        self._window = window
        self._key = key or os.urandom(32)
        self._table = bytearray(_ENTRY * _ROW * _ROWS)

    def pseudonym(self, claims):
        """8 bytes that stand for a certificate until the scanner is switched off, or None where it has no name.

        The certificate's identifier counts rather than its signature: one that was issued twice is one.
        """
        for kind in ("UCI", "SIGNATURE"):
            for found, digest in claims.revocation_ids:
                if found == kind:
                    return hmac(self._key, kind.encode(), digest)[:_PSEUDONYM]
        return None

    def seen(self, pseudonym, now, remember=True):
        """Seconds since it was first shown, if that was within the window and not a moment ago; else None.

        Remembers it as shown `now` (seconds since 1970) where it is new, unless told otherwise.
        """
        table = self._table
        oldest, place = now, pseudonym[0] * _ROW * _ENTRY
        for which in pseudonym[:2]:
            row = which * _ROW * _ENTRY
            for at in range(row, row + _ROW * _ENTRY, _ENTRY):
                time = int.from_bytes(table[at + _PSEUDONYM : at + _ENTRY], "big")
                if table[at : at + _PSEUDONYM] == pseudonym and 0 <= now - time < self._window:
                    return now - time if now - time > SAME else None
                if time < oldest:
                    oldest, place = time, at
        if not remember:
            return None
        table[place : place + _PSEUDONYM] = pseudonym
        table[place + _PSEUDONYM : place + _ENTRY] = now.to_bytes(4, "big")
        return None
