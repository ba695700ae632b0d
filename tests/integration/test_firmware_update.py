"""Another firmware over the cable: it runs, or the one before does."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from gatepost.device.client import Client
from gatepost.device.firmware import build_firmware_bundle
from gatepost.keys.roles import issue_role
from gatepost.sim import VirtualScanner
from gatepost.sim.flash import read_image
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
    bundle = build_firmware_bundle(folder, AUTHORITY, version, "PROD", NOW - 60)
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
