"""Power cut at every single write and erase of the journal, before it and in the middle of it.

Each run starts from the same flash, cuts at the next operation, takes the power back and asks: is every record whose
number was returned there, does the chain verify, does the journal go on, and was start-up as short as ever.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from gatepost.journal.archive import Archive
from gatepost.journal.pull import collect
from gatepost.journal.verify import verify
from unit.journal_rig import DEVICE_POINT, Port, Rig, entries

# Three segments, the last one open, and an empty file, which an earlier cut has left.
PREPARE = """
start()
for n in range(24):
    scan(n)
open(journal._shelf.path(journal._shelf.newest + 1), "wb").close()
base = bytes(flash.image)
tail = journal.next
"""

# A start, a record, a new segment, two more records. `kept`: what was returned before the power went.
APPEND = """
def work():
    global kept
    start()
    kept.append(journal.append("start", {"version": 1}))
    journal.close()
    journal.rest()
    for n in range(2):
        kept.append(scan(50 + n))
"""

# `proof`: the digest behind the record that is acknowledged.
ACKNOWLEDGE = """
def work():
    global kept
    start()
    kept.append(journal.acknowledge(20, proof))
"""

CUT = """
kept = []
mount(base)
flash.cut = cut
flash.torn = torn
try:
    work()
    survived = True
except OSError:
    survived = False
operations = flash.operations
mount(flash.image)
flash.count()
start()
opened = flash.read
damaged, first, held = journal.damaged, journal.first, journal.next
result = survived, kept, damaged, first, held, opened, operations
"""


@pytest.fixture
def rig(mp) -> Iterator[Rig]:
    with Rig(mp) as rig:
        yield rig


def cuts(rig: Rig, torn: bool):
    """Run the work with a cut at operation 1, 2, 3... until it gets through."""
    cut = 0
    while True:
        cut += 1
        survived, kept, damaged, first, held, opened, operations = rig.run(CUT, cut=cut, torn=torn)
        yield cut, survived, kept, damaged, first, held, opened
        if survived:
            assert operations == cut - 1
            return


@pytest.mark.parametrize("torn", [False, True])
def test_no_returned_record_is_lost_whenever_the_power_goes(rig, torn):
    rig.run(PREPARE)
    rig.run(APPEND)
    before = rig.run("result = tail")
    seen = set()
    for cut, survived, kept, damaged, first, held, opened in cuts(rig, torn):
        assert damaged is None
        assert first == 0
        # The record that was under way may be there too: it is whole then.
        assert before + len(kept) <= held <= before + len(kept) + (not survived)
        assert opened < 130_000
        rig.run("scan(60)")
        data = rig.everything()
        report = verify(data, DEVICE_POINT)
        assert report.ok, (cut, report.findings)
        read = entries(data)
        assert not any(each.problem for each in read)
        kinds = [each.kind for each in read[before:-1]]
        assert kinds == ["start", "scan", "scan"][: held - before]
        assert read[-1].fields is not None and read[-1].fields["reason"] == "certificate_revoked"
        seen.add(held - before)
    assert seen == {0, 1, 2, 3}
    assert cut > 40


@pytest.mark.parametrize("torn", [False, True])
def test_an_acknowledgement_cut_anywhere_loses_nothing_that_was_not_acknowledged(rig, torn, tmp_path):
    rig.run(PREPARE)
    archive = Archive.open(tmp_path / "archive", DEVICE_POINT)
    assert collect(archive, Port(rig), acknowledge=False).report.ok
    proof = next(iter(_digests(archive.items())[20:21]))
    rig.run(ACKNOWLEDGE, proof=proof)
    rig.run("mount(base)\nkept = []\nwork()")
    freed = rig.run("result = journal.first")
    firsts = set()
    for _, survived, _, damaged, first, held, _ in cuts(rig, torn):
        assert damaged is None
        assert held == rig.run("result = tail")
        firsts.add(first)
        assert first <= freed
        assert not survived or first == freed
        data = rig.everything()
        report = verify(data, DEVICE_POINT)
        assert report.ok
        assert [each.sequence for each in entries(data)] == list(range(first, held))
        # Asked again, the scanner does the rest.
        assert rig.run("result = journal.acknowledge(20, proof)") == freed
    assert firsts == {0, freed} or len(firsts) > 2


def _digests(data: bytes) -> list[bytes]:
    from unit.test_journal import digests_of

    return digests_of(data)
