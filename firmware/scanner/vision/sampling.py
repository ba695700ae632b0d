# Mesh -> one grey value a module.
#
# The frame is sampled between pixels: at two pixels a module the nearest pixel would be up to a third of a module
# off. What is dark and what is light is decided afterwards, among the modules (deciding.py).
from array import array

import micropython
from micropython import const

from scanner.vision.room import Room

_BIAS = const(1 << 20)
_STRIP = const(177)


@micropython.viper
def _sample(
    x: int, y: int, p: ptr8, frame: ptr8, size: ptr32, nodes_x: ptr32, nodes_y: ptr32, out: ptr8, coarse: int
):
    # size: width, height, nodes a row, first row, end row, first column, end column, flip. x, y, p: no meaning, they
    # take the registers. `coarse`: the nearest pixel will do. Positions are 1/2048 px here.
    base = int(frame)
    width = int(size[0])
    limit_x = ((width - 1) << 11) - 1
    limit_y = ((int(size[1]) - 1) << 11) - 1
    side = int(size[2])
    end_row = int(size[4])
    end_column = int(size[6])
    flip = int(size[7])
    stride = end_column - int(size[5])
    cells = side - 1
    first_row = int(size[3])
    row = first_row
    while row < end_row:
        j = row >> 3
        if j >= cells:
            j = cells - 1
        deep = ((j + 1) << 3) - row
        if j == cells - 1 or deep > end_row - row:
            deep = end_row - row
        first_column = int(size[5])
        while first_column < end_column:
            i = first_column >> 3
            if i >= cells:
                i = cells - 1
            wide = ((i + 1) << 3) - first_column
            if i == cells - 1 or wide > end_column - first_column:
                wide = end_column - first_column
            k = j * side + i
            # Along the cell's left and right edge: where they begin, and how far they go a row.
            left_x = int(nodes_x[k])
            left_y = int(nodes_y[k])
            right_x = int(nodes_x[k + 1])
            right_y = int(nodes_y[k + 1])
            k += side
            down_lx = int(nodes_x[k]) - left_x
            down_ly = int(nodes_y[k]) - left_y
            down_rx = int(nodes_x[k + 1]) - right_x
            down_ry = int(nodes_y[k + 1]) - right_y
            v = row - (j << 3)
            left_x = ((left_x - _BIAS) << 3) + down_lx * v
            left_y = ((left_y - _BIAS) << 3) + down_ly * v
            right_x = ((right_x - _BIAS) << 3) + down_rx * v
            right_y = ((right_y - _BIAS) << 3) + down_ry * v
            u = first_column - (i << 3)
            # Only a cell with a corner outside the frame needs its samples held inside.
            outside = 0
            m = 0
            x = left_x
            y = left_y
            while m < 4:
                if x < 0 or y < 0 or x >= limit_x or y >= limit_y:
                    outside = 1
                if m == 0:
                    x = right_x
                    y = right_y
                elif m == 1:
                    x = left_x + (down_lx << 3)
                    y = left_y + (down_ly << 3)
                else:
                    x = right_x + (down_rx << 3)
                    y = right_y + (down_ry << 3)
                m += 1
            if coarse:
                left_x += 1024
                left_y += 1024
                right_x += 1024
                right_y += 1024
            to = ptr8(int(out) + (row - first_row) * stride + first_column - int(size[5]))
            v = deep
            while v:
                dx = (right_x - left_x) >> 3
                dy = (right_y - left_y) >> 3
                x = left_x + dx * u
                y = left_y + dy * u
                left_x += down_lx
                left_y += down_ly
                right_x += down_rx
                right_y += down_ry
                m = wide
                if outside:
                    while m:
                        px = x
                        py = y
                        if px < 0:
                            px = 0
                        if py < 0:
                            py = 0
                        if px > limit_x:
                            px = limit_x
                        if py > limit_y:
                            py = limit_y
                        p = ptr8(base + (py >> 11) * width + (px >> 11))
                        fx = (px >> 7) & 15
                        top = (p[0] << 4) + (p[1] - p[0]) * fx
                        p = ptr8(int(p) + width)
                        low = (p[0] << 4) + (p[1] - p[0]) * fx
                        to[0] = (((low - top) * ((py >> 7) & 15) + (top << 4)) >> 8) ^ flip
                        to = ptr8(int(to) + 1)
                        x += dx
                        y += dy
                        m -= 1
                elif coarse:
                    while m:
                        p = ptr8((y >> 11) * width + (x >> 11) + base)
                        to[0] = p[0] ^ flip
                        to = ptr8(int(to) + 1)
                        x += dx
                        y += dy
                        m -= 1
                else:
                    while m:
                        p = ptr8((y >> 11) * width + (x >> 11) + base)
                        fx = (x >> 7) & 15
                        top = (p[0] << 4) + (p[1] - p[0]) * fx
                        p = ptr8(int(p) + width)
                        low = (p[0] << 4) + (p[1] - p[0]) * fx
                        to[0] = (((low - top) * ((y >> 7) & 15) + (top << 4)) >> 8) ^ flip
                        to = ptr8(int(to) + 1)
                        x += dx
                        y += dy
                        m -= 1
                to = ptr8(int(to) + stride - wide)
                v -= 1
            first_column += wide
        row += deep


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
    """Grey values; light is bright, in inverted codes (`flip` 255), which are turned, too."""

    def __init__(self, room=None):
        self._strip = (room or Room()).first(_STRIP)
        self._size = array("i", (0,) * 8)

    def sample(self, frame, width, height, mesh, flip, values, coarse=False):
        """Fill `values` with the grey value of every module, row by row, `mesh.size` a row. `coarse`: of the nearest
        pixel, at half the cost."""
        self._sample(frame, width, height, mesh, flip, 0, mesh.size, 0, mesh.size, values, coarse)

    def strip(self, frame, width, height, mesh, flip, row, end_row, column, end_column):
        """The grey values of a few modules only (at most 177), in a bytearray that the next call uses again."""
        self._sample(frame, width, height, mesh, flip, row, end_row, column, end_column, self._strip, False)
        return self._strip

    def _sample(self, frame, width, height, mesh, flip, row, end_row, column, end_column, out, coarse):
        s = self._size
        s[0] = width
        s[1] = height
        s[2] = mesh.side
        s[3] = row
        s[4] = end_row
        s[5] = column
        s[6] = end_column
        s[7] = flip
        _sample(0, 0, frame, frame, s, mesh.x, mesh.y, out, 1 if coarse else 0)
