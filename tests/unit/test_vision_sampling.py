"""The module grid: local threshold, certainty, drift, sharpening, each alone."""

import random

import pytest

DECIDE = """
from scanner.vision.sampling import Sampler
s = Sampler()
s.values[: len(values)] = values
s.decide(size)
result = [bytes(s.grid[: len(values)]), bytes(s.values[: len(values)])]
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


def test_certainty_is_the_distance_from_the_local_mean(mp):
    size = 21
    bits = _modules(size)
    values = bytes(50 if bit else 200 for bit in bits)
    grid, sure = mp.run(DECIDE, values=values, size=size)
    assert list(grid) == bits
    for i in (0, size - 1, 10 * size + 10, size * size - 1):
        x, y = i % size, i // size
        window = [
            values[r * size + c]
            for r in range(max(0, y - 5), min(size, y + 6))
            for c in range(max(0, x - 5), min(size, x + 6))
        ]
        assert sure[i] == abs(values[i] - sum(window) // len(window))


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
    drift.follow(frame, width, height, mesh, s.values, 0, s.contrast(size) // 3)
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
