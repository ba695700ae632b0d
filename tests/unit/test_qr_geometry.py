"""Sizes, alignment patterns, function modules, masks and block structure against segno's own tables."""

import pytest
from harness import grids
from harness.interpreter import DeviceError
from segno import consts

VERSIONS = range(1, 41)


def test_alignment_positions_of_every_version(mp):
    got = mp.run(
        "from scanner.vision import matrix\nresult = [matrix.alignment_positions(v) for v in range(1, 41)]"
    )
    assert got[0] == ()
    assert got[1:] == [tuple(line) for line in consts.ALIGNMENT_POS]


def test_sizes(mp):
    source = "from scanner.vision import matrix\nresult = [matrix.version_of(matrix.size_of(v)) for v in range(1, 41)]"
    assert mp.run(source) == list(VERSIONS)


@pytest.mark.parametrize("size", [-3, 0, 1, 11, 13, 15, 17, 20, 22, 23, 176, 178, 181, 1 << 20])
def test_other_sizes_are_refused(mp, size):
    with pytest.raises(DeviceError) as caught:
        mp.call("scanner.vision.matrix:version_of", size)
    assert caught.value.kind == "ValueError"


def test_data_modules_of_every_version(mp):
    got = mp.run("from scanner.vision import matrix\nresult = [matrix.data_modules(v) for v in range(1, 41)]")
    assert got == [len(grids.placement(v)) for v in VERSIONS]


PLAN = """
from scanner.vision import masks, matrix
def rows(version, mask):
    # Two strings of size * size: "is data" and "is masked", rebuilt from the column plans.
    size = matrix.size_of(version)
    centres = bytes(matrix.alignment_positions(version))
    table = bytearray(72)
    masks.fill(table, mask)
    plan = bytearray(matrix.PLAN_SIZE)
    data = bytearray(size * size)
    flips = bytearray(size * size)
    x = size - 1
    while x > 0:
        if x == 6:
            x = 5
        matrix.column_plan(plan, table, x, size, centres, len(centres))
        for y in range(size):
            c = plan[y]
            data[y * size + x] = not c & 1
            data[y * size + x - 1] = not c & 2
            flips[y * size + x] = c >> 3 & 1
            flips[y * size + x - 1] = c >> 2 & 1
        x -= 2
    return data, flips
result = rows(version, mask)
"""


@pytest.mark.parametrize("version", VERSIONS)
def test_function_modules(mp, version):
    data, _ = mp.run(PLAN, version=version, mask=0)
    assert data == bytes(cell for row in grids.data_map(version) for cell in row)


CONDITIONS = (  # Table 10, i the row and j the column
    lambda i, j: (i + j) % 2 == 0,
    lambda i, j: i % 2 == 0,
    lambda i, j: j % 3 == 0,
    lambda i, j: (i + j) % 3 == 0,
    lambda i, j: (i // 2 + j // 3) % 2 == 0,
    lambda i, j: (i * j) % 2 + (i * j) % 3 == 0,
    lambda i, j: ((i * j) % 2 + (i * j) % 3) % 2 == 0,
    lambda i, j: ((i + j) % 2 + (i * j) % 3) % 2 == 0,
)


@pytest.mark.parametrize("mask", range(8))
def test_masks(mp, mask):
    version = 9
    size = 17 + 4 * version
    _, flips = mp.run(PLAN, version=version, mask=mask)
    wrong = [
        (y, x)
        for y in range(size)
        for x in range(size)
        if x != 6 and bool(flips[y * size + x]) != CONDITIONS[mask](y, x)
    ]
    assert not wrong


@pytest.mark.parametrize("level", "LMQH")
def test_block_structure_of_every_version(mp, level):
    source = "from scanner.vision import blocks\nresult = [blocks.structure(v, level) for v in range(1, 41)]"
    got = mp.run(source, level=level)
    for version, (count, parity, _) in zip(VERSIONS, got, strict=True):
        expected = grids.blocks(version, level)
        assert (count, parity) == (len(expected), expected[0][1])


def test_parity_kept_back_by_the_smallest_symbols(mp):
    source = """
from scanner.vision import blocks
result = {v: "".join(str(blocks.structure(v, level)[2]) for level in "LMQH") for v in range(1, 41)}
"""
    got = mp.run(source)
    assert (got.pop(1), got.pop(2), got.pop(3)) == ("3211", "2000", "1000")
    assert set(got.values()) == {"0000"}
