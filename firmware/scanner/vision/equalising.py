# Undoing blur on the module grid: what leaks into a module from its eight neighbours is found out and taken back.
#
# Blur, motion and the pixels themselves spread every module over its neighbours, much the same all over the symbol.
# How much is not known beforehand, but the symbol says it itself: most modules are decided rightly even when too many
# are wrong to read. So the weights of a module's own value and of its neighbours' that come nearest to the present
# decisions, in the sense of least squares, are better than any fixed ones, and the decisions made with them better
# than the present ones. (Modems adapt so: the decision-directed equaliser of R. W. Lucky.) In later rounds what the
# neighbours have been decided to be is weighed too, which, unlike their values, carries no noise; and where blocks of
# codewords have been corrected meanwhile, it is the truth.
#
# Opposite neighbours share a weight: the pattern of blur is the same seen from both sides.
from array import array

import micropython
from micropython import const

from scanner.vision.room import Room
from scanner.vision.wiping import wipe_numbers

_BIAS = const(1 << 28)
_LINE = const(180)  # modules of version 40, one more on each side
_PLAIN = const(5)  # features: own value, beside, above and below, both diagonals
_ALL = const(9)  # and the decisions beside, above and below, on both diagonals
_UNIT = const(64)  # what a decision counts, and what sums of features should come to
_SAMPLES = const(800)  # modules that the weights are fitted to, at least
_TRUST = const(30)  # percent of the mean certainty: what is decided with less is not learnt from
_EASE = const(100)  # a hundredth of each feature's power is added, so that no weight grows without need
_PART = const(20)  # bits after the point of what is subtracted of one row from another


@micropython.viper
def _load(p: ptr8, n: int, lines: ptr8, at: int, values: ptr8, grid: ptr8, size: int, row: int, light: int):
    # One row with a light module on each side into the lines at `at` (values) and three lines on (decisions); beyond
    # the symbol all is light. p, n take the registers.
    d = ptr8(int(lines) + at)
    b = ptr8(int(d) + 3 * _LINE)
    n = size
    d[0] = light
    b[0] = 0
    if row < 0 or row >= size:
        while n >= 0:
            d = ptr8(int(d) + 1)
            b = ptr8(int(b) + 1)
            d[0] = light
            b[0] = 0
            n -= 1
    else:
        p = ptr8(int(values) + row * size)
        g = ptr8(int(grid) + row * size)
        while n:
            d = ptr8(int(d) + 1)
            b = ptr8(int(b) + 1)
            d[0] = p[0]
            b[0] = g[0] & 1
            p = ptr8(int(p) + 1)
            g = ptr8(int(g) + 1)
            n -= 1
        d = ptr8(int(d) + 1)
        b = ptr8(int(b) + 1)
        d[0] = light
        b[0] = 0


@micropython.viper
def _apply(
    p: ptr8, e: int, values: ptr8, grid: ptr8, size: int, lines: ptr8, w: ptr32, light: int
) -> int:  # fmt: skip
    # Decide every module anew with the weights w: features, then the constant. Returns the mean certainty. p, e take
    # the registers. A word is unsigned on some machines, so that the weights bear a bias; sums are right modulo 2^32.
    w0 = w[0] - _BIAS
    w1 = w[1] - _BIAS
    w2 = w[2] - _BIAS
    w3 = w[3] - _BIAS
    w4 = w[4] - _BIAS
    w5 = w[5] - _BIAS
    w6 = w[6] - _BIAS
    w7 = w[7] - _BIAS
    w8 = w[8] - _BIAS
    constant = w[9] - _BIAS
    total = 0
    _load(values, 0, lines, 0, values, grid, size, 0 - 1, light)
    _load(values, 0, lines, _LINE, values, grid, size, 0, light)
    here = _LINE
    row = 0
    to = grid
    while row < size:
        below = here + _LINE
        if below > 2 * _LINE:
            below = 0
        above = here - _LINE
        if above < 0:
            above = 2 * _LINE
        _load(values, 0, lines, below, values, grid, size, row + 1, light)
        d1 = ptr8(int(lines) + here)
        d2 = ptr8(int(lines) + below)
        p = ptr8(int(lines) + above)
        shift = 3 * _LINE
        n = size
        while n:
            e = d1[1] * w0 + constant
            e = (d1[0] + d1[2]) * w1 + e
            e = (p[1] + d2[1]) * w2 + e
            e = (p[0] + d2[2]) * w3 + e
            e = (p[2] + d2[0]) * w4 + e
            b0 = ptr8(int(p) + shift)
            b1 = ptr8(int(d1) + shift)
            b2 = ptr8(int(d2) + shift)
            e = (b1[0] + b1[2]) * w5 + e
            e = (b0[1] + b2[1]) * w6 + e
            e = (b0[0] + b2[2]) * w7 + e
            e = (b0[2] + b2[0]) * w8 + e
            e = e >> 8
            dark = e >> 31
            e = (e ^ dark) - dark
            if e > 127:
                e = 127
            total += e
            to[0] = (e + e) | (dark & 1)
            to = ptr8(int(to) + 1)
            p = ptr8(int(p) + 1)
            d1 = ptr8(int(d1) + 1)
            d2 = ptr8(int(d2) + 1)
            n -= 1
        here = below
        row += 1
    return total * 2 // (size * size)


