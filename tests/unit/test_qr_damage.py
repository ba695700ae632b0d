"""Damaged symbols: up to capacity they read, above they are refused, and what is read is always the truth."""

import random

import pytest
from harness import grids
from harness.interpreter import DeviceError

READ = "scanner.vision.symbol:read"
# Parity codewords that are kept back from correction (p of Table 9).
KEPT_BACK = {(1, "L"): 3, (1, "M"): 2, (1, "Q"): 1, (1, "H"): 1, (2, "L"): 2, (3, "L"): 1}
SYMBOLS = [
    (1, "L"),
    (1, "M"),
    (1, "Q"),
    (1, "H"),
    (2, "L"),
    (3, "L"),
    (3, "H"),
    (5, "Q"),
    (7, "M"),
    (10, "M"),
]
SYMBOLS += [(13, "Q"), (18, "Q"), (25, "L"), (40, "H")]


def read(mp, grid, **options):
    """The symbol, or None for a ValueError."""
    try:
        return mp.call(READ, grid, round(len(grid) ** 0.5), **options)
    except DeviceError as error:
        assert error.kind == "ValueError", str(error)
        return None


def symbol_of(version, level):
    rng = random.Random(version * 4 + "LMQH".index(level))
    return grids.made(b"%d" % rng.getrandbits(30), version, level, rng.randrange(8)), rng


@pytest.mark.parametrize(("version", "level"), SYMBOLS)
def test_every_block_at_its_capacity(mp, version, level):
    clean, rng = symbol_of(version, level)
    truth = read(mp, clean)["payload"]
    grid = bytearray(clean)
    total = 0
    for codewords, parity in grids.blocks(version, level):
        most = (parity - KEPT_BACK.get((version, level), 0)) // 2
        grids.spoil(grid, version, rng.sample(codewords, most), rng)
        total += most
    symbol = read(mp, grid)
    assert (symbol["payload"], symbol["corrected"], symbol["erased"]) == (truth, total, 0)
    mirror = read(mp, grids.transposed(grid, 17 + 4 * version))
    assert (mirror["payload"], mirror["corrected"], mirror["mirrored"]) == (truth, total, True)


@pytest.mark.parametrize(("version", "level"), SYMBOLS)
def test_one_block_above_its_capacity(mp, version, level):
    clean, rng = symbol_of(version, level)
    codewords, parity = rng.choice(grids.blocks(version, level))
    most = (parity - KEPT_BACK.get((version, level), 0)) // 2
    for extra in (1, 2, len(codewords) - most):
        grid = bytearray(clean)
        grids.spoil(grid, version, rng.sample(codewords, most + extra), rng)
        assert read(mp, grid) is None


def doubt(size, version, codewords, rng, sureness=(0, 60)):
    """A map of confidence that is low at one module of each of these codewords."""
    confidence = bytearray(rng.randint(100, 255) for _ in range(size * size))
    for index in codewords:
        confidence[rng.choice(grids.modules_of_codeword(version, index))] = rng.randint(*sureness)
    return confidence


