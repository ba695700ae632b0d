"""The table of withdrawn certificates as bytes: what a scanner keeps on flash and searches there
(firmware/scanner/trust/revocation_table.py).

Big-endian. A run of rows is cut into 2^n shards by the first n bits of an 8-byte key, and a shard into 2^b buckets by
the next b bits. A shard is its rows in order (the last 7 bytes of the key, and perhaps a value u32), then for each
bucket the number of its first row u16 and a CRC-32 u32, then the number of rows u16. The CRC covers the numbers of run
u8, shard u16, bucket u16 and rows u16, and the bucket's rows.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping

from gatepost.errors import GatepostError

KEY = 8
PER_SHARD = 512  # rows on average, at most, while there are few: a block of flash
MOST_SHARD_BITS = 7  # 128 files, each of which costs a scanner some 200 bytes of memory
FEW_SHARD_BITS = 3  # of a run beside the large one
PER_BUCKET = 16  # rows on average, at most: 112 bytes, two or three small reads
MOST_ROWS = 0xFFFF  # of a shard
MOST_BITS = 16  # of a key that shard and bucket take together

_SLOT = struct.Struct(">HI")
_END = struct.Struct(">H")
_SEED = struct.Struct(">BHHH")


def shape(count: int, large: bool = True) -> tuple[int, int]:
    """(shard bits, bucket bits) for so many rows, of the large run or of a smaller one."""
    shards = 0
    while shards < (MOST_SHARD_BITS if large else FEW_SHARD_BITS) and count > PER_SHARD << shards:
        shards += 1
    buckets = 0
    while shards + buckets < MOST_BITS and count > PER_BUCKET << (shards + buckets):
        buckets += 1
    return shards, buckets


def crowded(count: int, bits: tuple[int, int]) -> bool:
    """Whether so many rows are too many for a shape."""
    return count > 2 * PER_BUCKET << sum(bits)


def shard_of(key: bytes, shards: int) -> int:
    return _lead(key) >> (16 - shards)


def encode(number: int, rows: Mapping[bytes, int], value: int, bits: tuple[int, int]) -> list[bytes]:
    """The shards of run `number` with these keys and values; `value`: bytes of one, 4 or 0; `bits`: a shape."""
    shards, _ = bits
    cut: list[list[bytes]] = [[] for _ in range(1 << shards)]
    for key in sorted(rows):
        cut[shard_of(key, shards)].append(key)
    return [encode_shard(number, shard, keys, rows, value, bits) for shard, keys in enumerate(cut)]


def encode_shard(
    number: int, shard: int, keys: list[bytes], rows: Mapping[bytes, int], value: int, bits: tuple[int, int]
) -> bytes:
    """One shard; `keys` in order."""
    if len(keys) > MOST_ROWS:
        raise GatepostError(f"{len(keys)} withdrawn certificates in one shard; a scanner takes {MOST_ROWS}")
    shards, buckets = bits
    cut: list[list[bytes]] = [[] for _ in range(1 << buckets)]
    for key in keys:
        cut[_bucket(key, shards, buckets)].append(
            key[1:] + (rows[key].to_bytes(value, "big") if value else b"")
        )
    index = bytearray()
    first = 0
    for bucket, held in enumerate(cut):
        data = b"".join(held)
        seed = _SEED.pack(number, shard, bucket, len(held))
        index += _SLOT.pack(first, zlib.crc32(seed + data))
        first += len(held)
    return b"".join(row for held in cut for row in held) + bytes(index) + _END.pack(first)


def decode_shard(data: bytes, number: int, shard: int, value: int, bits: tuple[int, int]) -> dict[bytes, int]:
    """The keys and values of a shard whose bits tell the whole first byte. GatepostError where it is damaged."""
    shards, buckets = bits
    if shards + buckets < 8:
        raise GatepostError("the rows of so small a table do not tell their keys")
    width = KEY - 1 + value
    end = len(data) - (_SLOT.size << buckets) - _END.size
    if end < 0 or end % width or _END.unpack_from(data, len(data) - 2)[0] != end // width:
        raise GatepostError("a shard of withdrawn certificates is damaged: its lengths do not fit")
    found = {}
    for bucket in range(1 << buckets):
        at = end + _SLOT.size * bucket
        low, check = _SLOT.unpack_from(data, at)
        (high,) = _END.unpack_from(data, at + _SLOT.size)
        rows = data[low * width : high * width]
        if not low <= high <= end // width or check != zlib.crc32(
            _SEED.pack(number, shard, bucket, high - low) + rows
        ):
            raise GatepostError("a shard of withdrawn certificates is damaged")
        first = ((shard << buckets | bucket) >> (shards + buckets - 8)).to_bytes(1, "big")
        for at in range(0, len(rows), width):
            row = rows[at : at + width]
            found[first + row[: KEY - 1]] = int.from_bytes(row[KEY - 1 :], "big")
    return found


def count(data: bytes) -> int:
    """Rows of a shard, as it says."""
    return _END.unpack_from(data, len(data) - _END.size)[0]


def _lead(key: bytes) -> int:
    return int.from_bytes(key[:2], "big")


def _bucket(key: bytes, shards: int, buckets: int) -> int:
    return (int.from_bytes(key[:4], "big") << shards & 0xFFFFFFFF) >> (32 - buckets)
