# Frame -> symbols: in which order the steps of this folder are tried, the cheap ones first.
#
# Rows are scanned for finder patterns in passes, each dearer or for rarer cases than the one before; the triples
# they form are tried until one reads, and later passes run only if none did. Every loop has an upper bound, so
# that no frame, whatever it shows, can hold the scanner up.
from scanner.vision import symbol
from scanner.vision.alignment import AlignmentSearch
from scanner.vision.drift import Drift
from scanner.vision.finder import FinderSearch
from scanner.vision.grouping import triples
from scanner.vision.mesh import Mesh
from scanner.vision.placing import Placing
from scanner.vision.sampling import Sampler
from scanner.vision.sharpening import sharpen
from scanner.vision.wiping import wipe

_LEAST_SIDE = 21  # pixels; a symbol has at least as many modules

# First row, step between rows, shrunk by a power of two, blurred. The second pass finds what blur hides, the last
# two find modules too large and too noisy for single pixels.
_PASSES = ((1, 3, 0, False), (0, 2, 0, True), (0, 2, 1, False), (0, 2, 2, False))
_SMALL_FRAME = 100000  # pixels; below that modules are small, and rows scanned more densely
_SMALL_PASSES = ((0, 2, 0, False), (1, 2, 0, True), (0, 2, 1, False))

_MOST_READS = 12  # grids read in one frame
_MOST_PLACED = 40  # triples measured in one pass
_SHARPNESS = ((0, 0), (8, 8), (16, 16))  # what is taken back from the neighbours, in 1/64, attempt by attempt


class Decoder:
    """Reads the QR symbols in a frame. Buffers are made once, for frames up to the given size; a larger frame
    enlarges them. `clock` is a function like time.ticks_us; with one, `stage_us` tells the microseconds that the
    last frame took to find finders, to fit and sample grids, and to read them. `seen` is how many finder patterns
    the last frame showed: where it shows some and nothing could be read, a steadier hand may help."""

    def __init__(self, max_width=640, max_height=480, clock=None):
        self._search = FinderSearch(max_width, max_height)
        self._mesh = Mesh()
        self._sampler = Sampler()
        self._placing = Placing(self._search.probe, self._mesh, self._sampler, AlignmentSearch())
        self._drift = Drift()
        self._clock = clock
        self._row = bytearray(177)
        self.stage_us = [0, 0, 0]
        self.seen = 0

    def decode(self, frame, width, height):
        """The list of Symbols in a frame of 8-bit luminance (bytes, bytearray or memoryview), row by row."""
        self.stage_us = [0, 0, 0]
        self.seen = 0
        if width < _LEAST_SIDE or height < _LEAST_SIDE:
            return []
        if len(frame) < width * height:
            raise ValueError("frame shorter than its size")
        started = self._now()
        search = self._search
        search.begin(frame, width, height)
        found = []
        used = []
        tried = set()
        self._reads = _MOST_READS
        for first, step, shift, blurred in _SMALL_PASSES if width * height < _SMALL_FRAME else _PASSES:
            search.scan(first, step, shift, blurred)
            candidates = triples(search.found)
            placed = _MOST_PLACED
            started = self._spent(0, started)
            for three in candidates:
                key = tuple([f.number for f in three])
                if key in tried or any(f in used for f in three):
                    continue
                if placed <= 0 or self._reads <= 0:
                    break
                placed -= 1
                tried.add(key)
                one = self._attempt(frame, width, height, three)
                if one is not None:
                    found.append(one)
                    used.extend(three)
            started = self._now()
            if found:
                break
        self.seen = len(search.found)
        return found

    def forget(self):
        """Overwrite whatever still holds the last frame's code. Symbols that were returned are the caller's."""
        self._search.forget()
        self._placing.forget()
        self._sampler.forget()
        wipe(self._row)
        symbol.forget()

    def _attempt(self, frame, width, height, three):
        # One triple of finders: place the grid, then sample and read it, sharper from attempt to attempt.
        started = self._now()
        flip = 255 if three[0].inverted else 0
        placed = self._placing.place(frame, width, height, three, flip)
        started = self._spent(1, started)
        if not placed:
            return None
        mesh = self._mesh
        sampler = self._sampler
        size = mesh.size
        for _ in range(2):
            sampler.sample(frame, width, height, mesh, flip)
            self._drift.follow(frame, width, height, mesh, sampler.values, flip, sampler.contrast(size) // 3)
        one = None
        for across, down in _SHARPNESS:
            self._reads -= 1
            sampler.sample(frame, width, height, mesh, flip)
            if across:
                sharpen(sampler.values, size, across, down, self._row)
            sampler.decide(size)
            started = self._spent(1, started)
            try:
                one = symbol.read(sampler.grid, size, sampler.values)
            except ValueError:
                one = None
            started = self._spent(2, started)
            if one is not None:
                one.inverted = bool(three[0].inverted)
                one.corners = mesh.corners(width, height)
                break
        return one

    def _now(self):
        return self._clock() if self._clock else 0

    def _spent(self, stage, since):
        # Book the time since `since` on a stage; returns the time now.
        if not self._clock:
            return 0
        now = self._clock()
        # ticks_us wraps at a power of two: the difference is taken within 30 bits.
        self.stage_us[stage] += (now - since) & 0x3FFFFFFF
        return now