@pytest.mark.parametrize(
    ("version", "level"), [(3, "H"), (5, "Q"), (7, "M"), (10, "M"), (13, "Q"), (18, "Q"), (40, "H")]
)
def test_doubtful_codewords_are_erased(mp, version, level):
    """Two thirds of the parity in errors that the sampler was unsure of: too much for plain correction."""
    clean, rng = symbol_of(version, level)
    truth = read(mp, clean)["payload"]
    grid = bytearray(clean)
    size = 17 + 4 * version
    members, parity = rng.choice(grids.blocks(version, level))
    wrong = rng.sample(members, parity * 2 // 3)
    grids.spoil(grid, version, wrong, rng)
    assert read(mp, grid) is None
    confidence = doubt(size, version, wrong, rng)
    symbol = read(mp, grid, confidence=confidence)
    assert (symbol["payload"], symbol["corrected"]) == (truth, len(wrong))
    assert 0 < symbol["erased"] < parity
    # The map belongs to the grid: a mirrored symbol comes with a mirrored map.
    mirror = read(mp, grids.transposed(grid, size), confidence=grids.transposed(confidence, size))
    assert (mirror["payload"], mirror["mirrored"]) == (truth, True)
    assert grid != clean


@pytest.mark.parametrize(("version", "level"), SYMBOLS)
def test_doubt_in_the_wrong_places_gives_no_wrong_text(mp, version, level):
    clean, rng = symbol_of(version, level)
    truth = read(mp, clean)["payload"]
    size = 17 + 4 * version
    members, parity = rng.choice(grids.blocks(version, level))
    for share in (0.6, 0.8, 1.0):
        grid = bytearray(clean)
        count = min(len(members), max(1, round(parity * share)))
        grids.spoil(grid, version, rng.sample(members, count), rng)
        for confidence in (
            doubt(size, version, rng.sample(members, count), rng),
            bytearray(rng.randbytes(size * size)),
            bytearray(size * size),
            bytearray(b"\xff" * (size * size)),
        ):
            symbol = read(mp, grid, confidence=confidence)
            assert symbol is None or symbol["payload"] == truth


def test_erasures_leave_parity_unspent(mp):
    """All that the map calls doubtful is wrong, and there is as much of it as parity: still refused."""
    clean, rng = symbol_of(7, "M")
    members, parity = grids.blocks(7, "M")[0]
    wrong = rng.sample(members, parity - 1)
    grid = bytearray(clean)
    grids.spoil(grid, 7, wrong, rng)
    assert read(mp, grid, confidence=doubt(45, 7, wrong, rng)) is None


@pytest.mark.parametrize("version", [1, 2, 4, 7, 11])
def test_random_flips_tell_the_truth_or_nothing(mp, version):
    rng = random.Random(version)
    size = 17 + 4 * version
    read_plain = read_doubted = 0
    for round_ in range(60):
        level = "LMQH"[round_ % 4]
        clean = grids.made(b"%05d" % (round_ * 7), version, level, round_ % 8)
        grid = bytearray(clean)
        wrong = rng.sample(range(size * size), rng.randint(1, max(3, size * size // 16)))
        confidence = bytearray(rng.choice((90, 200, 255)) for _ in range(size * size))
        for place in wrong:
            grid[place] ^= 1
            confidence[place] = rng.randint(0, 140)
        plain, doubted = read(mp, grid), read(mp, grid, confidence=confidence)
        for symbol in (plain, doubted):
            if symbol is not None:
                assert (symbol["payload"], symbol["level"]) == (b"%05d" % (round_ * 7), level)
        # What reads without the map reads with it.
        assert plain is None or doubted is not None
        read_plain += plain is not None
        read_doubted += doubted is not None
    assert 0 < read_plain < 60
    assert read_doubted >= read_plain


def test_each_single_module_flipped(mp):
    clean = grids.made(b"one module", 2, "M", 6)
    source = """
from scanner.vision import symbol
grid = bytearray(grid)
wrong = []
corrected = 0
for k in range(625):
    grid[k] ^= 1
    got = symbol.read(grid, 25)
    if got.payload != b"one module" or got.corrected > 1:
        wrong.append(k)
    corrected += got.corrected
    grid[k] ^= 1
result = (wrong, corrected)
"""
    assert mp.run(source, grid=clean) == ([], 44 * 8)


ATTEMPTS = """
from scanner.vision.symbol import Attempts
attempts = Attempts(size)
result = []
for grid in grids:
    grid = bytearray(grid)
    one = attempts.read(grid, None, 1000000)
    if one:
        result.append([one.payload, one.corrected])
        break
    attempts.settle(grid)
    result.append(bytes(grid))
"""


@pytest.mark.parametrize(("version", "level"), [(5, "Q"), (10, "M"), (18, "Q"), (40, "H")])
def test_blocks_are_kept_from_one_grid_to_the_next(mp, version, level):
    """Each block is readable in one of three grids, and none of the grids as a whole."""
    clean, rng = symbol_of(version, level)
    truth = read(mp, clean)["payload"]
    spoilt = []
    where = grids.blocks(version, level)
    for turn in range(3):
        grid = bytearray(clean)
        for number, (codewords, parity) in enumerate(where):
            hurt = parity // 3 if number % 3 == turn else parity
            grids.spoil(grid, version, rng.sample(codewords, hurt), rng)
        assert read(mp, grid) is None
        spoilt.append(bytes(grid))
    *settled, last = mp.run(ATTEMPTS, grids=spoilt, size=17 + 4 * version)
    assert last == [truth, sum(parity // 3 for _, parity in where)]
    # Meanwhile the grid has got the truth where it is known, and elsewhere is as it was read.
    for turn, grid in enumerate(settled):
        for number, (codewords, _) in enumerate(where):
            for place in (p for c in codewords for p in grids.modules_of_codeword(version, c)):
                assert grid[place] & 1 == (clean if number % 3 <= turn else spoilt[turn])[place] & 1


@pytest.mark.parametrize(("version", "level"), [(2, "M"), (5, "Q"), (10, "M"), (18, "Q")])
def test_kept_blocks_spare_some_parity(mp, version, level):
    """A block at its full capacity is read, but not kept: too much noise would pass when many grids are tried."""
    clean, rng = symbol_of(version, level)
    grid = bytearray(clean)
    for codewords, parity in grids.blocks(version, level):
        grids.spoil(grid, version, rng.sample(codewords, parity // 2), rng)
    assert read(mp, grid) is not None
    (got,) = mp.run(ATTEMPTS, grids=[bytes(grid)], size=17 + 4 * version)
    assert got == bytes(grid)


@pytest.mark.slow
@pytest.mark.parametrize(("version", "level"), [(2, "M"), (3, "M"), (5, "Q"), (7, "M"), (13, "Q")])
def test_noise_is_never_kept(mp64, version, level):
    """Grids of noise with a good format, again and again: no block is ever taken for corrected."""
    clean, rng = symbol_of(version, level)
    size = 17 + 4 * version
    members = [
        p for c, _ in grids.blocks(version, level) for k in c for p in grids.modules_of_codeword(version, k)
    ]
    for _ in range(40):
        tries = []
        for _ in range(5):
            grid = bytearray(clean)
            for place in members:
                grid[place] = rng.getrandbits(1)
            tries.append(bytes(grid))
        assert mp64.run(ATTEMPTS, grids=tries, size=size) == tries
