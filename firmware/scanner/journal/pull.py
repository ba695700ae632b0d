# Reading the journal back for those who collect it, a piece at a time, from any sequence number.

from micropython import const

from scanner.journal import items

_LONGEST = const(2560)  # bytes; no item is longer


class Pull:
    """Over the segments of a Shelf. Remembers where the last piece ended: who reads on need not be searched for."""

    def __init__(self, shelf):
        self._shelf = shelf
        self._mark = None  # (sequence, ordinal, offset)
        self._file = None  # a segment that grows no more stays open: to find it costs more than to read it
        self._ordinal = 0

    def read(self, sequence, limit):
        """What follows record `sequence` - 1, in pieces of whole items: about `limit` bytes, one record at least.

        A reader knows the next number to ask for by counting: a segment says its first, each record adds one. So
        that holds for damaged numbers as well.
        """
        shelf = self._shelf
        if not len(shelf):
            return []
        ordinal, at = self._place(sequence)
        pieces = []
        records = False
        while ordinal <= shelf.newest:
            data = self._data(ordinal, at, max(limit, _LONGEST))
            end = 0
            size = items.length(data, 0, len(data))
            while size and not (records and end + size > limit):
                if data[end] == items.RECORD:
                    records = True
                    sequence += 1
                else:
                    sequence = items.begins(data, end, sequence)
                end += size
                size = items.length(data, end, len(data))
            if end:
                pieces.append(data[:end] if end < len(data) else data)
                limit -= end
                at += end
                self._mark = (sequence, ordinal, at)
            if records and (size > limit or limit <= 0):
                break
            if not end:
                # The segment is over, or what follows in it is no item: the next one says where it goes on.
                ordinal += 1
                at = 0
        return pieces

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

    def _data(self, ordinal, at, count):
        if self._file is None or self._ordinal != ordinal or ordinal == self._shelf.newest:
            self.close()
            if self._shelf.length(ordinal) is None:
                return b""
            self._file = open(self._shelf.path(ordinal), "rb")  # noqa: SIM115 - see above
            self._ordinal = ordinal
        self._file.seek(at)
        return self._file.read(count)

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
