# From modules to corrected data codewords (ISO/IEC 18004:2015, clause 12, steps 7 to 10): codewords are read from their
# places (placement.py), put into blocks (interleaving.py), and each block is corrected (reed_solomon.py).
#
# Where a block is beyond plain correction and the sampler told how sure it is of each module, the least certain
# codewords are tried as erasures, which cost half of what errors cost. And a symbol may be read several times, from
# better and better grids: blocks that are corrected stay so, and only the others are tried again. None of this may turn
# noise into text: beyond the plain reading some parity stays unspent, so that a block of noise passes once in 2^32 or
# rarer, all tries together.

from micropython import const

from scanner.vision import blocks, galois, interleaving, placement, reed_solomon
from scanner.vision.galois import TIMES
from scanner.vision.wiping import wipe

_MAX_BLOCKS = const(81)
_SLACK = const(4)  # for the bit reader
_UNSPENT = const(5)
_STEP = const(4)
_REPAIR_COST = const(130)  # instructions, times the square of the parity
_ANY_WORK = const(1000000)
# A block is taken for clean when this many syndromes are zero: any eight errors show in them, and more stay hidden
# once in 2^64. Blocks that are not clean get all their syndromes.
_FIRST_ROOTS = const(8)

_dirty = bytearray(_MAX_BLOCKS)
_done = bytearray(_MAX_BLOCKS)  # 1 for blocks that are corrected
_doubtful = bytearray(32)


def forget():
    """Leave nothing of the last symbol."""
    wipe(_dirty, _done, _doubtful)
    placement.forget()
    reed_solomon.forget()


class Blocks:
    """The blocks of one symbol; `data` has them, or after success the data codewords. flipped: it is read transposed.
    `room` gives the buffers; one at a time, as some are shared. sure: whether a map of confidence may come with a grid.
    """

    def __init__(self, size, version, level, mask, flipped, room, sure):
        self._places = placement.Placement(size, version, mask, flipped)
        count, parity, kept_back = blocks.structure(version, level)
        self.count = count
        self._parity = parity
        self._kept_back = kept_back
        total = self._places.total
        self.data = room.take(total + _SLACK)
        self._stream = room.take(total)  # codewords as placed; then, for erasures, how sure each is
        # Without those the codewords are not needed any more once they are in `data`.
        self._syndromes = room.take(count * parity) if sure else self._stream
        self._block = total // count
        self._longer = total % count
        self._shorts = count - self._longer
        self._length = self._block - parity
        self.corrected = 0  # codewords
        self.erased = 0
        self.done = 0  # blocks
        self.cost = 0  # of all repairs, in thousands of instructions
        self._repair = parity * parity * _REPAIR_COST // 1000 + 1
        wipe(_done)

    def read(self, grid, confidence, plain, work=_ANY_WORK):
        """Read the grid and correct the blocks that are not yet. Whether all are now; with `plain`, all parity may be
        spent, but the first block that is not corrected ends it. When about so much `work` is done (thousands of
        instructions), no more erasures are tried."""
        most = self.cost + work
        places = self._places
        count = self.count
        parity = self._parity
        block = self._block
        longer = self._longer
        stream = self._stream
        data = self.data
        syndromes = self._syndromes
        places.take(grid, stream)
        interleaving.gather(stream, data, _done, count, self._shorts, self._length, parity, 0)
        limit = parity - self._kept_back
        if not plain:
            errors = parity // 2
            while 2 * errors + _unspent(errors) > parity:
                errors -= 1
            limit = min(limit, 2 * errors)
        few = min(parity, _FIRST_ROOTS)
        if galois.syndromes(TIMES, TIMES, 0, data, syndromes, _dirty, count, block, longer, parity, 0, few):
            if few < parity:
                galois.syndromes(
                    TIMES, TIMES, 0, data, syndromes, _dirty, count, block, longer, parity, few, parity
                )
        surveyed = False
        start = 0
        for b in range(count):
            own = block + (b >= self._shorts)
            if not _done[b]:
                fixed = 0
                if _dirty[b]:
                    self.cost += self._repair
                    fixed = reed_solomon.repair(data, start, own, syndromes, b, parity, limit, _doubtful, 0)
                if fixed < 0 and confidence is not None:
                    if not surveyed:
                        places.sureness(confidence, stream)
                        surveyed = True
                    fixed = self._with_erasures(start, own, b, 2 if plain else _STEP, most)
                if fixed >= 0:
                    _done[b] = 1
                    self.done += 1
                    self.corrected += fixed
                elif plain:
                    return False
            start += own
        return self.done == count

    def settle(self, grid):
        """Put the truth of the blocks that are corrected into the grid's bits."""
        self._places.take(grid, self._stream)
        interleaving.gather(
            self._stream, self.data, _done, self.count, self._shorts, self._length, self._parity, 1
        )
        self._places.put(grid, self._stream)

    def close_up(self):
        """Leave the data codewords alone in `data`; returns how many they are."""
        return interleaving.close_up(self.data, self.count, self._shorts, self._length, self._parity)

    def _with_erasures(self, start, own, b, step, most):
        # Few erasures first: each that is needless costs parity.
        parity = self._parity
        found = interleaving.least_sure(
            self._stream, _doubtful, parity - _UNSPENT, b, self.count, self._shorts, self._length, parity
        )
        for given in range(step, found + 1, step):
            errors = (parity - given) // 2
            while 2 * errors + given + _unspent(errors) > parity:
                errors -= 1
            limit = min(2 * errors + given, parity - self._kept_back)
            if self.cost > most:
                break
            self.cost += self._repair
            fixed = reed_solomon.repair(
                self.data, start, own, self._syndromes, b, parity, limit, _doubtful, given
            )
            if fixed >= 0:
                self.erased += given
                return fixed
        return -1


def _unspent(errors):
    # Parity to leave where `errors` may be found besides the erasures. Noise of n codewords passes with probability
    # C(n, errors) / 256^(errors + unspent): below 2^-36 for n up to 153.
    return max(0, _UNSPENT - errors // 3)
