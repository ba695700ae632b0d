# From modules to corrected data codewords (ISO/IEC 18004:2015, clause 12, steps 7 to 10): release the mask while
# reading the column pairs in their zig-zag, put the interleaved codewords back into blocks, correct each block.
#
# Where a block is beyond plain correction and the sampler told how sure it is of each module, the least certain
# codewords are tried as erasures, which cost half of what errors cost. This must not turn noise into text: some
# parity stays unspent then, so that a block of noise passes once in 2^32 or rarer, all tries together.

import micropython
from micropython import const

from scanner.vision import blocks, galois, masks, matrix, reed_solomon
from scanner.vision.wiping import wipe

_MAX_CODEWORDS = const(3706)
_MAX_BLOCKS = const(81)
_MAX_SYNDROMES = const(2430)  # of version 40-H, 30 a block
_UNSPENT = const(5)
# A block is taken for clean when this many syndromes are zero: any eight errors show in them, and more stay hidden
# once in 2^64. Blocks that are not clean get all their syndromes.
_FIRST_ROOTS = const(8)

column_plan = matrix.column_plan  # a global of this module, for the viper loops below
_plan = bytearray(matrix.PLAN_SIZE)
_masks = bytearray(72)
_centres = bytearray(matrix.MAX_CENTRES)
_times = bytearray(256)
_syndromes = bytearray(_MAX_SYNDROMES)
_dirty = bytearray(_MAX_BLOCKS)
_doubtful = bytearray(32)
_stream = bytearray(_MAX_CODEWORDS)  # codewords as placed; then, for erasures, how sure each is
data = bytearray(_MAX_CODEWORDS + 4)  # blocks; after success the data codewords, and slack for the bit reader


@micropython.viper
def _walk(
    acc: int, at: int, y: int, grid, out, plan, table, centres, count: int, size: int, row: int, col: int
):
    # Reads all codewords into `out`. row, col: steps in `grid` to the next module below and beside (exchanged for
    # a mirrored symbol). acc, at, y: no meaning, they take the registers. acc holds the bits read behind a leading 1.
    g = ptr8(grid)
    o = ptr8(out)
    q = ptr8(plan)
    k = 0
    step = 0 - 1
    x = size - 1
    acc = 1
    while x > 0:
        if x == 6:
            x = 5  # the vertical timing pattern belongs to no pair
        column_plan(plan, table, x, size, centres, count)
        y = 0
        if step < 0:
            y = size - 1
        at = x * col + y * row
        advance = step * row
        n = size
        while n:
            c = q[y]
            if c & 3:
                if (c & 1) == 0:
                    acc = acc + acc + ((g[at] ^ (c >> 3)) & 1)
                elif (c & 2) == 0:
                    acc = acc + acc + ((g[at - col] ^ (c >> 2)) & 1)
            else:
                c = c >> 2
                acc = (acc << 2) | (((g[at] << 1) ^ c) & 2) | ((g[at - col] ^ c) & 1)
            if acc > 255:
                if acc > 511:
                    # The codeword ended with the right module; the left one begins the next.
                    o[k] = acc >> 1
                    acc = (acc & 1) | 2
                else:
                    o[k] = acc
                    acc = 1
                k += 1
            y += step
            at += advance
            n -= 1
        step = 0 - step
        x -= 2


@micropython.viper
def _walk_sureness(
    acc: int, at: int, y: int, grid, out, plan, table, centres, count: int, size: int, row: int, col: int
):
    # The same way through the map of confidence: a codeword is as sure as its least sure module.
    g = ptr8(grid)
    o = ptr8(out)
    q = ptr8(plan)
    k = 0
    bits = 8
    step = 0 - 1
    x = size - 1
    acc = 255
    while x > 0:
        if x == 6:
            x = 5
        column_plan(plan, table, x, size, centres, count)
        y = 0
        if step < 0:
            y = size - 1
        at = x * col + y * row
        n = size
        while n:
            c = q[y] & 3
            side = 0
            while side < 2:
                if (c & 1) == 0:
                    v = g[at - side * col]
                    if v < acc:
                        acc = v
                    bits -= 1
                    if bits == 0:
                        o[k] = acc
                        k += 1
                        acc = 255
                        bits = 8
                c = c >> 1
                side += 1
            y += step
            at += step * row
            n -= 1
        step = 0 - step
        x -= 2


@micropython.viper
def _gather(stream: ptr8, out: ptr8, count: int, shorts: int, length: int, parity: int):
    # Undo the interleaving (7.6): block after block, the data of each and then its parity. `length`: data
    # codewords of a short block; blocks from `shorts` on have one more, which follows all the others.
    w = 0
    longest = count * length
    parities = longest + count - shorts
    b = 0
    while b < count:
        k = b
        while k < longest:
            out[w] = stream[k]
            w += 1
            k += count
        if b >= shorts:
            out[w] = stream[longest + b - shorts]
            w += 1
        k = parities + b
        n = parity
        while n:
            out[w] = stream[k]
            w += 1
            k += count
            n -= 1
        b += 1


