"""From finders to modules: the size is right and every module of a clean symbol is read as it was drawn."""

import pytest
from harness import frames

GRID = """
from scanner.vision.alignment import AlignmentSearch
from scanner.vision.deciding import Decider
from scanner.vision.finder import FinderSearch
from scanner.vision.grouping import Grouping
from scanner.vision.mesh import Mesh
from scanner.vision.placing import Placing
from scanner.vision.sampling import Sampler
search = FinderSearch(width, height)
mesh = Mesh()
sampler = Sampler()
placing = Placing(mesh, sampler, AlignmentSearch())
search.begin(frame, width, height)
search.scan(0, 2, 0, False)
result = None
grouping = Grouping()
for k in range(grouping.arrange(search.places, search.count)):
    three = [search.finder(place) for place in grouping.get(k)]
    flip = 255 if three[0].inverted else 0
    if placing.place(frame, width, height, three, flip):
        grid = bytearray(mesh.size * mesh.size)
        sampler.sample(frame, width, height, mesh, flip, grid)
        Decider().decide(grid, grid, mesh.size)
        bits = bytes([v & 1 for v in grid])
        result = [mesh.size, bits, bytes([v & 254 for v in grid]), mesh.corners(width, height)]
        break
"""


def _grid(mp, image):
    return mp.run(GRID, frame=image.tobytes(), width=image.width, height=image.height)


def _wrong(grid: bytes, code) -> int:
    return sum(a != b for a, b in zip(grid, frames.matrix_of(code), strict=True))


@pytest.mark.parametrize("version", [1, 2, 3, 6, 7, 13, 14, 20, 21, 27, 32, 34, 40])
def test_every_module_of_an_upright_symbol(mp, version):
    code = frames.symbol("GRID", version=version, error="L")
    side = 17 + 4 * version
    module = 4.3 if version < 10 else 2.6
    points = frames.corners(module * (side + 8), (320, 240), 2)
    size, grid, _, _ = _grid(mp, frames.frame([(code, points)], (640, 480 if version < 36 else 520)))
    assert size == side
    assert _wrong(grid, code) == 0


@pytest.mark.parametrize("turn", [15, 45, 100, 200, 290])
@pytest.mark.parametrize("version", [2, 8, 18])
def test_turned_and_tilted(mp, version, turn):
    code = frames.symbol("TURNED", version=version, error="L")
    side = 25 + 4 * version
    points = frames.corners(330, (320, 240), turn, tilt=28, axis=turn * 2)
    size, grid, sure, _ = _grid(mp, frames.frame([(code, points)]))
    assert size == side - 8
    # The far edge may lose a module or two; what is wrong must at least be unsure.
    assert _wrong(grid, code) <= len(grid) // 200
    wrong = [c for c, a, b in zip(sure, grid, frames.matrix_of(code), strict=True) if a != b]
    assert not wrong or sum(wrong) / len(wrong) < sum(sure) / len(sure)


def test_corners_are_the_symbol_s_own(mp):
    code = frames.symbol("CORNERS", version=5, error="L")
    side = 37
    points = frames.corners(6 * side, (320, 240), 25)
    got = _grid(mp, frames.frame([(code, points)], border=0))[3]
    for k in range(4):
        assert got[2 * k] == pytest.approx(points[k][0], abs=2)
        assert got[2 * k + 1] == pytest.approx(points[k][1], abs=2)


def test_a_bent_sheet_needs_the_mesh(mp):
    # Rows are shifted by up to five pixels, a module and a half, in the symbol's middle: no perspective map fits.
    from math import pi, sin

    from PIL import Image

    code = frames.symbol("BENT", version=18, error="L")
    flat = frames.frame([(code, frames.corners(3.6 * 97, (320, 240)))])
    bent = Image.new("L", flat.size, 235)
    for y in range(480):
        shift = round(5 * sin(pi * y / 480))
        bent.paste(flat.crop((0, y, 640, y + 1)), (shift, y))
    size, grid, _, _ = _grid(mp, bent)
    assert size == 89
    assert _wrong(grid, code) < len(grid) // 100


def test_noise_alone_is_never_placed(mp):
    blank = frames.symbol("X", version=1)
    image = frames.frame([(blank, frames.corners(1, (2, 2)))], noise=40)
    assert _grid(mp, image) is None
