# Where a symbol's codewords lie (ISO/IEC 18004:2015, 7.7.3): in column pairs, zig-zag from the bottom right, around the
# function patterns, under the mask. Read from the grid, read as certainty, or put back into the grid.

import micropython

from scanner.vision import masks, matrix
from scanner.vision.wiping import wipe

column_plan = matrix.column_plan  # a global of this module, for the viper loops below
_plan = bytearray(matrix.PLAN_SIZE)
_masks = bytearray(masks.TABLE_SIZE)
_centres = bytearray(matrix.MAX_CENTRES)


@micropython.viper
def _walk(
    acc: int, at: int, y: int, grid, out, plan, table, centres, count: int, size: int, row: int, col: int
):
    # Reads all codewords into `out`. row, col: steps in `grid` to the next module below and beside (exchanged for
    # a mirrored symbol). acc, at, y: no meaning, they take the registers. acc holds the bits read behind a leading 1.
    g = ptr8(grid)
    o = ptr8(out)
    q = ptr8(plan)
    k = 0
    step = 0 - 1
    x = size - 1
    acc = 1
    while x > 0:
        if x == 6:
            x = 5  # the vertical timing pattern belongs to no pair
        column_plan(plan, table, x, size, centres, count)
        y = 0
        if step < 0:
            y = size - 1
        at = x * col + y * row
        advance = step * row
        n = size
        while n:
            c = q[y]
            if c & 3:
                if (c & 1) == 0:
                    acc = acc + acc + ((g[at] ^ (c >> 3)) & 1)
                elif (c & 2) == 0:
                    acc = acc + acc + ((g[at - col] ^ (c >> 2)) & 1)
            else:
                c = c >> 2
                acc = (acc << 2) | (((g[at] << 1) ^ c) & 2) | ((g[at - col] ^ c) & 1)
            if acc > 255:
                if acc > 511:
                    # The codeword ended with the right module; the left one begins the next.
                    o[k] = acc >> 1
                    acc = (acc & 1) | 2
                else:
                    o[k] = acc
                    acc = 1
                k += 1
            y += step
            at += advance
            n -= 1
        step = 0 - step
        x -= 2


@micropython.viper
def _walk_sureness(
    acc: int, at: int, y: int, grid, out, plan, table, centres, count: int, size: int, row: int, col: int
):
    # The same way through the map of confidence: a codeword is as sure as its least sure module.
    g = ptr8(grid)
    o = ptr8(out)
    q = ptr8(plan)
    k = 0
    bits = 8
    step = 0 - 1
    x = size - 1
    acc = 255
    while x > 0:
        if x == 6:
            x = 5
        column_plan(plan, table, x, size, centres, count)
        y = 0
        if step < 0:
            y = size - 1
        at = x * col + y * row
        n = size
        while n:
            c = q[y] & 3
            side = 0
            while side < 2:
                if (c & 1) == 0:
                    v = g[at - side * col]
                    if v < acc:
                        acc = v
                    bits -= 1
                    if bits == 0:
                        o[k] = acc
                        k += 1
                        acc = 255
                        bits = 8
                c = c >> 1
                side += 1
            y += step
            at += step * row
            n -= 1
        step = 0 - step
        x -= 2


@micropython.viper
def _walk_back(
    v: int,
    at: int,
    y: int,
    grid,
    out,
    plan,
    table,
    centres,
    count: int,
    size: int,
    row: int,
    col: int,
    total: int,
):
    # The same way once more, putting the `total` codewords of `out` into the modules' bits.
    g = ptr8(grid)
    o = ptr8(out)
    q = ptr8(plan)
    k = 0
    bits = 0
    step = 0 - 1
    x = size - 1
    while x > 0:
        if x == 6:
            x = 5
        column_plan(plan, table, x, size, centres, count)
        y = 0
        if step < 0:
            y = size - 1
        at = x * col + y * row
        n = size
        while n:
            c = int(q[y])
            side = 0
            while side < 2:
                if c & 1 == 0:
                    if bits == 0:
                        if k == total:
                            return
                        v = o[k]
                        k += 1
                        bits = 8
                    bits -= 1
                    p = ptr8(int(g) + at - side * col)
                    p[0] = (p[0] & 254) | (((v >> bits) ^ (c >> 3)) & 1)
                c = ((c >> 1) & 1) | ((c << 1) & 8)
                side += 1
            y += step
            at += step * row
            n -= 1
        step = 0 - step
        x -= 2


class Placement:
    """Of one version and mask; `flipped`: of a symbol read transposed. One at a time: the tables are shared."""

    def __init__(self, size, version, mask, flipped):
        self._size = size
        self._row, self._col = (1, size) if flipped else (size, 1)
        self._crossings = matrix.fill_centres(_centres, version)
        masks.fill(_masks, mask)
        self.total = matrix.data_modules(version) >> 3  # codewords

    def take(self, grid, out):
        """Read all codewords."""
        _walk(0, 0, 0, grid, out, _plan, _masks, _centres, self._crossings, self._size, self._row, self._col)

    def sureness(self, confidence, out):
        """How sure each codeword is."""
        _walk_sureness(
            0,
            0,
            0,
            confidence,
            out,
            _plan,
            _masks,
            _centres,
            self._crossings,
            self._size,
            self._row,
            self._col,
        )

    def put(self, grid, codewords):
        """Make the grid say these codewords."""
        _walk_back(
            0,
            0,
            0,
            grid,
            codewords,
            _plan,
            _masks,
            _centres,
            self._crossings,
            self._size,
            self._row,
            self._col,
            self.total,
        )


def forget():
    """Leave nothing of the last symbol."""
    wipe(_plan)
