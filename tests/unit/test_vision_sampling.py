"""The module grid: local threshold, certainty, drift, sharpening, each alone."""

import random

import pytest

DECIDE = """
from scanner.vision.deciding import Decider
if "decider" not in globals():
    decider = Decider()
grid = bytearray(size * size)
decider.decide(values, grid, size)
result = [bytes([v & 1 for v in grid]), bytes([v & 254 for v in grid])]
"""


def _modules(size: int, seed: int = 5) -> list[int]:
    rng = random.Random(seed)
    return [rng.getrandbits(1) for _ in range(size * size)]


def test_the_threshold_follows_the_light(mp):
    # Light falls from 250 to 60 across the symbol: dark on the bright side is lighter than light on the other.
    size = 45
    bits = _modules(size)
    values = bytes(
        (250 - 190 * (i % size) // size) * (40 if bit else 100) // 100 for i, bit in enumerate(bits)
    )
    grid, _ = mp.run(DECIDE, values=values, size=size)
    assert sum(a != b for a, b in zip(grid, bits, strict=True)) <= size * size // 100


def _around(size: int, k: int) -> range:
    # The rows or columns that decide on row or column k: its square of four and the two beside it; the last square
    # has five.
    squares = size // 4
    square = min(k // 4, squares - 1)
    first, last = max(0, square - 1), min(squares - 1, square + 1)
    return range(4 * first, size if last == squares - 1 else 4 * last + 4)


@pytest.mark.parametrize("size", [21, 25, 57, 177])
def test_certainty_is_the_distance_from_the_mean_around(mp, size):
    rng = random.Random(size)
    values = bytes(rng.randrange(256) for _ in range(size * size))
    grid, sure = mp.run(DECIDE, values=values, size=size)
    for y in range(size):
        for x in range(0, size, 4 if size > 100 else 1):
            rows, columns = _around(size, y), _around(size, x)
            mean = sum(sum(values[r * size + columns[0] : r * size + columns[-1] + 1]) for r in rows)
            mean //= len(rows) * len(columns)
            i = y * size + x
            assert grid[i] == (values[i] < mean)
            assert sure[i] == abs(values[i] - mean) & 254


SAMPLE = """
from scanner.vision.mesh import Mesh
from scanner.vision.projection import Projection
from scanner.vision.sampling import Sampler
a, b, c = corners
mesh = Mesh()
p = Projection(a, b, c, size)
p.from_scales(1.0, 1.0)
mesh.lay(p)
sampler = Sampler()
result = []
for coarse in (False, True):
    sampler.sample(frame, width, height, mesh, 0, coarse)
    result.append(bytes(sampler.values[: size * size]))
result.append(bytes(sampler.strip(frame, width, height, mesh, 255, 3, 5, 2, size)[: 2 * (size - 2)]))
"""


@pytest.mark.parametrize("left", [30.0, -9.0, 150.0])
def test_sampling_is_bilinear_or_of_the_nearest_pixel(mp, left):
    """On a frame whose grey values rise evenly; where the symbol leaves the frame, the frame's edge is repeated."""
    size, step = 29, 4.3
    frame = bytes(min(255, (x + y) // 2) for y in range(180) for x in range(240))
    corners = [
        (left * 256, 40 * 256),
        ((left + 22 * step) * 256, 40 * 256),
        (left * 256, (40 + 22 * step) * 256),
    ]
    fine, coarse, strip = mp.run(SAMPLE, frame=frame, width=240, height=180, corners=corners, size=size)
    for i in range(size * size):
        x = min(238.9, max(0.0, left + (i % size - 3) * step))
        y = min(178.9, max(0.0, 40 + (i // size - 3) * step))
        assert fine[i] == pytest.approx((x + y) / 2, abs=1.5)
        assert coarse[i] == pytest.approx((x + y) / 2, abs=1.9)
    turned = [255 - v for row in (3, 4) for v in fine[row * size + 2 : (row + 1) * size]]
    assert list(strip) == turned


DRIFT = """
from scanner.vision.drift import Drift
from scanner.vision.mesh import BIAS, Mesh
from scanner.vision.projection import Projection
from scanner.vision.sampling import Sampler
p = Projection((corner[0] * 256, corner[1] * 256), ((corner[0] + reach) * 256, corner[1] * 256),
               (corner[0] * 256, (corner[1] + reach) * 256), size)
p.from_scales(1.0, 1.0)
mesh = Mesh()
mesh.lay(p)
s = Sampler()
drift = Drift()
for _ in range(4):
    s.sample(frame, width, height, mesh, 0)
    drift.follow(frame, width, height, mesh, s.values, 0, drift.contrast(s.values, size) // 3)
result = [[(v - BIAS) / 256 for v in nodes[: mesh.side * mesh.side]] for nodes in (mesh.x, mesh.y)]
"""


@pytest.mark.parametrize("off", [(0.9, -0.7), (-1.0, 0.4), (0.0, 0.0)])
def test_drift_brings_a_mesh_back_that_lies_beside_the_modules(mp, off):
    from harness import frames

    code = frames.symbol("DRIFT", version=4, error="L")
    module, left, top = 3.5, 60.0, 50.0
    side = module * 33
    points = [(left, top), (left + side, top), (left + side, top + side), (left, top + side)]
    image = frames.frame([(code, points)], (240, 200), border=0, blur=0.8)
    # The middle of module (3, 3); module centres are 3.5 modules from the edge. `off` is a quarter module or so.
    corner = (left + 3.5 * module + off[0], top + 3.5 * module + off[1])
    xs, ys = mp.run(
        DRIFT,
        frame=image.tobytes(),
        width=240,
        height=200,
        corner=corner,
        reach=module * 26,
        size=33,
    )
    for k, (x, y) in enumerate(zip(xs, ys, strict=True)):
        i, j = k % 5, k // 5
        assert x == pytest.approx(left + (8 * i + 0.5) * module, abs=0.35)
        assert y == pytest.approx(top + (8 * j + 0.5) * module, abs=0.35)


def test_sharpening_takes_back_what_leaked(mp):
    size = 25
    bits = _modules(size, 9)
    plain = [60 if bit else 190 for bit in bits]

    def at(x: int, y: int) -> int:
        return plain[min(max(y, 0), size - 1) * size + min(max(x, 0), size - 1)]

    leaked = bytes(
        (6 * at(x, y) + at(x - 1, y) + at(x + 1, y) + at(x, y - 1) + at(x, y + 1)) // 10
        for y in range(size)
        for x in range(size)
    )
    source = """
from scanner.vision.sharpening import sharpen
v = bytearray(values)
sharpen(v, size, 12, 12, bytearray(size))
result = bytes(v)
"""
    sharp = mp.run(source, values=leaked, size=size)
    # Towards what was there, by at least a third, and no further than doubling the error back.
    before = sum(abs(a - b) for a, b in zip(leaked, plain, strict=True))
    after = sum(abs(a - b) for a, b in zip(sharp, plain, strict=True))
    assert after < before * 2 // 3


def test_sharpening_a_flat_grid_changes_nothing(mp):
    source = """
from scanner.vision.sharpening import sharpen
v = bytearray([90] * 81)
sharpen(v, 9, 20, 5, bytearray(9))
result = bytes(v)
"""
    assert mp.run(source) == bytes([90] * 81)
