"""The whole scanner in its process: pictures in, verdicts and screens out, power cuts in between."""

from __future__ import annotations

import os
import random
import time

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from gatepost.errors import GatepostError
from gatepost.sim import NO_CODE, VirtualScanner
from gatepost.trust.signing import point
from harness.certificates import NOW, YEAR
from harness.travellers import (
    BUNDLE,
    EMPTY,
    EXPIRED,
    FORGED,
    GOOD,
    GOOD_TEXT,
    OTHER,
    TRUST,
    UNKNOWN,
    picture,
    text,
)
from PIL import Image, ImageOps


@pytest.fixture(scope="module")
def scanner():
    with VirtualScanner(**TRUST) as running:
        yield running


@pytest.mark.parametrize(
    ("shown", "verdict", "code"),
    [
        (GOOD, "PASS", "ok"),
        (EXPIRED, "REFUSE", "expired"),
        (FORGED, "REFUSE", "bad_signature"),
        (UNKNOWN, "REFUSE", "unknown_issuer"),
        (OTHER, "REFUSE", "not_a_certificate"),
        (EMPTY, None, NO_CODE),
    ],
    ids=["good", "expired", "forged", "unknown", "other", "empty"],
)
def test_a_picture_becomes_a_verdict(scanner, shown, verdict, code):
    scan = scanner.show(shown)
    assert (scan.verdict, scan.code) == (verdict, code)
    assert scan.sentence
    assert scan.action
    assert scan.screen.size == (320, 240)


def test_a_scan_tells_what_was_seen(scanner):
    scan = scanner.show(GOOD)
    assert scan.claims["family"] == "Lindqvist"
    assert scan.claims["issuer"] == "DE"
    assert scan.claims["key"]["participant"] == "DEU"
    assert scan.symbol["level"] == "Q"
    assert len(scan.symbol["corners"]) == 8
    assert scan.payload == GOOD_TEXT.encode()
    assert scan.frames == 1
    assert scan.size == GOOD.size
    assert set(scan.ms) == {"find", "decode", "verify", "draw"}
    assert all(value > 0 for value in scan.ms.values())
    assert any("Lindqvist" in line for line in scan.said)
    assert "payload" in scan.plain()["symbol"]


def test_screens_differ_and_the_verdict_leaves_at_the_button(scanner):
    passed = scanner.show(GOOD).screen
    refused = scanner.show(EXPIRED).screen
    assert passed.tobytes() != refused.tobytes()
    assert scanner.screen().tobytes() == refused.tobytes()
    before = scanner.unasked.cleared
    scanner.press()
    assert scanner.show(EMPTY).screen.tobytes() not in (passed.tobytes(), refused.tobytes())
    assert scanner.unasked.cleared > before


def test_each_verdict_has_a_sound(scanner):
    scanner.unasked.sounds.clear()
    for shown in (GOOD, EXPIRED):
        scanner.show(shown)
    good, expired = scanner.unasked.sounds
    assert good != expired


def test_the_first_readable_frame_of_a_sequence_decides(scanner):
    scan = scanner.show([EMPTY, EMPTY, GOOD, EXPIRED])
    assert (scan.code, scan.frames) == ("ok", 3)


def test_the_same_picture_may_be_shown_again(scanner):
    assert [scanner.show(GOOD).code for _ in range(3)] == ["ok"] * 3


def test_failed_captures_are_survived(scanner):
    for _ in range(3):
        scanner.fail_capture()
    assert scanner.show(GOOD).code == "ok"
    assert not scanner.unasked.faults


def test_the_clock_decides(scanner):
    scanner.set_clock(NOW + 2 * YEAR)
    assert scanner.show(GOOD).code == "expired"
    scanner.set_clock(NOW, trusted=False)
    assert scanner.show(GOOD).code == "clock_doubtful"
    scanner.set_clock(NOW)
    assert scanner.show(GOOD).code == "ok"


def test_a_verdict_leaves_by_itself(scanner):
    scanner.show(EMPTY)
    scanner.set_hold(0.3)
    try:
        cleared = scanner.unasked.cleared
        shown = scanner.show(GOOD).screen.tobytes()
        deadline = time.monotonic() + 5
        while scanner.unasked.cleared == cleared and time.monotonic() < deadline:
            time.sleep(0.05)
        assert scanner.unasked.cleared == cleared + 1
        assert scanner.screen().tobytes() != shown
    finally:
        scanner.set_hold(10)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_turned_pictures(scanner, turn):
    assert scanner.show(GOOD.rotate(turn, expand=True)).code == "ok"


def test_mirrored_and_inverted_pictures(scanner):
    assert scanner.show(ImageOps.mirror(GOOD)).symbol["mirrored"]
    assert scanner.show(ImageOps.invert(GOOD)).symbol["inverted"]


@pytest.mark.parametrize("size", [(1, 1), (2, 700), (20, 20), (640, 480), (1600, 1200), (5000, 10)])
def test_noise_of_any_size_is_no_certificate(scanner, size):
    noise = Image.frombytes("L", size, random.Random(size[0]).randbytes(size[0] * size[1]))
    scan = scanner.show(noise)
    assert scan.verdict is None
    assert not scanner.unasked.faults


