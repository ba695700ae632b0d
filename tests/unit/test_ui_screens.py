"""What the screens say and where: nothing cut, nothing on top of something else, nothing left behind."""

import re
from itertools import combinations
from pathlib import Path

import pytest
from unit.screen_scenes import (
    ARABIC,
    CYRILLIC,
    DEVICE,
    ERIKA,
    LONGEST,
    RECOVERY,
    SCENES,
    SIZES,
    TEST,
    WIDEST,
    verdict,
)

REASONS = re.findall(
    r'^    \(\d+, "(\w+)",',
    (Path(__file__).parents[2] / "firmware/scanner/reasons.py").read_text(),
    re.MULTILINE,
)

# Draws a scene and returns, for every string, where it stands: (text, x, y of the baseline, width, height of capitals).
PLACES = (
    DEVICE
    + """
from scanner.ui.canvas import Canvas

_placed = []
_text = Canvas.text

def _spy(self, font, text, x, y, ink, paper):
    _placed.append((text, x, y, font.width(text), font.baseline, ink, paper))
    return _text(self, font, text, x, y, ink, paper)

def places(scene, width, height):
    _placed.clear()
    Canvas.text = _spy
    try:
        draw(scene, width, height)
    finally:
        Canvas.text = _text
    return list(_placed)

def said(scene, width, height):
    draw(scene, width, height)
    return list(screen(width, height).said)
"""
)


@pytest.fixture
def device(mp64):
    mp64.run(PLACES, "places")
    return mp64


def said(device, scene, size=SIZES[0]):
    return device.run("result = said(s, w, h)", "places", s=scene, w=size[0], h=size[1])


def places(device, scene, size):
    return device.run("result = places(s, w, h)", "places", s=scene, w=size[0], h=size[1])


def squeezed(texts):
    """Without spaces: a line may end behind a hyphen or, in a word too wide for the screen, anywhere."""
    return "".join(texts).replace(" ", "")


def assert_tidy(found, size):
    for text, x, y, width, baseline, *_ in found:
        assert x >= 0 and x + width <= size[0], f"{text!r} leaves the screen"
        assert y >= 0 and y + baseline <= size[1], f"{text!r} leaves the screen"
    for (one, x, y, width, baseline, *_), (other, x2, y2, width2, baseline2, *_) in combinations(found, 2):
        # Capitals stand on the baseline and fill two thirds of what is above it.
        apart = y + baseline <= y2 + baseline2 // 3 or y2 + baseline2 <= y + baseline // 3
        assert apart or x + width <= x2 or x2 + width2 <= x, f"{one!r} and {other!r} overlap"


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scene", SCENES)
def test_nothing_overlaps_or_leaves_the_screen(device, scene, size):
    assert_tidy(places(device, SCENES[scene], size), size)


@pytest.mark.parametrize("size", SIZES)
def test_every_reason_and_action_is_whole(device, size):
    table = {
        row[1]: row for row in device.run("from scanner.reasons import REASONS; result = REASONS", "places")
    }
    assert sorted(table) == sorted(REASONS)
    for code, row in table.items():
        for claims in (None, ERIKA, TEST, RECOVERY):
            for environment in ("PROD", "DEMO"):
                scene = verdict(code, claims, environment)
                found = places(device, scene, size)
                assert_tidy(found, size)
                whole = squeezed(place[0] for place in found)
                for part in (row[3], row[4], ("PASS", "CHECK", "REFUSE")[row[2]]):
                    assert part.replace(" ", "") in whole, f"{code}: {part!r} is cut"
                assert "…" not in whole


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scene", SCENES)
def test_every_text_has_a_contrast_of_four_and_a_half(device, scene, size):
    for text, *_, ink, paper in places(device, SCENES[scene], size):
        assert device.call("scanner.ui.colours:contrast", ink, paper) >= 4.5, text


@pytest.mark.parametrize("size", SIZES)
def test_the_guard_sees_what_to_compare(device, size):
    texts = said(device, verdict("ok", ERIKA), size)
    whole = " ".join(texts)
    for part in (
        "PASS",
        "Gabriele",
        "26 Feb 1998",
        "Vaccination 2/2",
        "29 May 2021",
        "Comirnaty",
        "Austria (AT)",
    ):
        assert part in whole
    assert "Musterfrau-Gößinger" in squeezed(texts)
    assert "DEMO" not in whole


@pytest.mark.parametrize("environment", ["DEMO", "UAT", "DEV", "SANDBOX"])
def test_another_environment_is_unmistakable(device, environment):
    for claims in (ERIKA, None):
        for size in SIZES:
            first = said(device, verdict("expired", claims, environment), size)[0]
            assert environment in first and "NOT" in first


def test_a_key_of_another_environment_shows_although_the_list_is_real(device):
    assert "UAT" in said(device, verdict("ok", {**ERIKA, "source": "UAT"}))[0]


@pytest.mark.parametrize("size", SIZES)
def test_scripts_without_glyphs_fall_back_to_the_machine_readable_name(device, size):
    whole = squeezed(said(device, verdict("ok", ARABIC), size))
    assert "BENAISSA" in whole and "FATIMAEZZAHRA" in whole
    assert not re.search("[\u0590-\u08ff<]", whole)


