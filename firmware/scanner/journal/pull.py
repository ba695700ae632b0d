# Reading the journal back for those who collect it, a piece at a time, from any sequence number.

from array import array

from micropython import const

from scanner.journal import items

_ABSENT = const(2)  # ENOENT


class Pull:
    """Over the segments of a Shelf. Remembers where the last piece ended: who reads on need not be searched for."""

    def __init__(self, shelf):
        self._shelf = shelf
        self._mark = None  # (sequence, ordinal, offset)
        self._next = array("I", [0])  # the sequence behind what was read
        self._file = None  # a segment stays open until it grows: to find it costs more than to read it
        self._ordinal = 0
        self._size = 0  # of the newest segment then

    def read(self, sequence, view):
        """Fill `view` with what follows record `sequence` - 1, whole items one after the other.

        Returns (bytes, the sequence to go on with); (0, sequence) at the end. `view` has room for the longest item.
        """
        shelf = self._shelf
        if not len(shelf):
            return 0, sequence
        ordinal, at = self._place(sequence)
        following = self._next
        following[0] = sequence
        filled = 0
        while ordinal <= shelf.newest:
            room = view[filled:]
            there = self._fill(ordinal, at, room)
            end = items.fit(room, there, following)
            filled += end
            at += end
            self._mark = (following[0], ordinal, at)
            if filled and there == len(room):
                break  # the view is full; the next item may go on behind it
            # The segment is over, or what follows in it is no item: the next one says where it goes on.
            ordinal += 1
            at = 0
        return filled, following[0]

    def digest(self, sequence):
        """The chain's digest behind that record, or None where it cannot be read any more."""
        return self._behind(sequence)[2]

    def segment(self, sequence):
        """The oldest segment with anything behind that record."""
        return self._behind(sequence)[0]

    def close(self):
        """Let go of the open segment."""
        file, self._file = self._file, None
        if file is not None:
            file.close()

    def _fill(self, ordinal, at, view):
        # The bytes that segment has from `at` on, as far as they fit; how many.
        shelf = self._shelf
        grown = ordinal == shelf.newest and self._size != shelf.size
        if self._file is None or self._ordinal != ordinal or grown:
            self.close()
            try:
                self._file = open(shelf.path(ordinal), "rb")  # noqa: SIM115 - see above
            except OSError as error:
                if error.errno != _ABSENT:
                    raise
                return 0
            self._ordinal = ordinal
            self._size = shelf.size
        self._file.seek(at)
        return self._file.readinto(view)

    def _place(self, sequence):
        mark = self._mark
        if mark is not None and mark[0] == sequence and mark[1] >= self._shelf.oldest:
            return mark[1], mark[2]
        if sequence == self._shelf.first:
            return self._shelf.oldest, 0
        return self._behind(sequence - 1)[:2]

    def _behind(self, sequence):
        # (segment, offset, digest) behind the record.
        ordinal = self._shelf.holder(sequence)
        n = self._shelf.begins(ordinal)
        if n is not None and self._shelf.length(ordinal) is not None:
            with open(self._shelf.path(ordinal), "rb") as file:
                walk = items.Walk(file)
                item = walk.step()
                while item is not None:
                    if item.kind == items.RECORD:
                        if n == sequence:
                            return ordinal, walk.at, item.digest
                        n += 1
                    item = walk.step()
        return ordinal + 1, 0, None
