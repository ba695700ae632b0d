# The segments' files: which there are, which holds a sequence number, how much room they take.
#
# Files are numbered without gaps and lie 8 to a folder, so that to find one costs the same among ten as among a
# thousand. littlefs lists a folder in a time that grows with the square of its entries; so nothing is ever listed:
# the small file `mark` says which is the oldest and which the newest, and where a cut left it behind, a look at the
# neighbours' names puts it right. The newest segment is never removed: it carries the chain on.

import hashlib
import os
from struct import pack, unpack, unpack_from

from micropython import const

_BLOCK = const(4096)  # of littlefs: a file takes whole blocks
_FOLDER = const(3)  # bits of the number that count within a folder
MOST = const(1024)  # segments
_MARK = ">IIII"  # oldest, newest, sequence of the oldest's first record, bytes that all but the newest take
_CHECK = const(8)
_ABSENT = const(2)  # ENOENT
_FIELDS = ">BHBBII"  # the start of a segment: kind, length, format, flags, ordinal, first sequence


class Shelf:
    """oldest, newest: ordinals of the segments, which count from 1; newest 0 where there is none. first: sequence of
    the oldest record held; size: bytes in the newest. wrecks: files that failed to close; the collector would close
    them once more, and write where others have written since, so they are kept from him."""

    def __init__(self, folder):
        self._folder = folder
        self.wrecks = []
        _make(folder)
        self.load()

    def __len__(self):
        return self.newest - self.oldest + 1 if self.newest else 0

    @property
    def used(self):
        """Bytes of flash that the segments take, near enough."""
        return self._closed + _room(self.size)

    def load(self):
        """Find out what there is. OSError where flash fails."""
        self.oldest, self.newest, self.first, self._closed = self._read_mark() or self._survey()
        while True:
            # What was begun after the mark was written. A file without content was cut while it was made.
            size = self.length(self.newest + 1)
            if size is None:
                break
            if not size:
                os.remove(self.path(self.newest + 1))
                break
            if self.newest:
                self._closed += _room(self.length(self.newest) or 0)
            else:
                self.oldest = 1
            self.newest += 1
        below = self.oldest - 1
        while below > 0 and self.length(below) is not None:
            self._remove(below)
            below -= 1
        self.size = (self.length(self.newest) or 0) if self.newest else 0

    def path(self, ordinal):
        return "%s/%06x/%02x" % (self._folder, ordinal >> _FOLDER, ordinal & ((1 << _FOLDER) - 1))

    def length(self, ordinal):
        """Bytes of a segment's file, or None where there is none."""
        try:
            return os.stat(self.path(ordinal))[6]
        except OSError as error:
            if error.errno != _ABSENT:
                raise
            return None

    def add(self, first):
        """Make room for a new segment, the newest; `settle` when it is on flash."""
        if self.newest:
            self._closed += _room(self.size)
        else:
            self.oldest, self.first = 1, first
        self.newest += 1
        self.size = 0
        _make(self.path(self.newest)[:-3])

    def grow(self, count):
        """The newest segment has gained so many bytes."""
        self.size += count

    def settle(self):
        """Write down which segments there are."""
        data = pack(_MARK, self.oldest, self.newest, self.first, self._closed)
        file = open(self._folder + "/mark", "wb")  # noqa: SIM115 - a failed close must not be tried again
        try:
            file.write(data + hashlib.sha256(data).digest()[:_CHECK])
            file.close()
        except OSError:
            self.wrecks.append(file)
            raise

    def free(self, oldest):
        """Remove the segments before `oldest`. What is written down first is finished after a cut."""
        before = self.oldest
        for ordinal in range(before, oldest):
            self._closed -= _room(self.length(ordinal) or 0)
        first = self.begins(oldest)
        if first is not None:
            self.first = first
        self.oldest = oldest
        self.settle()
        for ordinal in range(before, oldest):
            if self.length(ordinal) is not None:
                self._remove(ordinal)

    def begins(self, ordinal):
        """Sequence of a segment's first record; where it cannot be read, of the next one's. None after the last."""
        while ordinal <= self.newest:
            if self.length(ordinal):
                with open(self.path(ordinal), "rb") as file:
                    start = file.read(13)
                if len(start) == 13:
                    kind, _, _, _, found, first = unpack(_FIELDS, start)
                    if kind == 0 and found == ordinal:
                        return first
            ordinal += 1
        return None

    def holder(self, sequence):
        """The segment with that record: the last one that begins with it or before."""
        low, high = self.oldest, self.newest
        while low < high:
            middle = (low + high + 1) // 2
            first = self.begins(middle)
            if first is None or first > sequence:
                high = middle - 1
            else:
                low = middle
        return low

    def _remove(self, ordinal):
        os.remove(self.path(ordinal))
        if (ordinal + 1) & ((1 << _FOLDER) - 1) == 0:
            try:
                os.rmdir(self.path(ordinal)[:-3])
            except OSError:
                return  # something else lies in it; that is no reason to stop

    def _read_mark(self):
        try:
            with open(self._folder + "/mark", "rb") as file:
                data = file.read()
        except OSError as error:
            if error.errno != _ABSENT:
                raise
            return None
        if len(data) != 16 + _CHECK or hashlib.sha256(data[:16]).digest()[:_CHECK] != data[16:]:
            return None
        return unpack_from(_MARK, data)

    def _survey(self):
        # Without the mark: every folder is listed after all.
        found = []
        for folder in os.listdir(self._folder):
            try:
                high = int(folder, 16) << _FOLDER
                names = os.listdir(self._folder + "/" + folder)
            except (ValueError, OSError):
                continue
            for name in names:
                try:
                    found.append(high + int(name, 16))
                except ValueError:
                    continue
        found = sorted([ordinal for ordinal in found if self.length(ordinal)])
        if not found:
            return 0, 0, 0, 0
        self.oldest, self.newest = found[0], found[-1]
        closed = sum([_room(self.length(ordinal)) for ordinal in found[:-1]])
        return found[0], found[-1], self.begins(found[0]) or 0, closed


def _make(folder):
    try:
        os.mkdir(folder)
    except OSError:
        os.stat(folder)  # it was there; or this says what is wrong


def _room(size):
    # Its blocks, with the one that is being rewritten, and its part of the folder's.
    return (size // _BLOCK + 2) * _BLOCK
