# The journal as the application holds it: the one on flash, or a stand-in that says why there is none.

import os

from micropython import const

from scanner.codec import cbor
from scanner.crypto import p256
from scanner.journal.journal import Journal, JournalFull

_SHARE = const(2)  # the journal takes no more than half of the flash


class NoJournal:
    """In place of a journal, on a scanner that nobody provisioned: nothing is recorded, and `problem` says so.

    `problem` is a reason code, or "" where a scanner without a journal is what its owner wants.
    """

    full = False
    damaged = None
    first = next = boots = dropped = 0

    def __init__(self, problem, clock):
        self.problem = problem
        self._clock = clock

    def now(self):
        return int(self._clock.now())

    def append(self, kind, fields=None):
        if self.problem:
            raise JournalFull()
        return 0

    def rest(self):
        pass


def read_supervisors(root):
    """The points (65 bytes each) in the file `supervisors.cbor`, a list of {name, key}; [] where there is none.

    ValueError for anything else in it.
    """
    try:
        with open(root + "/supervisors.cbor", "rb") as file:
            entries = cbor.decode(file.read())
    except OSError:
        return []
    if not isinstance(entries, list):
        raise ValueError("supervisors")
    points = []
    for entry in entries:
        point = entry.get("key") if isinstance(entry, dict) else None
        if not isinstance(point, bytes) or len(point) != 65 or not p256.on_curve(point[1:33], point[33:]):
            raise ValueError("supervisors")
        points.append(point)
    return points


def open_journal(root, clock):
    """The Journal under `root`, or a NoJournal: without a device key or supervisors there is nobody to write for."""
    try:
        with open(root + "/device.key", "rb") as file:
            key = file.read(33)
    except OSError:
        return NoJournal("", clock)
    try:
        supervisors = read_supervisors(root)
        if not supervisors:
            return NoJournal("", clock)
        flash = os.statvfs(root)
        return Journal(root, key, supervisors, clock, flash[0] * flash[2] // _SHARE)
    except (ValueError, OSError):
        return NoJournal("journal_broken", clock)
