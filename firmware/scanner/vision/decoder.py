# Frame -> symbols: in which order the steps of this folder are tried, the cheap ones first.
#
# Rows are scanned for finder patterns in passes, each dearer or for rarer cases than the one before; the triples
# they form are tried until one reads (reading.py), and later passes run only if none did. All stages share one
# budget of work (budget.py): each takes its estimated cost off `budget.left`, and none begins while nothing is left,
# so that no frame, whatever it shows, can hold the scanner up.
from scanner.vision.budget import Budget
from scanner.vision.finder import FinderSearch
from scanner.vision.grouping import triples
from scanner.vision.reading import Reading
from scanner.vision.stages import FIND, Stages

_LEAST_SIDE = 21  # pixels; a symbol has at least as many modules

# First row, step between rows, shrunk by a power of two, blurred. The second pass finds what blur hides, the last
# two find modules too large and too noisy for single pixels.
_PASSES = ((1, 3, 0, False), (0, 2, 0, True), (0, 2, 1, False), (0, 2, 2, False))
_SMALL_FRAME = 100000  # pixels; below that modules are small, and rows scanned more densely
_SMALL_PASSES = ((0, 2, 0, False), (1, 2, 0, True), (0, 2, 1, False))

_MOST_PLACED = 40  # triples measured in one pass


class Decoder:
    """Reads the QR symbols in a frame. Buffers are made once, for frames up to the given size; a larger frame
    enlarges them. `clock` is a function like time.ticks_us; with one, `stage_us` tells the microseconds that the
    last frame took to find finders, to fit and sample grids, and to read them. `seen` is how many finder patterns
    the last frame showed: where it shows some and nothing could be read, a steadier hand may help."""

    def __init__(self, max_width=640, max_height=480, clock=None):
        self._search = FinderSearch(max_width, max_height)
        self._budget = Budget()
        self._stages = Stages(clock)
        self._reading = Reading(self._budget, self._stages)
        self.stage_us = self._stages.us
        self.seen = 0

    def decode(self, frame, width, height):
        """The list of Symbols in a frame of 8-bit luminance (bytes, bytearray or memoryview), row by row."""
        stages = self._stages
        started = stages.begin()
        self.stage_us = stages.us
        self.seen = 0
        if width < _LEAST_SIDE or height < _LEAST_SIDE:
            return []
        if len(frame) < width * height:
            raise ValueError("frame shorter than its size")
        search = self._search
        search.begin(frame, width, height)
        found = []
        used = []
        tried = set()
        budget = self._budget
        budget.renew()
        for first, step, shift, blurred in _SMALL_PASSES if width * height < _SMALL_FRAME else _PASSES:
            search.scan(first, step, shift, blurred)
            candidates = triples(search.found)
            placed = _MOST_PLACED
            started = stages.spent(FIND, started)
            for three in candidates:
                key = tuple([f.number for f in three])
                if key in tried or any(f in used for f in three):
                    continue
                if placed <= 0 or budget.left <= 0:
                    break
                placed -= 1
                tried.add(key)
                one = self._reading.attempt(frame, width, height, three)
                if one is not None:
                    found.append(one)
                    used.extend(three)
            started = stages.now()
            if found or budget.left <= 0:
                break
        if not found:
            one = self._reading.complete(frame, width, height, search.found)
            if one is not None:
                found.append(one)
        self.seen = len(search.found)
        return found

    def forget(self):
        """Overwrite whatever still holds the last frame's code. Symbols that were returned are the caller's."""
        self._search.forget()
        self._reading.forget()
