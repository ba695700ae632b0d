"""The table of withdrawn certificates: what the host writes, the scanner finds; damage is never "not withdrawn"."""

from __future__ import annotations

import hashlib
import struct
import zlib

import pytest
from gatepost.errors import GatepostError
from gatepost.revocation import tables
from gatepost.revocation.records import Withdrawal
from harness.interpreter import DeviceError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

DEVICE = """
import io
from scanner.trust.revocation_table import Table

class File(io.BytesIO):
    reads = largest = 0
    def read(self, size):
        File.reads += 1
        File.largest = max(File.largest, size)
        return super().read(size)

def table(shards, number, bits, value):
    return Table(number, [File(shard) for shard in shards], bits, value)

def answers(shards, number, bits, value, keys):
    found = table(shards, number, bits, value)
    return found.count, [found.find(key) for key in keys]

def damaged(shard, bits, value, keys, expected):
    # For each byte flipped in turn: how often a look-up told another thing than the truth, and than "damaged".
    wrong = noticed = 0
    for at in range(len(shard)):
        changed = bytearray(shard)
        changed[at] ^= 1 << at % 8
        seen = False
        try:
            found = table([bytes(changed)], 0, bits, value)
        except ValueError:
            noticed += 1
            continue
        for key, value_there in zip(keys, expected):
            try:
                wrong += found.find(key) != value_there
            except ValueError:
                seen = True
        noticed += seen
    return wrong, noticed
"""


def key(number: int) -> bytes:
    return hashlib.sha256(b"%d" % number).digest()[:8]


def ask(mp, shards, number, bits, value, keys):
    return mp.run(
        DEVICE + "result = answers(shards, number, bits, value, keys)",
        space="table", shards=shards, number=number, bits=bits, value=value, keys=keys,
    )  # fmt: skip


def test_a_shard_byte_by_byte(mp):
    """Made by hand from the description of the layout."""
    one, two = bytes.fromhex("0011223344556677"), bytes.fromhex("8001020304050607")
    rows = one[1:] + two[1:]
    index = b""
    for bucket, (first, row) in enumerate(((0, one), (1, two))):
        index += struct.pack(
            ">HI", first, zlib.crc32(row[1:], zlib.crc32(struct.pack(">BHHH", 0, 0, bucket, 1)))
        )
    shard = rows + index + b"\0\2"
    assert tables.encode(0, {one: 0, two: 0}, 0, (0, 1)) == [shard]
    other = bytes.fromhex("8001020304050608")
    assert ask(mp, [shard], 0, 1, 0, [one, two, other, bytes(8)]) == (2, [0, 0, None, None])


@pytest.mark.parametrize(("count", "parts"), [(0, 1), (1, 1), (512, 1), (513, 2), (3000, 8)])
@pytest.mark.parametrize("value", [0, 4])
def test_all_that_is_in_it_and_nothing_else(mp, count, parts, value):
    rows = {key(n): n * 1431655 % 2**32 if value else 0 for n in range(count)}
    shape = tables.shape(count)
    shards = tables.encode(1, rows, value, shape)
    assert len(shards) == parts
    keys = list(rows)
    others = [key(-1 - n) for n in range(1000)] + [bytes(8), b"\xff" * 8]
    found = ask(mp, shards, 1, shape[1], value, keys + others)
    assert found == (count, [rows[each] for each in keys] + [None] * len(others))


def test_a_row_that_lies_across_two_others_is_none(mp):
    """The bytes of a key may stand in the middle of rows; only whole rows count."""
    one, two = b"\0" + b"abcdefg", b"\0" + b"hijklmn"
    shards = tables.encode(0, {one: 0, two: 0}, 0, (0, 0))
    assert ask(mp, shards, 0, 0, 0, [b"\0bcdefgh", b"\0defghij", one, two])[1] == [None, None, 0, 0]


def test_a_crowded_bucket_is_read_in_pieces(mp):
    rows = {b"\0\0" + n.to_bytes(6, "big"): 0 for n in range(400)}
    shards = tables.encode(0, rows, 0, (0, 2))
    found = mp.run(
        DEVICE
        + "found = table(shards, 0, 2, 0)\nFile.largest = 0\n"
        + "result = [found.find(key) for key in keys], File.largest",
        space="table", shards=shards, keys=[*rows, b"\0\0" + bytes([1, 0, 0, 0, 0, 0])],
    )  # fmt: skip
    assert found == ([0] * 400 + [None], 511)


