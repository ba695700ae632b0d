"""Collecting into archives: nothing twice, nothing lost, nothing acknowledged that was not proven whole."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from gatepost.errors import GatepostError
from gatepost.journal.archive import Archive
from gatepost.journal.entries import Entry
from gatepost.journal.export import COLUMNS, export
from gatepost.journal.pull import collect
from gatepost.journal.summary import summarise
from gatepost.trust.signing import point
from unit.journal_rig import DEVICE_POINT, NOW, STRANGER, Port, Rig, entries


@pytest.fixture
def rig(mp64) -> Iterator[Rig]:
    with Rig(mp64) as rig:
        rig.run("start()")
        yield rig


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "gate.journal"


def scans(rig: Rig, count: int) -> None:
    rig.run(f"for n in range({count}):\n    scan(n % 60)")


def test_collecting_proves_acknowledges_and_frees(rig, path):
    scans(rig, 40)
    port = Port(rig)
    taken = collect(Archive.open(path, DEVICE_POINT), port)
    assert (taken.records, taken.freed) == (40, True)
    assert taken.report.ok
    assert taken.report.signed == 40
    assert port.acknowledged == [(39, taken.report.collected)]
    assert rig.run("result = journal.first") > 0


def test_nothing_is_acknowledged_before_it_is_on_disk(rig, path, monkeypatch):
    scans(rig, 40)
    port = Port(rig)
    settled = []
    monkeypatch.setattr(
        os, "fsync", lambda handle: settled.append((os.fstat(handle).st_size, len(port.acknowledged)))
    )
    collect(Archive.open(path, DEVICE_POINT), port)
    assert settled == [(path.stat().st_size, 0)]
    assert len(port.acknowledged) == 1


def test_collecting_again_adds_what_is_new_alone(rig, path):
    for count, new in ((25, 25), (0, 0), (1, 1), (40, 40)):
        scans(rig, count)
        taken = collect(Archive.open(path, DEVICE_POINT), Port(rig))
        assert (taken.records, taken.report.ok) == (new, True)
        rig.run("journal.rest()" if count else "start()")
    archive = Archive.open(path)
    assert [each.sequence for each in entries(archive.items())] == list(range(66))


def test_an_empty_journal_is_collected_too(rig, path):
    taken = collect(Archive.open(path, DEVICE_POINT), Port(rig))
    assert (taken.records, taken.freed, taken.report.ok) == (0, False, True)


def test_without_acknowledgement_everything_stays_on_the_scanner(rig, path):
    scans(rig, 40)
    port = Port(rig)
    assert not collect(Archive.open(path, DEVICE_POINT), port, acknowledge=False).freed
    assert port.acknowledged == []
    assert rig.run("result = journal.first") == 0


def test_progress_is_told(rig, path):
    scans(rig, 40)
    seen = []
    collect(
        Archive.open(path, DEVICE_POINT), Port(rig), progress=lambda here, all_: seen.append((here, all_))
    )
    assert seen[-1] == (40, 40)
    assert len(seen) > 3


def test_a_scanner_that_scans_meanwhile_is_collected_in_the_end(rig, path):
    class Busy(Port):
        reads = 0

        def journal_read(self, sequence):
            self.reads += 1
            if self.reads % 2 and self.reads < 8:
                scans(self.rig, 3)
            return super().journal_read(sequence)

    scans(rig, 20)
    taken = collect(Archive.open(path, DEVICE_POINT), Busy(rig))
    assert taken.freed
    assert taken.report.next == taken.head.next > 20


def test_what_was_altered_on_the_way_is_kept_and_not_acknowledged(rig, path):
    class Meddling(Port):
        def journal_read(self, sequence):
            pieces = super().journal_read(sequence)
            return [piece[:-20] + bytes([piece[-20] ^ 1]) + piece[-19:] for piece in pieces if piece]

    scans(rig, 5)
    port = Meddling(rig)
    taken = collect(Archive.open(path, DEVICE_POINT), port)
    assert not taken.freed
    assert taken.report.broken is not None
    assert port.acknowledged == []
    assert rig.run("result = journal.first") == 0


def test_records_held_back_are_missed(rig, path):
    class Hiding(Port):
        def journal_read(self, sequence):
            return super().journal_read(sequence) if sequence < 10 else []

    scans(rig, 30)
    taken = collect(Archive.open(path, DEVICE_POINT), Hiding(rig, room=400))
    assert not taken.freed
    assert not taken.report.ok


def test_an_old_head_is_refused(rig, path):
    scans(rig, 5)
    old = rig.head(b"old nonce")

    class Replaying(Port):
        def journal_head(self, nonce):
            return old

    with pytest.raises(GatepostError, match="not signed by this scanner"):
        collect(Archive.open(path, DEVICE_POINT), Replaying(rig))


@pytest.mark.parametrize("answer", [{}, {"first": "x"}, {"first": 0, "next": 1}])
def test_a_head_that_is_none_is_refused(rig, path, answer):
    class Odd(Port):
        def journal_head(self, nonce):
            return answer

    with pytest.raises(GatepostError, match="lacks"):
        collect(Archive.open(path, DEVICE_POINT), Odd(rig))


def test_rubbish_from_the_scanner_is_refused(rig, path):
    class Mad(Port):
        def journal_read(self, sequence):
            return [b"\xff" * 40]

    scans(rig, 5)
    with pytest.raises(GatepostError, match="no journal"):
        collect(Archive.open(path, DEVICE_POINT), Mad(rig))


def test_a_wiped_scanner_does_not_continue_an_old_archive(rig, path):
    scans(rig, 20)
    collect(Archive.open(path, DEVICE_POINT), Port(rig))
    rig.run("mount()\nstart()")
    scans(rig, 3)
    with pytest.raises(GatepostError, match="wiped or put back"):
        collect(Archive.open(path, DEVICE_POINT), Port(rig))


def test_a_scanner_put_back_to_an_old_state_is_noticed(rig, path):
    scans(rig, 20)
    rig.run("old = bytes(flash.image)")
    scans(rig, 5)
    collect(Archive.open(path, DEVICE_POINT), Port(rig), acknowledge=False)
    rig.run("mount(old)\nstart()")
    scans(rig, 12)
    port = Port(rig)
    taken = collect(Archive.open(path, DEVICE_POINT), port)
    assert not taken.report.ok
    assert port.acknowledged == []


def test_records_that_somebody_else_collected_are_named(rig, path, tmp_path):
    scans(rig, 20)
    collect(Archive.open(path, DEVICE_POINT), Port(rig))
    scans(rig, 40)
    collect(Archive.open(tmp_path / "other", DEVICE_POINT), Port(rig))
    scans(rig, 5)
    taken = collect(Archive.open(path, DEVICE_POINT), Port(rig))
    assert not taken.freed
    assert "missing" in str(taken.report.broken)


def test_an_archive_belongs_to_one_scanner(rig, path, tmp_path):
    Archive.open(path, DEVICE_POINT)
    with pytest.raises(GatepostError, match="another scanner"):
        Archive.open(path, point(STRANGER.public_key()))
    with pytest.raises(GatepostError, match="public key"):
        Archive.open(tmp_path / "new", b"short")
    (tmp_path / "text").write_text("not a journal")
    for wrong in (tmp_path / "text", tmp_path / "absent"):
        with pytest.raises(GatepostError):
            Archive.open(wrong)
    assert path.stat().st_mode & 0o777 == 0o600


# Reading and exporting.


@pytest.fixture
def data(rig) -> bytes:
    rig.run(
        """
