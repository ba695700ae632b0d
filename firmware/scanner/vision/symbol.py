# One QR Code symbol, from its module grid to its payload (ISO/IEC 18004:2015, clause 12).
#
# Format information chooses which way of reading is tried first, but Reed-Solomon decides: where a symbol does not
# correct under the likeliest format, the next likely is tried, and so is the symbol as seen in a mirror. Out of
# scope: Micro QR and model 1 symbols, which raise ValueError like any grid that is no symbol.

from micropython import const

from scanner.vision import codewords, format, matrix, segments
from scanner.vision.room import Room
from scanner.vision.wiping import wipe

_TRIES = const(4)  # format candidates before a grid is given up
_NEAR = const(
    6
)  # bits of 30 that one may be further off than the first; any two formats differ in 10 or more

_ranks = bytearray(64)


class Symbol:
    """A decoded symbol; `corners` and `inverted` are for whoever found the grid to set."""

    def __init__(self, version, level, mask, mirrored, corrected, erased, content):
        self.version = version
        self.level = level  # "L", "M", "Q" or "H"
        self.mask = mask
        self.mirrored = mirrored
        self.corrected = corrected  # codewords that were wrong
        self.erased = erased  # codewords given up as erasures, right or wrong
        # What these hold is told at segments.parse.
        self.payload, self.segments, self.structured_append, self.eci, self.fnc1 = content
        self.corners = ()  # x, y of the outer corners top left, top right, bottom right, bottom left
        self.inverted = False  # light on dark


def read(grid, size, confidence=None, mirrored=False, room=None):
    """The Symbol of a grid of size * size bytes, row by row, bit 0 of each 1 for dark. ValueError if it has none.

    confidence: None, or how sure each module is (0..255). mirrored: False tries the grid as it is and transposed,
    True transposed alone, None as it is alone. room: where buffers are taken from; with one, the grid itself is used up
    when the symbol is read.
    """
    version = matrix.version_of(size)
    if len(grid) < size * size or (confidence is not None and len(confidence) < size * size):
        raise ValueError("grid smaller than its size")
    format.rank(grid, size, _ranks)
    if mirrored is not False:
        _leave_out(0 if mirrored else 32)
    text = grid if room else None
    room = room or Room()
    at_first = room.at
    first = 99
    for _ in range(_TRIES):
        at = format.best(_ranks)
        if at < 0 or _ranks[at] > first + _NEAR:
            break
        first = min(first, _ranks[at])
        _ranks[at] = format.NOT_THIS
        room.back(at_first)
        blocks = _blocks(size, version, at, room, confidence is not None)
        if blocks.read(grid, confidence, True):
            return _symbol(blocks, version, at, text)
    raise ValueError("no symbol in this grid")


class Attempts:
    """One symbol read from several grids, each better than the one before: what was corrected in one is kept. room: as
    for `read`."""

    def __init__(self, size, room=None):
        self._spent = room is not None  # whether the last grid may be used up
        self._room = room or Room()
        self._start = self._room.at
        self._size = size
        self._version = matrix.version_of(size)
        self._at = -1
        self._blocks = None
        self.cost = 0  # of repairs in the last reading, in thousands of instructions

    def read(self, grid, confidence, work):
        """The Symbol, or None as long as some block is not corrected. grid, confidence: as for `read`; `work`: about
        how much repairs may cost."""
        self.cost = 0
        format.rank(grid, self._size, _ranks)
        at = format.best(_ranks)
        if at < 0:
            return None
        if at != self._at:
            # Another format makes other codewords of the modules: nothing can be kept.
            self._at = at
            self._room.back(self._start)
            self._blocks = _blocks(self._size, self._version, at, self._room, True)
        before = self._blocks.cost
        good = self._blocks.read(grid, confidence, False, work)
        self.cost = self._blocks.cost - before
        if not good:
            return None
        return _symbol(self._blocks, self._version, at, grid if self._spent else None)

    def settle(self, grid):
        """Put what is certain by now into the grid's bits. Returns how many parts of the whole that is, of 100."""
        if self._blocks is None or not self._blocks.done:
            return 0
        self._blocks.settle(grid)
        return self._blocks.done * 100 // self._blocks.count


def forget():
    """Leave nothing of the last symbol in any buffer of its reading."""
    codewords.forget()
    wipe(_ranks)


def _blocks(size, version, at, room, sure):
    return codewords.Blocks(size, version, format.LEVELS[(at & 31) >> 3], at & 7, at >= 32, room, sure)


def _symbol(blocks, version, at, text):
    content = segments.parse(blocks.data, blocks.close_up(), version, text)
    level = format.LEVELS[(at & 31) >> 3]
    return Symbol(version, level, at & 7, at >= 32, blocks.corrected, blocks.erased, content)


def _leave_out(start):
    for i in range(start, start + 32):
        _ranks[i] = format.NOT_THIS
