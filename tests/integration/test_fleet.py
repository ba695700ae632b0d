"""Sixteen scanners at once, one unplugged in the middle: fifteen done, one reported, and the exit code says so."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from gatepost.cli import main
from gatepost.device import discovery, fleet, provision
from gatepost.device.client import Client
from gatepost.device.discovery import Found
from gatepost.keys.roles import load_credentials
from gatepost.sim import VirtualScanner
from gatepost.trust.bundle import build_bundle, read_bundle
from gatepost.trust.signing import point
from harness.deployment import SUPERVISOR, Deployment
from harness.travellers import AUTHORITY, ISSUER, record

COUNT = 16


@pytest.fixture(autouse=True)
def _nothing_else(monkeypatch):
    for name in ("GATEPOST_PORT", "GATEPOST_ROLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(discovery, "announced", list)
    monkeypatch.setattr(discovery.list_ports, "comports", list)


@pytest.fixture
def deployment(tmp_path):
    return Deployment(tmp_path)


@contextlib.contextmanager
def tray(deployment, count):
    """So many scanners, provisioned with list 1 and sealed."""

    def plan(name):
        return provision.Plan(
            AUTHORITY.public_key(),
            load_credentials(deployment.folder / "technician.role"),
            name,
            [("Li Wei", point(SUPERVISOR.public_key()))],
            [read_bundle(Path(deployment.bundle(1)).read_bytes())],
        )

    def ready(number):
        scanner = VirtualScanner()
        scanner.start()
        with Client(scanner.port) as client:
            provision.provision(client, plan(f"gate-{number}"), lambda _: None)
        return scanner

    deployment.bundle(1)
    with ThreadPoolExecutor(4) as pool:
        scanners = list(pool.map(ready, range(1, count + 1)))
    try:
        yield scanners
    finally:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda scanner: scanner.stop(), scanners))


def arguments(deployment, scanners, *more):
    ports = [word for scanner in scanners for word in ("--port", scanner.port)]
    return [
        "fleet", "sync", *ports, "--technician", deployment.path("technician.role"),
        "--supervisor", deployment.path("supervisor.role"), "--bundle", deployment.bundle(2),
        "--logs", deployment.path("logs"), *more,
    ]  # fmt: skip


def test_sixteen_scanners_and_one_unplugged_in_the_middle(deployment, capsys, monkeypatch):
    pulled = threading.Event()
    push = Client.push

    with tray(deployment, COUNT) as scanners:
        victim = scanners[7]

        def push_or_lose(client, bundle, progress=None):
            # The plug is pulled while the list is on its way to this scanner.
            if client._serial.port == victim.port and not pulled.is_set():
                pulled.set()
                victim.kill()
            return push(client, bundle, progress)

        monkeypatch.setattr(Client, "push", push_or_lose)
        monkeypatch.setattr("gatepost.device.push._OPEN_SECONDS", 0.5)
        code = main.main(arguments(deployment, scanners, "--json"))
        out, err = capsys.readouterr()
        assert (code, err) == (7, "")
        found = json.loads(out)
        by_name = {each["name"]: each for each in found["scanners"]}
        assert len(by_name) == COUNT
        assert [name for name, each in by_name.items() if not each["ok"]] == ["gate-8"]
        assert "does not answer" in by_name["gate-8"]["problem"]
        assert by_name["gate-8"]["at"] == "trust bundle"
        for name, each in by_name.items():
            if name != "gate-8":
                assert each["hello"]["trust"]["version"] == 2
                assert each["records"] > 0
                assert each["freed"]
        assert len(list((deployment.folder / "logs").iterdir())) == COUNT - 1

        # Plugged in again, the next run finishes it and finds the others done.
        monkeypatch.setattr(Client, "push", push)
        victim.restart()
        code = main.main(arguments(deployment, scanners))
        out, err = capsys.readouterr()
        assert (code, err) == (0, "")
        assert "16 of 16 scanners done" in out
        assert out.count("trust 2 was there") == COUNT - 1


def test_a_missing_scanner_and_a_blank_one_are_named(deployment, capsys):
    with tray(deployment, 2) as scanners, VirtualScanner() as blank:
        code = main.main(
            arguments(deployment, [*scanners, blank], "--expect", "gate-2", "--expect", "gate-3")
        )
        out, err = capsys.readouterr()
        assert code == 7
        assert err == ""
        assert f"{blank.port}: blank: provision it first" in out
        assert "note: gate-3 is missing" in out
        assert "note: gate-2 is missing" not in out
        assert "2 of 3 scanners done" in out


def test_none_done_is_an_error(deployment, capsys):
    with VirtualScanner() as blank:
        assert main.main(arguments(deployment, [blank])) == 1
    assert "0 of 1 scanners done" in capsys.readouterr().out
    assert main.main(["fleet", "sync", "--technician", deployment.path("technician.role")]) == 1
    assert "no scanner found" in capsys.readouterr().err


def test_a_newer_list_is_left_alone_and_journals_can_be_kept(deployment, capsys):
    with tray(deployment, 1) as scanners:
        main.main(arguments(deployment, scanners))
        capsys.readouterr()
        older = deployment.bundle(1)
        ports = ["--port", scanners[0].port]
        code = main.main(
            ["fleet", "sync", *ports, "--technician", deployment.path("technician.role"), "--bundle", older]
        )
        out, _ = capsys.readouterr()
        assert code == 0
        assert "newer than 1: left alone" in out
        code = main.main(
            ["fleet", "sync", *ports, "--supervisor", deployment.path("supervisor.role"),
             "--logs", deployment.path("logs"), "--keep", "--json"]
        )  # fmt: skip
        visit = json.loads(capsys.readouterr().out)["scanners"][0]
        assert code == 0
        assert visit["records"] > 0
        assert not visit["freed"]


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ([], "nothing to do"),
        (["--bundle", "x"], "nothing to do"),
        (["--supervisor", "supervisor.role"], "both --supervisor and --logs"),
        (["--supervisor", "supervisor.role", "--logs", "l", "--bundle", "x"], "brought by a technician"),
        (["--technician", "supervisor.role"], "is a supervisor's, not a technician's"),
        (["--technician", "technician.role", "--bundle", "x.gatepost"], "cannot read x.gatepost"),
        (["--technician", "technician.role", "--bundle", "technician.role"], "not a Gatepost bundle"),
    ],
)
def test_what_makes_no_sense_is_one_sentence(deployment, capsys, monkeypatch, more, sentence):
    monkeypatch.chdir(deployment.folder)
    assert main.main(["fleet", "sync", *more]) == 1
    err = capsys.readouterr().err
    assert sentence in err
    assert err.count("\n") == 1


def test_a_surprise_at_one_scanner_is_its_own(deployment, monkeypatch):
    def surprise(port):
        raise ZeroDivisionError(port)

    monkeypatch.setattr(discovery, "connect", surprise)
    (visit,) = fleet.sync([Found("/dev/x", {"name": "gate-1"})], fleet.Work())
    assert visit.problem == "a fault of this program: ZeroDivisionError: /dev/x"


HELLO = {
    "name": "gate-1", "firmware": "1", "sealed": True, "clock": {"now": 0, "trusted": True},
    "trust": {"version": 1, "created": 1_000_000}, "journal": {"first": 0, "next": 5}, "battery": 80,
    "free": {"flash": 1 << 20},
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, []),
        ({"battery": 7}, ["gate-1: battery at 7 %"]),
        ({"sealed": False}, ["gate-1: is not sealed"]),
        ({"clock": {"now": 0, "trusted": False}}, ["gate-1: its clock is doubtful"]),
        ({"trust": {"problem": "no_trust_list"}}, ["gate-1: no trust list"]),
        ({"trust": {"created": 1_000_000 - 9 * 86400}}, ["gate-1: its list is 9 days old"]),
        (
            {"journal": {"full": True}},
            ["gate-1: its journal is full: it scans no more until it is collected"],
        ),
        ({"journal": {"dropped": 3}}, ["gate-1: 3 records were dropped"]),
        ({"free": {"flash": 100_000}}, ["gate-1: 97 KB of flash left"]),
    ],
)
def test_what_somebody_should_look_at(change, words):
    visit = fleet.Visit(Found("/dev/x", {}), hello={**HELLO, **change})
    assert fleet.warnings([visit], [], [], 1_000_000) == words


def test_keys_that_expire_soon_and_mixed_firmware(deployment):
    import dataclasses

    now = time.time()
    soon = dataclasses.replace(record(ISSUER), not_after=int(now) + 86400)
    bundle = read_bundle(build_bundle([soon], AUTHORITY, 5, "PROD", int(now)))
    visits = [fleet.Visit(Found("/dev/x", {}), hello={**HELLO, "firmware": each}) for each in ("1", "2")]
    said = fleet.warnings(visits, [bundle], [], 1_000_000)
    assert said == ["scanners run different firmware: 1, 2"]
    (words,) = fleet.warnings([], [bundle], [], now)
    assert words.startswith("1 keys of list 5 expire within 30 days: DE ")