@micropython.viper
def _gather(
    a: ptr32, x: int, values: ptr8, grid: ptr8, size: int, lines: ptr8, normal: ptr32, f: ptr32, how: ptr32
):
    # how: features, step between modules, least certainty, light. normal: upper triangle, row by row, each followed by
    # the product with the target. a, x take the registers.
    count = int(how[0])
    step = int(how[1])
    least = int(how[2])
    light = int(how[3])
    a = normal
    x = (count * (count + 3)) >> 1
    while x:
        a[0] = 0
        a = ptr32(int(a) + 4)
        x -= 1
    _load(values, 0, lines, 0, values, grid, size, 0 - 1, light)
    _load(values, 0, lines, _LINE, values, grid, size, 0, light)
    here = _LINE
    row = 0
    column = 0
    while row < size:
        below = here + _LINE
        if below > 2 * _LINE:
            below = 0
        above = here - _LINE
        if above < 0:
            above = 2 * _LINE
        _load(values, 0, lines, below, values, grid, size, row + 1, light)
        while column < size:
            g = grid[row * size + column]
            if g >= least:
                d0 = ptr8(int(lines) + above + column)
                d1 = ptr8(int(lines) + here + column)
                d2 = ptr8(int(lines) + below + column)
                f[0] = d1[1] - 128
                f[1] = d1[0] + d1[2] - 256
                f[2] = d0[1] + d2[1] - 256
                f[3] = d0[0] + d2[2] - 256
                f[4] = d0[2] + d2[0] - 256
                k = _PLAIN
                if count > _PLAIN:
                    d0 = ptr8(int(d0) + 3 * _LINE)
                    d1 = ptr8(int(d1) + 3 * _LINE)
                    d2 = ptr8(int(d2) + 3 * _LINE)
                    f[5] = _UNIT - (d1[0] + d1[2]) * _UNIT
                    f[6] = _UNIT - (d0[1] + d2[1]) * _UNIT
                    f[7] = _UNIT - (d0[0] + d2[2]) * _UNIT
                    f[8] = _UNIT - (d0[2] + d2[0]) * _UNIT
                    k = _ALL
                f[k] = _UNIT - (g & 1) * 2 * _UNIT
                a = normal
                q = f
                i = count
                while i:
                    x = q[0]
                    r = q
                    k = i
                    while k >= 0:
                        a[0] = r[0] * x + a[0]
                        a = ptr32(int(a) + 4)
                        r = ptr32(int(r) + 4)
                        k -= 1
                    q = ptr32(int(q) + 4)
                    i -= 1
            column += step
        column -= size
        here = below
        row += 1


class Equaliser:
    """Works on `values`, distances from the threshold + 128, and on `grid`, decisions (bit 0: dark) with their
    certainty, of a symbol of `size` modules a side. From `begin` on it takes some of the room."""

    def __init__(self, room=None):
        self._room = room or Room()
        self._lines = b""
        self._normal = array("i", (0,) * 54)
        self._features = array("i", (0,) * 10)
        self._how = array("i", (0,) * 4)
        self._weights = array("i", (0,) * 10)
        self._certainty = 0

    def forget(self):
        """Leave nothing of the last symbol."""
        wipe_numbers(self._normal, self._features)

    def begin(self, values, grid, size, light):
        """The first decisions, with fixed weights. `light`: the usual value of a light module."""
        self._how[3] = light
        self._lines = self._room.take(6 * _LINE)
        self._decide(values, grid, size, (384, -32, -32))

    def refine(self, values, grid, size, decided):
        """Fit the weights to the decisions and decide anew; `decided`: by the neighbours' decisions too. False where
        there is nothing to fit."""
        count = _ALL if decided else _PLAIN
        how = self._how
        how[0] = count
        how[1] = max(1, size * size // _SAMPLES)
        how[2] = max(2, self._certainty * _TRUST // 100)
        normal = self._normal
        _gather(normal, 0, values, grid, size, self._lines, normal, self._features, how)
        weights = _solve(normal, count)
        if weights is None:
            return False
        self._decide(values, grid, size, weights)
        return True

    def _decide(self, values, grid, size, weights):
        w = self._weights
        # The features that the weights were fitted to have no bias; the bytes that they are applied to have.
        constant = 0
        for k in range(_ALL):
            v = weights[k] if k < len(weights) else 0
            if k < _PLAIN:
                constant -= v * (256 if k else 128)
                w[k] = v + _BIAS
            else:
                constant += v * _UNIT
                w[k] = _BIAS - v * _UNIT
        w[_ALL] = constant + _BIAS
        self._certainty = _apply(values, 0, values, grid, size, self._lines, w, self._how[3])


def _solve(normal, count):
    # The weights, times 256, by Gauss's elimination; None where there are none. In integers, so that the weights are
    # the same wherever floats are short or long.
    rows = []
    at = 0
    for i in range(count):
        row = list(normal[at : at + count + 1 - i])
        at += count + 1 - i
        row[0] += row[0] // _EASE
        rows.append(row)
    # Row i begins at column i: the matrix is symmetric, and so are its remainders.
    for i in range(count):
        row = rows[i]
        if row[0] <= 0:
            return None
        for j in range(i + 1, count):
            part = (row[j - i] << _PART) // row[0]
            if part:
                other = rows[j]
                for k in range(count + 1 - j):
                    other[k] -= part * row[k + j - i] >> _PART
    out = [0] * count
    for i in range(count - 1, -1, -1):
        row = rows[i]
        v = row[count - i] << 16
        for k in range(i + 1, count):
            v -= row[k - i] * out[k]
        out[i] = v // row[0]
    return [max(-4000, min(4000, (v + 128) >> 8)) for v in out]
