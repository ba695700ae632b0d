"""Finder patterns: where they are to a fraction of a pixel, in which polarity, and what is none."""

import pytest
from harness import frames
from PIL import Image, ImageFilter

SEARCH = """
from scanner.vision.finder import FinderSearch
search = FinderSearch(width, height)
search.begin(frame, width, height)
for first, step, shift, blurred in passes:
    search.scan(first, step, shift, blurred)
result = [(f.x / 256, f.y / 256, f.module / 256, f.inverted) for f in search.found]
"""
PLAIN = [(0, 2, 0, False)]
BLURRED = [(0, 2, 0, True)]
SHRUNK = [(0, 2, 1, False), (0, 2, 2, False)]


def _search(mp, image: Image.Image, passes=PLAIN):
    return mp.run(SEARCH, frame=image.tobytes(), width=image.width, height=image.height, passes=passes)


def _middles(points, modules: int, border: int = 4):
    """Where the three finders' middles lie when the symbol with its border fills `points` (no tilt)."""
    whole = modules + 2 * border
    (x0, y0), (x1, y1), _, (x3, y3) = points
    out = []
    for u, v in ((3.5, 3.5), (modules - 3.5, 3.5), (3.5, modules - 3.5)):
        a, b = (u + border) / whole, (v + border) / whole
        out.append((x0 + a * (x1 - x0) + b * (x3 - x0), y0 + a * (y1 - y0) + b * (y3 - y0)))
    return out


@pytest.mark.parametrize("turn", [0, 12, 30, 45, 77, 180])
@pytest.mark.parametrize("module", [2.0, 4.3])
def test_middles_are_found_between_pixels(mp, turn, module):
    code = frames.symbol("FINDER", version=2, error="M", mask=3)
    points = frames.corners(module * 33, (160, 120), turn)
    found = _search(mp, frames.frame([(code, points)], (320, 240), blur=0.5))
    for x, y in _middles(points, 25):
        nearest = min(found, key=lambda f: (f[0] - x) ** 2 + (f[1] - y) ** 2)
        assert nearest[0] == pytest.approx(x, abs=0.45)
        assert nearest[1] == pytest.approx(y, abs=0.45)
        assert nearest[2] == pytest.approx(module, rel=0.15)
        assert nearest[3] == 0


def test_light_on_dark_is_told(mp):
    code = frames.symbol("FINDER", version=2, error="M")
    points = frames.corners(4 * 33, (160, 120), 10)
    found = _search(mp, frames.frame([(code, points)], (320, 240), inverted=True))
    for x, y in _middles(points, 25):
        assert any(abs(f[0] - x) < 0.5 and abs(f[1] - y) < 0.5 and f[3] == 1 for f in found)


def test_blurred_rings_are_found_by_their_extremes(mp):
    # A sigma of a third of a module: a ring one module wide keeps half of its contrast.
    code = frames.symbol("FINDER", version=2, error="M")
    points = frames.corners(3 * 33, (160, 120), 20)
    image = frames.frame([(code, points)], (320, 240), blur=1.0)
    found = _search(mp, image, BLURRED)
    for x, y in _middles(points, 25):
        assert any(abs(f[0] - x) < 0.6 and abs(f[1] - y) < 0.6 for f in found)


def test_large_modules_are_found_in_shrunk_rows(mp):
    code = frames.symbol("BIG", version=1, error="L")
    points = frames.corners(34 * 23, (400, 400), 5)
    image = frames.frame([(code, points)], (800, 800), border=1, noise=25)
    found = _search(mp, image, SHRUNK)
    for x, y in _middles(points, 21, border=1):
        assert any(abs(f[0] - x) < 3 and abs(f[1] - y) < 3 for f in found)


@pytest.mark.parametrize("margin", [0, 1])
def test_a_symbol_may_touch_the_frame(mp, margin):
    image = frames.picture(frames.symbol("EDGE", version=1, error="L"), border=margin, scale=4)
    found = _search(mp, image)
    for x, y in ((3.5, 3.5), (17.5, 3.5), (3.5, 17.5)):
        place = (x + margin) * 4 - 0.5, (y + margin) * 4 - 0.5
        assert any(abs(f[0] - place[0]) < 0.5 and abs(f[1] - place[1]) < 0.5 for f in found)


