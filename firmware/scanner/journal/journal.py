# The journal: append-only, sealed to the supervisors, chained, signed by the scanner, freed when acknowledged.
#
# Whatever returns from `append` is on flash: littlefs shows a file's old end or its new one, never half a record. Each
# start of the scanner opens a segment of its own, because the key of the last one was in RAM. So a start reads the
# folder and the newest segment, and nothing else, however much lies there.

from struct import pack

from micropython import const

from scanner.crypto import p256_sign
from scanner.crypto.kdf import equal
from scanner.journal import body, items
from scanner.journal.pull import Pull
from scanner.journal.segment import Header, make_header, read_header, signed
from scanner.journal.shelf import MOST, Shelf

SEGMENT_SIZE = const(65536)  # bytes after which a segment is closed; a start reads one
_RESERVE = const(65536)  # room that scans leave to the records of those who come to collect
_RECORD_ROOM = const(8192)
_HEAD = b"gatepost journal head 1"
_NO_SPACE = const(28)  # ENOSPC
_BROKEN = const(5)  # EIO
_WRECKS = const(8)  # files that failed to close, after which flash is not tried again until the next start


class JournalFull(Exception):
    """Nothing was written: there is no room until a supervisor has collected."""


class Journal:
    """device_key: 32 bytes; supervisors: points of 65 bytes, one at least; clock: `now()` and `trusted`; capacity:
    bytes of flash. OSError where flash fails.

    next: sequence of the record to come; digest: the chain's; boots: starts of the scanner, with this one; damaged:
    None, or the sequence from which the newest segment was not as it had been left; dropped: refused since the start.
    """

    problem = ""  # a NoJournal has one

    def __init__(self, root, device_key, supervisors, clock, capacity, segment_size=SEGMENT_SIZE):
        self._key = device_key
        self._point = p256_sign.public(device_key)
        self._supervisors = list(supervisors)
        self._clock = clock
        self._segment_size = segment_size
        self._capacity = capacity
        self._shelf = Shelf(root + "/journal")
        self._pull = Pull(self._shelf)
        self._file = self._segment_key = None
        self.dropped = self._untold = self.boots = 0
        self._recover()
        self.boots += 1

    @property
    def first(self):
        """Sequence of the oldest record that is held."""
        return self._shelf.first if len(self._shelf) else self.next

    @property
    def full(self):
        """Whether a scan would be refused."""
        return not self._room(_RESERVE)

    def now(self):
        """The clock's seconds since 1970."""
        return int(self._clock.now())

    def append(self, kind, fields=None):
        """Write a record and return its sequence number: it is then on flash. kind: one of body.KINDS.

        JournalFull where there is no room; OSError where flash fails: then it may be on flash all the same.
        """
        if len(self._shelf.wrecks) >= _WRECKS:
            raise OSError(_BROKEN)
        if self._lost:
            self._recover()
        if not self._room(_RESERVE if kind == "scan" else 0):
            self._drop()
        if self._untold and kind != "full":
            untold, self._untold = self._untold, 0
            self.append("full", {"dropped": untold})
        self.rest()
        trusted = bool(self._clock.trusted)
        content = body.seal(self._segment_key, self.next, kind, self.now(), trusted, fields)
        item, digest = items.wrap(items.RECORD, content, self.digest)
        self._write(item)
        self.digest = digest
        self.next += 1
        if self._shelf.size >= self._segment_size:
            self.close()
        return self.next - 1

    def rest(self):
        """Open the next segment if none is: a quarter of a second, which a turn without a scan can spare."""
        if self._file is not None or self._lost:
            return
        header = Header(self._shelf.newest + 1, self.next, self.boots, self.digest, self.damaged is not None)
        content, key = make_header(header, self._key, self._point, self._supervisors)
        item, digest = items.wrap(items.SEGMENT, content, self.digest)
        self._write(item, True)
        self._segment_key = key
        self.digest = digest
        self.damaged = None

    def close(self):
        """Let the open segment be the last with its key; the next record opens another. No file stays open."""
        self._pull.close()
        file, self._file, self._segment_key = self._file, None, None
        if file is not None:
            try:
                file.close()
            except OSError:
                self._shelf.wrecks.append(file)
                self._lost = True

    def set_supervisors(self, points):
        """From the next record on, these can read and the former ones cannot."""
        self._supervisors = list(points)
        self.close()

    def head(self, nonce=b""):
        """Where the journal stands, signed by the scanner over `nonce` too, so that an old answer shows as one."""
        now = self.now()
        numbers = pack(">IIIIQ", self.first, self.next, self.boots, self.dropped, now)
        return {
            "device": self._point,
            "first": self.first,
            "next": self.next,
            "boots": self.boots,
            "dropped": self.dropped,
            "time": now,
            "digest": self.digest,
            "full": self.full,
            "signature": p256_sign.sign(self._key, signed(_HEAD, self._point, numbers + self.digest + nonce)),
        }

    def read(self, sequence, view):
        """Fill `view` with the items that follow record `sequence` - 1, whole ones; it has room for the longest.

        Returns (bytes, the sequence to go on with); no bytes at the end. A segment that was opened for records to come
        is read again with them. ValueError for a number that is not held.
        """
        if not self.first <= sequence <= self.next:
            raise ValueError("sequence")
        return self._pull.read(sequence, view)

    def acknowledge(self, sequence, digest):
        """Free the segments whose records are all `sequence` or older; returns the oldest record that is left.

        digest: the chain's behind that record, the proof of having read it. ValueError where it is another. To
        repeat an acknowledgement is no mistake: its answer may have been lost.
        """
        if not 0 <= sequence < self.next:
            raise ValueError("sequence")
        if sequence < self.first:
            return self.first
        if not equal(self._pull.digest(sequence) or b"", digest):
            raise ValueError("digest")
        # The record's own segment goes too, where it was the last in it.
        oldest = self._pull.segment(sequence)
        while oldest < self._shelf.newest and self._shelf.begins(oldest + 1) == sequence + 1:
            oldest += 1
        if oldest > self._shelf.oldest:
            self._pull.close()
            try:
                self._shelf.free(oldest)
            except OSError:
                self._lost = True
                raise
        return self.first

    def _room(self, reserve):
        return len(self._shelf) < MOST and self._shelf.used + _RECORD_ROOM + reserve <= self._capacity

    def _drop(self):
        self.dropped += 1
        self._untold += 1
        raise JournalFull()

    def _write(self, item, begin=False):
        # Behind what the newest segment holds, or to begin one. Where flash fails, nobody knows what is there until it
        # was read again; and since the key may have sealed something under this sequence number, the next try takes a
        # new one.
        try:
            if begin:
                self._shelf.add(self.next)
                # It stays open: to find a file costs more than to write to it.
                self._file = open(self._shelf.path(self._shelf.newest), "wb")  # noqa: SIM115
            if self._file.write(item) != len(item):
                raise OSError(_NO_SPACE)
            self._file.flush()
            self._shelf.grow(len(item))
            if begin:
                self._shelf.settle()
        except OSError as error:
            self.close()
            self._lost = True
            if error.errno == _NO_SPACE:
                self._drop()
            raise

    def _recover(self):
        # Take the chain up at the end of the newest segment. What stands there counts even where it is damaged:
        # the next header then says so, under the scanner's signature, and the supervisor's check names the place.
        shelf = self._shelf
        self._lost = True
        shelf.load()
        self.next = 0
        self.digest = items.START
        self.damaged = None
        if len(shelf):
            self.next = shelf.first
            if not self._take_up(shelf.newest, True):
                # Without its header the numbers are those that follow the segment before.
                if len(shelf) > 1:
                    self._take_up(shelf.newest - 1, True)
                self.damaged = self.next
                self._take_up(shelf.newest, False)
        self._lost = False

    def _take_up(self, ordinal, strict):
        # Follow one segment from its header to its end; False, and nothing done, where `strict` and the header is not
        # what belongs there.
        if self._shelf.length(ordinal) is None:
            return not strict
        with open(self._shelf.path(ordinal), "rb") as file:
            walk = items.Walk(file)
            item = walk.step()
            if strict and not (item is not None and item.sound and self._begins(item, ordinal)):
                return False
            while item is not None:
                if item.kind == items.RECORD:
                    if self.damaged is None and not (
                        item.sound and item.content[:4] == pack(">I", self.next)
                    ):
                        self.damaged = self.next
                    self.next += 1
                self.digest = item.digest
                item = walk.step()
            if self.damaged is None and walk.at != file.seek(0, 2):
                self.damaged = self.next
        return True

    def _begins(self, item, ordinal):
        # Whether that is the header of segment `ordinal`; if so, count from there.
        try:
            header = read_header(item.content)
        except ValueError:
            return False
        if header.ordinal != ordinal:
            return False
        self.next = header.first
        # Each start opens a segment, so a larger number of starts is a damaged one.
        self.boots = max(self.boots, min(header.boots, ordinal))
        return True
