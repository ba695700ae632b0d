"""Colours: contrast by an independent computation, and the verdicts apart for every kind of colour vision."""

from itertools import combinations

import pytest

VERDICTS = ("PASS", "CHECK", "REFUSE")

# Linear RGB as eyes see it that lack one kind of cone, after Viénot, Brettel and Mollon (1999) for red and green,
# Brettel, Viénot and Mollon (1997) in the matrix of Machado et al. (2009, severity 1) for blue.
SEEN_BY = {
    "all cones": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.1124, 0.8876, 0), (0.1124, 0.8876, 0), (0.0040, -0.0040, 1)),
    "deuteranopia": ((0.2928, 0.7072, 0), (0.2928, 0.7072, 0), (-0.0223, 0.0223, 1)),
    "tritanopia": ((1.2555, -0.0767, -0.1788), (-0.0784, 0.9308, 0.1476), (0.0047, 0.6914, 0.3039)),
}


def linear(colour):
    """RGB565 to linear light, 0 to 1 each."""
    scaled = ((colour >> 11) / 31, (colour >> 5 & 63) / 63, (colour & 31) / 31)
    return [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in scaled]


def contrast(one, other):
    bright, dark = sorted(
        (
            sum(w * v for w, v in zip((0.2126, 0.7152, 0.0722), linear(c), strict=True)) + 0.05
            for c in (one, other)
        ),
        reverse=True,
    )
    return bright / dark


def lab(light):
    """CIE L*a*b* (D65) of linear RGB."""
    matrix = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    white = (0.9505, 1.0, 1.089)
    xyz = [
        sum(m * max(0.0, v) for m, v in zip(row, light, strict=True)) / w
        for row, w in zip(matrix, white, strict=True)
    ]
    x, y, z = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.fixture
def verdict_colours(mp):
    return mp.run("from scanner.ui import colours; result = list(colours.VERDICTS)")


def test_contrast_agrees_with_an_independent_computation(mp, verdict_colours):
    for one, other in combinations([0, 0xFFFF, 0xF800, 0x07E0, 0x001F, *verdict_colours], 2):
        assert mp.call("scanner.ui.colours:contrast", one, other) == pytest.approx(
            contrast(one, other), rel=1e-3
        )


def test_ink_reads_on_every_verdict(mp, verdict_colours):
    for paper in verdict_colours:
        ink = mp.call("scanner.ui.colours:ink_on", paper)
        assert ink in (0, 0xFFFF) and contrast(ink, paper) >= 4.5


@pytest.mark.parametrize("eyes", SEEN_BY)
def test_verdicts_differ_for_every_kind_of_colour_vision(verdict_colours, eyes):
    seen = [
        lab([sum(m * v for m, v in zip(row, linear(colour), strict=True)) for row in SEEN_BY[eyes]])
        for colour in verdict_colours
    ]
    for (one, a), (other, b) in combinations(zip(VERDICTS, seen, strict=True), 2):
        apart = sum((x - y) ** 2 for x, y in zip(a, b, strict=True)) ** 0.5
        assert apart >= 20, f"{one} and {other}: {apart:.1f}"


def test_mix_runs_from_paper_to_ink(mp):
    assert [mp.call("scanner.ui.colours:mix", 0, 0xFFFF, part) for part in (0, 3)] == [0, 0xFFFF]
    assert mp.call("scanner.ui.colours:mix", 0xF800, 0x001F, 1) == 21 << 11 | 10
    assert mp.call("scanner.ui.colours:rgb", 255, 255, 255) == 0xFFFF


def test_the_banner_is_no_verdicts_colour(mp, verdict_colours):
    banner = mp.run("from scanner.ui import colours; result = colours.BANNER")
    for colour in verdict_colours:
        assert (
            sum((x - y) ** 2 for x, y in zip(lab(linear(banner)), lab(linear(colour)), strict=True)) ** 0.5
            > 40
        )