@micropython.viper
def _least_sure(
    stream: ptr8, out: ptr8, wanted: int, b: int, count: int, shorts: int, length: int, parity: int
) -> int:
    # Places in block b of its `wanted` least sure codewords, the least first. Stops before those that are as
    # sure as the surest: to give them up would be a guess. Returns how many were found.
    longest = count * length
    parities = longest + count - shorts
    own = length
    if b >= shorts:
        own += 1
    last = 0 - 1
    floor = 0 - 1
    n = 0
    surest = 0
    p = 0
    while n <= wanted:
        # The next in the order of (sureness, place) after the last one taken.
        least = 256
        where = 0
        p = 0
        while p < own + parity:
            if p < length:
                v = stream[p * count + b]
            elif p < own:
                v = stream[longest + b - shorts]
            else:
                v = stream[parities + (p - own) * count + b]
            if v > surest:
                surest = v
            if v < least and (v > floor or (v == floor and p > last)):
                least = v
                where = p
            p += 1
        if n == wanted or least >= surest:
            return n
        out[n] = where
        floor = least
        last = where
        n += 1
    return n


@micropython.viper
def _close_up(code: ptr8, count: int, shorts: int, length: int, parity: int) -> int:
    # Drop the parity between the blocks; returns the number of data codewords.
    w = 0
    k = 0
    b = 0
    while b < count:
        n = length
        if b >= shorts:
            n += 1
        while n:
            code[w] = code[k]
            w += 1
            k += 1
            n -= 1
        k += parity
        b += 1
    return w


def forget():
    """Leave nothing of the last symbol."""
    wipe(data, _stream, _syndromes, _dirty, _doubtful)
    reed_solomon.forget()


def read(grid, size, version, level, mask, flipped, confidence):
    """Read and correct a symbol into `data`; returns (data codewords, corrected, erased), or None where a block has
    more errors than its code corrects. grid, confidence: as for symbol.read; flipped: read it transposed."""
    row, col = (1, size) if flipped else (size, 1)
    crossings = matrix.fill_centres(_centres, version)
    masks.fill(_masks, mask)
    _walk(0, 0, 0, grid, _stream, _plan, _masks, _centres, crossings, size, row, col)

    count, parity, kept_back = blocks.structure(version, level)
    total = matrix.data_modules(version) >> 3
    block = total // count
    longer = total % count
    shorts = count - longer
    length = block - parity
    _gather(_stream, data, count, shorts, length, parity)

    corrected = erased = 0
    limit = parity - kept_back
    few = min(parity, _FIRST_ROOTS)
    if galois.syndromes(_times, _times, 0, data, _syndromes, _dirty, count, block, longer, parity, 0, few):
        if few < parity:
            galois.syndromes(
                _times, _times, 0, data, _syndromes, _dirty, count, block, longer, parity, few, parity
            )
        surveyed = False
        start = 0
        for b in range(count):
            own = block + (b >= shorts)
            fixed = 0
            if _dirty[b]:
                fixed = reed_solomon.repair(data, start, own, _syndromes, b, parity, limit, _doubtful, 0)
            if fixed < 0:
                if confidence is None:
                    return None
                if not surveyed:
                    _walk_sureness(
                        0, 0, 0, confidence, _stream, _plan, _masks, _centres, crossings, size, row, col
                    )
                    surveyed = True
                given, fixed = _with_erasures(start, own, b, count, shorts, length, parity, kept_back)
                if fixed < 0:
                    return None
                erased += given
            corrected += fixed
            start += own
    return _close_up(data, count, shorts, length, parity), corrected, erased


def _with_erasures(start, own, b, count, shorts, length, parity, kept_back):
    # Few erasures first: each that is needless costs parity.
    found = _least_sure(_stream, _doubtful, parity - _UNSPENT, b, count, shorts, length, parity)
    for given in range(2, found + 1, 2):
        errors = (parity - given) // 2
        while 2 * errors + given + _unspent(errors) > parity:
            errors -= 1
        limit = min(2 * errors + given, parity - kept_back)
        fixed = reed_solomon.repair(data, start, own, _syndromes, b, parity, limit, _doubtful, given)
        if fixed >= 0:
            return given, fixed
    return 0, -1


def _unspent(errors):
    # Parity to leave where `errors` may be found besides the erasures. Noise of n codewords passes with probability
    # C(n, errors) / 256^(errors + unspent): below 2^-36 for n up to 153.
    return max(0, _UNSPENT - errors // 3)
