# A threshold for every block of the frame: what counts as dark there.
#
# One global threshold fails under a lamp's shadow, and a running average costs more than everything else the
# search does. So the frame is cut into square blocks, each is sampled sparsely for its darkest and lightest
# value, and its threshold is the middle of the two, averaged over its neighbours with their contrast as weight.
# Neighbours whose middle lies beyond the block's own extremes are left out, unless its contrast is a small part of
# theirs: they see a bright window beside a pale screen, or glare beside a dark one.
# A block with no contrast around it gets threshold 0: nothing there is dark, so nothing there costs time.
import micropython
from micropython import const

from scanner.vision.room import Room
from scanner.vision.wiping import wipe, zero

_LEAST_CONTRAST = const(16)  # grey levels; less than this between lightest and darkest is noise
_PATCH_SHIFT = const(4)  # a block is sampled in patches of 16 pixels square, at eight pixels each


@micropython.viper
def _extremes(
    p: ptr8,
    dark: int,
    light: int,
    width: int,
    height: int,
    shift: int,
    wider: int,
    columns: int,
    rows: int,
    contrasts: ptr8,
    middles: ptr8,
):
    # The contrast and the middle of each block, in lines of columns + 2; `dark` and `light` are of no meaning.
    contrasts = ptr8(int(contrasts) + light)
    middles = ptr8(int(middles) + light)
    frame = int(p)
    # Of a block higher than a patch every other one will do.
    spacing = 16
    if shift > _PATCH_SHIFT:
        spacing = 32
    high = 1 << shift
    wide = high << wider
    last_x = width - 16
    last_y = height - 16
    stride = width << 3
    top = 0
    while rows:
        contrasts = ptr8(int(contrasts) + 2)
        middles = ptr8(int(middles) + 2)
        left = 0
        n = columns
        while n:
            dark = 255
            light = 0
            y = top
            while y < top + high:
                x = left
                while x < left + wide:
                    # The last patch lies as far in as it must.
                    p = ptr8(frame + 4 * width)
                    if y > last_y:
                        p = ptr8(int(p) + last_y * width)
                    else:
                        p = ptr8(int(p) + y * width)
                    if x > last_x:
                        p = ptr8(int(p) + last_x)
                    else:
                        p = ptr8(int(p) + x)
                    v = int(p[0])
                    if v < dark:
                        dark = v
                    if v > light:
                        light = v
                    v = int(p[4])
                    if v < dark:
                        dark = v
                    if v > light:
                        light = v
                    v = int(p[8])
                    if v < dark:
                        dark = v
                    if v > light:
                        light = v
                    v = int(p[12])
                    if v < dark:
                        dark = v
                    if v > light:
                        light = v
                    p = ptr8(int(p) + stride)
                    v = int(p[2])
                    if v < dark:
                        dark = v
                    if v > light:
                        light = v
                    v = int(p[6])
                    if v < dark:
                        dark = v
                    if v > light:
                        light = v
                    v = int(p[10])
                    if v < dark:
                        dark = v
                    if v > light:
                        light = v
                    v = int(p[14])
                    if v < dark:
                        dark = v
                    if v > light:
                        light = v
                    x += spacing
                y += spacing
            left += wide
            n -= 1
            v = light - dark
            if v < _LEAST_CONTRAST:
                contrasts[0] = 0
                middles[0] = 0
            else:
                contrasts[0] = v
                middles[0] = (light + dark) >> 1
            contrasts = ptr8(int(contrasts) + 1)
            middles = ptr8(int(middles) + 1)
        top += high
        rows -= 1


