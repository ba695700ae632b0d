"""The module grid: sampling, threshold, certainty, drift, equalising, legs, each alone."""

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
    values = bytearray(size * size)
    sampler.sample(frame, width, height, mesh, 0, values, coarse)
    result.append(bytes(values))
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
from array import array
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
values = bytearray(size * size)
for _ in range(4):
    s.sample(frame, width, height, mesh, 0, values)
    drift.follow(frame, width, height, mesh, values, 0, drift.contrast(values, size) // 3)
result = [[(v - BIAS) / 256 for v in array("i", bytes(nodes))] for nodes in (mesh.x, mesh.y)]
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


@pytest.mark.parametrize("size", [21, 33, 57])
def test_levelling_is_the_distance_from_the_mean_around(mp, size):
    rng = random.Random(size)
    values = bytes(rng.randrange(256) for _ in range(size * size))
    source = """
from scanner.vision.levelling import Leveller
v = bytearray(values)
Leveller().level(v, bytearray(size * size), size)
result = bytes(v)
"""
    got = mp.run(source, values=values, size=size)
    for y in range(size):
        for x in range(size):
            window = [
                values[r * size + c]
                for r in range(max(0, y - 5), min(size, y + 6))
                for c in range(max(0, x - 5), min(size, x + 6))
            ]
            far = values[y * size + x] - sum(window) // len(window) + 128
            assert got[y * size + x] == max(0, min(255, far))


EQUALISE = """
from scanner.vision.equalising import Equaliser
from scanner.vision.levelling import Leveller
v = bytearray(values)
grid = bytearray(size * size)
Leveller().level(v, grid, size)
e = Equaliser()
e.begin(v, grid, size, 128 + 40)
result = [bytes(grid)]
for decided in (False, True, True):
    assert e.refine(v, grid, size, decided)
    result.append(bytes(grid))
"""


def _leaked(bits: list[int], size: int, leaks: tuple[int, int, int, int], noise: int, seed: int) -> bytes:
    """Grey values of modules that leak (in percent) to the sides, up and down, and along both diagonals; light
    modules lie around the symbol."""
    rng = random.Random(seed)
    across, down, falling, rising = leaks
    weights = {
        (0, -1): across,
        (0, 1): across,
        (-1, 0): down,
        (1, 0): down,
        (-1, -1): falling,
        (1, 1): falling,
        (-1, 1): rising,
        (1, -1): rising,
    }
    weights[0, 0] = 100 - sum(weights.values())
    out = []
    for y in range(size):
        for x in range(size):
            light = 0
            for (dy, dx), weight in weights.items():
                inside = 0 <= y + dy < size and 0 <= x + dx < size
                light += weight * (1 - bits[(y + dy) * size + x + dx] if inside else 1)
            out.append(max(0, min(255, round(80 + light * 0.8 + rng.gauss(0, noise)))))
    return bytes(out)


@pytest.mark.parametrize("leaks", [(18, 5, 1, 1), (5, 18, 1, 1), (6, 6, 13, 0), (12, 12, 2, 2)])
def test_equalising_finds_out_what_leaks_where(mp, leaks):
    size = 57
    bits = _modules(size, 9)
    steps = mp.run(EQUALISE, values=_leaked(bits, size, leaks, 8, 3), size=size)
    wrong = [sum((a & 1) != b for a, b in zip(grid, bits, strict=True)) for grid in steps]
    assert wrong[-1] * 4 <= wrong[0] * 3, wrong
    # What is still wrong is at least unsure.
    unsure = [a & 254 for a, b in zip(steps[-1], bits, strict=True) if (a & 1) != b]
    sure = [a & 254 for a, b in zip(steps[-1], bits, strict=True) if (a & 1) == b]
    assert not unsure or sum(unsure) / len(unsure) < sum(sure) / len(sure) / 2


def test_equalising_leaves_a_sharp_grid_as_it_is(mp):
    size = 45
    bits = _modules(size, 4)
    for grid in mp.run(EQUALISE, values=_leaked(bits, size, (0, 0, 0, 0), 4, 1), size=size):
        assert [v & 1 for v in grid] == bits


def test_equalising_finds_nothing_in_a_flat_grid(mp):
    source = """
from scanner.vision.equalising import Equaliser
e = Equaliser()
v = bytearray([128] * 441)
grid = bytearray(441)
e.begin(v, grid, 21, 128)
result = e.refine(v, grid, 21, False)
"""
    assert mp.run(source) is False


LEG = """
from scanner.vision.legs import LegEnd
leg = LegEnd()
result = [leg.measure(frame, width, height, 0, *where), leg.module, leg.x, leg.y]
"""


@pytest.mark.parametrize("turn", [0, 20, 65])
@pytest.mark.parametrize("guess", [0.8, 1.0, 1.25])
@pytest.mark.parametrize("blur", [0.4, 1.4])
def test_a_finder_is_measured_along_a_line(mp, turn, guess, blur):
    """Its module within 4 percent and its middle within a tenth of a module, though guessed wrongly by a fifth."""
    from math import cos, radians, sin

    from harness import frames

    module, side = 3.0, 33
    code = frames.symbol("LEG", version=4, error="L")
    points = frames.corners(module * side, (120, 100), turn)
    image = frames.frame([(code, points)], (240, 200), border=0, blur=blur, noise=4)
    c, s = cos(radians(turn)), sin(radians(turn))
    along = ((points[1][0] - points[0][0]) / side, (points[1][1] - points[0][1]) / side)
    down = ((points[3][0] - points[0][0]) / side, (points[3][1] - points[0][1]) / side)
    assert abs(along[0] - module * c) < 0.01 and abs(along[1] - module * s) < 0.01
    x = points[0][0] + 3.5 * (along[0] + down[0])
    y = points[0][1] + 3.5 * (along[1] + down[1])
    where = [256 * (x + 0.2 * along[0]), 256 * (y + 0.2 * along[1])]
    where += [256 * v / guess for v in (*along, *down)]
    found, measured, at_x, at_y = mp.run(LEG, frame=image.tobytes(), width=240, height=200, where=where)
    assert found
    assert measured / guess == pytest.approx(1, abs=0.04)
    assert at_x / 256 == pytest.approx(x, abs=0.3)
    assert at_y / 256 == pytest.approx(y, abs=0.3)


def test_a_leg_ends_neither_in_a_blank_nor_in_most_noise(mp):
    source = """
from scanner.vision.legs import LegEnd
leg = LegEnd()
result = [leg.measure(frame, width, height, 0, *where) for where in places]
"""
    places = [[256 * x, 256 * y, 700, 0, 0, 700] for x in range(30, 180, 15) for y in range(30, 180, 15)]
    rng = random.Random(2)
    noise = bytes(rng.randrange(256) for _ in range(200 * 200))
    found = mp.run(source, frame=noise, width=200, height=200, places=places)
    assert sum(found) < len(places) / 2
    assert not any(mp.run(source, frame=bytes([90] * 40000), width=200, height=200, places=places))
