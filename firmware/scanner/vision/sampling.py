# Mesh -> one grey value a module, and from those one bit a module with a measure of its certainty.
#
# The frame is sampled between pixels, and compared with a threshold found among the modules, not among the
# pixels: at two pixels a module a threshold on pixels moves every edge by up to a quarter module.
from array import array

import micropython
from micropython import const

from scanner.vision.wiping import wipe

_BIAS = const(1 << 20)
_USUAL = const(117)  # modules a side, version 25: no certificate seen is larger, and larger symbols make room
_RADIUS = const(5)  # the threshold's window is 11 modules wide


@micropython.viper
def _sample(frame: ptr8, size: ptr32, nodes_x: ptr32, nodes_y: ptr32, out: ptr8):
    # size: width, height, nodes a row, first row, end row, first column, end column, flip
    width = int(size[0])
    limit_x = ((width - 1) << 11) - 1
    limit_y = ((int(size[1]) - 1) << 11) - 1
    side = int(size[2])
    end_row = int(size[4])
    first_column = int(size[5])
    end_column = int(size[6])
    flip = int(size[7])
    stride = end_column - first_column
    first_row = int(size[3])
    cells = side - 1
    row = first_row
    while row < end_row:
        j = row >> 3
        if j >= cells:
            j = cells - 1
        fv = row - (j << 3)
        column = first_column
        while column < end_column:
            i = column >> 3
            if i >= cells:
                i = cells - 1
            end = (i + 1) << 3
            if i == cells - 1 or end > end_column:
                end = end_column
            k = j * side + i
            # 1/2048 px from here on
            x = (int(nodes_x[k]) << 3) + (int(nodes_x[k + side]) - int(nodes_x[k])) * fv
            y = (int(nodes_y[k]) << 3) + (int(nodes_y[k + side]) - int(nodes_y[k])) * fv
            k += 1
            dx = ((int(nodes_x[k]) << 3) + (int(nodes_x[k + side]) - int(nodes_x[k])) * fv - x) >> 3
            dy = ((int(nodes_y[k]) << 3) + (int(nodes_y[k + side]) - int(nodes_y[k])) * fv - y) >> 3
            fu = column - (i << 3)
            x += dx * fu - (_BIAS << 3)
            y += dy * fu - (_BIAS << 3)
            to = (row - first_row) * stride + column - first_column
            while column < end:
                ux = x
                uy = y
                if ux < 0:
                    ux = 0
                if uy < 0:
                    uy = 0
                if ux > limit_x:
                    ux = limit_x
                if uy > limit_y:
                    uy = limit_y
                at = (uy >> 11) * width + (ux >> 11)
                fx = (ux >> 7) & 15
                v = int(frame[at])
                top = (v << 4) + (int(frame[at + 1]) - v) * fx
                at += width
                v = int(frame[at])
                v = (top << 4) + ((v << 4) + (int(frame[at + 1]) - v) * fx - top) * ((uy >> 7) & 15)
                out[to] = (v >> 8) ^ flip
                to += 1
                x += dx
                y += dy
                column += 1
        row += 1


@micropython.viper
def _local_means(values: ptr8, size: int, sums: ptr16, out: ptr8):
    # The mean of the 11 x 11 modules around each, fewer at the border.
    c = 0
    while c < size:
        sums[c] = 0
        c += 1
    row = 0
    while row < size + _RADIUS:
        if row < size:
            at = row * size
            c = 0
            while c < size:
                sums[c] = int(sums[c]) + int(values[at])
                at += 1
                c += 1
        old = row - 2 * _RADIUS - 1
        if old >= 0:
            at = old * size
            c = 0
            while c < size:
                sums[c] = int(sums[c]) - int(values[at])
                at += 1
                c += 1
        middle = row - _RADIUS
        if middle >= 0:
            first = middle - _RADIUS
            if first < 0:
                first = 0
            last = row
            if last >= size:
                last = size - 1
            deep = last - first + 1
            total = 0
            wide = 0
            c = 0
            to = middle * size
            while c < size + _RADIUS:
                if c < size:
                    total += int(sums[c])
                    wide += 1
                if c > 2 * _RADIUS:
                    total -= int(sums[c - 2 * _RADIUS - 1])
                    wide -= 1
                if c >= _RADIUS:
                    out[to] = total // (wide * deep)
                    to += 1
                c += 1
        row += 1


@micropython.viper
def _compare(values: ptr8, grid: ptr8, count: int):
    # grid holds thresholds and becomes bits; values become certainties.
    i = 0
    while i < count:
        d = int(values[i]) - int(grid[i])
        if d < 0:
            grid[i] = 1
            d = 0 - d
        else:
            grid[i] = 0
        values[i] = d
        i += 1


@micropython.viper
def _contrast(values: ptr8, count: int) -> int:
    # Twice the mean distance from the mean: the contrast of a grid half of whose modules are dark.
    total = 0
    i = 0
    while i < count:
        total += int(values[i])
        i += 1
    mean = total // count
    total = 0
    i = 0
    while i < count:
        d = int(values[i]) - mean
        if d < 0:
            d = 0 - d
        total += d
        i += 1
    return total * 2 // count


@micropython.viper
def alternation(values: ptr8, count: int) -> int:
    """How well values alternate, dark first: 256 for a perfect timing pattern, about 0 for anything else."""
    total = 0
    i = 0
    while i < count:
        total += int(values[i])
        i += 1
    mean = total // count
    spread = 1
    swing = 0
    sign = 0 - 1
    i = 0
    while i < count:
        d = int(values[i]) - mean
        swing += sign * d
        if d < 0:
            d = 0 - d
        spread += d
        sign = 0 - sign
        i += 1
    return (swing << 8) // spread


class Sampler:
    """`values`: grey values, then certainties; `grid`: bits. Both row by row, `mesh.size` modules a row."""

    def __init__(self):
        self.values = bytearray(_USUAL * _USUAL)
        self.grid = bytearray(_USUAL * _USUAL)
        self._strip = bytearray(177)
        self._size = array("i", (0,) * 8)
        self._sums = array("H", (0,) * 177)

    def forget(self):
        """Leave nothing of the last symbol."""
        wipe(self.values, self.grid, self._strip)
        for i in range(len(self._sums)):
            self._sums[i] = 0

    def sample(self, frame, width, height, mesh, flip):
        """Fill `values` with the grey value of every module; light-on-dark codes (`flip` 255) are turned."""
        needed = mesh.size * mesh.size
        if len(self.values) < needed:
            self.values = bytearray(needed)
            self.grid = bytearray(needed)
        self._sample(frame, width, height, mesh, flip, 0, mesh.size, 0, mesh.size, self.values)

    def strip(self, frame, width, height, mesh, flip, row, end_row, column, end_column):
        """The grey values of a few modules only (at most 177), in a bytearray that the next call uses again."""
        self._sample(frame, width, height, mesh, flip, row, end_row, column, end_column, self._strip)
        return self._strip

    def _sample(self, frame, width, height, mesh, flip, row, end_row, column, end_column, out):
        s = self._size
        s[0] = width
        s[1] = height
        s[2] = mesh.side
        s[3] = row
        s[4] = end_row
        s[5] = column
        s[6] = end_column
        s[7] = flip
        _sample(frame, s, mesh.x, mesh.y, out)

    def contrast(self, size):
        """Grey levels between dark and light modules, roughly."""
        return _contrast(self.values, size * size)

    def decide(self, size):
        """Turn `values` into bits in `grid`, and then into certainties."""
        _local_means(self.values, size, self._sums, self.grid)
        _compare(self.values, self.grid, size * size)
