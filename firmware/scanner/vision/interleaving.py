# How the codewords of a symbol are dealt out among its blocks (ISO/IEC 18004:2015, 7.6): one to each in turn, first the
# data of all, then the parity. Here they are put together again, each block's data followed by its parity.

import micropython


@micropython.viper
def gather(stream: ptr8, out: ptr8, done: ptr8, count: int, shorts: int, length: int, parity: int, back: int):
    # Undo the interleaving (7.6): block after block, the data of each and then its parity. `length`: data
    # codewords of a short block; blocks from `shorts` on have one more, which follows all the others. Blocks that are
    # `done` stay as they are; with `back`, they alone go the other way, out of `out` into the stream.
    w = 0
    longest = count * length
    parities = longest + count - shorts
    b = 0
    while b < count:
        own = length + parity
        if b >= shorts:
            own += 1
        if done[b] == back:
            k = b
            n = 0
            while n < own:
                if n == own - parity:
                    k = parities + b
                elif n == length:
                    k = longest + b - shorts
                if back:
                    stream[k] = out[w + n]
                else:
                    out[w + n] = stream[k]
                k += count
                n += 1
        w += own
        b += 1


@micropython.viper
def least_sure(
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
def close_up(code: ptr8, count: int, shorts: int, length: int, parity: int) -> int:
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