@pytest.mark.parametrize("value", [0, 4])
def test_every_byte_of_a_shard_counts(mp, value):
    """Each flipped in turn: no look-up ever says another thing than the truth or "damaged", and no flip goes unseen."""
    rows = {key(n): n + 1 if value else 0 for n in range(60)}
    (shard,) = tables.encode(0, rows, value, (0, 3))
    keys = [*rows, *(key(1000 + n) for n in range(60))]
    expected = [*rows.values(), *(None for _ in range(60))]
    wrong, noticed = mp.run(
        DEVICE + "result = damaged(shard, 3, value, keys, expected)",
        space="table", shard=shard, value=value, keys=keys, expected=expected,
    )  # fmt: skip
    assert (wrong, noticed) == (0, len(shard))


def test_a_shard_in_another_place_is_damage(mp):
    rows = {key(n): 0 for n in range(1000)}
    shape = tables.shape(1000)
    one, two = tables.encode(0, rows, 0, shape)
    for shards, number in (([two, one], 0), ([one, two], 1), ([one, one], 0)):
        there = next(each for each in rows if each[0] >= 0x80)
        with pytest.raises(DeviceError) as caught:
            ask(mp, shards, number, shape[1], 0, [there])
        assert caught.value.kind == "ValueError"


def test_what_is_no_table_is_refused(mp):
    shape = tables.shape(1000)
    one, two = tables.encode(0, {key(n): 0 for n in range(1000)}, 0, shape)
    for shards, bits in (
        ([one, two, one], shape[1]), ([], shape[1]), ([one[:-1], two], shape[1]), ([b"", two], shape[1]),
        ([one[7:], two], shape[1]), ([one, two], 16), ([one, two], shape[1] + 1),
    ):  # fmt: skip
        with pytest.raises(DeviceError) as caught:
            ask(mp, shards, 0, bits, 0, [key(0)])
        assert caught.value.kind in ("ValueError", "IndexError")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.dictionaries(st.binary(min_size=8, max_size=8), st.integers(0, 2**32 - 1), max_size=80),
    others=st.lists(st.binary(min_size=8, max_size=8), max_size=20),
    shards=st.integers(2, 3),
    buckets=st.integers(6, 8),
)
def test_it_answers_as_a_dictionary_does(mp64, rows, others, shards, buckets):
    encoded = tables.encode(2, rows, 4, (shards, buckets))
    asked = [*rows, *others]
    found = ask(mp64, encoded, 2, buckets, 4, asked)
    assert found == (len(rows), [rows.get(each) for each in asked])


@settings(max_examples=40, deadline=None)
@given(rows=st.sets(st.binary(min_size=8, max_size=8), max_size=200), shards=st.integers(2, 4))
def test_the_host_reads_what_it_writes(rows, shards):
    shape = (shards, 8)
    encoded = tables.encode(0, dict.fromkeys(rows, 0), 0, shape)
    found = {}
    for number, data in enumerate(encoded):
        found |= tables.decode_shard(data, 0, number, 0, shape)
    assert found == dict.fromkeys(rows, 0)


def test_the_host_refuses_a_damaged_shard():
    shape = (0, 8)
    (shard,) = tables.encode(0, {key(n): 0 for n in range(100)}, 0, shape)
    for at in range(len(shard)):
        damaged = bytearray(shard)
        damaged[at] ^= 1
        with pytest.raises(GatepostError):
            tables.decode_shard(bytes(damaged), 0, 0, 0, shape)


def test_keys_of_two_schemes_kinds_or_issuers_differ():
    digest = bytes(16)
    keys = {
        Withdrawal("HC1", "UCI", digest).key(),
        Withdrawal("HC1", "SIGNATURE", digest).key(),
        Withdrawal("VDS-NC", "UCI", digest).key(),
        Withdrawal("SHC", "RID", digest, b"one").key(),
        Withdrawal("SHC", "RID", digest, b"two").key(),
    }
    assert len(keys) == 5
