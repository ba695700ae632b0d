"""A table of a key with anything wrong is worth nothing, and flash or memory that fails costs time and no verdict."""

from __future__ import annotations

import pytest
from gatepost.trust.signing import point
from unit.bundle_rig import AUTHORITY, Rig
from unit.key_tables_rig import BOTH, NO_TABLE, TABLE, keeper, met, ways


@pytest.fixture
def rig(mp) -> Rig:
    return keeper(mp)


DAMAGED = """
import io
path = "/b/tables/" + name(0)
with open(path, "rb") as file:
    good = file.read()
tables = up.trust.tables

def found(content, number=0):
    # Whether a table is believed that flash holds in this state.
    key_tables.open = lambda path, mode: io.BytesIO(content)
    tables._held = None
    try:
        return tables._find(signed[number][0] + signed[number][1])
    finally:
        del key_tables.open
"""


@pytest.mark.parametrize("bit", [0, 7])
def test_a_table_with_any_byte_flipped_is_none(rig, bit):
    met(rig, 0)
    rig.run(DAMAGED)
    source = """
data = bytearray(good)
result = []
for i in range(len(data)):
    data[i] ^= 1 << bit
    if found(data):
        result.append(i)
    data[i] ^= 1 << bit
result = (len(data), found(data), result)
"""
    assert rig.run(source, bit=bit) == (40 + 4096, True, [])


def test_a_table_that_is_short_long_or_another_key_s_is_none(rig):
    met(rig, 0, 1)
    rig.run(DAMAGED)
    source = """
other = open("/b/tables/" + name(1), "rb").read()
half = good[:2048] + other[2048:]
result = [found(data) for data in (b"", good[:8], good[:40], good[:-1], good[:2048], bytes(len(good)), other, half)]
result.append(found(good, 1))
result.append(found(other, 1))
"""
    assert rig.run(source) == [False] * 9 + [True]


def test_a_table_of_another_scanner_is_none(rig):
    met(rig, 0)
    rig.run("taken = open('/b/tables/' + name(0), 'rb').read()\nmount()\nstart()")
    rig.ask("provision", authority=point(AUTHORITY.public_key()), name="gate 2", supervisors=[])
    rig.run("os.mkdir('/b/tables')\nput('tables/' + name(0), taken)")
    assert ways(rig, 0) == (True, NO_TABLE)
    rig.run("up.rest()")
    assert ways(rig, 0) == (True, TABLE)


@pytest.mark.parametrize("wrong", ["p256.table(*signed[1][:2])", "bytes(4096)", "bytes(range(256)) * 16"])
def test_a_wrong_table_that_is_sealed_refuses_no_good_signature(rig, wrong):
    # Nothing makes one; if something did, the long way has the last word, and the table is made again.
    met(rig, 0)
    rig.run(
        f"t = up.trust.tables\nt._table[:] = {wrong}\nt._buffer[8:40] = t._seal(signed[0][0] + signed[0][1])\n"
        "put('tables/' + name(0), t._buffer)\nt._held = None"
    )
    assert ways(rig, 0) == (True, BOTH)
    assert ways(rig, 0, changed=True)[0] is False
    met(rig, 0)
    assert ways(rig, 0) == (True, TABLE)


def test_a_damaged_table_is_made_again(rig):
    met(rig, 0)
    rig.run("put('tables/' + name(0), b'GPT1' + bytes(500))\nup.trust.tables._held = None")
    assert ways(rig, 0) == (True, NO_TABLE)
    rig.run("up.rest()")
    rig.restart()
    assert ways(rig, 0) == (True, TABLE)


CUT = """
mount(base)
start()
first = ways(number)
flash.cut = flash.operations + cut
flash.torn = torn
up.trust.tables.rest()
faults = up.trust.tables.faults
mount(flash.image)
start()
second = ways(number)
old = ways(0)
up.trust.tables.rest()
result = first, faults, second, old, ways(number), len(kept())
"""


@pytest.mark.parametrize("torn", [False, True])
@pytest.mark.parametrize("full", [False, True])
def test_a_cut_leaves_the_old_or_the_new(mp64, torn, full):
    rig = keeper(mp64)
    met(rig, *((1, 2, 0) if full else (0,)))
    # The table itself is not what is tested here, and takes long.
    rig.run("base = bytes(flash.image)\nready = p256.table(*signed[3][:2])")
    rig.run("true_table, p256.table = p256.table, lambda x, y: ready")
    seen = set()
    cut = 0
    faults = 1
    try:
        while faults:
            cut += 1
            first, faults, second, old, third, count = rig.run(CUT, cut=cut, torn=torn, number=3)
            assert first == (True, NO_TABLE)
            assert second in ((True, NO_TABLE), (True, TABLE))
            assert old == (True, TABLE)
            assert third == (True, TABLE)
            assert count == (3 if full else 2)
            seen.add(tuple(second[1]))
    finally:
        rig.run("p256.table = true_table")
    assert cut > 4
    assert seen == {(True,), (False,)}


BROKEN = """
from scanner import durable
class Broken:
    pass
broken = Broken()
for each in dir(os):
    setattr(broken, each, getattr(os, each))
tried = []
def fails(*_):
    tried.append(1)
    raise OSError(5)
setattr(broken, what, fails)
durable.os = broken
"""


@pytest.mark.parametrize("what", ["mkdir", "rename"])
def test_flash_that_fails_disturbs_no_verdict_and_is_left_alone(rig, what):
    assert ways(rig, 0) == (True, NO_TABLE)
    rig.run(BROKEN, what=what)
    try:
        for _ in range(3):
            rig.run("up.trust.tables.rest()")
            assert ways(rig, 0) == (True, NO_TABLE)
            assert ways(rig, 0, changed=True) == (False, NO_TABLE)
        assert rig.run("result = len(tried), up.trust.tables.faults") == (1, 1)
    finally:
        rig.run("durable.os = os")


def test_reading_that_fails_disturbs_no_verdict(rig):
    met(rig, 0)
    rig.run("up.trust.tables._held = None\nflash.dead = True")
    try:
        assert ways(rig, 0) == (True, NO_TABLE)
        assert ways(rig, 0, changed=True) == (False, NO_TABLE)
    finally:
        rig.run("flash.dead = False")


def test_no_memory_for_a_table_is_no_fault_of_the_scanner(rig):
    assert ways(rig, 0) == (True, NO_TABLE)
    rig.run("def table(x, y):\n    raise MemoryError\ntrue_table, p256.table = p256.table, table")
    try:
        rig.run("up.rest()")
    finally:
        rig.run("p256.table = true_table")
    assert rig.run("result = up.trust.tables.faults, kept()") == (1, [])
    assert ways(rig, 0) == (True, NO_TABLE)
