"""Every scene at both sizes looks exactly as accepted, on both interpreters. golden.py says how to accept a change."""

import pytest
from unit.golden import Golden
from unit.screen_scenes import DEVICE, SCENES, SIZES


@pytest.fixture(scope="module")
def golden():
    table = Golden()
    yield table
    table.finish()


@pytest.mark.parametrize("scene", SCENES)
def test_looks_as_accepted(mp, golden, scene):
    mp.run(DEVICE, "screens")
    for width, height in SIZES:
        pixels = mp.run("result = draw(s, w, h)", "screens", s=SCENES[scene], w=width, h=height)
        assert len(pixels) == width * height * 2
        assert golden.matches(scene, width, height, pixels), (
            f"{scene} at {width}x{height} changed: look at it"
        )


def test_no_entry_is_stale(golden):
    if golden.record:
        pytest.skip("recording")
    assert {scene: set(sizes) for scene, sizes in golden.table.items()} == {
        scene: {f"{width}x{height}" for width, height in SIZES} for scene in SCENES
    }
