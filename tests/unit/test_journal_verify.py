"""Whatever is done to a collected journal, verification notices, and names the first broken record."""

from __future__ import annotations

import dataclasses
import functools

import pytest
from conftest import interpreter
from gatepost.errors import GatepostError
from gatepost.journal.head import read_head, unpack_head
from gatepost.journal.items import CHECK, HEAD, RECORD, SEGMENT, Item, link, split, wrap_head
from gatepost.journal.segment import read_segment
from gatepost.journal.verify import verify
from gatepost.trust.signing import point
from unit.journal_rig import DEVICE_POINT, STRANGER, SUPERVISOR, Rig, entries


@functools.cache
def collected() -> bytes:
    """Three segments of six records each, and the scanner's signature on the end, as an archive holds them."""
    with Rig(interpreter("64-bit")) as rig:
        rig.run("for _ in range(3):\n    start()\n    for n in range(6):\n        scan(n)")
        head = read_head(rig.head(b"nonce"), b"nonce")
        return rig.everything() + wrap_head(head.pack())


def parts() -> list[Item]:
    return list(split(collected()))


def joined(items: list[Item]) -> bytes:
    return b"".join(item.whole for item in items)


def record(number: int) -> int:
    """Where record `number` stands among the items."""
    return next(i for i, item in enumerate(parts()) if item.kind == RECORD and item.sequence == number)


def broken(data: bytes) -> int:
    report = verify(data, DEVICE_POINT)
    assert not report.ok
    assert report.broken is not None
    return report.broken.sequence


def test_an_untouched_journal_verifies():
    report = verify(collected(), DEVICE_POINT)
    assert report.findings == []
    assert (report.records, report.segments, report.boots, report.heads) == (18, 3, 3, 1)
    assert (report.first, report.next, report.signed) == (0, 18, 18)
    assert report.broken is None


def test_without_a_head_the_signature_reaches_to_the_last_segment():
    report = verify(joined(parts()[:-1]), DEVICE_POINT)
    assert report.ok
    assert report.signed == 12


def test_each_byte_changed_is_found_and_the_first_broken_record_named():
    data = collected()
    next_record = 0
    for item in parts():
        for at in range(item.at, item.at + len(item.whole)):
            changed = bytearray(data)
            changed[at] ^= 1 << at % 8
            report = verify(bytes(changed), DEVICE_POINT)
            assert not report.ok, at
            # Of a head, whose own bytes are no record's, the record after it or the last one is named.
            assert report.broken is not None
            assert report.broken.sequence in (next_record, next_record - (item.kind == HEAD)), (
                at,
                report.findings,
            )
        next_record += item.kind == RECORD


@pytest.mark.parametrize("number", range(18))
def test_a_record_taken_out_is_missed(number):
    items = parts()
    del items[record(number)]
    assert broken(joined(items)) == number


@pytest.mark.parametrize("number", range(17))
def test_two_records_in_the_other_order_are_noticed(number):
    items = parts()
    one, other = record(number), record(number + 1)
    items[one], items[other] = items[other], items[one]
    assert broken(joined(items)) == number


@pytest.mark.parametrize("number", range(18))
def test_a_record_twice_is_noticed(number):
    items = parts()
    items.insert(record(number), items[record(number)])
    assert broken(joined(items)) == number + 1


def test_a_record_put_in_is_noticed_even_with_checks_made_to_fit():
    """Without the scanner's key the checks can be repaired, up to the next signature."""
    items = parts()
    forged = items[record(7)].whole
    repaired = bytearray()
    digest = bytes(32)
    for item in items:
        whole = item.whole
        if item.kind == RECORD and item.sequence == 2:
            whole = whole[:3] + whole[3:7] + forged[7:]
        if item.kind == SEGMENT:
            digest = read_segment(item.content).previous
        if item.kind != HEAD:
            digest = link(digest, whole)
            whole = whole[:-CHECK] + digest[:CHECK]
        repaired += whole
    assert broken(bytes(repaired)) == 6  # where the scanner's next signature stands
    assert entries(bytes(repaired))[2].problem


@pytest.mark.parametrize("segment", range(3))
def test_a_segment_taken_out_is_missed(segment):
    items = parts()
    at = [i for i, item in enumerate(items) if item.kind == SEGMENT][segment]
    end = next(i for i in range(at + 1, len(items)) if items[i].kind != RECORD)
    report = verify(joined(items[:at] + items[end:]), DEVICE_POINT)
    if segment == 0:
        # Freed after an acknowledgement, for all that can be known.
        assert report.ok
        assert report.first == 6
    else:
        assert report.broken is not None
        assert report.broken.sequence == 6 * segment


def test_the_end_cut_off_is_missed_by_the_signed_head():
    items = parts()
    for keep in range(record(12), len(items) - 1):
        assert broken(joined(items[:keep] + items[-1:])) == 12 + keep - record(12)


def test_an_old_head_does_not_cover_new_records():
    items = parts()
    assert broken(joined([*items[:10], items[-1], *items[10:]])) < 18


def test_a_head_of_another_scanner_or_time_is_refused():
    head = unpack_head(parts()[-1].content)
    for change in (
        {"next": 17},
        {"first": 1},
        {"boots": 2},
        {"time": 5},
        {"dropped": 1},
        {"nonce": b"other"},
    ):
        assert not dataclasses.replace(head, **change).is_signed_by(DEVICE_POINT)
    assert head.is_signed_by(DEVICE_POINT)
    assert not head.is_signed_by(point(STRANGER.public_key()))


def test_another_scanners_key_verifies_nothing():
    report = verify(collected(), point(STRANGER.public_key()))
    assert not report.ok
    assert report.signed == 0


@pytest.mark.parametrize("key", [b"", bytes(65), b"\x04" * 65])
def test_what_is_no_key_is_an_error_for_people(key):
    with pytest.raises(GatepostError):
        verify(collected(), key)


def test_rubbish_in_between_is_named_and_what_follows_is_read():
    items = parts()
    at = record(3)
    report = verify(joined(items[:at]) + b"\xff" * 50 + joined(items[at:]), DEVICE_POINT)
    assert report.findings[0].problem == "bytes that are no journal"
    assert report.broken is not None
    assert report.broken.sequence == 3
    assert report.next == 18  # it went on at the next segment


@pytest.mark.parametrize("data", [b"\0", b"\x01\xff\xff", b"GPJOURN1", bytes(500), b"\x01\0\x08" + bytes(16)])
def test_rubbish_alone_is_no_journal(data):
    assert not verify(data, DEVICE_POINT).ok


def test_nothing_is_an_empty_journal():
    assert verify(b"", DEVICE_POINT).ok


def test_sound_records_beside_a_broken_one_can_still_be_read():
    items = parts()
    hurt = items[record(2)].whole
    items[record(2)] = Item(RECORD, hurt[:20] + bytes([hurt[20] ^ 1]) + hurt[21:], 0)
    read = entries(joined(items), SUPERVISOR)
    assert [each.sequence for each in read if each.problem] == [2]
    assert len(read) == 18
