# A key list in shards: 2^n key lists, one after the other in one file, cut by the first n bits of the kid.
#
# A bundle that changes one key changes one shard, so that only this one travels over the cable. A lookup reads one
# shard, in two places: its entries of the index, and the record. What leads there is held in RAM, some 30 bytes a
# shard, because each seek in a file of littlefs costs reads along its chain of blocks.

from array import array

from scanner.trust.keys import KeyList


class Shards:
    """`file` holds shard i from byte starts[i] to starts[i + 1]. ValueError, here or in `find`, for damage."""

    def __init__(self, file, starts):
        self._file = file
        self._starts = starts
        count = len(starts) - 1
        self._bits = 0
        while count >> self._bits > 1:
            self._bits += 1
        if count != 1 << self._bits or self._bits > 16:
            raise ValueError("number of shards")
        self._layouts = array("I")
        self._fans = array("H")  # where the fan-out of each shard starts in
        self._fan_outs = array("H")
        self._entries = 0
        for number in range(count):
            start = starts[number]
            shard = KeyList(file, start, starts[number + 1] - start)
            data_end, index_end, bits = shard.layout
            if bits != self._bits:
                raise ValueError("a shard of another cut")
            self._layouts.append(data_end)
            self._layouts.append(index_end)
            self._fans.append(len(self._fan_outs))
            self._fan_outs.extend(array("H", shard.read_fan_out()))
            if len(shard) > 0xFFFF:
                raise ValueError("too many keys in a shard")
            self._entries += len(shard)

    def __len__(self):
        return self._entries

    def find(self, kid, issuer=None):
        """All records whose kid is exactly `kid` (bytes); with `issuer`, only those of that address."""
        lead = (kid + b"\0\0")[:2]
        number = (lead[0] << 8 | lead[1]) >> (16 - self._bits)
        start = self._starts[number]
        layout = self._layouts[2 * number], self._layouts[2 * number + 1], self._bits
        at = self._fans[number]
        fan_out = memoryview(self._fan_outs)[at:]
        return KeyList(self._file, start, self._starts[number + 1] - start, layout, fan_out).find(kid, issuer)
