"""Whole module grids made by segno: every version, level and mask, every mode, mirrored, and what is no symbol."""

import itertools
import random

import pytest
import segno
from harness import grids
from harness.interpreter import DeviceError

READ = "scanner.vision.symbol:read"
TEXT = "HC1:6BF GATEPOST $%*+-./:"


def read(mp, grid, **options):
    return mp.call(READ, grid, round(len(grid) ** 0.5), **options)


def refused(mp, grid, **options):
    with pytest.raises(DeviceError) as caught:
        read(mp, grid, **options)
    assert caught.value.kind == "ValueError", str(caught.value)


def capacity(version, level):
    """Bytes that fit in byte mode."""
    members = grids.blocks(version, level)
    return sum(len(codewords) - parity for codewords, parity in members) - (2 if version < 10 else 3)


@pytest.mark.parametrize("level", "LMQH")
@pytest.mark.parametrize("version", range(1, 41))
def test_every_version_and_level_filled_to_the_brim(mp, version, level):
    mask = (version * 3 + "LMQH".index(level)) % 8
    payload = random.Random(version).randbytes(capacity(version, level))
    symbol = read(mp, grids.made(payload, version, level, mask))
    assert symbol == {
        "payload": payload,
        "version": version,
        "level": level,
        "mask": mask,
        "corrected": 0,
        "erased": 0,
        "mirrored": False,
        "inverted": False,
        "corners": (),
        "structured_append": None,
        "eci": None,
        "fnc1": 0,
        "segments": ("byte",),
    }


@pytest.mark.parametrize("version", [1, 2, 6, 7])
def test_every_mask_with_every_level(mp, version):
    for level, mask in itertools.product("LMQH", range(8)):
        symbol = read(mp, grids.made("MASK", version, level, mask))
        assert (symbol["payload"], symbol["level"], symbol["mask"]) == (b"MASK", level, mask)


@pytest.mark.parametrize("version", [5, 9, 10, 18, 26, 27, 40])
@pytest.mark.parametrize(
    ("mode", "text", "expected"),
    [
        ("numeric", "01234567890123456789", b"01234567890123456789"),
        ("alphanumeric", TEXT, TEXT.encode()),
        ("byte", "größer".encode(), "größer".encode()),
        ("kanji", "検疫証明書", "検疫証明書".encode("shift_jis")),
    ],
)
def test_every_mode(mp, version, mode, text, expected):
    symbol = read(mp, grids.made(text, version, "M"))
    assert (symbol["payload"], symbol["segments"], symbol["eci"]) == (expected, (mode,), None)


def test_eci(mp):
    code = segno.make("Ωμέγα", eci=True, encoding="utf-8", micro=False)
    symbol = read(mp, grids.grid(code))
    assert (symbol["payload"], symbol["eci"], symbol["segments"]) == ("Ωμέγα".encode(), 26, ("byte",))


def test_structured_append(mp):
    text = "A certificate too long for one code. " * 20
    codes = segno.make_sequence(text, symbol_count=5, error="M")
    parts = [read(mp, grids.grid(code)) for code in codes]
    assert b"".join(part["payload"] for part in parts) == text.encode()
    parity = 0
    for byte in text.encode():
        parity ^= byte
    assert [part["structured_append"] for part in parts] == [(k, 5, parity) for k in range(5)]


@pytest.mark.parametrize("version", [1, 4, 7, 18, 25])
def test_mirrored(mp, version):
    size = 17 + 4 * version
    upright = grids.made("MIRROR", version, "M", 2)
    mirror = grids.transposed(upright, size)
    for grid, told, expected in (
        (upright, False, False),
        (upright, None, False),
        (mirror, False, True),
        (mirror, True, True),
    ):
        symbol = read(mp, grid, mirrored=told)
        assert (symbol["payload"], symbol["mirrored"], symbol["mask"]) == (b"MIRROR", expected, 2)
    refused(mp, upright, mirrored=True)
    refused(mp, mirror, mirrored=None)


