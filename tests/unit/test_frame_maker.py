"""The benchmark's frame maker: the same seed gives the same frame, and what it says of a frame is so."""

import sys
from pathlib import Path

import pytest

pytest.importorskip("numpy", reason="the frame maker needs numpy: install the extra `bench`")
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "bench"))

import frame_empty
import frame_maker

READ = """
from scanner.vision.decoder import Decoder
if "decoder" not in globals():
    decoder = Decoder(640, 480)
result = [symbol.payload for symbol in decoder.decode(frame, width, height)]
middles = [(f.x / 256, f.y / 256) for f in decoder._search.found]
"""


@pytest.mark.parametrize("kind", list(frame_maker.CLASSES))
def test_the_same_seed_gives_the_same_frame(kind):
    first = frame_maker.make(kind, "qvga", 5, 2)
    again = frame_maker.make(kind, "qvga", 5, 2)
    other = frame_maker.make(kind, "qvga", 5, 3)
    assert first.image.size == (320, 240)
    assert (first.image.tobytes(), first.text) == (again.image.tobytes(), again.text)
    assert first.image.tobytes() != other.image.tobytes()
    assert first.text != other.text
    assert first.text.startswith("HC1:")


@pytest.mark.parametrize("size", list(frame_maker.SIZES))
def test_easy_frames_hold_their_text_where_they_say(mp64, size):
    width, height = frame_maker.SIZES[size]
    for number in range(3):
        made = frame_maker.make("easy", size, 11, number)
        names = {"frame": made.image.tobytes(), "width": width, "height": height, "space": "made"}
        assert mp64.run(READ, **names) == [made.text.encode()]
        middles = mp64.run("result = middles", space="made")
        for x, y in made.finders:
            assert any(abs(a - x) < made.pitch * 1.5 and abs(b - y) < made.pitch * 1.5 for a, b in middles)


@pytest.mark.parametrize("kind", frame_empty.KINDS)
def test_empty_frames_come_again_too(kind):
    first, again, other = (frame_empty.make(kind, (320, 240), 5, number) for number in (2, 2, 3))
    assert first.size == (320, 240)
    assert first.tobytes() == again.tobytes() != other.tobytes()


@pytest.mark.parametrize("kind", list(frame_maker.CLASSES))
def test_the_pitch_is_what_the_class_allows(kind):
    """But for the text that no frame of the class could hold."""
    low, high = frame_maker.CLASSES[kind].pitch["qvga"]
    for number in range(4):
        assert low * 0.85 < frame_maker.make(kind, "qvga", 7, number).pitch <= high * 1.01


def test_an_inverted_code_is_light_on_dark():
    made = frame_maker.make("inverted", "vga", 3, 1)
    x, y = (round(at) for at in made.finders[0])
    ring = made.image.getpixel((x, round(y - 2 * made.pitch)))
    assert made.image.getpixel((x, y)) > ring