@micropython.viper
def _smooth(c: ptr8, m: ptr8, weights: int, columns: int, rows: int, out: ptr8, swings: ptr8):
    # From contrasts and middles, with a line more on every side than there are blocks. `weights` is of no meaning.
    line = columns + 2
    c = ptr8(int(c) + line)
    m = ptr8(int(m) + line)
    up = ptr8(int(c) + 1 - line)
    down = ptr8(int(c) + 1 + line)
    middle_up = ptr8(int(m) + 1 - line)
    middle_down = ptr8(int(m) + 1 + line)
    while rows:
        n = columns
        while n:
            most = int(c[1])
            weights = int(c[0])
            if weights > most:
                most = weights
            weights = int(c[2])
            if weights > most:
                most = weights
            weights = int(up[0])
            if weights > most:
                most = weights
            weights = int(down[0])
            if weights > most:
                most = weights
            if most == 0:
                out[0] = 0
                swings[0] = 255
            else:
                weights = int(c[1])
                middle = int(m[1])
                total = weights * middle
                far = 65536
                if weights * 4 >= most:
                    far = weights * weights >> 2
                off = int(m[0]) - middle
                if off * off <= far:
                    v = int(c[0])
                    weights += v
                    total += int(m[0]) * v
                off = int(m[2]) - middle
                if off * off <= far:
                    v = int(c[2])
                    weights += v
                    total += int(m[2]) * v
                off = int(middle_up[0]) - middle
                if off * off <= far:
                    v = int(up[0])
                    weights += v
                    total += int(middle_up[0]) * v
                off = int(middle_down[0]) - middle
                if off * off <= far:
                    v = int(down[0])
                    weights += v
                    total += int(middle_down[0]) * v
                out[0] = total // weights
                swings[0] = (most >> 3) + 2
            out = ptr8(int(out) + 1)
            swings = ptr8(int(swings) + 1)
            c = ptr8(int(c) + 1)
            m = ptr8(int(m) + 1)
            up = ptr8(int(up) + 1)
            down = ptr8(int(down) + 1)
            middle_up = ptr8(int(middle_up) + 1)
            middle_down = ptr8(int(middle_down) + 1)
            n -= 1
        c = ptr8(int(c) + 2)
        m = ptr8(int(m) + 2)
        up = ptr8(int(up) + 2)
        down = ptr8(int(down) + 2)
        middle_up = ptr8(int(middle_up) + 2)
        middle_down = ptr8(int(middle_down) + 2)
        rows -= 1


class ThresholdMap:
    """Thresholds of blocks `1 << shift_x` pixels wide and `1 << shift_y` high: one byte each in `at`, row by row,
    `columns` in a row.

    `swing` is the least difference between extremes that counts. What blocks are measured in is of `room`.
    """

    def __init__(self, max_width, max_height, room=None):
        columns = (max_width >> _PATCH_SHIFT) + 1
        rows = (max_height >> _PATCH_SHIFT) + 1
        self.at = bytearray(columns * rows)
        self.swing = bytearray(columns * rows)
        size = (columns + 2) * (rows + 2)
        scratch = (room or Room()).first(2 * size)
        self._contrasts = scratch[:size]
        self._middles = scratch[size:]
        self.shift_x = self.shift_y = _PATCH_SHIFT
        self.columns = 0

    def forget(self):
        """Leave nothing of the last frame."""
        wipe(self.at, self.swing, self._contrasts, self._middles)

    def measure(self, frame, width, height, shift=_PATCH_SHIFT, wider=0):
        """Fill the map from a frame of at least 16 pixels square. Blocks are `1 << shift` pixels high, and wider than
        that by the power of two `wider`; for a frame too large they grow."""
        while (((width - 1) >> (shift + wider)) + 3) * (((height - 1) >> shift) + 3) > len(self._contrasts):
            shift += 1
        self.shift_x = shift + wider
        self.shift_y = shift
        self.columns = columns = ((width - 1) >> (shift + wider)) + 1
        rows = ((height - 1) >> shift) + 1
        zero(self._contrasts, len(self._contrasts))
        _extremes(
            frame, 0, columns + 1, width, height, shift, wider, columns, rows, self._contrasts, self._middles
        )
        _smooth(self._contrasts, self._middles, 0, columns, rows, self.at, self.swing)