def test_a_larger_camera_sees_larger_frames():
    noise = Image.frombytes("L", (1600, 1200), random.Random(5).randbytes(1600 * 1200))
    canvas = Image.new("L", (1600, 1200), 200)
    canvas.paste(picture(text(), scale=2), (1100, 700))
    with VirtualScanner(**TRUST, camera=(1600, 1200), heap="32M") as scanner:
        assert scanner.show(noise).verdict is None
        scan = scanner.show(canvas)
        assert scan.code == "ok"
        assert scan.size == (1600, 1200)


def test_without_a_list_nothing_passes():
    with VirtualScanner(clock=NOW) as scanner:
        scan = scanner.show(GOOD)
        assert (scan.verdict, scan.code) == ("CHECK", "no_trust_list")


def test_a_list_of_another_authority_does_not_count():
    other = ec.derive_private_key(0xB, ec.SECP256R1())
    with VirtualScanner(bundle=BUNDLE, authority=point(other.public_key()), clock=NOW) as scanner:
        scan = scanner.show(GOOD)
        assert (scan.verdict, scan.code) == ("CHECK", "trust_list_damaged")


def test_killed_and_started_again_on_the_same_flash(tmp_path):
    flash = tmp_path / "scanner.img"
    with VirtualScanner(flash=flash, **TRUST) as scanner:
        assert scanner.show(GOOD).code == "ok"
        port = scanner.port
        scanner.kill()
        assert not scanner.alive
        with pytest.raises(GatepostError, match="ended"):
            scanner.show(GOOD)
        scanner.restart()
        assert scanner.port == port
        assert scanner.show(GOOD).code == "ok"
    assert flash.exists()
    with VirtualScanner(flash=flash, clock=NOW) as scanner:
        assert scanner.show(GOOD).code == "ok"


def test_two_scanners_side_by_side():
    with VirtualScanner(**TRUST) as one, VirtualScanner(clock=NOW) as other:
        assert one.port != other.port
        assert one.show(GOOD).code == "ok"
        assert other.show(GOOD).code == "no_trust_list"


def test_a_tall_screen():
    with VirtualScanner(**TRUST, size=(240, 320)) as scanner:
        assert scanner.show(GOOD).screen.size == (240, 320)


def test_a_process_whose_host_is_gone_ends():
    scanner = VirtualScanner(**TRUST)
    scanner.start()
    process = scanner._process
    assert process is not None
    process.channel.close()
    assert process._process.wait(10) == 0
    scanner.stop()


def test_the_32_bit_interpreter_gives_the_same_verdicts(mp, scanner):
    with VirtualScanner(**TRUST, micropython=_command(mp)) as other:
        for shown in (GOOD, EXPIRED, FORGED, EMPTY):
            ours, theirs = scanner.show(shown), other.show(shown)
            assert (ours.code, ours.claims, ours.symbol, ours.said) == (
                theirs.code, theirs.claims, theirs.symbol, theirs.said,
            )  # fmt: skip
            assert ours.screen.tobytes() == theirs.screen.tobytes()


def _command(mp) -> str:
    return mp.command[0]


def test_an_interpreter_that_does_not_exist(monkeypatch):
    with pytest.raises(GatepostError, match="no MicroPython to run at '/nowhere/micropython'"):
        VirtualScanner(micropython="/nowhere/micropython")
    monkeypatch.setenv("GATEPOST_MICROPYTHON", "/nowhere/else")
    with pytest.raises(GatepostError, match="/nowhere/else"):
        VirtualScanner()


def test_a_platform_without_an_interpreter_gets_a_sentence(monkeypatch):
    from gatepost.sim import interpreter

    monkeypatch.delenv("GATEPOST_MICROPYTHON", raising=False)
    monkeypatch.setattr(interpreter.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(interpreter.shutil, "which", lambda name: None)
    monkeypatch.setattr(interpreter.sys, "executable", "/nowhere/python")
    with pytest.raises(GatepostError, match="--micropython PATH"):
        VirtualScanner()


def test_something_else_than_micropython_gets_a_sentence():
    with (
        pytest.raises(GatepostError, match="the virtual scanner ended"),
        VirtualScanner(micropython="/bin/true"),
    ):
        pass


def test_files_that_are_no_flash(tmp_path):
    flash = tmp_path / "flash.img"
    flash.write_bytes(b"hello")
    with pytest.raises(GatepostError, match="flash image"), VirtualScanner(flash=flash, **TRUST):
        pass
    flash.write_bytes(bytes(64 * 4096))
    with pytest.raises(GatepostError), VirtualScanner(flash=flash):
        pass


def test_ctrl_c_in_the_terminal_does_not_reach_the_scanner(scanner):
    process = scanner._process
    assert process is not None
    assert os.getpgid(process._process.pid) != os.getpgid(0)
