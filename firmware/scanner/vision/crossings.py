# Colour changes of one row -> the places where it may cross the middle of a finder pattern.
#
# A line through a finder's middle sees runs of 1:1:3:1:1 modules at any rotation (ISO/IEC 18004, 6.3.3). Every six
# changes in a row are put to the test; as dark and light runs alternate, one pass finds codes of either polarity.
#
# The test compares distances between changes of the same direction (dark run + light run): blur and a threshold
# a little off widen one colour at the cost of the other, and those sums do not feel it.
import micropython


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
