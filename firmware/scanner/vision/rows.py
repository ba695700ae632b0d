# One row of pixels -> the places where it may cross the middle of a finder pattern.
#
# A line through a finder's middle sees runs of 1:1:3:1:1 modules at any rotation (ISO/IEC 18004, 6.3.3). The row
# becomes a list of colour changes, each placed between two pixels by interpolation, and every six changes in a
# row are put to the test. Dark and light runs alternate in the list, so one pass finds codes of either polarity.
#
# The test compares distances between changes of the same direction (dark run + light run): blur and a threshold
# a little off widen one colour at the cost of the other, and those sums do not feel it.
import micropython
from micropython import const

_LAST_SWING = const(24)  # grey levels; the end of a row lies in no block


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
def _glance(frame: ptr8, place: ptr32, at: int, t: int, twelve: int, inverted: int) -> int:
    # Up and down from a supposed middle, in whole pixels: 1 if the runs there may be a finder's. It spares most
    # false hits the dearer cuts.
    width = int(place[0])
    y = int(place[2])
    shift = int(place[3])
    stride = width << shift
    limit = twelve // 96 + 1  # rows: two modules
    core = 0
    total = 0
    whole = 1
    side = 0
    while side < 2:
        p = at
        left = y >> shift  # rows to the frame's border
        if side:
            left = (int(place[1]) - 1 - y) >> shift
            stride = 0 - stride
        want = inverted ^ 1
        ring = 0
        most = limit + limit
        while ring < 3:
            run = 0
            while left > 0:
                if ((int(frame[p]) - t) >> 31) & 1 != want:
                    break
                run += 1
                if run > most:
                    return 0
                p -= stride
                left -= 1
            if left == 0:
                whole = 0
            elif run == 0:
                return 0
            total += run
            if ring == 0:
                core += run
            want = want ^ 1
            most = limit
            ring += 1
        side += 1
    # The core is three modules high of seven: two to four will do, one row more or less.
    if whole:
        off = core * 7 - total * 3
        if off < 0:
            off = 0 - off
        if off > total + 7:
            return 0
    # A module is twelve / 192 rows at any rotation, and tilt takes or adds less than a half.
    if (core + 1) * 128 < twelve or (core - 1) * 36 > twelve:
        return 0
    return 1


@micropython.viper
def find_crossings(
    edges: ptr16, count: int, least: int, frame: ptr8, place: ptr32, thresholds: ptr8, hits: ptr16, room: int
) -> int:
    """Put every six changes to the 1:1:3:1:1 test; returns how many passed, at most `room`.

    Each hit is three numbers: middle (1/16 px), width of twelve modules (1/16 px), 0 for dark on light or 1.
    `least` is the smallest width of twelve modules worth a look. `place` is what the row is: width and height of the
    frame, y there, the power of two it was shrunk by, block shift, 1 if blurred. `thresholds` points at the row's
    first block.
    """
    width = int(place[0])
    y = int(place[2])
    shift = int(place[3])
    block_shift = int(place[4])
    blurred = int(place[5])
    glance = _glance
    found = 0
    k = 0
    last = count - 6
    while k <= last:
        # The core first: it decides most cases.
        e2 = edges[k + 2]
        e3 = edges[k + 3]
        core = (e3 - e2) * 7
        e0 = edges[k]
        e5 = edges[k + 5]
        whole = e5 - e0
        if core > whole * 3 - whole:
            if core < whole * 4 + (whole >> 1):
                e1 = edges[k + 1]
                e4 = edges[k + 4]
                a = e2 - e0
                b = e3 - e1
                c = e4 - e2
                d = e5 - e3
                twelve = a + b + c + d
                if twelve >= least:
                    slack = twelve * 3 >> 3
                    p = a * 6 - twelve
                    q = d * 6 - twelve
                    r = b * 3 - twelve
                    s = c * 3 - twelve
                    if p < 0:
                        p = 0 - p
                    if q < 0:
                        q = 0 - q
                    if r < 0:
                        r = 0 - r
                    if s < 0:
                        s = 0 - s
                    if p < slack + (slack >> 1) and q < slack + (slack >> 1) and r < slack and s < slack:
                        # No run may vanish: a quarter module is the least.
                        thin = twelve // 48
                        if e1 - e0 > thin and e2 - e1 > thin and e4 - e3 > thin and e5 - e4 > thin:
                            middle = (e0 + e1 + e2 + e3 + e4 + e5) // 6
                            x = ((middle + 8) >> 4) << shift
                            at = y * width + x
                            # Half way between the core and the rings beside it; in sharp rows the block knows better.
                            left = y * width + (((e1 + e2) >> 5) << shift)
                            right = y * width + (((e3 + e4) >> 5) << shift)
                            t = (int(frame[at]) * 2 + int(frame[left]) + int(frame[right]) + 2) >> 2
                            seen = 0
                            if blurred == 0 or int(glance(frame, place, at, t, twelve, k & 1)) == 0:
                                t = int(thresholds[x >> block_shift])
                                seen = int(glance(frame, place, at, t, twelve, k & 1))
                            else:
                                seen = 1
                            if seen and found < room:
                                hits[found * 3] = middle
                                hits[found * 3 + 1] = twelve
                                hits[found * 3 + 2] = k & 1
                                found += 1
        k += 1
    return found


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
def find_swings(row: ptr8, width: int, swings: ptr8, block_shift: int, edges: ptr16) -> int:
    """Like find_edges, for rows too blurred for a threshold: each edge is half way between two extremes.

    An extreme counts once the row has left it by the block's entry in `swings`.
    """
    count = 0
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
        swing = int(swings[x >> block_shift])
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
                if top_value - from_value >= swing:
                    level = (top_value + from_value + 1) >> 1
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
        level = (top_value + from_value + 1) >> 1
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
