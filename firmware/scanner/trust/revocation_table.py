# Withdrawn certificates as a table on flash: sorted into buckets, found by two reads, never loaded.
#
# A run is cut into 2^n shards by the first n bits of an entry's key, each shard a file. A shard is its rows, bucket by
# bucket, and behind them an index: for each of 2^b buckets the number of its first row u16 and a CRC-32 u32, last the
# number of rows u16. A row is the last 7 bytes of the key of 8, and perhaps a value u32. The index stands last because
# littlefs walks a file from its end: what leads to a bucket is then a step away, and one longer way leads to its rows.
#
# The CRC covers run, shard, bucket, number of rows and the rows: everything an answer depends on. So a bit that flash
# has lost makes the answer "damaged", never "not withdrawn". Who can write flash at will needs no such detour: he
# could as well put another authority there; every hash was right when the list came in.

from binascii import crc32
from struct import pack, unpack

from micropython import const

_KEY = const(7)  # bytes of a row's key
_SLOT = const(6)  # bytes of the index a bucket
_END = const(2)
_PIECE = const(512)  # bytes read at once, at most
_LEAD = const(16)  # bits of a key that shard and bucket take together, at most


class Table:
    """`number`: of the run, which every CRC covers; `files`: its shards, open for reading, 2^n of them; `bits`: 2^bits
    buckets a shard; `value`: 4 where rows have one, else 0. ValueError or OSError, here or in `find`, for damage."""

    def __init__(self, number, files, bits, value):
        self._number = number
        self._files = files
        self._bits = bits
        self._row = _KEY + value
        self._shard_bits = 0
        while len(files) >> self._shard_bits > 1:
            self._shard_bits += 1
        if len(files) != 1 << self._shard_bits or not 0 <= bits <= _LEAD - self._shard_bits:
            raise ValueError("table of another shape")
        self._ends = []  # where the rows of each shard end
        self.count = 0
        for file in files:
            size = file.seek(0, 2)
            end = size - (_SLOT << bits) - _END
            if end < 0 or end % self._row:
                raise ValueError("shard of a wrong length")
            rows = end // self._row
            if _read(file, size - _END, _END) != pack(">H", rows & 0xFFFF) or rows > 0xFFFF:
                raise ValueError("shard cut short")
            self._ends.append(end)
            self.count += rows

    def find(self, key):
        """The value of `key` (8 bytes), 0 where rows have none; None where it is not in the table."""
        lead = key[0] << 8 | key[1]
        shard = lead >> (_LEAD - self._shard_bits)
        bucket = (lead << self._shard_bits & 0xFFFF) >> (_LEAD - self._bits)
        file = self._files[shard]
        end = self._ends[shard]
        # The bucket's slot, and the start of the next one or the number of rows.
        low, check, high = unpack(">HIH", _read(file, end + _SLOT * bucket, _SLOT + _END))
        row = self._row
        if not low <= high <= end // row:
            raise ValueError("index damaged")
        found = None
        running = crc32(pack(">BHHH", self._number, shard, bucket, high - low))
        at = low * row
        end = high * row
        wanted = key[1:]
        while at < end:
            rows = _read(file, at, min(end - at, _PIECE // row * row))
            running = crc32(rows, running)
            place = rows.find(wanted)
            while place >= 0 and place % row:
                place = rows.find(wanted, place + 1)
            if place >= 0:
                found = int.from_bytes(rows[place + _KEY : place + row], "big")
            at += len(rows)
        if running != check:
            raise ValueError("bucket damaged")
        return found


def _read(file, at, size):
    file.seek(at)
    data = file.read(size)
    if len(data) != size:
        raise ValueError("shard cut short")
    return data