journal.append("start", {"firmware": "0.1.0"})
for n in range(12):
    clock.time += 600
    clock.trusted = n != 3
    scan(n % 2 * 33)
clock.trusted = True
journal.append("scan", {"verdict": 1, "reason": 63, "issuer": "=1+1", "use": b"\\x00" * 8, "again": 77})
journal.append("full", {"dropped": 4})
journal.append("tamper", {"event": "journal", "sequence": 3})
journal.append("session", {"role": "technician", "name": "Ada", "serial": b"\\x01\\x02"})
"""
    )
    return rig.everything()


def test_json_lines(data, tmp_path):
    target = tmp_path / "out.jsonl"
    assert export(entries(data), target, "jsonl") == 17
    rows = [json.loads(line) for line in target.read_text().splitlines()]
    assert rows[1]["time"] == "2026-09-21T14:23:20Z"
    assert rows[4]["doubtful"] is True
    assert rows[13] | {"time": ""} == {
        "sequence": 13, "boot": 1, "time": "", "doubtful": False, "kind": "scan", "verdict": "CHECK",
        "reason": "used_before", "issuer": "=1+1", "use": "00" * 8, "again": 77,
    }  # fmt: skip
    assert rows[-1]["more"] == {"role": "technician", "name": "Ada", "serial": "0102"}


def test_csv_runs_no_formulas(data, tmp_path):
    target = tmp_path / "out.csv"
    assert export(entries(data), target, "csv") == 17
    lines = target.read_text().splitlines()
    assert lines[0] == ",".join(COLUMNS)
    assert "'=1+1" in lines[14]
    assert len(lines) == 18


def test_sqlite(data, tmp_path):
    target = tmp_path / "out.sqlite"
    for _ in range(2):  # the second replaces the first
        assert export(entries(data), target, "sqlite") == 17
    database = sqlite3.connect(target)
    found = database.execute(
        "SELECT verdict, count(*) FROM journal WHERE kind = 'scan' GROUP BY verdict"
    ).fetchall()
    database.close()
    assert sorted(found) == [("CHECK", 1), ("PASS", 12)]


def test_parquet(data, tmp_path):
    pq = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    target = tmp_path / "out.parquet"
    assert export(entries(data), target, "parquet") == 17
    table = pq.read_table(target)
    assert table.column_names == list(COLUMNS)
    assert table.column("again").to_pylist()[13] == 77


def test_parquet_without_its_package_says_what_to_install(data, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(GatepostError, match="pip install pyarrow"):
        export(entries(data), tmp_path / "out.parquet", "parquet")


def test_what_cannot_be_exported_is_an_error_for_people(data, tmp_path):
    with pytest.raises(GatepostError, match="one of jsonl"):
        export(entries(data), tmp_path / "x", "xml")
    for form in ("jsonl", "csv", "sqlite"):
        with pytest.raises(GatepostError, match="cannot write"):
            export(entries(data), tmp_path / "absent" / "x", form)


def test_a_summary_counts_what_matters(data):
    summary = summarise([*entries(data), Entry(99, 1, problem="altered")])
    assert (summary.records, summary.scans, summary.unreadable) == (18, 13, 1)
    assert summary.verdicts == {"PASS": 12, "CHECK": 1}
    assert summary.reasons == {"ok": 6, "bad_signature": 6, "used_before": 1}
    assert (summary.used_again, summary.doubtful, summary.dropped) == (1, 1, 4)
    assert summary.first_time == NOW
    assert summary.last_time == NOW + 7200
    assert summary.issuers == {"DE": 12, "=1+1": 1}
    assert [each.sequence for each in summary.tampered] == [15]
    assert summary.busiest is not None
    assert summary.busiest[1] == 6
    assert summarise([]).busiest is None
