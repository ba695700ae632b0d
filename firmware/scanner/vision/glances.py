# Crossings of a row -> those worth the dearer cuts: a glance up and down from each supposed middle.
#
# It spares most false crossings the examination (probe.py). One call looks at the crossings of many rows, as a call
# costs as much as a hundred pixels.
import micropython
from micropython import const

# Instructions, about: for a crossing, and for each pixel that is looked at.
_GLANCE = const(250)
_RUN = const(4)  # what a run costs beside its pixels, in pixels
_PIXEL = const(26)


@micropython.viper
def glance(p: ptr8, left: int, frame: ptr8, place: ptr32, thresholds: ptr8, hits: ptr16, first: int) -> int:
    """Keep those of the hits from `first` on that may be finders; returns how many there are then in all.

    `place` and `hits` are those of crossings.py, the thresholds those of the frame. Up and down in whole pixels, the
    runs must be about those of a finder. `p` and `left` are of no meaning.
    """
    n = int(place[6]) - first
    kept = first
    shift = int(place[3])
    width = int(place[0])
    blurred = int(place[5])
    looked = 0
    work = int(place[9]) - n * _GLANCE
    hit = ptr16(int(hits) + 8 * first)
    to = hit
    while n:
        y = int(hit[1])
        twelve = int(hit[2])
        x = (int(hit[0]) + 8) >> 4 << shift
        middle = int(frame) + y * width + x
        limit = twelve // 96 + 1  # rows: two modules
        turn = blurred
        good = 0
        while turn >= 0:
            t = int(thresholds[(y >> int(place[11])) * int(place[8]) + (x >> int(place[4]))])
            if turn:
                # Half way between the core and the rings beside it, two modules away.
                p = ptr8(middle)
                off = (twelve // 96) << shift
                t = (int(p[0]) * 2 + int(p[off]) + int(ptr8(middle - off)[0]) + 2) >> 2
            turn -= 1
            core = 0
            total = 0
            lean = 0  # by how much the rings above are higher than those below
            whole = 1
            side = 0
            stride = 0 - (width << shift)
            left = (y >> shift) + 1
            while side < 2:
                p = ptr8(middle)
                dark = int(hit[3]) ^ 1
                ring = 0
                most = limit + limit
                while ring < 3:
                    run = left
                    if left > most:
                        left = most + 1
                    rest = left
                    if dark:
                        while left:
                            if int(p[0]) >= t:
                                break
                            p = ptr8(int(p) + stride)
                            left -= 1
                    else:
                        while left:
                            if int(p[0]) < t:
                                break
                            p = ptr8(int(p) + stride)
                            left -= 1
                    rest -= left
                    looked += rest + _RUN
                    if rest > most:
                        break
                    left = run - rest
                    if left == 0:
                        whole = 0
                    elif rest == 0:
                        break
                    total += rest
                    if ring:
                        if side:
                            lean -= rest
                        else:
                            lean += rest
                    else:
                        core += rest
                    dark = dark ^ 1
                    most = limit
                    ring += 1
                if ring < 3:
                    break
                side += 1
                left = ((int(place[1]) - 1 - y) >> shift) + 1
                stride = 0 - stride
            if side == 2:
                # The core is three modules high of seven: two to four will do, one row more or less. The rings above
                # it are as high as those below, a fifth of the whole more or less.
                if whole:
                    off = core * 7 - total * 3
                    if off < 0:
                        off = 0 - off
                    if off * 5 > total * 2 + 18:
                        side = 0
                    if lean < 0:
                        lean = 0 - lean
                    if lean * 5 > total + 4:
                        side = 0
                # A module is twelve / 192 rows at any rotation, and tilt takes or adds less than a half.
                if (core + 1) * 128 < twelve or (core - 1) * 36 > twelve:
                    side = 0
            if side == 2:
                good = 1
                turn = 0 - 1
        if good:
            to[0] = int(hit[0])
            to[1] = y
            to[2] = twelve
            to[3] = int(hit[3])
            to = ptr16(int(to) + 8)
            kept += 1
        hit = ptr16(int(hit) + 8)
        n -= 1
    work -= looked * _PIXEL
    if work < 0:
        work = 0
    place[9] = work
    place[6] = kept
    return kept
