# The segments' files: which there are, which holds a sequence number, how much room they take.
#
# A file is named by its first sequence number and its ordinal, in hex: 0000012c.00000004. So one look at the folder
# tells everything, and a number out of place shows. The newest segment is never removed: it carries the chain on.

import os

from micropython import const

_BLOCK = const(4096)  # of littlefs: a file takes whole blocks
MOST = const(1024)  # files: reading the folder stays bounded


class Shelf:
    """Segments in the order of their ordinals: `firsts`, `ordinals`, `sizes` (bytes); `used`: bytes of flash, about."""

    def __init__(self, folder):
        self._folder = folder
        try:
            os.mkdir(folder)
        except OSError:
            os.stat(folder)  # it was there; or this says what is wrong
        self.load()

    def load(self):
        """Read the folder. A file without content is one whose creation was cut; it goes."""
        found = []
        empty = []
        for entry in os.ilistdir(self._folder):
            try:
                first, ordinal = [int(part, 16) for part in entry[0].split(".")]
            except ValueError:
                continue
            if entry[3]:
                found.append((ordinal, first, entry[3]))
            else:
                empty.append(entry[0])
        for name in empty:
            os.remove(self._folder + "/" + name)
        found.sort()
        self.ordinals = [each[0] for each in found]
        self.firsts = [each[1] for each in found]
        self.sizes = [each[2] for each in found]
        self.used = sum([_room(size) for size in self.sizes])

    def __len__(self):
        return len(self.ordinals)

    def path(self, i):
        return "%s/%08x.%08x" % (self._folder, self.firsts[i], self.ordinals[i])

    def add(self, first, ordinal):
        """A new segment, the newest."""
        self.firsts.append(first)
        self.ordinals.append(ordinal)
        self.sizes.append(0)
        self.used += _room(0)

    def grow(self, count):
        """The newest segment has gained so many bytes."""
        self.used -= _room(self.sizes[-1])
        self.sizes[-1] += count
        self.used += _room(self.sizes[-1])

    def remove_oldest(self):
        """Delete its file; never the newest one's."""
        os.remove(self.path(0))
        self.used -= _room(self.sizes[0])
        for each in (self.firsts, self.ordinals, self.sizes):
            each.pop(0)

    def holder(self, sequence):
        """The segment with record `sequence`: the last that starts there or before."""
        low, high = 0, len(self.firsts)
        while low < high:
            middle = (low + high) // 2
            if self.firsts[middle] <= sequence:
                low = middle + 1
            else:
                high = middle
        return max(0, low - 1)


def _room(size):
    # Its blocks, with the one that is being rewritten, and its part of the folder's.
    return (size // _BLOCK + 2) * _BLOCK
