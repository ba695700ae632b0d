"""Format and version information: every word, up to three wrong bits, either copy alone, both copies at odds."""

import itertools
import random

import pytest
from harness import grids
from segno import consts

LEVELS = "MLHQ"  # by the two level bits


def first_copy(size):
    """(row, column) of format bits 0..14 around the finder pattern top left (figure 25)."""
    return [(i, 8) for i in range(6)] + [(7, 8), (8, 8), (8, 7)] + [(8, i) for i in range(5, -1, -1)]


def second_copy(size):
    return [(8, size - 1 - i) for i in range(8)] + [(size - 7 + i, 8) for i in range(7)]


def flip(grid, size, places):
    for y, x in places:
        grid[y * size + x] ^= 1


def test_words_are_those_of_the_standard(mp):
    source = "from scanner.vision import format\nresult = [format.format_bits(v) for v in range(32)]"
    assert sorted(mp.run(source)) == sorted(consts.FORMAT_INFO)
    source = "from scanner.vision import format\nresult = [format.version_bits(v) for v in range(7, 41)]"
    assert mp.run(source) == list(consts.VERSION_INFO)


@pytest.mark.parametrize("mask", range(8))
@pytest.mark.parametrize("level", "LMQH")
def test_format_of_every_level_and_mask(mp, level, mask):
    grid = grids.made("1", 1, level, mask)
    assert mp.call("scanner.vision.matrix:read_format", grid, 21) == (level, mask, 0)


@pytest.mark.parametrize("copy", [first_copy, second_copy])
def test_three_wrong_bits_in_one_copy(mp, copy):
    rng = random.Random(3)
    for count in (1, 2, 3, 3, 3):
        level, mask, version = rng.choice("LMQH"), rng.randrange(8), rng.choice((1, 3, 8))
        size = 17 + 4 * version
        grid = grids.made("1", version, level, mask)
        flip(grid, size, rng.sample(copy(size), count))
        assert mp.call("scanner.vision.matrix:read_format", grid, size) == (level, mask, count)


def test_three_wrong_bits_in_both_copies(mp):
    rng = random.Random(4)
    for _ in range(20):
        level, mask = rng.choice("LMQH"), rng.randrange(8)
        grid = grids.made("7", 2, level, mask)
        flip(grid, 25, rng.sample(first_copy(25), 3) + rng.sample(second_copy(25), 3))
        assert mp.call("scanner.vision.matrix:read_format", grid, 25) == (level, mask, 6)


@pytest.mark.parametrize("lost", [first_copy, second_copy])
@pytest.mark.parametrize("shade", [0, 1])
def test_one_copy_painted_over(mp, lost, shade):
    for level, mask in itertools.product("LMQH", (0, 3, 5)):
        grid = grids.made("7", 5, level, mask)
        for y, x in lost(37):
            grid[y * 37 + x] = shade
        symbol = mp.call("scanner.vision.symbol:read", grid, 37)
        assert (symbol["level"], symbol["mask"], symbol["payload"]) == (level, mask, b"7")


def test_likeliest_format_that_is_wrong_is_not_the_last_word(mp):
    """One copy says another format outright, the other leans to it by three bits: the payload decides."""
    grid = grids.made("PAYLOAD DECIDES", 2, "M", 4)
    other = grids.made("PAYLOAD DECIDES", 2, "M", 3)
    for copy, most in ((first_copy(25), 3), (second_copy(25), 15)):
        differing = [(y, x) for y, x in copy if grid[y * 25 + x] != other[y * 25 + x]]
        flip(grid, 25, differing[:most])
    assert mp.call("scanner.vision.matrix:read_format", grid, 25)[:2] == ("M", 3)
    symbol = mp.call("scanner.vision.symbol:read", grid, 25)
    assert (symbol["payload"], symbol["mask"]) == (b"PAYLOAD DECIDES", 4)


@pytest.mark.parametrize("version", range(1, 41))
def test_version_read_from_the_symbol(mp, version):
    grid = grids.made("1", version, "L", 0)
    size = 17 + 4 * version
    assert mp.call("scanner.vision.matrix:read_version", grid, size) == version
    # A mirrored symbol exchanges the two copies, and they read the same.
    assert mp.call("scanner.vision.matrix:read_version", grids.transposed(grid, size), size) == version


def test_version_with_wrong_bits(mp):
    rng = random.Random(5)
    near = "scanner.vision.matrix:version_near_finders"
    for version in range(7, 41):
        word = consts.VERSION_INFO[version - 7]
        a, b = (word ^ sum(1 << i for i in rng.sample(range(18), rng.randrange(4))) for _ in "ab")
        assert mp.call(near, a, b) == version
        assert mp.call(near, a, rng.getrandbits(18) & 0x2A5A5) in (version, 0)


def test_version_that_neither_copy_tells(mp):
    near = "scanner.vision.matrix:version_near_finders"
    words = consts.VERSION_INFO
    far = next(w for w in range(1 << 18) if all((w ^ word).bit_count() > 3 for word in words))
    assert mp.call(near, far, far) == 0
    # Two copies that are sure of different versions cancel out.
    assert mp.call(near, words[0], words[20]) == 0


def test_format_that_neither_copy_tells(mp):
    size = 21
    formats = consts.FORMAT_INFO
    far = next(w for w in range(1 << 15) if all((w ^ word).bit_count() > 3 for word in formats))
    grid = bytearray(size * size)
    for copy in (first_copy(size), second_copy(size)):
        for bit, (y, x) in enumerate(copy):
            grid[y * size + x] = far >> bit & 1
    assert mp.call("scanner.vision.matrix:read_format", grid, size) is None
