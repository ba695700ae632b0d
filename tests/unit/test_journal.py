"""The scanner's journal, read by the host's own implementation of its format."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from gatepost.journal import names
from gatepost.journal.items import RECORD, split
from gatepost.journal.verify import verify
from harness.interpreter import DeviceError
from unit.journal_rig import DEPUTY, DEVICE_POINT, NOW, STRANGER, SUPERVISOR, Rig, entries


@pytest.fixture
def rig(mp) -> Iterator[Rig]:
    with Rig(mp) as rig:
        yield rig


def test_both_sides_have_the_same_tables(mp):
    kinds, fields = mp.run("from scanner.journal import body\nresult = body.KINDS, body.FIELDS")
    assert (kinds, fields) == (names.KINDS, names.FIELDS)
    reasons = mp.run("from scanner import reasons\nresult = [row[:2] for row in reasons.REASONS]")
    assert dict(reasons) == names.REASONS
    assert mp.run("from scanner import reasons\nresult = reasons.WORDS") == names.VERDICTS


def test_what_was_appended_is_what_the_supervisor_reads(rig):
    numbers = rig.run(
        """
start()
result = [journal.append("start", {"firmware": "0.1.0", "version": 7, "other": [1, b"x"]})]
clock.time += 60
result.append(journal.append("scan", {"verdict": 0, "reason": 0, "scheme": "HC1", "issuer": "DE", "kid": KID}))
clock.trusted = False
result.append(journal.append("scan", {"verdict": 2, "reason": 33, "issuer": None}))
clock.trusted = True
result.append(journal.append("stop"))
"""
    )
    assert numbers == [0, 1, 2, 3]
    data = rig.everything()
    assert verify(data, DEVICE_POINT).ok
    read = entries(data)
    assert [each.sequence for each in read] == numbers
    assert [each.kind for each in read] == ["start", "scan", "scan", "stop"]
    assert [each.time for each in read] == [NOW, NOW + 60, NOW + 60, NOW + 60]
    assert [each.doubtful for each in read] == [False, False, True, False]
    assert read[0].fields == {"firmware": "0.1.0", "version": 7, "other": [1, b"x"]}
    assert read[1].fields == {
        "verdict": "PASS",
        "reason": "ok",
        "scheme": "HC1",
        "issuer": "DE",
        "kid": b"kid-of-8",
    }
    assert read[2].fields == {"verdict": "REFUSE", "reason": "bad_signature"}


def test_only_supervisors_can_read(rig):
    rig.run("start(BOTH)\nscan(1)")
    data = rig.everything()
    assert [each.problem for each in entries(data, SUPERVISOR)] == [""]
    assert [each.problem for each in entries(data, DEPUTY)] == [""]
    assert [each.problem for each in entries(data, STRANGER)] == ["not sealed to this supervisor"]
    assert verify(data, DEVICE_POINT).ok


def test_a_change_of_supervisors_counts_from_the_next_record(rig):
    rig.run("start()\nscan(1)\njournal.set_supervisors(BOTH[1:])\nscan(2)")
    data = rig.everything()
    assert verify(data, DEVICE_POINT).ok
    assert [bool(each.problem) for each in entries(data, SUPERVISOR)] == [False, True]
    assert [bool(each.problem) for each in entries(data, DEPUTY)] == [True, False]


def test_each_start_begins_a_segment_and_is_counted(rig):
    for _ in range(4):
        rig.run("start()\nscan(1)\nscan(2)")
    report = verify(rig.everything(), DEVICE_POINT)
    assert report.ok
    assert (report.records, report.segments, report.boots) == (8, 4, 4)
    assert [each.boot for each in entries(rig.everything())] == [1, 1, 2, 2, 3, 3, 4, 4]


def test_ordinary_records_all_have_one_length(rig):
    rig.run('start()\nscan(0)\njournal.append("stop")\njournal.append("scan", {"verdict": 2, "reason": 10})')
    lengths = {len(item.whole) for item in split(rig.everything()) if item.kind == RECORD}
    assert len(lengths) == 1


def test_the_head_covers_everything(rig):
    rig.run("start()\nfor n in range(40):\n    scan(n)")
    head = rig.head(b"nonce")
    report = verify(rig.everything(), DEVICE_POINT)
    assert (head["next"], head["digest"]) == (report.next, report.digest) == (40, report.digest)
    assert (head["first"], head["boots"], head["dropped"], head["time"]) == (0, 1, 0, NOW)
    assert report.segments == 3


@pytest.mark.parametrize("room", [340, 341, 500, 700, 2559, 2561, 5000, 100000])
def test_pieces_of_any_size_add_up_to_the_same(rig, room):
    rig.run("start()\nfor n in range(40):\n    scan(n)\nstart()\nfor n in range(5):\n    scan(n)")
    whole = rig.run("result = everything(room)", room=room)
    assert verify(whole, DEVICE_POINT).ok
    assert whole == rig.everything()
    # Each piece says with which record the next one begins.
    for number in range(0, 45, 4):
        piece, following = rig.run(
            "view = memoryview(bytearray(room))\ncount, at = journal.read(n, view)\nresult = bytes(view[:count]), at",
            n=number,
            room=room,
        )
        records = [item.sequence for item in split(piece) if item.kind == RECORD]
        assert records == list(range(number, following))


def test_reading_begins_at_any_record(rig):
    rig.run("start()\nfor n in range(30):\n    scan(n)")
    whole = rig.everything()
    for number in range(30):
        data = rig.run("result = read(n, 100000)", n=number)
        assert whole.endswith(data)
        first = next(item for item in split(data) if item.kind == RECORD)
        assert first.sequence == number


def test_a_number_that_is_not_held_is_an_error(rig):
    rig.run("start()\nscan(1)")
    assert rig.run("result = journal.read(1, memoryview(bytearray(4096)))") == (0, 1)
    for number in (-1, 2, 1 << 31):
        with pytest.raises(DeviceError) as caught:
            rig.run("read(n)", n=number)
        assert caught.value.kind == "ValueError"


def test_an_unused_journal_is_empty(rig):
    assert rig.run("start()\nresult = read(0), journal.first, journal.next") == (b"", 0, 0)
    assert rig.head()["digest"] == bytes(32)


def test_a_segment_opened_in_a_quiet_turn_is_part_of_the_chain(rig):
    rig.run("start()\nscan(0)\njournal.close()\njournal.rest()\njournal.rest()")
    data = rig.run("result = read(1, 1000)")
    assert [item.kind for item in split(data)] == [0]
    # Not used before the scanner was switched off:
    rig.run("start()\nscan(1)")
    report = verify(rig.everything(), DEVICE_POINT)
    assert report.ok
    assert (report.records, report.segments) == (2, 3)


def test_an_acknowledgement_frees_whole_segments(rig):
    rig.run("start()\nfor n in range(40):\n    scan(n)")
    items = list(split(rig.everything()))
    firsts = [int.from_bytes(item.content[6:10], "big") for item in items if item.kind != RECORD]
    digests = digests_of(rig.everything())
    for number in range(40):
        freed = rig.run("result = journal.acknowledge(n, digest)", n=number, digest=digests[number])
        assert freed == max(first for first in firsts if first <= max(number + 1, 0) and first < 40)
    report = verify(rig.everything(), DEVICE_POINT)
    assert report.ok
    assert report.next == 40
    assert rig.run('result = os.listdir("/j/journal"), len(os.listdir("/j/journal/000000"))') == (
        ["000000", "mark"],
        1,
    )


def digests_of(data: bytes) -> list[bytes]:
    """The chain's digest behind each record."""
    from gatepost.journal.items import link

    digest, found = bytes(32), []
    for item in split(data):
        digest = link(digest, item.whole)
        if item.kind == RECORD:
            found.append(digest)
    return found


