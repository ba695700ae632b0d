"""Tables of keys that were met: kept once, checked whenever they are read, worth nothing when anything is wrong."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from gatepost.issue.hc1 import key_id, signature_of
from gatepost.trust.bundle import build_bundle
from gatepost.trust.records import KeyRecord
from gatepost.trust.signing import point
from harness.certificates import NOW as JUNE
from harness.certificates import issue, vaccination
from unit.bundle_rig import AUTHORITY, NOW, Rig

MESSAGE = b"met before"
DIGEST = hashlib.sha256(MESSAGE).digest()
KEYS = [ec.derive_private_key(0xBEEF + i, ec.SECP256R1()) for i in range(5)]
SETUP = """
from scanner.crypto import p256
from scanner.trust import key_tables

true_p256 = p256.verify
calls = []  # of p256.verify: whether with a table

def counting(x, y, digest, signature, table=None):
    calls.append(table is not None)
    return true_p256(x, y, digest, signature, table)

def ways(number, changed=False):
    # The answer to a key's signature, and by which ways it came.
    x, y, signature = signed[number]
    calls.clear()
    p256.verify = counting
    try:
        return up.trust.tables.verify(x, y, bytes(32) if changed else digest, signature), list(calls)
    finally:
        p256.verify = true_p256

def kept():
    return sorted(files("tables")) if "tables" in files("") else []

def name(number):
    return key_tables.sha256(signed[number][0] + signed[number][1]).digest()[:8].hex()
"""
TABLE, NO_TABLE, BOTH = [True], [False], [True, False]


def signed(key: ec.EllipticCurvePrivateKey) -> tuple[bytes, bytes, bytes]:
    numbers = key.public_key().public_numbers()
    return numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big"), signature_of(key, MESSAGE)


def prepared(rig: Rig) -> Rig:
    rig.run(SETUP, signed=[signed(key) for key in KEYS], digest=DIGEST)
    return rig


@pytest.fixture
def rig(mp) -> Rig:
    """A provisioned scanner whose flash has room for three tables."""
    rig = Rig(mp, blocks=96, blank=True)
    rig.ask("provision", authority=point(AUTHORITY.public_key()), name="gate 1", supervisors=[])
    return prepared(rig)


def ways(rig: Rig, number: int, changed: bool = False):
    good, calls = rig.run("result = ways(number, changed)", number=number, changed=changed)
    return good, calls


def met(rig: Rig, *numbers: int) -> None:
    for number in numbers:
        assert ways(rig, number)[0] is True
        rig.run("up.rest()")


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
    rig = Rig(mp64, blocks=96, blank=True)
    rig.ask("provision", authority=point(AUTHORITY.public_key()), name="gate 1", supervisors=[])
    prepared(rig)
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


@pytest.mark.parametrize("blocks, tables", [(24, 0), (40, 0), (64, 2)])
def test_a_small_flash_keeps_fewer_tables_or_none(mp, blocks, tables):
    # 24 blocks: a table is more than its share. 40: what is free belongs to bundles and the journal.
    rig = Rig(mp, blocks=blocks, blank=True)
    rig.ask("provision", authority=point(AUTHORITY.public_key()), name="gate 1", supervisors=[])
    prepared(rig)
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
