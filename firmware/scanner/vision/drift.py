# How far the modules have drifted from the mesh, told by the modules themselves.
#
# Between two neighbours of different colour the grey value half way should be half way too; where it is nearer to
# one of them the edge, and with it the whole neighbourhood, lies to that side. (Receivers recover their symbol
# clock from data like this: the early-late detector of F. M. Gardner.) Averaged over the transitions of one mesh
# cell it shows a drift of a few hundredths of a module, with no pattern needed. It cannot see a drift of half a
# module and more: that is what the alignment patterns are for.
from array import array

import micropython
from micropython import const

from scanner.vision.room import Room

_BIAS = const(1 << 20)
_HALF = const(1 << 15)  # drifts are stored + 2^15, in 1/1024 of a module
_LEAST_TRANSITIONS = const(3)
_LIMIT = const(400)  # 1/1024 module; more than that in one step is a measuring error


@micropython.viper
def _measure(
    frame: ptr8, size: ptr32, nodes_x: ptr32, nodes_y: ptr32, values: ptr8, drift_u: ptr16, drift_v: ptr16
):
    # size: width, height, nodes a row, modules a row, flip, least contrast of a transition
    width = int(size[0])
    limit_x = ((width - 1) << 11) - 1
    limit_y = ((int(size[1]) - 1) << 11) - 1
    side = int(size[2])
    n = int(size[3])
    flip = int(size[4])
    least = int(size[5])
    cells = side - 1
    j = 0
    while j < cells:
        end_row = (j + 1) << 3
        if j == cells - 1:
            end_row = n
        i = 0
        while i < cells:
            end_column = (i + 1) << 3
            if i == cells - 1:
                end_column = n
            k = j * side + i
            axis = 0
            while axis < 2:
                early = 0
                weight = 0
                row = j << 3
                while row < end_row:
                    # 1/2048 px: the row's first module, then one module along and one down.
                    fv = row - (j << 3)
                    x = (int(nodes_x[k]) << 3) + (int(nodes_x[k + side]) - int(nodes_x[k])) * fv
                    y = (int(nodes_y[k]) << 3) + (int(nodes_y[k + side]) - int(nodes_y[k])) * fv
                    dx = (
                        (int(nodes_x[k + 1]) << 3)
                        + (int(nodes_x[k + side + 1]) - int(nodes_x[k + 1])) * fv
                        - x
                    ) >> 3
                    dy = (
                        (int(nodes_y[k + 1]) << 3)
                        + (int(nodes_y[k + side + 1]) - int(nodes_y[k + 1])) * fv
                        - y
                    ) >> 3
                    if axis:
                        x += (int(nodes_x[k + side]) - int(nodes_x[k])) >> 1
                        y += (int(nodes_y[k + side]) - int(nodes_y[k])) >> 1
                        next_one = n
                    else:
                        x += dx >> 1
                        y += dy >> 1
                        next_one = 1
                    x -= _BIAS << 3
                    y -= _BIAS << 3
                    column = i << 3
                    at = row * n + column
                    last = end_column
                    if last == n:
                        if axis == 0:
                            last = n - 1
                    if axis:
                        if row == n - 1:
                            last = 0
                    while column < last:
                        a = int(values[at])
                        b = int(values[at + next_one])
                        d = b - a
                        if d < 0:
                            d = 0 - d
                        if d > least:
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
                            p = (uy >> 11) * width + (ux >> 11)
                            fx = (ux >> 7) & 15
                            v = int(frame[p])
                            top = (v << 4) + (int(frame[p + 1]) - v) * fx
                            p += width
                            v = int(frame[p])
                            v = (top << 4) + ((v << 4) + (int(frame[p + 1]) - v) * fx - top) * (
                                (uy >> 7) & 15
                            )
                            v = (v >> 8) ^ flip
                            if b > a:
                                early += v + v - a - b
                            else:
                                early -= v + v - a - b
                            weight += d
                        x += dx
                        y += dy
                        at += 1
                        column += 1
                    row += 1
                # The grey value changes by about 1.3 contrasts a module at an edge: 1024 / 2 / 1.3.
                shift = 0
                if weight > least * _LEAST_TRANSITIONS:
                    shift = (0 - early) * 400 // weight
                    if shift > _LIMIT:
                        shift = _LIMIT
                    if shift < 0 - _LIMIT:
                        shift = 0 - _LIMIT
                if axis:
                    drift_v[j * cells + i] = shift + _HALF
                else:
                    drift_u[j * cells + i] = shift + _HALF
                axis += 1
            i += 1
        j += 1


