"""What the scanner itself does about a journal that was damaged, that is full, or whose flash fails."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from gatepost.journal.items import RECORD, SEGMENT, split
from gatepost.journal.segment import read_segment
from gatepost.journal.verify import verify
from harness.interpreter import DeviceError
from unit.journal_rig import DEVICE_POINT, Rig, entries


@pytest.fixture
def rig(mp) -> Iterator[Rig]:
    with Rig(mp) as rig:
        yield rig


REWRITE = """
path = journal._shelf.path(journal._shelf.newest if newest else journal._shelf.oldest)
journal.close()
with open(path, "rb") as file:
    data = bytearray(file.read())
"""
SAVE = """
with open(path, "wb") as file:
    file.write(data)
start()
"""


def test_each_byte_of_the_newest_segment_changed_shows_at_the_next_start(rig):
    """Without its own signature being checked at every start: the header's fields and every check are."""
    rig.run("start()\nfor n in range(4):\n    scan(n)")
    rig.run(REWRITE, newest=True)
    size = rig.run("result = len(data)")
    for at in range(size):
        damaged = rig.run("data[at] ^= 16" + SAVE + "result = journal.damaged\ndata[at] ^= 16", at=at)
        assert damaged is not None, at


def test_a_damaged_journal_goes_on_and_says_so_under_the_scanners_signature(rig):
    rig.run("start()\nfor n in range(5):\n    scan(n)")
    rig.run(REWRITE + "data[-200] ^= 1\n" + SAVE, newest=True)
    assert rig.run("result = journal.damaged, journal.next") == (2, 5)
    rig.run("scan(5)\nscan(6)")
    data = rig.everything()
    report = verify(data, DEVICE_POINT)
    assert [(each.sequence, each.problem) for each in report.findings] == [
        (2, "it was altered"),
        (5, "the scanner found its journal damaged before it, when it started"),
    ]
    assert report.next == 7
    assert [each.sequence for each in entries(data) if each.problem] == [2]
    # Only once: the segment after it is sound.
    rig.run("start()\nscan(7)")
    assert rig.run("result = journal.damaged") is None
    assert len(verify(rig.everything(), DEVICE_POINT).findings) == 2


