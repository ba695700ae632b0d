# A threshold for every block of the frame: what counts as dark there.
#
# One global threshold fails under a lamp's shadow, and a running average costs more than everything else the
# search does. So the frame is cut into square blocks, each is sampled sparsely for its darkest and lightest
# value, and its threshold is the middle of the two, averaged over its neighbours with their contrast as weight.
# Neighbours whose middle lies beyond the block's own extremes are left out: they see a bright window beside a
# pale screen, or glare beside a dark one. Modules larger than a block want the mean of all, which is kept as well.
# A block with no contrast around it gets threshold 0: nothing there is dark, so nothing there costs time.
import micropython
from micropython import const

from scanner.vision.wiping import wipe

_LEAST_CONTRAST = const(16)  # grey levels; less than this between lightest and darkest is noise
_SAMPLED_ROWS = const(4)  # rows looked at in each block
_SAMPLED_COLUMNS = const(8)  # pixels looked at in each of these rows


@micropython.viper
def _extremes(
    frame: ptr8, width: int, height: int, shift: int, columns: int, rows: int, low: ptr8, high: ptr8
):
    side = 1 << shift
    step_x = side // _SAMPLED_COLUMNS
    step_y = side // _SAMPLED_ROWS
    block = 0
    by = 0
    while by < rows:
        bx = 0
        while bx < columns:
            dark = 255
            light = 0
            y = (by << shift) + (step_y >> 1)
            end_y = (by + 1) << shift
            if end_y > height:
                end_y = height
            end_x = (bx + 1) << shift
            if end_x > width:
                end_x = width
            while y < end_y:
                at = y * width
                x = at + (bx << shift) + ((y // step_y) & 1) * (step_x >> 1)
                end = at + end_x
                while x < end:
                    v = frame[x]
                    if v < dark:
                        dark = v
                    if v > light:
                        light = v
                    x += step_x
                y += step_y
            if light < dark:  # a sliver of a block, missed by every sample
                dark = 0
                light = 0
            low[block] = dark
            high[block] = light
            block += 1
            bx += 1
        by += 1


@micropython.viper
def _smooth(columns: int, rows: int, low: ptr8, high: ptr8, out: ptr8, broad: ptr8, swings: ptr8):
    by = 0
    while by < rows:
        bx = 0
        while bx < columns:
            at = by * columns + bx
            own_dark = int(low[at]) * 2
            own_light = int(high[at]) * 2
            weights = 0
            total = 0
            fitting = 0
            fitting_total = 0
            most = 0
            y = by - 1
            while y <= by + 1:
                if y >= 0:
                    if y < rows:
                        x = bx - 1
                        while x <= bx + 1:
                            if x >= 0:
                                if x < columns:
                                    dark = int(low[y * columns + x])
                                    light = int(high[y * columns + x])
                                    contrast = light - dark
                                    if contrast > most:
                                        most = contrast
                                    if contrast >= _LEAST_CONTRAST:
                                        middle = light + dark
                                        weights += contrast
                                        total += contrast * middle
                                        if middle > own_dark:
                                            if middle < own_light:
                                                fitting += contrast
                                                fitting_total += contrast * middle
                            x += 1
                y += 1
            if weights:
                mean = total // (weights + weights)
                out[at] = mean
                broad[at] = mean
                if fitting:
                    if (own_light - own_dark) * 2 >= most:
                        out[at] = fitting_total // (fitting + fitting)
                swings[at] = most // 8 + 2
            else:
                out[at] = 0
                broad[at] = 0
                swings[at] = 255
            bx += 1
        by += 1


class ThresholdMap:
    """Thresholds of blocks of `1 << shift` pixels; `at[row * columns + column]` is one byte each.

    `broad` are those for modules larger than a block, `swing` the least difference between extremes that counts.
    """

    def __init__(self, max_width, max_height, shift):
        self._least_shift = shift
        count = ((max_width >> shift) + 1) * ((max_height >> shift) + 1)
        self.at = bytearray(count)
        self.broad = bytearray(count)
        self.swing = bytearray(count)
        self._low = bytearray(count)
        self._high = bytearray(count)
        self.shift = shift
        self.columns = self.rows = 0

    def forget(self):
        """Leave nothing of the last frame."""
        wipe(self.at, self.broad, self.swing, self._low, self._high)

    def measure(self, frame, width, height, extra=0):
        """Fill the map from a frame. `extra` enlarges the blocks by that power of two; so does a frame too large."""
        shift = self._least_shift + extra
        while (((width - 1) >> shift) + 1) * (((height - 1) >> shift) + 1) > len(self.at):
            shift += 1
        self.shift = shift
        self.columns = ((width - 1) >> shift) + 1
        self.rows = ((height - 1) >> shift) + 1
        _extremes(frame, width, height, shift, self.columns, self.rows, self._low, self._high)
        _smooth(self.columns, self.rows, self._low, self._high, self.at, self.broad, self.swing)
