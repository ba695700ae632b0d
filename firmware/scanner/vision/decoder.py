# Frame -> symbols: in which order the steps of this folder are tried, the cheap ones first.
#
# Rows are scanned for finder patterns in passes, each dearer or for rarer cases than the one before; the triples
# they form are tried until one reads (reading.py), and later passes run only if none did. All stages share one
# budget of work (budget.py): each takes its estimated cost off `budget.left`, and none begins while nothing is left,
# so that no frame, whatever it shows, can hold the scanner up.
from scanner.vision.budget import Budget
from scanner.vision.finder import FinderSearch
from scanner.vision.grouping import Grouping
from scanner.vision.reading import Reading
from scanner.vision.room import SIZE, Room
from scanner.vision.stages import FIND, Stages

_LEAST_SIDE = 21  # pixels; a symbol has at least as many modules

# First row, step between rows, shrunk by a power of two, blurred, both polarities, thresholds for wider blocks.
#
# Most frames hold no code, and those must cost little: where the quick passes see nothing that is a finder as like as
# not, the frame is given up. They start with every twelfth row, which shows most codes; closer thresholds, for a pale
# code beside something bright, come after the rows between. Rows shrunk by two and four are for modules too large
# and too noisy for single pixels; where noise floods the first pass they come at once.
_QUICK = (
    (3, 24, 0, False, True, 0),
    (15, 24, 0, False, False, 0),
    (9, 24, 0, False, True, 0),
    (21, 24, 0, False, True, 0),
    (0, 12, 0, False, True, 0),
    (4, 8, 2, False, True, 0),
)
_NOISY = ((4, 8, 1, False, True, 0), (4, 8, 2, False, True, 0))
# Then come the rows between, those that blur hides a finder in, and all of the shrunk ones.
_THOROUGH = (
    (0, 6, 0, False, True, 0),
    (0, 2, 0, True, True, 0),
    (0, 2, 1, False, True, 0),
    (0, 2, 2, False, True, 0),
)
_SMALL_FRAME = 100000  # pixels; below that modules are small, and rows scanned more densely
_SMALL_QUICK = ((1, 6, 0, False, True, 0), (4, 6, 0, False, True, 0), (2, 8, 1, False, True, 0))
_SMALL_NOISY = _SMALL_QUICK[1:]  # there are so few rows that noise may have them all
_SMALL_THOROUGH = (
    (0, 3, 0, False, True, 0),
    (2, 3, 0, False, True, 0),
    (0, 2, 0, True, True, 0),
    (0, 2, 1, False, True, 0),
)
# In the order in which they are scanned: the first, the other quick ones or those for noise, the thorough ones.
_LARGE = (_QUICK[:1], _QUICK[1:], _NOISY, _THOROUGH[:1], _THOROUGH[1:])
_SMALL = (_SMALL_QUICK[:1], _SMALL_QUICK[1:], _SMALL_NOISY, _SMALL_THOROUGH[:1], _SMALL_THOROUGH[1:])

_QUICK_WORK = 3500  # thousands of instructions
_MOST_PLACED = 40  # triples measured in one pass
_SURE_LINES = 7  # a finder that shows along so many of eight may belong to another symbol


