"""A whole journal leaves the scanner while travellers go on passing: neither waits for the other."""

from __future__ import annotations

import threading
import time

import pytest
from bench import push as bench
from gatepost.device.client import Client
from gatepost.device.refusals import LinkError
from gatepost.journal.archive import Archive
from gatepost.journal.pull import collect
from gatepost.sim import VirtualScanner
from harness.travellers import GOOD


def test_the_scanner_scans_while_its_whole_journal_is_pulled(tmp_path, monkeypatch):
    monkeypatch.setattr(bench, "RECORDS", 1500)
    owner = bench.Deployment()
    (tmp_path / "scanner.img").write_bytes(bench.filled(owner, tmp_path))
    taken = []
    with VirtualScanner(flash=tmp_path / "scanner.img") as scanner, Client(scanner.port) as client:
        session = client.session(owner.certificate("supervisor", owner.supervisor), owner.supervisor)
        archive = Archive.open(tmp_path / "archive", session.device)
        pulling = threading.Thread(target=lambda: taken.append(collect(archive, client)))
        verdicts = 0
        waits = []
        pulling.start()
        while pulling.is_alive():
            started = time.monotonic()
            # No list is on this flash; what counts is that a verdict comes, and is recorded.
            assert scanner.show(GOOD).code == "no_trust_list"
            waits.append(time.monotonic() - started)
            verdicts += 1
        pulling.join()
        assert not scanner.unasked.faults
    assert verdicts >= 2
    assert max(waits) < 10
    (found,) = taken
    assert found.report.ok and found.freed
    assert found.records > 1500


def test_whoever_plugs_in_after_a_pull_that_was_broken_off_is_heard_at_once(tmp_path, monkeypatch):
    """The rest of a long answer is nobody's: the next request ends it, and the journal is still collected whole."""
    monkeypatch.setattr(bench, "RECORDS", 1500)
    owner = bench.Deployment()
    (tmp_path / "scanner.img").write_bytes(bench.filled(owner, tmp_path))
    with VirtualScanner(flash=tmp_path / "scanner.img") as scanner:
        for taken in (1, 2, 3, 5, 8, 13, 21):
            client = Client(scanner.port)
            client.session(owner.certificate("supervisor", owner.supervisor), owner.supervisor)
            pieces = client.journal_read(0)
            for _ in range(taken):
                assert len(next(pieces)) > 3000
            client._serial.close()  # no word of goodbye
        with Client(scanner.port) as client:
            started = time.monotonic()
            assert client.hello()["journal"]["next"] > 1500
            assert time.monotonic() - started < 1.0
            session = client.session(owner.certificate("supervisor", owner.supervisor), owner.supervisor)
            with pytest.raises(LinkError) as caught:
                next(client.journal_read(1_000_000))
            assert caught.value.code == "bad_sequence"
            found = collect(Archive.open(tmp_path / "archive", session.device), client)
            assert found.report.ok and found.freed
        assert not scanner.unasked.faults
