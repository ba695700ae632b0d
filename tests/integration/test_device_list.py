"""`gatepost device list` and `hello`: scanners among serial ports, found, named, and missing."""

from __future__ import annotations

import json
import os

import pytest
from gatepost.cli import main
from gatepost.device import discovery
from gatepost.sim import VirtualScanner
from gatepost.sim.flash import put_files
from harness.travellers import TRUST


@pytest.fixture(scope="module")
def scanners(tmp_path_factory):
    folder = tmp_path_factory.mktemp("flash")
    for name in ("gate-1", "gate-2"):
        put_files(folder / name, {"name": name.encode()})
    with VirtualScanner(folder / "gate-1", **TRUST) as one, VirtualScanner(folder / "gate-2") as other:
        yield one, other


@pytest.fixture(autouse=True)
def _nothing_else(tmp_path, monkeypatch):
    monkeypatch.delenv("GATEPOST_PORT", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr(discovery.list_ports, "comports", list)


def run(capsys, *arguments):
    code = main.main(["device", *arguments])
    out, err = capsys.readouterr()
    return code, out, err.strip()


def test_scanners_are_found_by_the_environment(scanners, capsys, monkeypatch):
    monkeypatch.setenv("GATEPOST_PORT", f"{scanners[0].port},{scanners[1].port}")
    code, out, _ = run(capsys, "list")
    assert code == 0
    assert "gate-1" in out
    assert "no trust list" in out
    code, out, _ = run(capsys, "list", "--json")
    found = json.loads(out)
    assert [each["hello"]["name"] for each in found] == ["gate-1", "gate-2"]
    assert found[0]["hello"]["trust"]["version"] == 3


def test_a_scanner_is_chosen_by_name_or_port(scanners, capsys, monkeypatch):
    monkeypatch.setenv("GATEPOST_PORT", f"{scanners[0].port} {scanners[1].port}")
    assert json.loads(run(capsys, "hello", "--name", "gate-2", "--json")[1])["port"] == scanners[1].port
    assert "gate-1" in run(capsys, "hello", "--port", scanners[0].port)[1]
    code, _, err = run(capsys, "hello")
    assert code == 1
    assert err.startswith("gatepost: 2 scanners are there: choose one with --name or --port: gate-1 (")
    code, _, err = run(capsys, "hello", "--name", "gate-9")
    assert code == 1
    assert "no scanner is called gate-9; found: gate-1" in err


def test_a_virtual_scanner_that_runs_here_is_found(scanners, capsys):
    with discovery.announce(scanners[0].port):
        assert discovery.candidates() == [scanners[0].port]
        assert "gate-1" in run(capsys, "list")[1]
    assert discovery.candidates() == []


def test_a_note_of_a_process_that_is_gone_is_removed(tmp_path):
    (tmp_path / "gatepost").mkdir()
    note = tmp_path / "gatepost" / "4000000"
    note.write_text("/dev/pts/99")
    assert discovery.announced() == []
    assert not note.exists()


def test_usb_ports_are_known_by_their_numbers(monkeypatch):
    class Port:
        def __init__(self, device, vid, pid):
            self.device, self.vid, self.pid = device, vid, pid

    ports = [
        Port("/dev/ttyACM1", 0x303A, 0x4001),
        Port("/dev/ttyUSB0", 0x1A86, 1),
        Port("/dev/ttyS0", None, None),
    ]
    monkeypatch.setattr(discovery.list_ports, "comports", lambda: ports)
    assert discovery.candidates() == ["/dev/ttyACM1"]


def test_without_scanners_there_is_a_sentence(capsys):
    code, out, err = run(capsys, "list")
    assert (code, out) == (1, "")
    assert err.startswith("gatepost: no scanner found:")


def test_a_port_where_nobody_answers(capsys, monkeypatch):
    monkeypatch.setattr(discovery, "_HELLO_SECONDS", 0.05)
    far, near = os.openpty()
    try:
        code, out, err = run(capsys, "list", "--port", os.ttyname(near))
        assert (code, out) == (1, "")
        assert "does not answer" in err
        assert json.loads(run(capsys, "list", "--port", os.ttyname(near), "--json")[1])[0]["hello"] is None
        code, _, err = run(capsys, "hello", "--port", os.ttyname(near))
        assert code == 1
        assert "does not answer" in err
    finally:
        os.close(far)
        os.close(near)


def test_a_port_one_may_not_use_comes_with_advice(capsys, monkeypatch, tmp_path):
    port = tmp_path / "ttyACM0"
    port.touch()
    monkeypatch.setattr(discovery.os, "access", lambda path, mode: False)
    code, _, err = run(capsys, "hello", "--port", str(port))
    assert code == 1
    assert "60-gatepost.rules" in err
    assert "dialout" in err