def test_other_turns_are_no_symbol(mp):
    """The grid is expected with its missing finder pattern at the bottom right; light and dark as in print."""
    grid = grids.made(TEXT, 4, "M")
    rotated = bytearray(grids.transposed(grid, 33)[y * 33 + 32 - x] for y in range(33) for x in range(33))
    refused(mp, rotated)
    refused(mp, bytearray(1 - module for module in grid))


def test_grid_is_not_changed_and_only_its_lowest_bit_counts(mp):
    grid = grids.made(TEXT, 7, "Q")
    coarse = bytearray(255 if module else 254 for module in grid)
    source = "from scanner.vision import symbol\nresult = (symbol.read(grid, 45).payload, grid)"
    assert mp.run(source, grid=coarse) == (TEXT.encode(), coarse)


def test_larger_buffers_and_views_serve(mp):
    grid = grids.made(TEXT, 7, "Q")
    source = """
from scanner.vision import symbol
spacious = bytearray(177 * 177)
spacious[: len(grid)] = grid
result = (symbol.read(spacious, 45).payload, symbol.read(memoryview(spacious)[: len(grid)], 45).payload)
"""
    assert mp.run(source, grid=grid) == (TEXT.encode(), TEXT.encode())


@pytest.mark.parametrize("size", [0, 1, 11, 13, 15, 17, 22, 178, 181])
def test_sizes_of_no_version(mp, size):
    with pytest.raises(DeviceError) as caught:
        mp.call(READ, bytearray(size * size), size)
    assert caught.value.kind == "ValueError"


def test_micro_qr_is_out_of_scope(mp):
    code = segno.make("12345", micro=True)
    assert code.is_micro
    refused(mp, grids.grid(code))


def test_grid_or_confidence_smaller_than_their_size(mp):
    grid = grids.made(TEXT, 3, "L")
    for options in ({"grid": grid[:-1]}, {"grid": grid, "confidence": bytearray(28 * 29)}):
        with pytest.raises(DeviceError) as caught:
            mp.call(READ, size=29, **options)
        assert caught.value.kind == "ValueError"


@pytest.mark.parametrize("version", [1, 2, 3, 6, 7, 14, 25, 40])
def test_noise_is_no_symbol(mp, version):
    rng = random.Random(version)
    size = 17 + 4 * version
    for density in (0.5, 0.5, 0.5, 0.3, 0.0, 1.0):
        grid = bytearray(rng.random() < density for _ in range(size * size))
        # Blank grids fail by their format; noise also with a true one.
        refused(mp, grid)
        refused(mp, grid, confidence=rng.randbytes(size * size))
        for y, x in [(y, x) for y in range(9) for x in range(9)]:
            grid[y * size + x] = grids.made("1", version, "L", 0)[y * size + x]
        refused(mp, grid, confidence=rng.randbytes(size * size))


def test_loops_allocate_nothing(mp):
    """With the heap locked the loops over modules and codewords still run."""
    source = """
import micropython
from scanner.vision import codewords, galois, interleaving, matrix, placement, reed_solomon, segments
centres = bytes(matrix.alignment_positions(7))
out = bytearray(200)
out[:196] = bytes(196)
syn = bytearray(20)
table = bytearray(256)
text = bytearray(100)
stream = bytearray(200)
data = bytearray(200)
syndromes = bytearray(100)
done = codewords._done
plan, masks = placement._plan, placement._masks
micropython.heap_lock()
placement._walk(0, 0, 0, grid, stream, plan, masks, centres, 2, 45, 45, 1)
placement._walk_back(0, 0, 0, grid, stream, plan, masks, centres, 2, 45, 45, 1, 196)
placement._walk_sureness(0, 0, 0, grid, stream, plan, masks, centres, 2, 45, 45, 1)
interleaving.gather(stream, data, done, 4, 4, 31, 18, 0)
galois.syndromes(table, table, 0, data, syndromes, syn, 4, 49, 0, 18, 0, 18)
reed_solomon.repair(data, 0, 49, syndromes, 0, 18, 18, syn, 0)
segments._alphanumeric(out, 0, text, 0, 90, segments._CHARACTERS)
segments._numeric(out, 0, text, 0, 90)
micropython.heap_unlock()
result = True
"""
    assert mp.run(source, grid=grids.made(TEXT, 7, "M"))