def test_an_acknowledgement_proves_that_it_was_read(rig):
    rig.run("start()\nfor n in range(30):\n    scan(n)")
    digests = digests_of(rig.everything())
    for number, digest in (
        (20, digests[19]),
        (20, bytes(32)),
        (20, b""),
        (20, digests[20][:31]),
        (30, digests[29]),
    ):
        with pytest.raises(DeviceError) as caught:
            rig.run("journal.acknowledge(n, digest)", n=number, digest=digest)
        assert caught.value.kind == "ValueError"
    assert rig.run("result = journal.first") == 0
    freed = rig.run("result = journal.acknowledge(20, digest)", digest=digests[20])
    assert 0 < freed <= 21
    # The answer was lost: once more.
    assert rig.run("result = journal.acknowledge(3, digest)", digest=digests[3]) == freed


def test_the_chain_goes_on_after_all_was_freed(rig):
    rig.run("start()\nfor n in range(30):\n    scan(n)")
    before = rig.everything()
    rig.run("journal.acknowledge(29, digest)", digest=digests_of(before)[29])
    rig.run("start()\nscan(30)")
    assert rig.run("result = journal.next") == 31
    data = rig.everything()
    held = next(item for item in split(data))
    report = verify(before[: before.index(held.whole)] + data, DEVICE_POINT)
    assert report.ok
    assert report.records == 31


def test_unknown_kinds_and_long_bodies_are_refused(rig):
    rig.run("start()")
    for call in ('journal.append("gossip")', 'journal.append("session", {"detail": "x" * 1100})'):
        with pytest.raises(DeviceError) as caught:
            rig.run(call)
        assert caught.value.kind == "ValueError"
    assert rig.run('result = journal.append("session", {"detail": "x" * 900})') == 0
    assert entries(rig.everything())[0].fields == {"detail": "x" * 900}


def test_nothing_without_supervisors(rig):
    with pytest.raises(DeviceError) as caught:
        rig.run("start([])\nscan(1)")
    assert caught.value.kind == "ValueError"