@micropython.viper
def _follow(
    nodes_x: ptr32, nodes_y: ptr32, side: int, drift_u: ptr16, drift_v: ptr16, old_x: ptr32, old_y: ptr32
):
    # Move each node by the mean drift of the cells around it. old_x, old_y: room for two rows of nodes.
    cells = side - 1
    j = 0
    while j < side:
        # Vectors of a module come from neighbours, which must not have moved yet: keep the row above.
        i = 0
        while i < side:
            old_x[side + i] = int(nodes_x[j * side + i])
            old_y[side + i] = int(nodes_y[j * side + i])
            i += 1
        i = 0
        while i < side:
            total_u = 0
            total_v = 0
            count = 0
            cj = j - 1
            while cj <= j:
                if cj >= 0:
                    if cj < cells:
                        ci = i - 1
                        while ci <= i:
                            if ci >= 0:
                                if ci < cells:
                                    total_u += int(drift_u[cj * cells + ci]) - _HALF
                                    total_v += int(drift_v[cj * cells + ci]) - _HALF
                                    count += 1
                            ci += 1
                cj += 1
            k = j * side + i
            if i < cells:
                ux = int(old_x[side + i + 1]) - int(old_x[side + i])
                uy = int(old_y[side + i + 1]) - int(old_y[side + i])
            else:
                ux = int(old_x[side + i]) - int(old_x[side + i - 1])
                uy = int(old_y[side + i]) - int(old_y[side + i - 1])
            if j < cells:
                vx = int(nodes_x[k + side]) - int(old_x[side + i])
                vy = int(nodes_y[k + side]) - int(old_y[side + i])
            else:
                vx = int(old_x[side + i]) - int(old_x[i])
                vy = int(old_y[side + i]) - int(old_y[i])
            # Eight modules a vector, 1024 parts a module.
            whole = count << 13
            nodes_x[k] = int(nodes_x[k]) + (total_u * ux + total_v * vx) // whole
            nodes_y[k] = int(nodes_y[k]) + (total_u * uy + total_v * vy) // whole
            i += 1
        i = 0
        while i < side:
            old_x[i] = int(old_x[side + i])
            old_y[i] = int(old_y[side + i])
            i += 1
        j += 1


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


class Drift:
    def __init__(self, room=None):
        self._room = room or Room()
        self._size = array("i", (0,) * 6)

    def contrast(self, values, size):
        """Grey levels between dark and light modules, roughly."""
        return _contrast(values, size * size)

    def follow(self, frame, width, height, mesh, values, flip, least):
        """Move the mesh to where the modules are. `values` were sampled with it; `least` contrast is a transition."""
        room = self._room
        at = room.at
        cells = (mesh.side - 1) * (mesh.side - 1)
        u = room.take(2 * cells)
        v = room.take(2 * cells)
        s = self._size
        s[0] = width
        s[1] = height
        s[2] = mesh.side
        s[3] = mesh.size
        s[4] = flip
        s[5] = least
        _measure(frame, s, mesh.x, mesh.y, values, u, v)
        _follow(mesh.x, mesh.y, mesh.side, u, v, room.take(8 * mesh.side), room.take(8 * mesh.side))
        room.back(at)
