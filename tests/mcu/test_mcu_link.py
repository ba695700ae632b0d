"""The cable of a scanner on the emulated core: booted from its flash, with the firmware's own loop, drivers of the
serial line and clock, and the host's client on its pseudo-terminal.

How to have a core: the docstring of test_mcu_machine.py.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys

import cbor2
import pytest
import serial
from cryptography.hazmat.primitives.asymmetric import ec
from gatepost.device import frames
from gatepost.device.client import Client, LinkError
from gatepost.journal.archive import Archive
from gatepost.journal.entries import read_entries
from gatepost.journal.pull import collect
from gatepost.keys.roles import issue_role
from gatepost.sim.flash import read_image
from gatepost.trust.bundle import build_bundle
from gatepost.trust.signing import point
from harness.certificates import NOW, p256
from harness.travellers import AUTHORITY, EXPIRED, FORGED, GOOD, ISSUER, OTHER, POLICY, UNKNOWN, record

from mcu.emulator import Missing
from mcu.scanner import McuScanner

TECHNICIAN = ec.derive_private_key(0x7EC, ec.SECP256R1())
SUPERVISOR = ec.derive_private_key(0x5CE, ec.SECP256R1())
KEYS = 50
_PATIENCE = 5  # seconds; mpremote itself waits longer for a prompt
# What mpremote and people send: interrupt, raw REPL, raw paste, normal REPL, soft reset.
PROMPT_KEYS = (b"\r\x03\x03", b"\r\x01", b"\x05A\x01", b"print(1+1)\r\n\x04", b"\x02", b"\x04")


def certificate(role: str, key: ec.EllipticCurvePrivateKey) -> bytes:
    return issue_role(AUTHORITY, role, point(key.public_key()), role, NOW - 60, NOW + 86400)


def booted() -> McuScanner:
    try:
        return McuScanner()
    except Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture
def blank():
    with booted() as scanner:
        yield scanner


@pytest.fixture(scope="module")
def gate():
    """A scanner that was provisioned and sealed over the cable, with a list of a realistic size."""
    with booted() as scanner:
        with Client(scanner.port) as client:
            scanner.device = client.provision(
                point(AUTHORITY.public_key()), "gate-1", [("Li", point(SUPERVISOR.public_key()))]
            )
            with client.session(certificate("technician", TECHNICIAN), TECHNICIAN):
                client.set_clock(NOW)
                records = [record(ISSUER), *(record(p256(n)) for n in range(10, 9 + KEYS))]
                scanner.pushed = client.push(build_bundle(records, AUTHORITY, 7, "PROD", NOW - 86400))
                client.push(POLICY)
                client.seal()
        yield scanner


def test_hello(blank):
    with Client(blank.port) as client:
        hello = client.hello()
    assert (hello["board"], hello["protocol"], hello["provisioned"]) == ("mps2-an385", [1, 0], False)
    assert hello["clock"]["trusted"] is False
    assert hello["link"]["discarded_bytes"] == 0


def test_every_byte_is_data(blank):
    """0x03 among them, which MicroPython makes an interrupt again before it runs main.py."""
    with Client(blank.port) as client:
        for value in range(256):
            assert client.ask("ping", {"filler": bytes([value]) * 3}) == {}
        assert client.hello()["link"]["discarded_bytes"] == 0


@pytest.mark.parametrize("file", ["boot.py", "main.py"])
def test_an_interrupt_at_the_start_leads_to_no_prompt(gate, file):
    """Not even in the moment before boot.py and main.py have put an end to them."""
    gate.stop()
    gate.start(before={file: b"__import__('core').interrupt()\n"})
    with Client(gate.port) as client:
        assert client.hello()["sealed"] is True


def test_a_list_of_a_realistic_size_is_pushed(gate):
    with Client(gate.port) as client:
        hello = client.hello()
        assert hello["trust"] == {"version": 7, "created": NOW - 86400, "environment": "PROD"}
        assert (hello["provisioned"], hello["sealed"], hello["name"]) == (True, True, "gate-1")
        with pytest.raises(LinkError) as caught:
            client.ask("journal.read", {"from": 0})
        assert caught.value.code == "no_session"
    assert (gate.pushed.version, gate.pushed.already) == (7, False)
    files = read_image(gate.flash())
    assert files["authority.pub"] == point(AUTHORITY.public_key())
    assert sum(map(len, files.values())) > KEYS * 70


def test_the_prompt_s_keys_are_bytes_like_others(gate):
    with serial.Serial(gate.port, 115200, timeout=0.2) as port:
        for keys in PROMPT_KEYS * 3:
            port.write(keys)
        assert port.read(1000) == b""
    before = gate.reports()
    with Client(gate.port) as client:
        assert client.hello()["sealed"] is True
    assert gate.reports() == before  # no fault, and no new start


def test_mpremote_is_locked_out(gate):
    if importlib.util.find_spec("mpremote") is None:
        pytest.skip("mpremote is not installed")
    command = [sys.executable, "-m", "mpremote", "connect", gate.port, "eval", "1+1"]
    try:
        found = subprocess.run(command, capture_output=True, timeout=_PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        pass  # still waiting for a prompt
    else:
        assert found.returncode != 0
        assert b"raw repl" in found.stdout + found.stderr
    with Client(gate.port) as client:
        assert client.hello()["sealed"] is True


def test_garbage_is_survived_and_counted(gate):
    with Client(gate.port) as client:
        before = client.hello()["link"]
    good = frames.build(cbor2.dumps({"id": 3, "method": "ping"}))
    with serial.Serial(gate.port, 115200, timeout=3) as port:
        port.write(b"\0" + b"\x55" * 20_000 + good + good[1:-3] + b"\0" + good)
        answers = list(frames.Receiver().feed(port.read_until(b"\0") + port.read_until(b"\0")))
        answers += frames.Receiver().feed(port.read_until(b"\0") + port.read_until(b"\0"))
    assert [cbor2.loads(each) for each in answers] == [{"id": 3, "result": {}}] * 2
    with Client(gate.port) as client:
        after = client.hello()["link"]
    assert after["discarded_frames"] - before["discarded_frames"] == 2
    assert after["discarded_bytes"] - before["discarded_bytes"] == 20_000 + len(good) - 4


def test_verdicts_are_recorded_pulled_verified_and_freed(gate, tmp_path):
    shown = [(GOOD, "ok"), (EXPIRED, "expired"), (FORGED, "bad_signature"), (UNKNOWN, "unknown_issuer")]
    shown.append((OTHER, "not_a_certificate"))
    with Client(gate.port) as client, client.session(certificate("technician", TECHNICIAN), TECHNICIAN):
        client.set_clock(NOW)  # it has no clock that runs without power
    blank = gate.panel()
    assert [gate.show(picture)["code"] for picture, _ in shown] == [code for _, code in shown]
    assert gate.panel() != blank
    gate.restart()  # so that what was recorded lies in a segment that is over

    archive = Archive.open(tmp_path / "gate-1.gpj", gate.device)
    with Client(gate.port) as client, client.session(certificate("supervisor", SUPERVISOR), SUPERVISOR):
        held = client.journal_head()
        collected = collect(archive, client)
        left = client.journal_head()
        size = journal_size(gate)
    assert collected.report.ok
    assert collected.head.is_signed_by(gate.device)
    assert collected.report.signed == collected.report.next == collected.records
    assert collected.freed
    # Everything but the newest segment, which carries the chain on, was taken off flash.
    assert held["first"] == 0
    assert left["first"] > len(shown)
    assert size < len(archive.items())

    entries = list(read_entries(archive.items(), SUPERVISOR))
    assert not any(each.problem for each in entries)
    kinds = [each.kind for each in entries]
    assert [kinds.count(kind) for kind in ("config", "bundle", "seal")] == [1, 2, 1]
    assert kinds.count("clock") >= 2
    scans = [each.fields for each in entries if each.kind == "scan"]
    assert [(scan["verdict"], scan["reason"]) for scan in scans] == [
        ("PASS", "ok"),
        ("REFUSE", "expired"),
        ("REFUSE", "bad_signature"),
        ("REFUSE", "unknown_issuer"),
        ("REFUSE", "not_a_certificate"),
    ]


def journal_size(scanner: McuScanner) -> int:
    return sum(
        len(content) for name, content in read_image(scanner.flash()).items() if name.startswith("journal/")
    )
