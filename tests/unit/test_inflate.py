"""Inflation against CPython's zlib: complete streams come back, everything else is refused, bombs cost nothing."""

from __future__ import annotations

import random
import zlib

import pytest
from harness.interpreter import DeviceError

INFLATE = "scanner.codec.inflate:inflate"


def raw(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def refused(mp, *args) -> str:
    with pytest.raises(DeviceError) as caught:
        mp.call(INFLATE, *args)
    return caught.value.kind


SAMPLES = [
    b"",
    b"a",
    bytes(range(256)) * 3,
    b"certificate " * 700,
    random.Random(1).randbytes(5000),
]


@pytest.mark.parametrize("data", SAMPLES, ids=[len(s) for s in SAMPLES])
@pytest.mark.parametrize("level", [0, 1, 6, 9])
def test_streams_of_every_level_come_back(mp, data, level):
    assert mp.call(INFLATE, zlib.compress(data, level), 16384) == data


@pytest.mark.parametrize("window", [9, 11, 15])
def test_streams_of_smaller_windows_come_back(mp, window):
    packer = zlib.compressobj(9, zlib.DEFLATED, window)
    data = random.Random(2).randbytes(300) * 10
    assert mp.call(INFLATE, packer.compress(data) + packer.flush(), 16384) == data


@pytest.mark.parametrize("data", SAMPLES, ids=[len(s) for s in SAMPLES])
def test_raw_deflate(mp, data):
    assert mp.call(INFLATE, raw(data), 16384, -15) == data


@pytest.mark.parametrize("size", [300, 512, 513, 1000, 1024, 1025, 8192, 16384, 32768, 40960])
def test_references_reach_as_far_back_as_the_limit_allows(mp, size):
    part = random.Random(3).randbytes(100)
    data = part + random.Random(4).randbytes(size - 200) + part
    assert mp.call(INFLATE, zlib.compress(data, 9), size) == data
    assert mp.call(INFLATE, raw(data), size, -15) == data


def test_the_window_is_no_larger_than_what_may_come_out(mp):
    used = mp.run(
        "import gc\nfrom scanner.codec.inflate import inflate\ngc.collect()\nbefore = gc.mem_alloc()\ngc.disable()\n"
        "inflate(stream, 8192)\nresult = gc.mem_alloc() - before\ngc.enable()",
        stream=zlib.compress(random.Random(5).randbytes(700), 9),
    )
    assert 8192 < used < 20_000


def test_the_limit_is_the_largest_length_allowed(mp):
    data = b"x" * 1000
    assert mp.call(INFLATE, zlib.compress(data), 1000) == data
    assert refused(mp, zlib.compress(data), 999) == "OversizeError"
    assert refused(mp, raw(data), 999, -15) == "OversizeError"


def test_a_bomb_is_given_up_before_it_bursts(mp):
    bomb = zlib.compress(b"\0" * 100_000_000, 9)
    used = mp.run(
        "import gc\nfrom scanner.codec.inflate import inflate, OversizeError\ngc.collect()\nbefore = gc.mem_alloc()\n"
        "gc.disable()\n"
        "try:\n    inflate(bomb, 16384)\n    result = None\n"
        "except OversizeError:\n    result = gc.mem_alloc() - before\n"
        "gc.enable()",
        bomb=bomb,
    )
    assert used is not None and used < 150_000


def test_every_truncation_is_refused(mp):
    stream = zlib.compress(b"some text and some more text", 9)
    for end in range(len(stream)):
        assert refused(mp, stream[:end], 16384) == "ValueError"
    stream = raw(b"some text and some more text")
    for end in range(len(stream)):
        assert refused(mp, stream[:end], 16384, -15) == "ValueError"


def test_bytes_after_the_end_are_refused(mp):
    assert refused(mp, zlib.compress(b"text") + b"\0", 16384) == "ValueError"
    assert refused(mp, raw(b"text") + b"\0", 16384, -15) == "ValueError"
    assert refused(mp, zlib.compress(b"text") * 2, 16384) == "ValueError"


@pytest.mark.parametrize("at", [-1, -2, -3, -4])
def test_a_wrong_checksum_is_refused(mp, at):
    stream = bytearray(zlib.compress(b"some text"))
    stream[at] ^= 1
    assert refused(mp, bytes(stream), 16384) == "ValueError"


@pytest.mark.parametrize("header", [b"\x78\x9d", b"\x88\x1c", b"\x77\x9c", b"\x78\xbb", b"\x1f\x8b", b"\0\0"])
def test_wrong_headers_are_refused(mp, header):
    assert refused(mp, header + zlib.compress(b"some text")[2:], 16384) == "ValueError"


@pytest.mark.parametrize(
    "body",
    [
        b"\x07",  # a block of the reserved type
        b"\x01\x05\x00\x00\x00hello",  # stored, with a length that does not match its complement
        b"\x4b\x02\x11\x00\x00",  # a distance before the start
        b"\xff" * 20,
    ],
)
def test_wrong_blocks_are_refused(mp, body):
    assert refused(mp, b"\x78\x9c" + body + b"\0" * 8, 16384) == "ValueError"


def test_every_flipped_bit_is_refused_or_changes_nothing(mp):
    data = b"signed content of a certificate, of which no bit may change"
    stream = zlib.compress(data, 9)
    for bit in range(len(stream) * 8):
        bent = bytearray(stream)
        bent[bit // 8] ^= 1 << bit % 8
        try:
            # Some bits say nothing: the compression level, the filling behind the last block.
            assert mp.call(INFLATE, bytes(bent), 16384) == data
        except DeviceError as error:
            assert error.kind == "ValueError"