class Decoder:
    """Reads the QR symbols in a frame. Buffers are made once, for frames up to the given size; a larger frame
    enlarges them. `clock` is a function like time.ticks_us; with one, `stage_us` tells the microseconds that the
    last frame took to find finders, to fit and sample grids, and to read them. `seen` is how many finder patterns
    the last frame showed: where it shows some and nothing could be read, a steadier hand may help.

    Most frames hold no code, and those leave nothing to the garbage collector: nothing is allocated until three finder
    patterns stand like the corners of a symbol, or two promise a third."""

    def __init__(self, max_width=640, max_height=480, clock=None):
        self._room = Room(SIZE)  # the largest first
        self._search = FinderSearch(max_width, max_height, self._room)
        self._budget = Budget()
        self._stages = Stages(clock)
        self._grouping = Grouping(self._room)
        self._reading = Reading(self._budget, self._stages, self._room)
        self._found = []
        self._used = set()  # numbers of the finders that belong to a symbol
        self._tried = set()
        self._judged = 0  # finders of which a second opinion was asked,
        self._sure = False  # and whether it was good of one
        self.stage_us = self._stages.us
        self.seen = 0

    def decode(self, frame, width, height):
        """The Symbols, as a tuple, in a frame of 8-bit luminance (bytes, bytearray or memoryview), row by row."""
        stages = self._stages
        started = stages.begin()
        self.stage_us = stages.us
        self.seen = 0
        if width < _LEAST_SIDE or height < _LEAST_SIDE:
            return ()
        if len(frame) < width * height:
            raise ValueError("frame shorter than its size")
        budget = self._budget
        budget.renew(width * height)
        search = self._search
        search.begin(frame, width, height)
        stages.spent(FIND, started)
        self._frame = frame
        self._width = width
        self._height = height
        if self._found:
            self._found = []
        self._tried.clear()
        self._used.clear()
        self._grouping.begin()
        self._judged = 0
        self._sure = False
        self._small = width * height < _SMALL_FRAME
        first, quick, noisy, between, thorough = _SMALL if self._small else _LARGE
        kept = budget.left - budget.share(_QUICK_WORK)
        self._scan(first, kept, True)
        self._scan(noisy if search.noisy else quick, kept, True)
        if not self._found and search.incomplete and self._likely():
            self._scan(between, 0, False)
            self._complete()
            self._scan(thorough, 0, False)
            self._complete()
        self.seen = search.count
        self._frame = b""
        if not self._found:
            return ()
        found = tuple(self._found)
        self._found = []
        return found

    def _left(self, kept):
        # What may still be done; `kept` is for frames that hold a code.
        left = self._budget.left - kept
        return left if left > 0 or not self._likely() else self._budget.left

    def _likely(self):
        # Whether there is a code here, in the opinion of what measures finders as well.
        if self._found:
            return True
        search = self._search
        if not search.promising:
            return False
        while not self._sure and self._judged < search.count:
            self._sure = self._reading.agrees(
                self._frame, self._width, self._height, search.places, self._judged
            )
            self._judged += 1
        return self._sure

    def _scan(self, passes, kept, quick):
        # One pass after the other, until all that was found has been read or so much work is done.
        search = self._search
        budget = self._budget
        stages = self._stages
        for first, step, shift, blurred, both, wider in passes:
            work = self._left(kept)
            if work <= 0 or (self._found and not (quick and self._stray())):
                break
            started = stages.now()
            known = search.count
            hasty = quick and not self._small
            spent = search.scan(first, step, shift, blurred, both, wider, hasty, work)
            budget.left -= spent
            if spent >= work and 0 < budget.left <= kept and self._likely():
                # Cut short where there is something to be found after all.
                budget.left -= search.scan(first, step, shift, blurred, both, wider, hasty, budget.left)
            stages.spent(FIND, started)
            if search.count > known:
                while self._read(kept):
                    pass

    def _read(self, kept):
        # Try the triples that the finders known so far make up. True if there is something new, and perhaps more.
        before = len(self._found)
        stages = self._stages
        started = stages.now()
        search = self._search
        used = self._used
        placed = _MOST_PLACED
        count = self._grouping.arrange(search.places, search.count)
        self._budget.left -= self._grouping.cost
        for k in range(count):
            key = self._grouping.key(k)
            if key in self._tried or not used.isdisjoint(key):
                continue
            if placed <= 0 or self._left(kept) <= 0:
                break
            placed -= 1
            self._tried.add(key)
            stages.spent(FIND, started)
            a, b, c = self._grouping.get(k)
            three = (search.finder(a), search.finder(b), search.finder(c))
            one = self._reading.attempt(self._frame, self._width, self._height, three)
            started = stages.now()
            if one is not None:
                self._found.append(one)
                used.update(key)
                self._grouping.leave_out(key)
        return len(self._found) > before

    def _complete(self):
        # Look for the third finder of two.
        if not self._found and self._search.count > 1:
            one = self._reading.complete(self._frame, self._width, self._height, self._search.found)
            if one is not None:
                self._found.append(one)

    def _stray(self):
        # Whether there is a finder that no symbol accounts for.
        for f in self._search.found:
            if f.lines >= _SURE_LINES and f.number not in self._used:
                if not any(_inside(one.corners, f.x / 256, f.y / 256) for one in self._found):
                    return True
        return False

    def forget(self):
        """Overwrite whatever still holds the last frame's code. Symbols that were returned are the caller's."""
        self._search.forget()
        self._reading.forget()
        self._room.forget()


def _inside(corners, x, y):
    # Whether a point lies in a four-cornered symbol: on the same side of all its edges.
    sides = 0
    for k in range(0, 8, 2):
        ax, ay = corners[k], corners[k + 1]
        bx, by = corners[(k + 2) & 7], corners[(k + 3) & 7]
        sides += 1 if (bx - ax) * (y - ay) > (by - ay) * (x - ax) else -1
    return abs(sides) == 4
