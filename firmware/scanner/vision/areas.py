# Sums over squares of a window, and the place in it that looks most like a finder pattern by them.
#
# A window of the frame is sampled twice a module into a table of sums (an integral image, modulo 65536), from which the
# mean of any square takes four looks.
import micropython
from micropython import const

BIAS = const(1 << 20)
_BIAS = const(1 << 20)
SIDE = const(84)  # samples of a window, at most
_LINE = const(85)  # entries of a line of sums
_MARGIN = const(9)  # samples from a finder's middle to the end of its light margin


@micropython.viper
def sum_up(sums: ptr16, x: int, y: int, frame: ptr8, geometry: ptr32, side: int):
    # Sums of half the grey values, of the samples above and to the left of each. A sample is the pixel nearest to it:
    # areas average that out.
    width = int(geometry[0])
    last_x = width - 1
    last_y = int(geometry[1]) - 1
    ux = int(geometry[2]) - _BIAS
    uy = int(geometry[3]) - _BIAS
    vx = int(geometry[4]) - _BIAS
    vy = int(geometry[5]) - _BIAS
    flip = int(geometry[6])
    x += 128
    y += 128
    # Whether all four corners lie in the frame.
    inside = 1
    k = 0
    while k < 4:
        px = (x + side * (ux * (k & 1) + vx * (k >> 1))) >> 8
        py = (y + side * (uy * (k & 1) + vy * (k >> 1))) >> 8
        if px < 0 or py < 0 or px > last_x or py > last_y:
            inside = 0
        k += 1
    above = sums
    i = _LINE
    while i:
        sums[0] = 0
        sums = ptr16(int(sums) + 2)
        i -= 1
    skip = 2 * (_LINE - side)
    j = side
    while j:
        total = 0
        sums[0] = 0
        i = side
        while i:
            sums = ptr16(int(sums) + 2)
            above = ptr16(int(above) + 2)
            if inside:
                p = ptr8(int(frame) + (y >> 8) * width + (x >> 8))
            else:
                # Beyond the frame its border goes on.
                px = x >> 8
                py = y >> 8
                if px < 0:
                    px = 0
                if px > last_x:
                    px = last_x
                if py < 0:
                    py = 0
                if py > last_y:
                    py = last_y
                p = ptr8(int(frame) + py * width + px)
            total += (int(p[0]) ^ flip) >> 1
            sums[0] = int(above[0]) + total
            x += ux
            y += uy
            i -= 1
        sums = ptr16(int(sums) + skip)
        above = ptr16(int(above) + skip)
        x += vx - side * ux
        y += vy - side * uy
        j -= 1


@micropython.viper
def best_place(s: ptr16, best: int, rest: int, x0: int, y0: int, reach: int, step: int, out: ptr32) -> int:
    # The largest score of a finder whose middle lies at most `reach` samples from (x0, y0); out[0] and out[1] become
    # where. Scores are 16 times (light ring + margin - core - dark ring), in half grey levels.
    best = 0
    y = y0 - reach
    while y <= y0 + reach:
        x = x0 - reach
        row = int(s) + 2 * ((y - _MARGIN) * _LINE - _MARGIN)
        while x <= x0 + reach:
            p = ptr16(row + 2 * x)
            core = (
                int(p[6 * _LINE + 6])
                + int(p[12 * _LINE + 12])
                - int(p[6 * _LINE + 12])
                - int(p[12 * _LINE + 6])
            ) & 65535
            light = (
                int(p[4 * _LINE + 4])
                + int(p[14 * _LINE + 14])
                - int(p[4 * _LINE + 14])
                - int(p[14 * _LINE + 4])
            ) & 65535
            ring = (
                int(p[2 * _LINE + 2])
                + int(p[16 * _LINE + 16])
                - int(p[2 * _LINE + 16])
                - int(p[16 * _LINE + 2])
            ) & 65535
            margin = (int(p[0]) + int(p[18 * _LINE + 18]) - int(p[18]) - int(p[18 * _LINE])) & 65535
            margin = (margin - ring) >> 3
            ring = (ring - light) * 171 >> 10
            light = (light - core) >> 2
            core = core * 455 >> 10
            rest = light + margin - core - ring
            if rest > best:
                if light - core > rest >> 4 and light - ring > rest >> 4 and margin - ring > rest >> 4:
                    best = rest
                    out[0] = x
                    out[1] = y
            x += step
        y += step
    return best
