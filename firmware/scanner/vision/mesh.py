# The piecewise map from modules to pixels: one node every eight modules, each at its own place.
#
# No single perspective map fits a bent sheet or a lens that bows lines; at 80 modules and more an error of one
# percent is a module. So the nodes start on the symbol's projection and are then moved, by what the alignment
# patterns tell (alignment.py) and by what the modules themselves tell (drift.py). Between nodes the map is
# bilinear, which eight modules are too few to notice.
from array import array

import micropython
from micropython import const

from scanner.vision.room import Room, numbers

BIAS = const(1 << 20)  # node coordinates are 1/256 px + BIAS, never negative
_BIAS = const(1 << 20)
_FAR = const(100000)  # half pixels; a false triple may project anywhere
_LINES = const(7)  # alignment positions of version 40


@micropython.viper
def _project(nodes_x: ptr32, nodes_y: ptr32, side: int, coefficients: ptr32):
    # coefficients: xu, xv, yu, yv in 2^-16 px, g, h in 2^-24 (all + 2^29), corner x, y in 1/256 px.
    bias = 1 << 29
    xu = int(coefficients[0]) - bias
    xv = int(coefficients[1]) - bias
    yu = int(coefficients[2]) - bias
    yv = int(coefficients[3]) - bias
    g = int(coefficients[4]) - bias
    h = int(coefficients[5]) - bias
    cx = int(coefficients[6])
    cy = int(coefficients[7])
    at = 0
    j = 0
    while j < side:
        v = j * 8 - 3
        i = 0
        while i < side:
            u = i * 8 - 3
            w = ((1 << 24) + g * u + h * v) >> 9
            if w < 1024:
                w = 1024
            # The offset from the corner, divided in two steps so that 31 bits are enough.
            num = xu * u + xv * v
            q = num // w
            if q < 0 - _FAR:
                q = 0 - _FAR
            if q > _FAR:
                q = _FAR
            nodes_x[at] = (q << 7) + (((num % w) << 7) // w) + cx + _BIAS
            num = yu * u + yv * v
            q = num // w
            if q < 0 - _FAR:
                q = 0 - _FAR
            if q > _FAR:
                q = _FAR
            nodes_y[at] = (q << 7) + (((num % w) << 7) // w) + cy + _BIAS
            at += 1
            i += 1
        j += 1


@micropython.viper
def _bend(nodes_x: ptr32, nodes_y: ptr32, side: int, lines: ptr8, count: int, shift_x: ptr32, shift_y: ptr32):
    # Add displacements known at the crossings of `lines` (module indices), bilinear between, held outside.
    at = 0
    j = 0
    while j < side:
        v = j << 3
        row = 0
        while row < count - 2 and v > int(lines[row + 1]):
            row += 1
        v0 = int(lines[row])
        dv = int(lines[row + 1]) - v0
        fv = v - v0
        if fv < 0 - (dv >> 2):
            fv = 0 - (dv >> 2)
        if fv > dv + (dv >> 2):
            fv = dv + (dv >> 2)
        i = 0
        while i < side:
            u = i << 3
            column = 0
            while column < count - 2 and u > int(lines[column + 1]):
                column += 1
            u0 = int(lines[column])
            du = int(lines[column + 1]) - u0
            fu = u - u0
            if fu < 0 - (du >> 2):
                fu = 0 - (du >> 2)
            if fu > du + (du >> 2):
                fu = du + (du >> 2)
            k = row * count + column
            area = du * dv
            w00 = (du - fu) * (dv - fv)
            w10 = fu * (dv - fv)
            w01 = (du - fu) * fv
            w11 = fu * fv
            # Displacements carry _BIAS each; the weights add up to `area`, so it is taken off once.
            total = (int(shift_x[k]) - _BIAS) * w00 + (int(shift_x[k + 1]) - _BIAS) * w10
            total += (int(shift_x[k + count]) - _BIAS) * w01 + (int(shift_x[k + count + 1]) - _BIAS) * w11
            nodes_x[at] = int(nodes_x[at]) + total // area
            total = (int(shift_y[k]) - _BIAS) * w00 + (int(shift_y[k + 1]) - _BIAS) * w10
            total += (int(shift_y[k + count]) - _BIAS) * w01 + (int(shift_y[k + count + 1]) - _BIAS) * w11
            nodes_y[at] = int(nodes_y[at]) + total // area
            at += 1
            i += 1
        j += 1


@micropython.viper
def _node(nodes: ptr32, k: int) -> int:
    nodes = ptr32(int(nodes) + (k << 2))
    return nodes[0]


class Mesh:
    """`x`, `y`: node coordinates in 1/256 px + BIAS as 32-bit integers, `side` nodes a row; node (i, j) is module
    8 i, 8 j. `room` holds them."""

    def __init__(self, room=None):
        self._room = room or Room()
        self.x = self.y = b""
        self._coefficients = array("i", (0,) * 8)
        self.shift_x = numbers("i", _LINES * _LINES)
        self.shift_y = numbers("i", _LINES * _LINES)
        self.side = 0
        self.size = 0

    def lay(self, projection):
        """Put every node where the projection says."""
        self.size = projection.size
        side = (projection.size + 6) // 8 + 1
        if side != self.side:
            self.side = side
            nodes = self._room.hold(8 * side * side)
            self.x = nodes[: 4 * side * side]
            self.y = nodes[4 * side * side :]
        c = self._coefficients
        c[0] = (projection.along_x << 4) + (1 << 29)
        c[1] = (projection.down_x << 4) + (1 << 29)
        c[2] = (projection.along_y << 4) + (1 << 29)
        c[3] = (projection.down_y << 4) + (1 << 29)
        c[4] = (projection.shrink_u << 4) + (1 << 29)
        c[5] = (projection.shrink_v << 4) + (1 << 29)
        c[6] = projection.x0
        c[7] = projection.y0
        _project(self.x, self.y, self.side, c)

    def let_go(self):
        """Give the nodes' room to others; there is no mesh until it is laid again."""
        self._room.hold(0)
        self.x = self.y = b""
        self.side = 0

    def bend(self, lines):
        """Move the nodes by `shift_x`, `shift_y` (1/256 px + BIAS) known at the crossings of `lines` (bytes)."""
        _bend(self.x, self.y, self.side, lines, len(lines), self.shift_x, self.shift_y)

    def corners(self, width, height):
        """The symbol's outer corners (top left, top right, bottom right, bottom left) as x, y in pixels."""
        last = 2 * self.size - 1  # in half modules from the first module's middle
        out = []
        for u, v in ((-1, -1), (last, -1), (last, last), (-1, last)):
            i = min(max(u // 16, 0), self.side - 2)
            j = min(max(v // 16, 0), self.side - 2)
            k = j * self.side + i
            fu = u - 16 * i
            fv = v - 16 * j
            for nodes, limit in ((self.x, width), (self.y, height)):
                top = _node(nodes, k) * (16 - fu) + _node(nodes, k + 1) * fu
                low = _node(nodes, k + self.side) * (16 - fu) + _node(nodes, k + self.side + 1) * fu
                at = ((top * (16 - fv) + low * fv) // 256 - BIAS + 128) // 256
                out.append(max(0, min(limit - 1, at)))
        return tuple(out)
