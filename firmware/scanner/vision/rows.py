# One row of pixels -> the places where it changes colour.
#
# Each change is placed between two pixels by interpolation, where the row crosses the threshold of its block; dark
# and light runs alternate. Rows too blurred for a threshold go through swings.py, and crossings.py takes up the
# lists of both. Large modules are searched in rows shrunk by two or four.
import micropython


@micropython.viper
def find_edges(row: ptr8, width: int, thresholds: ptr8, block_shift: int, edges: ptr16) -> int:
    """Write the positions (1/16 px) where the row changes colour; returns how many. Even ones start a dark run.

    `row` points at the row's first pixel, `thresholds` at the first block of its block row. Pixel i has its
    middle at 16 * i. A dark run at the row's end is closed there.
    """
    count = 0
    dark = 0
    x = 0
    before = 255
    while x < width:
        t = int(thresholds[x >> block_shift])
        end = ((x >> block_shift) + 1) << block_shift
        if end > width:
            end = width
        while x < end:
            v = int(row[x])
            if ((v - t) >> 31) & 1 != dark:
                dark = dark ^ 1
                if v < before:
                    num = before - t
                    den = before - v
                else:
                    num = t - before
                    den = v - before
                at = (x << 4) - 8
                if den > 0:
                    if num < 0:
                        num = 0
                    if num > den:
                        num = den
                    at = (x << 4) - 16 + (num << 4) // den
                if at < 0:
                    at = 0
                edges[count] = at
                count += 1
            before = v
            x += 1
    if dark:
        edges[count] = (width << 4) - 8
        count += 1
    return count


@micropython.viper
def shrink_row(frame: ptr8, width: int, y: int, shift: int, out: ptr8) -> int:
    """Average squares of `1 << shift` pixels from row y down into one row; returns its length."""
    side = 1 << shift
    length = width >> shift
    x = 0
    while x < length:
        total = 0
        at = y * width + (x << shift)
        j = 0
        while j < side:
            i = 0
            while i < side:
                total += frame[at + i]
                i += 1
            at += width
            j += 1
        out[x] = total >> (shift + shift)
        x += 1
    return length