@pytest.mark.parametrize("stripe", [2, 3, 7])
def test_stripes_are_no_finders(mp, stripe):
    row = bytes(255 * (x // stripe & 1) for x in range(320))
    assert _search(mp, Image.frombytes("L", (320, 240), row * 240)) == []


def test_rectangles_of_right_widths_but_wrong_heights_are_no_finders(mp):
    bar = bytes([0] * 4 + [255] * 4 + [0] * 12 + [255] * 4 + [0] * 4)
    image = Image.new("L", (320, 240), 255)
    image.paste(Image.frombytes("L", (28, 100), bar * 100), (100, 60))
    assert _search(mp, image.filter(ImageFilter.GaussianBlur(0.5))) == []


EDGES = """
from array import array
from scanner.vision.rows import VERDICTS, find_edges
edges = array("H", bytes(200))
long = array("H", bytes(200))
count = find_edges(row, VERDICTS, len(row), 0, bytes([level] * 8), 0, 16, edges, long)
result = [list(edges[: long[count] // 2]), list(long[:count])]
"""


def test_edges_are_the_first_pixels_of_runs(mp):
    row = bytes([200] * 8 + [0] * 9 + [200] * 15)
    assert mp.run(EDGES, row=row, level=100)[0] == [8, 17]
    assert mp.run(EDGES, row=row, level=190)[0] == [8, 17]
    assert mp.run(EDGES, row=row, level=0)[0] == []
    # Noise about the threshold is none, and dark runs are closed at both ends.
    assert mp.run(EDGES, row=bytes([101, 98] * 16), level=100)[0] == []
    assert mp.run(EDGES, row=bytes([0] * 32), level=100)[0] == [1, 31]


def test_runs_between_shorter_ones_are_long(mp):
    runs = (5, 2, 2, 6, 2, 2, 7, 5, 3)
    row = b"".join(bytes([200 * (k + 1 & 1)] * run) for k, run in enumerate(runs))
    edges, long = mp.run(EDGES, row=row, level=100)
    assert edges == [5, 7, 9, 15, 17, 19, 26, 31]
    # The first lies before all edges; the last is not half again as long as what comes after it.
    assert [edges[max(0, each // 2 - 2) : each // 2] for each in long] == [[5], [9, 15]]


QUIET = """
import gc, micropython
from scanner.vision.finder import FinderSearch
search = FinderSearch(width, height)
search.begin(frame, width, height)
search.scan(3, 24, 0, False)
search.scan(4, 8, 2, False)
gc.collect()
micropython.heap_lock()
try:
    search.begin(frame, width, height)
    search.scan(3, 24, 0, False)
    search.scan(4, 8, 2, False)
finally:
    micropython.heap_unlock()
result = [search.count, search.promising]
"""


@pytest.mark.parametrize("textured", [False, True])
def test_a_frame_without_a_code_allocates_nothing(mp, textured):
    image = frames.frame([], textured=textured, blur=0.8, noise=6, seed=4)
    assert mp.run(QUIET, frame=image.tobytes(), width=640, height=480) == [0, False]


def test_a_search_ends_with_its_work(mp):
    source = """
from scanner.vision.finder import FinderSearch
search = FinderSearch(width, height)
search.begin(frame, width, height)
result = [search.scan(0, 1, 0, False, work=2000), search.scan(0, 1, 0, False, work=0)]
"""
    image = frames.frame([], textured=True, noise=6, seed=4)
    spent, nothing = mp.run(source, frame=image.tobytes(), width=640, height=480)
    assert 1900 <= spent <= 2000
    assert nothing == 0


def test_finders_of_a_clean_code_show_along_all_lines(mp):
    code = frames.symbol("FINDER", version=5, error="M")
    image = frames.frame([(code, frames.corners(200, (160, 120), 20))], (320, 240), blur=0.5, noise=3)
    source = SEARCH + "result = [search.promising, sorted(f.lines for f in search.found)[-3:]]"
    names = {"width": 320, "height": 240, "passes": PLAIN}
    assert mp.run(source, frame=image.tobytes(), **names) == [True, [8, 8, 8]]