@pytest.mark.parametrize(
    "family",
    ["王小明", "Mu\u0308ller", "Levi\u202ereversed", "A\x1b[2J", "\ufeffSmith", "\U0001f642", "A\u200bB"],
)
def test_marks_controls_and_invisible_letters_never_reach_the_screen(device, family):
    claims = {**ERIKA, "family": family, "family_ascii": "SAFE<NAME", "given_ascii": "PLAIN"}
    whole = squeezed(said(device, verdict("ok", claims)))
    assert "SAFENAME" in whole and "PLAIN" in whole and family not in whole


@pytest.mark.parametrize("size", SIZES)
def test_cyrillic_and_greek_names_stand_beside_the_machine_readable_ones(device, size):
    assert "MRZDIMITROVASTOYANOVAYORDANKA" in squeezed(said(device, verdict("ok", CYRILLIC), size))
    assert "MRZ PAPADOPOULOU ELENI" in said(device, verdict("ok", RECOVERY), size)


@pytest.mark.parametrize("size", SIZES)
def test_a_long_name_is_shown_whole(device, size):
    for environment in ("PROD", "DEMO"):
        found = places(device, verdict("ok", LONGEST, environment), size)
        assert_tidy(found, size)
        whole = squeezed(place[0] for place in found)
        assert LONGEST["birth"][:4] in whole
        if environment == "PROD":
            assert squeezed([LONGEST["family"]]) in whole and squeezed([LONGEST["given"]]) in whole


@pytest.mark.parametrize("size", SIZES)
def test_a_name_beyond_all_measure_shows_that_it_is_cut(device, size):
    found = places(device, verdict("ok", WIDEST, "DEMO"), size)
    assert_tidy(found, size)
    cut = [place[0] for place in found if place[0].endswith("…")]
    assert any("W" in text for text in cut) and any("M" in text for text in cut)
    assert any("26 Feb 1998" in place[0] for place in found)


def test_a_certificate_without_names_or_birth_date_says_so(device):
    nobody = {**ERIKA, "family": "", "given": "", "family_ascii": "", "given_ascii": "", "birth": ""}
    texts = said(device, verdict("ok", nobody))
    assert "(no name given)" in texts and "not given" in texts


def test_a_word_stands_on_every_verdict_and_no_holder_on_a_false_one(device):
    texts = said(device, SCENES["refuse-forged"])
    assert "REFUSE" in texts and "PASS" not in texts and not any("Born" in text for text in texts)


def test_ready_tells_the_age_of_the_list_and_doubts_of_the_clock(device):
    whole = " ".join(said(device, SCENES["ready-stale"]))
    assert "40 days old" in whole and "too old" in whole and "Clock not set" in whole
    assert "2 days old" in said(device, SCENES["ready"])
    assert "No list of issuers" in said(device, SCENES["ready-no-list"])
    assert "Hold still" in said(device, SCENES["reading"])


def test_a_cleared_screen_holds_nothing(mp):
    mp.run(DEVICE, "screens")
    mp.run("draw(s, 320, 240)", "screens", s=verdict("ok", ERIKA))
    left = mp.run(
        "it = screen(320, 240); it.clear(); result = (bytes(it.buffer), it.said, repr(it.canvas.__dict__))",
        "screens",
    )
    assert left[0] == bytes(320 * 240 * 2)
    assert left[1] == []
    assert "Gabriele" not in left[2] and "GABRIELE" not in left[2]


def test_one_screen_leaves_nothing_of_the_one_before(mp):
    mp.run(DEVICE, "screens")
    for name in ("ready", "refuse-forged", "pass-arabic", "starting"):
        fresh, used = (
            mp.run("draw(a, 320, 240); result = draw(b, 320, 240)", "screens", a=before, b=SCENES[name])
            for before in (SCENES[name], SCENES["pass-longest"])
        )
        assert fresh == used


def test_the_countdown_moves_without_touching_the_rest(mp):
    mp.run(DEVICE, "screens")
    scene = verdict("ok", ERIKA, left=20)
    before = mp.run("result = draw(s, 320, 240)", "screens", s=scene)
    for left in (10, 0, -3, 99):
        after = mp.run(
            """
view = view_of(s[1])
view.seconds_left = left
screen(320, 240).tick(view)
result = bytes(screen(320, 240).buffer)
""",
            "screens",
            s=scene,
            left=left,
        )
        bar = 320 * 2 * 234
        assert after[:bar] == before[:bar]
        row = after[bar : bar + 640]
        lit = sum(row[at : at + 2] == before[bar : bar + 2] for at in range(0, 640, 2))
        assert lit == min(max(left, 0), 20) * 320 // 20


def test_drawing_again_and_again_takes_no_more_memory(mp):
    mp.run(DEVICE, "screens")
    grown = mp.run(
        """
scenes = [s1, s2]
for s in scenes:
    draw(s, 320, 240)
s = None
gc.collect()
before = gc.mem_alloc()
for i in range(100):
    draw(scenes[i & 1], 320, 240)
gc.collect()
result = gc.mem_alloc() - before
""",
        "screens",
        s1=SCENES["pass"],
        s2=SCENES["ready"],
    )
    assert grown < 512


def test_a_buffer_too_small_is_refused(mp):
    mp.run(DEVICE, "screens")
    with pytest.raises(Exception, match="smaller than the screen"):
        mp.run("Screen(bytearray(100), 320, 240)", "screens")


@pytest.mark.parametrize("size", [(480, 320), (320, 480), (280, 240), (240, 240)])
def test_other_sizes_are_computed_not_drawn_by_hand(device, size):
    for name in ("pass", "refuse-forged", "ready", "starting", "check-test-unclear"):
        assert_tidy(places(device, SCENES[name], size), size)
