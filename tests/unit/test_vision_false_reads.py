"""Nothing is read where nothing is, and never another text than the code's: a selection of bench/false_reads.py."""

import sys
from pathlib import Path

import pytest
from harness import damage, pictures

DECODE = """
from scanner.vision.decoder import Decoder
if "decoder" not in globals():
    decoder = Decoder(640, 480)
result = [s.payload for s in decoder.decode(frame, width, height)]
"""
SEED = 20  # not that of the whole run
DAMAGED = 30  # frames a way of damage


def read(mp, image):
    return mp.run(DECODE, space="false", frame=image.tobytes(), width=image.width, height=image.height)


@pytest.mark.parametrize("way", damage.WAYS)
def test_a_damaged_code_gives_its_text_or_nothing(mp64, way):
    first = damage.WAYS.index(way)
    outcomes = set()
    for number in range(first, first + DAMAGED * len(damage.WAYS), len(damage.WAYS)):
        made = damage.make(SEED, number)
        assert made.told.startswith(way)
        texts = read(mp64, made.image)
        assert all(pictures.same(text, made.text) for text in texts), (made.told, texts)
        outcomes.add(bool(texts))
    # The damage reaches from what is repaired to what is not.
    assert outcomes == {True, False}


def test_frames_without_a_code_give_nothing(mp64):
    pytest.importorskip("numpy", reason="the frame maker needs numpy: install the extra `bench`")
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "bench"))
    import frame_empty

    for kind in frame_empty.KINDS:
        for number in range(8):
            assert read(mp64, frame_empty.make(kind, (320, 240), SEED, number)) == [], (kind, number)
