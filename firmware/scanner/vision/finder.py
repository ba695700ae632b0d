# Frame -> finder patterns: their middles between pixels, module sizes and polarity.
#
# Rows are scanned sparsely (rows.py, swings.py, crossings.py); each hit is checked by cuts down, across and along
# the diagonals (probe.py), which also move it to the true middle. What passes all of them is rarely anything else.
#
# Large modules are searched in rows shrunk by two or four: noise averages out there, and the threshold blocks
# grow with them.
from array import array

import micropython
from micropython import const

from scanner.vision.crossings import find_crossings
from scanner.vision.probe import BIAS, Probe
from scanner.vision.rows import find_edges, shrink_row
from scanner.vision.swings import blend_rows, find_swings
from scanner.vision.threshold import ThresholdMap
from scanner.vision.wiping import wipe

_BIAS = const(1 << 20)
_ROOM = 64  # finders kept at most: noise and text must not make the grouping explode
_HITS = 128  # hits of one row at most
_PROBES = 2000  # hits checked in one pass at most


@micropython.viper
def _known(places: ptr32, count: int, x: int, y: int, inverted: int, near: int) -> int:
    # Which finder (x, y + _BIAS, module, inverted) lies within `near`, or within two of its modules if that is 0.
    k = 0
    while k < count:
        dx = int(places[0]) - _BIAS - x
        if dx < 0:
            dx = 0 - dx
        far = near
        if far == 0:
            far = 2 * int(places[2])
        if dx < far:
            dy = int(places[1]) - _BIAS - y
            if dy < 0:
                dy = 0 - dy
            if dy < far and int(places[3]) == inverted:
                return k
        places = ptr32(int(places) + 16)
        k += 1
    return 0 - 1


class Finder:
    """One finder pattern: middle `x`, `y` and `module` in 1/256 px (pixel i has its middle at 256 * i); `number` is
    its own in this frame, `hits` how many rows crossed it."""

    def __init__(self, number, x, y, module, inverted):
        self.number = number
        self.x = x
        self.y = y
        self.module = module
        self.inverted = inverted
        self.hits = 1


class FinderSearch:
    def __init__(self, max_width, max_height):
        self.probe = Probe()
        self.thresholds = ThresholdMap(max_width, max_height, 4)
        self._edges = array("H", (0,) * (max_width + 2))
        self._hits = array("H", (0,) * (3 * _HITS))
        self._row = bytearray(max_width)
        self._places = array("i", (0,) * (4 * _ROOM))
        self._place = array("i", (0,) * 6)
        self.found = []
        self._frame = b""
        self._left = 0
        self._count = 0

    def begin(self, frame, width, height):
        """Take up a new frame and forget the finders of the one before."""
        self.found = []
        self._count = 0
        self._frame = frame
        self._width = width
        self._height = height
        if width + 2 > len(self._edges):
            self._edges = array("H", (0,) * (width + 2))
            self._row = bytearray(width)
        self.probe.begin(width, height)
        self.thresholds.measure(frame, width, height)

    def forget(self):
        """Leave nothing of the last frame."""
        self.found = []
        self._frame = b""
        self.probe.forget()
        self.thresholds.forget()
        wipe(self._row)
        for i in range(len(self._edges)):
            self._edges[i] = 0
        for i in range(len(self._hits)):
            self._hits[i] = 0

    def scan(self, first, step, shift, blurred):
        """Scan rows first, first + step, ... of the frame shrunk by `1 << shift`, adding to `found`.

        `blurred` rows are cut at half way between their extremes instead of at a threshold.
        """
        # What one row alone has hit is most likely noise: it must not fill the room.
        if len(self.found) >= _ROOM // 2:
            self._keep_certain()
        self._left = _PROBES
        frame = self._frame
        width = self._width
        height = self._height
        edges = self._edges
        hits = self._hits
        blocks = self.thresholds
        view = memoryview(frame)
        marks = memoryview(blocks.broad if shift else blocks.at)
        swings = memoryview(blocks.swing)
        size = 1 << shift
        half = (size - 1) * 128  # the middle of a shrunk pixel, in 1/256 px of the frame
        unit = size * 16  # 1/16 of a shrunk pixel, in 1/256 px of the frame
        # Twelve modules of 0.9 px at least: below that nothing can be read.
        least = 180
        rows = height >> shift
        place = self._place
        place[0] = width
        place[1] = height
        place[3] = shift
        place[4] = blocks.shift
        place[5] = 1 if blurred else 0
        y = first
        while y < rows and self._left > 0:
            full_y = y << shift
            at = (full_y >> blocks.shift) * blocks.columns
            if shift:
                length = shrink_row(frame, width, full_y, shift, self._row)
                count = find_edges(self._row, length, marks[at:], blocks.shift - shift, edges)
            elif blurred:
                count = 0
                if 0 < y < rows - 1:
                    blend_rows(frame, width, y, self._row)
                    count = find_swings(self._row, width, swings[at:], blocks.shift, edges)
            else:
                count = find_edges(view[full_y * width :], width, marks[at:], blocks.shift, edges)
            if count >= 6:
                place[2] = full_y
                found = find_crossings(edges, count, least, frame, place, marks[at:], hits, _HITS)
                for k in range(0, found * 3, 3):
                    self._check(
                        hits[k] * unit + half,
                        full_y * 256 + half,
                        hits[k + 1] * unit // 12,
                        hits[k + 2],
                    )
            y += step

    def _check(self, x, y, module, inverted):
        # x, y, module in 1/256 px.
        places = self._places
        found = self.found
        known = _known(places, len(found), x, y, inverted, 0)
        if known >= 0:
            found[known].hits += 1
            return
        if len(found) >= _ROOM:
            # A finder that one row alone has hit is most likely noise.
            self._keep_certain()
            found = self.found
            if len(found) >= _ROOM:
                self._left = 0
                return
        self._left -= 1
        probe = self.probe
        if not probe.examine(self._frame, x, y, module, 255 if inverted else 0):
            return
        out = probe.out
        x = out[0] - BIAS
        y = out[1] - BIAS
        module = min(out[2], out[3])
        slant = (out[2] * out[2] + out[3] * out[3]) ** 0.5 * 0.75 / 65536
        for k in (4, 5):
            if out[k]:
                module = min(module, round(out[k] * slant))
        known = _known(places, len(found), x, y, inverted, module)
        if known >= 0:
            found[known].hits += 1
            return
        self._count += 1
        found.append(Finder(self._count, x, y, module, inverted))
        self._note(len(found) - 1)

    def _keep_certain(self):
        self.found = [f for f in self.found if f.hits > 1]
        for k in range(len(self.found)):
            self._note(k)

    def _note(self, k):
        f = self.found[k]
        places = self._places
        places[4 * k] = f.x + BIAS
        places[4 * k + 1] = f.y + BIAS
        places[4 * k + 2] = f.module
        places[4 * k + 3] = f.inverted
