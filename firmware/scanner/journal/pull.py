# Reading the journal back for those who collect it, a piece at a time, from any sequence number.

from micropython import const

from scanner.journal import items

_LONGEST = const(2560)  # bytes; no item is longer


class Pull:
    """Over the segments of a Shelf. Remembers where the last piece ended: who reads on need not be searched for."""

    def __init__(self, shelf):
        self._shelf = shelf
        self._mark = None  # (sequence, ordinal, offset)

    def read(self, sequence, limit):
        """What follows record `sequence` - 1, in pieces of whole items: about `limit` bytes, one record at least.

        A reader knows the next number to ask for by counting: a segment says its first, each record adds one. So
        that holds for damaged numbers as well.
        """
        shelf = self._shelf
        if not len(shelf):
            return []
        i, at = self._place(sequence)
        pieces = []
        records = False
        while i < len(shelf):
            with open(shelf.path(i), "rb") as file:
                file.seek(at)
                data = file.read(min(shelf.sizes[i] - at, max(limit, _LONGEST)))
            end = 0
            size = items.length(data, 0, len(data))
            while size and not (records and end + size > limit):
                if data[end] == items.RECORD:
                    records = True
                    sequence += 1
                else:
                    sequence = shelf.firsts[i]
                end += size
                size = items.length(data, end, len(data))
            if end:
                pieces.append(data[:end] if end < len(data) else data)
                limit -= end
                at += end
                self._mark = (sequence, shelf.ordinals[i], at)
            if records and (size > limit or limit <= 0):
                break
            if not end:
                # The segment is over, or what follows in it is no item: the next one says where it goes on.
                i += 1
                at = 0
        return pieces

    def digest(self, sequence):
        """The chain's digest behind that record, or None where it cannot be read any more."""
        return self._behind(sequence)[2]

    def _place(self, sequence):
        mark = self._mark
        if mark is not None and mark[0] == sequence and mark[1] in self._shelf.ordinals:
            return self._shelf.ordinals.index(mark[1]), mark[2]
        if sequence == self._shelf.firsts[0]:
            return 0, 0
        return self._behind(sequence - 1)[:2]

    def _behind(self, sequence):
        # (segment, offset, digest) behind the record.
        i = self._shelf.holder(sequence)
        n = self._shelf.firsts[i]
        with open(self._shelf.path(i), "rb") as file:
            walk = items.Walk(file)
            while True:
                item = walk.step()
                if item is None:
                    return i + 1, 0, None
                if item.kind == items.RECORD:
                    if n == sequence:
                        return i, walk.at, item.digest
                    n += 1
