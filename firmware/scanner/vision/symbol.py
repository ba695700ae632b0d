# One QR Code symbol, from its module grid to its payload (ISO/IEC 18004:2015, clause 12).
#
# Format information chooses which way of reading is tried first, but Reed-Solomon decides: where a symbol does not
# correct under the likeliest format, the next likely is tried, and so is the symbol as seen in a mirror. Out of
# scope: Micro QR and model 1 symbols, which raise ValueError like any grid that is no symbol.

from micropython import const

from scanner.vision import codewords, format, matrix, segments
from scanner.vision.wiping import wipe

_TRIES = const(4)  # format candidates before a grid is given up

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


def read(grid, size, confidence=None, mirrored=False):
    """The Symbol of a grid of size * size bytes, row by row, bit 0 of each 1 for dark. ValueError if it has none.

    confidence: None, or how sure each module is (0..255). mirrored: False tries the grid as it is and transposed,
    True transposed alone, None as it is alone.
    """
    version = matrix.version_of(size)
    if len(grid) < size * size or (confidence is not None and len(confidence) < size * size):
        raise ValueError("grid smaller than its size")
    format.rank(grid, size, _ranks)
    if mirrored is not False:
        _leave_out(0 if mirrored else 32)
    for _ in range(_TRIES):
        at = format.best(_ranks)
        if at < 0:
            break
        _ranks[at] = format.NOT_THIS
        level = format.LEVELS[(at & 31) >> 3]
        got = codewords.read(grid, size, version, level, at & 7, at >= 32, confidence)
        if got:
            length, corrected, erased = got
            content = segments.parse(codewords.data, length, version)
            return Symbol(version, level, at & 7, at >= 32, corrected, erased, content)
    raise ValueError("no symbol in this grid")


def forget():
    """Leave nothing of the last symbol in any buffer of its reading."""
    codewords.forget()
    wipe(_ranks)


def _leave_out(start):
    for i in range(start, start + 32):
        _ranks[i] = format.NOT_THIS
