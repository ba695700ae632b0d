"""Tables of keys that were met: made once, kept within bounds, used from then on, and gone with the wipe."""

from __future__ import annotations

import pytest
from gatepost.issue.hc1 import key_id
from gatepost.trust.bundle import build_bundle
from gatepost.trust.records import KeyRecord
from harness.certificates import NOW as JUNE
from harness.certificates import issue, vaccination
from unit.bundle_rig import AUTHORITY, NOW, Rig
from unit.key_tables_rig import BOTH, KEYS, NO_TABLE, TABLE, keeper, met, signed, ways


@pytest.fixture
def rig(mp) -> Rig:
    return keeper(mp)


def test_the_second_signature_of_a_key_goes_by_its_table(rig):
    assert ways(rig, 0) == (True, NO_TABLE)
    assert rig.run("result = kept()") == []  # the traveller comes first
    rig.run("up.rest(True)")
    assert rig.run("result = kept()") == []
    rig.run("up.rest()")
    assert rig.run("result = kept() == [name(0)]")
    assert ways(rig, 0) == (True, TABLE)
    assert ways(rig, 1) == (True, NO_TABLE)
    rig.restart()
    assert ways(rig, 0) == (True, TABLE)


def test_false_signatures_stay_false_and_leave_nothing(rig):
    assert ways(rig, 0, changed=True) == (False, NO_TABLE)
    rig.run("up.rest()")
    assert rig.run("result = kept()") == []
    met(rig, 0)
    assert ways(rig, 0, changed=True) == (False, BOTH)


def test_flash_is_written_for_a_new_key_only(rig):
    met(rig, 0, 1)
    before = rig.run("result = flash.operations")
    for number, changed in ((0, False), (1, False), (0, True), (2, True), (1, False)):
        ways(rig, number, changed)
        rig.run("up.trust.tables.rest()")
    assert rig.run("result = flash.operations") == before


def test_the_oldest_goes_for_the_fourth(rig):
    met(rig, 0, 1, 2)
    assert rig.run("result = kept() == sorted([name(0), name(1), name(2)])")
    rig.restart()
    met(rig, 1, 3)
    assert rig.run("result = kept() == sorted([name(1), name(2), name(3)])")
    met(rig, 0)
    assert rig.run("result = kept() == sorted([name(2), name(3), name(0)])")


@pytest.mark.parametrize("blocks, tables", [(24, 0), (40, 0), (64, 2)])
def test_a_small_flash_keeps_fewer_tables_or_none(mp, blocks, tables):
    # 24 blocks: a table is more than its share. 40: what is free belongs to bundles and the journal.
    rig = keeper(mp, blocks)
    met(rig, 0, 1, 2)
    assert rig.run("result = len(kept()), up.trust.tables.faults") == (tables, 0)


def test_a_scanner_without_a_key_keeps_none(mp):
    rig = Rig(mp, blank=True)
    assert rig.run("result = up.trust.tables is None")


def test_the_wipe_takes_them(rig):
    met(rig, 0)
    rig.run("from scanner import wipe\nrounds, wipe.LOG_ROUNDS = wipe.LOG_ROUNDS, 5")
    try:
        rig.run("table = bytes(up.trust.tables._table[:16])\nbefore = flash.image.find(table)")
        rig.ask("unseal")
        found = rig.run("result = before, flash.image.find(table), kept(), up.trust.tables is None")
    finally:
        rig.run("wipe.LOG_ROUNDS = rounds")
    assert found[0] > 0
    assert found[1:] == (-1, [], True)


def test_a_cut_while_the_wipe_goes_on_leaves_no_table_in_force(rig):
    # The secret goes first, and with it every table's seal.
    met(rig, 0)
    rig.run("os.remove('/b/device.key')")
    rig.restart()
    assert rig.run("result = up.trust.tables is None")


def test_a_certificate_of_a_key_met_before(rig):
    key = KEYS[0]
    x, y, _ = signed(key)
    listed = KeyRecord(kid=key_id(key.public_key()), kind="P-256", x=x, y=y, country="DE")
    bundle = build_bundle([listed], AUTHORITY, 1, "PROD", NOW)
    assert not isinstance(rig.push(bundle)[0], str)
    source = """
from scanner.rules.judge import judge
class Clock:
    trusted = True
    def now(self):
        return june
p256.verify = counting
calls.clear()
try:
    code = judge(text, up.trust, Clock()).code
finally:
    p256.verify = true_p256
result = code, list(calls)
"""
    text = issue(vaccination(), key)
    assert rig.run(source, text=text, june=JUNE)[1] == NO_TABLE
    rig.run("up.rest()")
    assert rig.run(source, text=text, june=JUNE)[1] == TABLE
    forged = issue(vaccination(), key, signature=lambda s: bytes([s[0] ^ 1]) + s[1:])
    code, calls = rig.run(source, text=forged, june=JUNE)
    assert (code, calls) == ("bad_signature", BOTH)
