# One blurred row of pixels -> the places where it changes colour, by its extremes instead of by a threshold.
#
# Blur takes a ring one module wide half of its contrast and more: no threshold has the ring on one side and the
# light beside it on the other. But each edge still lies half way between the extremes on its two sides.
import micropython
from micropython import const

_LAST_SWING = const(24)  # grey levels; the end of a row lies in no block


@micropython.viper
def blend_rows(frame: ptr8, width: int, y: int, out: ptr8):
    """The mean of rows y - 1, y and y + 1 (1:2:1), less noisy than any of them."""
    at = y * width
    x = 0
    while x < width:
        out[x] = (int(frame[at - width]) + 2 * int(frame[at]) + int(frame[at + width]) + 2) >> 2
        at += 1
        x += 1


@micropython.viper
def find_swings(row: ptr8, width: int, swings: ptr8, first: int, block_shift: int, edges: ptr16) -> int:
    """Like find_edges, for rows too blurred for a threshold: each edge is half way between two extremes.

    An extreme counts once the row has left it by the block's entry in `swings`. Of two edges in a row the one twice
    as high or more is placed by one and a half times the lower: beside a quiet zone may lie something brighter.
    """
    count = 0
    last = 0  # height of the edge before
    rising = 0  # the row starts in quiet zone, looking for something darker
    from_at = 0
    from_value = 0  # values are turned (255 - v) while falling, so that every search is for a maximum
    top_at = 0
    top_value = 0
    x = 0
    v = int(row[0])
    from_value = 255 - v
    top_value = from_value
    while x < width:
        end = ((x >> block_shift) + 1) << block_shift
        swing = int(swings[first + (x >> block_shift)])
        if end > width:
            end = width
        while x < end:
            v = int(row[x])
            if rising == 0:
                v = 255 - v
            if v > top_value:
                top_value = v
                top_at = x
            elif v < top_value - swing:
                rise = top_value - from_value
                if rise >= swing:
                    level = rise
                    if count and rise > last + last:
                        level = last + (last >> 1)
                    elif last > rise + rise:
                        # The extreme before was something beyond the quiet zone: the edge lies nearer to this one.
                        level = from_value + ((rise + (rise >> 1)) >> 1)
                        k = from_at
                        before = from_value
                        w = before
                        while w < level:
                            before = w
                            k -= 1
                            w = int(row[k])
                            if rising == 0:
                                w = 255 - w
                        edges[count - 1] = (k << 4) + ((w - level) << 4) // (w - before)
                        level = rise
                    last = rise
                    level = (from_value + from_value + level + 1) >> 1
                    k = from_at
                    before = from_value
                    w = before
                    while w < level:
                        before = w
                        k += 1
                        w = int(row[k])
                        if rising == 0:
                            w = 255 - w
                    edges[count] = (k << 4) - 16 + ((level - before) << 4) // (w - before)
                    count += 1
                    from_at = top_at
                    from_value = 255 - top_value
                    rising = rising ^ 1
                    top_at = x
                    top_value = 255 - v
                else:
                    from_value = v
                    from_at = x
                    top_value = v
                    top_at = x
            elif v < from_value:
                if top_value - from_value < swing:
                    from_value = v
                    from_at = x
                    top_value = v
                    top_at = x
            x += 1
    if top_value - from_value >= _LAST_SWING:
        # The row ends before it could leave the last extreme.
        level = top_value - from_value
        if count and level > last + last:
            level = last + (last >> 1)
        level = (from_value + from_value + level + 1) >> 1
        k = from_at
        before = from_value
        w = before
        while w < level:
            before = w
            k += 1
            w = int(row[k])
            if rising == 0:
                w = 255 - w
        edges[count] = (k << 4) - 16 + ((level - before) << 4) // (w - before)
        count += 1
    return count


@micropython.viper
def list_long(edges: ptr16, before: int, n: int, long: ptr16) -> int:
    """What find_edges writes into `long`, of `n` edges that are there; returns how many. `before` is of no meaning."""
    before = 0
    growing = 0
    found = long
    e = edges
    k = 1
    while k < n:
        run = int(e[1]) - int(e[0])
        e = ptr16(int(e) + 2)
        if run < before:
            if growing:
                if run + (run >> 1) < before:
                    found[0] = k + k
                    found = ptr16(int(found) + 2)
                growing = 0
        elif before + (before >> 1) < run:
            growing = 1
        else:
            growing = 0
        before = run
        k += 1
    found[0] = n + n
    return (int(found) - int(long)) >> 1
