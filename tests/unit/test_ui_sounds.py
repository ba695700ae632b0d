"""The three tone patterns: apart by rhythm alone, short, within what a buzzer plays."""

import pytest


@pytest.fixture
def patterns(mp):
    return mp.run("from scanner.ui import sounds; result = list(sounds.VERDICTS)")


def strokes(tones):
    return [duration for frequency, duration in tones if frequency]


def test_rhythms_differ_without_pitch(patterns):
    assert (
        len({tuple((bool(frequency), duration) for frequency, duration in tones) for tones in patterns}) == 3
    )
    assert len({len(strokes(tones)) for tones in patterns}) == 3


def test_only_the_refusal_is_both_hurried_and_long(patterns):
    passed, check, refuse = patterns
    assert len(strokes(passed)) == 1
    assert len(set(strokes(check))) == 1 and len(strokes(check)) == 3
    assert max(strokes(refuse)) > 5 * min(strokes(refuse))


def test_a_buzzer_can_play_them_in_a_second(mp, patterns):
    for tones in patterns:
        assert all(frequency == 0 or 200 <= frequency <= 5000 for frequency, _ in tones)
        assert mp.call("scanner.ui.sounds:length", tones) == sum(duration for _, duration in tones) <= 1000
