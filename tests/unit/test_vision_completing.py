"""Where the third finder pattern is, told by the other two."""

from math import hypot

import pytest
from harness import frames

COMPLETE = """
from scanner.vision.budget import Budget
from scanner.vision.completing import Completion
from scanner.vision.finder import Finder
from scanner.vision.legs import LegEnd
from scanner.vision.room import Room
if "completion" not in globals():
    budget = Budget()
    completion = Completion(LegEnd(), Room(), budget)
budget.left = 50000
found = [Finder(k + 1, x, y, m, 0) for k, (x, y, m) in enumerate(known)]
result = [completion.pairs(frame, width, height, found) != []]
likely = list(completion.triples(*found))
result.append([[f.x / 256, f.y / 256] for three in likely for f in three])
completion.forget()
"""


def _finders(points: list[tuple[float, float]], side: int) -> list[tuple[float, float]]:
    """The middles of the finders top left, top right, bottom left of a symbol with these corners (nearly flat)."""
    a, b, c, d = points

    def at(u: float, v: float) -> tuple[float, float]:
        u, v = u / side, v / side
        top = [p + (q - p) * u for p, q in zip(a, b, strict=True)]
        low = [p + (q - p) * u for p, q in zip(d, c, strict=True)]
        x, y = (p + (q - p) * v for p, q in zip(top, low, strict=True))
        return x, y

    return [at(3.5, 3.5), at(side - 3.5, 3.5), at(3.5, side - 3.5)]


@pytest.mark.parametrize("missing", [0, 1, 2])
@pytest.mark.parametrize(("turn", "tilt"), [(0, 0), (25, 12), (140, 12), (255, 20)])
def test_the_third_finder_is_found_by_the_other_two(mp, missing, turn, tilt):
    module, side = 3.4, 49
    code = frames.symbol("HC1:" + "THIRD" * 20, version=8, error="M")
    points = frames.corners(module * side, (160, 120), turn, tilt, 40)
    image = frames.frame([(code, points)], (320, 240), border=0, blur=0.9, noise=5)
    finders = _finders(points, side)
    x, y = finders.pop(missing)
    known = [[round(256 * u), round(256 * v), round(256 * module)] for u, v in finders]
    worth, likely = mp.run(COMPLETE, frame=image.tobytes(), width=320, height=240, known=known)
    assert worth
    triples = [likely[k : k + 3] for k in range(0, len(likely), 3)]
    # In the right order, the missing one within two thirds of a module (tilted, its middle is not quite where
    # `_finders` says).
    near = [hypot(three[missing][0] - x, three[missing][1] - y) for three in triples]
    assert near and min(near) < 2.3, near
    best = triples[near.index(min(near))]
    for k, (u, v) in zip([k for k in range(3) if k != missing], finders, strict=True):
        assert hypot(best[k][0] - u, best[k][1] - v) < 0.1


def test_what_is_no_finder_makes_no_pair(mp):
    image = frames.frame([], (320, 240), textured=True, noise=6)
    known = [[20000, 20000, 800], [50000, 20000, 800]]
    worth, _ = mp.run(COMPLETE, frame=image.tobytes(), width=320, height=240, known=known)
    assert not worth


@pytest.mark.parametrize("hidden", [0, 1, 2])
def test_a_code_with_one_finder_that_no_row_shows(mp, hidden):
    """Its rings are interrupted where rows would cross it, so that only two dimensions show it."""
    source = """
from scanner.vision.decoder import Decoder
if "decoder" not in globals():
    decoder = Decoder(640, 480)
result = [[s.payload for s in decoder.decode(frame, width, height)], len(decoder._search.found)]
"""
    module, side = 4.0, 41
    code = frames.symbol("ONE IS HIDDEN", version=6, error="M")
    points = frames.corners(module * side, (160, 120), 4)
    image = frames.frame([(code, points)], (320, 240), border=0, blur=0.8, noise=3)
    x, y = _finders(points, side)[hidden]
    # Light stripes through the core, at a third of the pattern's contrast: the ratio of 1:1:3:1:1 is gone.
    for v in range(round(y - 6), round(y + 7)):
        for u in (round(x) - 1, round(x), round(x) + 1):
            image.putpixel((u, v), 170)
    texts, _ = mp.run(source, frame=image.tobytes(), width=320, height=240, space="hidden")
    assert texts == [b"ONE IS HIDDEN"]
