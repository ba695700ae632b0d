# Frame -> finder patterns: their middles between pixels, module sizes and polarity.
#
# Rows are scanned sparsely (rows.py, swings.py, crossings.py); each hit is checked by cuts down, across and along
# the diagonals (probe.py), which also move it to the true middle. What passes all of them is rarely anything else.
#
# Large modules are searched in rows shrunk by two or four: noise averages out there, and the threshold blocks
# grow with them.
#
# What is done is counted, in about instructions of a 32-bit core, so that no frame costs more than it is given, and
# the same frame always comes to the same end. Until a finder is asked for nothing is allocated.
from array import array

import micropython
from micropython import const

from scanner.vision.crossings import MOST_HITS, find_crossings
from scanner.vision.findings import Findings
from scanner.vision.glances import glance
from scanner.vision.probe import Probe
from scanner.vision.room import Room
from scanner.vision.rows import VERDICTS, find_edges, halve_row, quarter_row
from scanner.vision.swings import blend_rows, find_swings, list_long
from scanner.vision.threshold import ThresholdMap
from scanner.vision.wiping import wipe

_ENOUGH_HITS = const(36)  # are examined before the search goes on
_ENOUGH_CROSSINGS = const(36)  # are glanced at at once, or what is left of them
_BLOCK_SHIFT = const(4)  # 16 pixels square have a threshold of their own
_ANY_WORK = const(500000)
# Instructions, about:
_PLAIN_PIXEL = const(17)
_BLURRED_PIXEL = const(145)
_SHRUNK_PIXEL = const(8)  # each of those averaged
_CHANGE = const(66)
_BLURRED_CHANGE = const(200)  # more than that
_LONG_RUN = const(100)
_ROW = const(3300)
_MEASURING = const(3)  # thresholds, for each pixel of the frame


@micropython.viper
def _sweep(frame, place, thresholds, marks, row, edges, long, hits, verdicts, y: int, rows: int) -> int:
    # Take rows from y on until there are hits enough; returns the row to go on from.
    at = ptr32(place)
    width = int(at[0])
    shift = int(at[3])
    blurred = int(at[5])
    side = 1 << (int(at[4]) - shift)
    kept = 0
    while y < rows and int(at[9]):
        work = int(at[9]) - _ROW
        full = y << shift
        at[2] = full
        block = (full >> int(at[11])) * int(at[8])
        if shift:
            if shift == 1:
                length = int(halve_row(frame, frame, 0, width, full, row))
            else:
                length = int(quarter_row(frame, frame, 0, width, full, row))
            count = int(find_edges(row, verdicts, length, 0, marks, block, side, edges, long))
            work -= 2 * width * _SHRUNK_PIXEL + length * _PLAIN_PIXEL
        elif blurred:
            blend_rows(frame, width, y, row)
            count = int(find_swings(row, width, marks, block, int(at[4]), edges))
            work -= width * _BLURRED_PIXEL + count * _BLURRED_CHANGE
            count = int(list_long(edges, 0, count, long))
        else:
            count = int(find_edges(frame, verdicts, width, full * width, marks, block, side, edges, long))
            work -= width * _PLAIN_PIXEL
        work -= (int(ptr16(long)[count]) * _CHANGE >> 1) + count * _LONG_RUN
        if work < 0:
            work = 0
        at[9] = work
        y += int(at[7])
        if (
            count
            and int(find_crossings(edges, edges, edges, long, count, place, hits)) >= kept + _ENOUGH_CROSSINGS
        ):
            kept = int(glance(frame, 0, frame, place, thresholds, hits, kept))
            if kept >= _ENOUGH_HITS:
                break
    if int(at[6]) > kept:
        glance(frame, 0, frame, place, thresholds, hits, kept)
    return y


class Finder:
    """One finder pattern: middle `x`, `y` and `module` in 1/256 px (pixel i has its middle at 256 * i); `number` is
    its own in this frame, `hits` how many rows crossed it, `lines` along how many of eight lines it showed."""

    def __init__(self, number, x, y, module, inverted, hits=1, lines=0):
        self.number = number
        self.x = x
        self.y = y
        self.module = module
        self.inverted = inverted
        self.hits = hits
        self.lines = lines