@pytest.mark.parametrize("left", [0, 1, 2, 10, 100, 242, 243, 244, 300, 500])
def test_a_segment_cut_short_goes_on_too(rig, left):
    rig.run("start()\nfor n in range(3):\n    scan(n)\nstart()\nfor n in range(4):\n    scan(n)")
    rig.run(REWRITE + f"data = data[:{left}]\n" + SAVE + "scan(9)", newest=True)
    data = rig.everything()
    report = verify(data, DEVICE_POINT)
    whole_records = max(0, (left - 243) // 95)
    exact = left >= 243 and (left - 243) % 95 == 0
    # Cut between two records, it is a shorter journal: only a head signed before can tell.
    assert report.ok == exact
    assert report.next == 3 + whole_records + 1
    assert [each.fields for each in entries(data)][-1]["reason"] == "reason 9"


def test_a_damaged_older_segment_is_still_handed_over(rig):
    rig.run("for _ in range(3):\n    start()\n    for n in range(5):\n        scan(n)")
    rig.run(REWRITE + "data[260] = data[1] = 255\n" + SAVE, newest=False)
    data = rig.everything()
    assert [item.kind for item in split(data)].count(SEGMENT) == 2
    assert [each.sequence for each in entries(data)] == list(range(5, 15))
    report = verify(data, DEVICE_POINT)
    assert report.first == 5


def test_a_missing_segment_is_a_gap_and_not_a_halt(rig):
    rig.run("for _ in range(3):\n    start()\n    for n in range(5):\n        scan(n)")
    rig.run("os.remove(journal._shelf.path(2))\nstart()\nscan(1)")
    report = verify(rig.everything(), DEVICE_POINT)
    assert report.broken is not None
    assert str(report.broken) == "record 5: it and all up to 9 are missing"
    assert report.next == 16
    data = rig.run("result = read(7, 1000)")
    assert next(item for item in split(data) if item.kind == RECORD).sequence == 10


def test_strangers_in_the_folder_are_left_alone(rig):
    rig.run("start()\nscan(1)")
    rig.run(
        'for name in ("x", "README", "000000/zz", "000001"):\n    open("/j/journal/" + name, "w").close()'
    )
    assert rig.run("start()\nresult = journal.next, journal.damaged") == (1, None)
    rig.run('os.remove("/j/journal/mark")')
    assert rig.run("start()\nresult = journal.next, journal.damaged") == (1, None)


def test_a_lost_or_damaged_mark_is_made_again(rig):
    rig.run("for _ in range(4):\n    start()\n    for n in range(5):\n        scan(n)")
    for harm in ('os.remove("/j/journal/mark")', 'open("/j/journal/mark", "wb").close()',
                 'with open("/j/journal/mark", "wb") as file:\n    file.write(b"x" * 24)'):  # fmt: skip
        used = rig.run("result = journal._shelf.used")
        rig.run(harm + "\nstart()")
        assert rig.run("result = journal.first, journal.next, journal._shelf.used") == (0, 20, used)
        assert verify(rig.everything(), DEVICE_POINT).ok


def test_full_is_a_state_that_says_so_and_ends(rig):
    written, refused = rig.run(
        """
start(capacity=180000)
written = refused = 0
for n in range(600):
    try:
        scan(n % 60)
        written += 1
    except JournalFull:
        refused += 1
result = written, refused
"""
    )
    assert written > 100
    assert refused == 600 - written > 0
    assert rig.run("result = journal.full, journal.dropped, journal.next") == (True, refused, written)
    # Who comes to collect is still recorded, and how many were lost.
    assert rig.run('result = journal.append("session", {"role": "supervisor"})') == written + 1
    head = rig.head()
    assert (head["full"], head["dropped"]) == (True, refused)
    data = rig.everything()
    report = verify(data, DEVICE_POINT)
    assert report.ok
    read = entries(data)
    assert [each.kind for each in read[-2:]] == ["full", "session"]
    assert read[-2].fields == {"dropped": refused}
    freed = rig.run("result = journal.acknowledge(last, digest)", last=report.next - 1, digest=report.digest)
    assert freed > 100
    assert rig.run("result = journal.full, scan(1)") == (False, report.next)
    # Every start takes room of its own: those who only switch it on cannot fill it to the brim.
    assert rig.run("result = journal._shelf.used < 180000")


def test_without_room_on_flash_the_journal_is_full_and_recovers(rig):
    rig.run("start()\nscan(1)\nscan(2)")
    rig.run(
        """
os.mkdir("/j/hogs")
hogs = 0
try:
    while True:
        with open("/j/hogs/%d" % hogs, "wb") as file:
            file.write(bytes(3000))
        hogs += 1
except OSError:
    pass
"""
    )
    before = rig.run("result = journal.next")
    outcome = rig.run(
        """
result = []
for n in range(3, 9):
    try:
        result.append(scan(n))
    except JournalFull:
        result.append(None)
"""
    )
    assert None in outcome
    rig.run('for n in range(hogs):\n    os.remove("/j/hogs/%d" % n)')
    kept = [number for number in outcome if number is not None]
    assert rig.run("result = scan(10)") >= before + len(kept)
    data = rig.everything()
    report = verify(data, DEVICE_POINT)
    assert report.ok, report.findings
    assert sum(each.kind == "full" for each in entries(data)) == 1
    rig.run("start()\nscan(11)")
    assert verify(rig.everything(), DEVICE_POINT).ok


def test_flash_that_fails_for_a_while_loses_no_returned_record_and_uses_no_key_twice(rig):
    kept = rig.run(
        """
start()
kept = []
for n in range(30):
    flash.fail = n in (5, 6, 12, 20)
    try:
        kept.append((scan(n), n))
    except OSError:
        pass
flash.fail = 0
scan(30)
result = kept
"""
    )
    data = rig.everything()
    report = verify(data, DEVICE_POINT)
    assert report.ok, report.findings
    read = {each.sequence: each for each in entries(data)}
    assert len(kept) >= 26
    raw = rig.run("import scanner.reasons\nresult = {row[0]: row[1] for row in scanner.reasons.REASONS}")
    for sequence, number in kept:
        fields = read[sequence].fields
        assert fields is not None
        assert fields["reason"] == raw.get(number, f"reason {number}")
    # A failed write may have sealed something under its number: that key seals nothing more.
    seen = set()
    for item in split(data):
        if item.kind == SEGMENT:
            ephemeral = read_segment(item.content).ephemeral
            assert ephemeral not in seen
            seen.add(ephemeral)
    assert len(seen) >= 4


def test_flash_that_goes_on_failing_is_given_up(rig):
    rig.run("start()\nscan(1)\nflash.fail = 1")
    for _ in range(20):
        with pytest.raises(DeviceError) as caught:
            rig.run("scan(2)")
        assert caught.value.kind == "OSError"
    assert rig.run("result = len(journal._shelf.wrecks)") <= 8


def test_start_up_reads_as_little_of_a_long_journal_as_of_a_short_one(rig):
    opened = []
    for _ in range(3):
        rig.run("start()\nfor n in range(200):\n    scan(n % 60)")
        opened.append(rig.run("flash.count()\nstart()\nresult = flash.read"))
    assert max(opened) < 130_000  # most of it littlefs finding names, in folders of bounded size
    assert opened[-1] < 1.3 * opened[0]


def test_headers_that_cannot_be_read_stop_neither_reading_nor_acknowledging(rig):
    rig.run("for _ in range(4):\n    start()\n    for n in range(5):\n        scan(n)")
    digest = verify(rig.everything(), DEVICE_POINT).digest
    rig.run(
        """
journal.close()
for ordinal in (1, 2, 3, 4):
    path = journal._shelf.path(ordinal)
    with open(path, "rb") as file:
        data = file.read()
    with open(path, "wb") as file:
        file.write(b"\\xff" * 13 + data[13:])
"""
    )
    for number in range(20):
        assert rig.run("result = read(n, 1000)", n=number) == b""
        with pytest.raises(DeviceError) as caught:
            rig.run("journal.acknowledge(n, digest)", n=number, digest=digest)
        assert caught.value.kind == "ValueError"
    rig.run("start()\nnumber = scan(1)")
    data = rig.everything()
    assert not verify(data, DEVICE_POINT).ok
    assert len(entries(data)) == 1
