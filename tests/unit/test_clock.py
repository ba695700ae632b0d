"""The clock that verdicts are judged by: it remembers, it doubts, and nobody turns it back."""

from __future__ import annotations

import pytest
from gatepost.trust.bundle import build_bundle
from unit.bundle_rig import AUTHORITY, NOW, Rig, record

DAY = 86400


@pytest.fixture
def rig(mp) -> Rig:
    return Rig(mp, blocks=32)


def state(rig: Rig) -> tuple[int, bool]:
    return rig.run("result = up.clock.now(), up.clock.trusted")


def start_at(rig: Rig, seconds: int, trusted: bool = True) -> None:
    """A restart, after which the board's clock shows another time."""
    rig.run(
        "mount(flash.image)\nChip.time = seconds\nChip.trusted = trusted\ntry:\n    start()\n"
        "finally:\n    Chip.time = NOW\n    Chip.trusted = True\n"
        "board.clock.time = seconds\nboard.clock.trusted = trusted",
        seconds=seconds,
        trusted=trusted,
    )


def test_a_new_scanner_believes_its_board(rig):
    assert state(rig) == (NOW, True)
    rig.run("board.clock.trusted = False")
    assert state(rig) == (NOW, False)


def test_setting_it_counts_at_once_and_after_a_restart(rig):
    assert rig.ask("clock.set", now=NOW + 500) == {"now": NOW + 500, "trusted": True}
    start_at(rig, NOW + 499)
    assert state(rig) == (NOW + 499, False)
    assert rig.run("result = up.clock.best()") == NOW + 500
    start_at(rig, NOW + 500)
    assert state(rig) == (NOW + 500, True)


def test_it_is_never_set_back(rig):
    rig.ask("clock.set", now=NOW + 500)
    for now in (1, NOW, NOW + 499):
        assert rig.ask("clock.set", now=now) == "clock_backwards"
    assert rig.ask("clock.set", now=NOW + 500) == {"now": NOW + 500, "trusted": True}
    assert rig.ask("clock.set", now=NOW + 4000 * DAY) == "clock_implausible"
    assert state(rig) == (NOW + 500, True)


@pytest.mark.parametrize("now", [None, "now", 1.5, -1, 0, 1 << 32, True])
def test_times_that_are_none(rig, now):
    assert rig.ask("clock.set", now=now) == "bad_parameters"


def test_setting_it_makes_a_doubtful_board_trusted(rig):
    start_at(rig, 1_609_459_200, trusted=False)
    assert rig.ask("clock.set", now=NOW) == {"now": NOW, "trusted": True}


def test_the_time_is_noted_once_an_hour(rig):
    rig.run("up.rest()")
    noted = "result = int(open('/b/clock').read())"
    assert rig.run(noted) == NOW
    operations = rig.run("result = flash.operations")
    rig.run("board.clock.time += 3599\nfor _ in range(50):\n    up.rest()")
    assert rig.run("result = flash.operations") == operations
    rig.run("board.clock.time += 1\nup.rest()")
    assert rig.run(noted) == NOW + 3600
    start_at(rig, NOW + 3599)
    assert state(rig)[1] is False


def test_a_doubtful_time_is_never_noted(rig):
    rig.run("board.clock.trusted = False\nboard.clock.time += 99999\nup.rest()")
    assert rig.run("result = 'clock' in files('')") is False


def test_a_signed_list_is_proof_that_time_has_passed(rig):
    rig.push(build_bundle([record(1)], AUTHORITY, 5, "PROD", NOW))
    start_at(rig, NOW - DAY - 1)
    assert state(rig)[1] is False
    start_at(rig, NOW - DAY)
    assert state(rig)[1] is True


@pytest.mark.parametrize("content", [b"", b"no number", b"\xff\xff"])
def test_a_damaged_note_is_no_note(rig, content):
    rig.run("put('clock', content)", content=content)
    rig.restart()
    assert state(rig) == (NOW, True)


def test_flash_that_fails_stops_nothing(rig):
    rig.run("flash.dead = True\nboard.clock.time += 7200\nup.rest()\nflash.dead = False")
    assert rig.run("result = up.recorder.faults") == 1