class FinderSearch:
    def __init__(self, max_width, max_height, room=None):
        """`room` gives what one scan alone needs."""
        self._room = room or Room()
        self.probe = Probe()
        self.thresholds = ThresholdMap(max_width, max_height, self._room)
        self._findings = Findings()
        self._finders = {}  # those asked for, by number
        self._width = 0
        self._make_room(max_width)
        # What crossings.py calls `place`; at 7 to 9 the step between rows, columns of blocks, the work left, at 11 the
        # shift from y to rows of blocks.
        self._place = array("i", (0,) * 12)
        self._frame = b""
        self._wider = -1  # that of the thresholds as they are; -1 for none
        self.noisy = False  # whether the last scan met much that came to nothing

    @property
    def count(self):
        """How many finders there are."""
        return self._findings.count

    @property
    def promising(self):
        """Whether what was found so far is worth a dearer search."""
        return self._findings.promising

    @property
    def incomplete(self):
        """Whether it is worth a search for more finders."""
        return self._findings.incomplete

    @property
    def found(self):
        """The finders found so far, as a list of Finder."""
        return [self.finder(k) for k in range(self._findings.count)]

    @property
    def places(self):
        """The same as findings.py has them."""
        return self._findings.places

    def finder(self, k):
        """The finder at k of those; the same object for the same finder each time."""
        number, x, y, module, inverted, hits, lines = self._findings.get(k)
        if number not in self._finders:
            self._finders[number] = Finder(number, x, y, module, inverted, hits, lines)
        self._finders[number].hits = hits
        return self._finders[number]

    def begin(self, frame, width, height):
        """Take up a new frame and forget the finders of the one before."""
        self._findings.clear()
        self._finders.clear()
        self._frame = frame
        if width > self._width:
            self._make_room(width)
        self.probe.begin(width, height)
        self._place[0] = width
        self._place[1] = height
        self._wider = -1

    def forget(self):
        """Leave nothing of the last frame."""
        self._frame = b""
        self._findings.clear()
        self.probe.forget()
        self.thresholds.forget()
        wipe(self._scratch)

    def _make_room(self, width):
        # For rows of that many pixels: edges and which runs of theirs are long, hits, and a row shrunk or blended.
        self._width = width
        edges = 2 * (width + 2)
        long = edges + 2 * (width // 2 + 2)
        hits = long + 8 * MOST_HITS
        self._scratch = scratch = self._room.first(hits + width)
        self._edges = scratch[:edges]
        self._long = scratch[edges:long]
        self._hits = scratch[long:hits]
        self._row = scratch[hits:]

    def _cost(self, shift, wider):
        # Of thresholds for rows shrunk by that power of two; nothing if those are there.
        place = self._place
        if shift == place[3] and wider == self._wider:
            return 0
        return (_MEASURING * place[0] * place[1] >> min(shift, 2)) * (3 - wider) // 3

    def _measure(self, shift, wider):
        place = self._place
        blocks = self.thresholds
        blocks.measure(self._frame, place[0], place[1], _BLOCK_SHIFT + shift, wider)
        self._wider = wider
        place[3] = shift
        place[4] = blocks.shift_x
        place[8] = blocks.columns
        place[11] = blocks.shift_y

    def scan(self, first, step, shift, blurred, both=True, wider=0, quick=False, work=_ANY_WORK):
        """Scan rows first, first + step, ... of the frame shrunk by `1 << shift`, adding to `found`.

        `wider`, a power of two, saves work where thresholds may change from place to place more slowly than they do.
        `blurred` rows are cut at half way between their extremes instead of at a threshold. Codes of light on dark are
        looked for only where `both` is true. A `quick` scan ends where all that it hits comes to nothing, any scan
        when it has done `work`. Returns what it has done, as `work` in thousands of instructions.
        """
        frame = self._frame
        hits = self._hits
        blocks = self.thresholds
        place = self._place
        self.noisy = False
        cost = self._cost(shift, wider)
        if cost > work * 1000:
            return 0
        place[9] = work * 1000 - cost
        if cost:
            # Blocks grow with the modules.
            self._measure(shift, wider)
        place[5] = 1 if blurred else 0
        place[6] = 0
        place[10] = 1 if both else 0
        place[7] = step
        rows = place[1] >> shift
        y = first
        if blurred:
            # A row is blended with those above and below it.
            rows -= 1
            if not y:
                y = step
        self._findings.make_room()
        while y < rows and place[9]:
            y = _sweep(
                frame,
                place,
                blocks.at,
                blocks.swing if blurred else blocks.at,
                self._row,
                self._edges,
                self._long,
                hits,
                VERDICTS,
                y,
                rows,
            )
            if not self._findings.examine(frame, self.probe, hits, place):
                break
            if y < rows and place[9] and not self._findings.promising:
                self.noisy = True
                if quick:
                    break
        return work - place[9] // 1000
