"""The key list: written by the host, looked up by the firmware on both widths, with every byte it reads counted."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace

import pytest
from gatepost.errors import GatepostError
from gatepost.trust import keylist
from gatepost.trust.records import NO_END, KeyRecord
from harness.interpreter import DeviceError

OPEN = """
from scanner.trust.keys import KeyList

class Counted:
    def __init__(self, path):
        self.file = open(path, "rb")
        self.bytes = 0
    def seek(self, *where):
        return self.file.seek(*where)
    def read(self, count):
        piece = self.file.read(count)
        self.bytes += len(piece)
        return piece

class File:
    def __init__(self, data):
        self.data = data
        self.at = 0
    def seek(self, at, whence=0):
        self.at = len(self.data) + at if whence == 2 else at
        return self.at
    def read(self, count):
        piece = bytes(self.data[self.at : self.at + count])
        self.at += len(piece)
        return piece

def open_list(data):
    global keys
    keys = KeyList(File(data))
    return len(keys)
"""


def made_up(number: int, **changes: object) -> KeyRecord:
    """A record with the key and kid that `number` gives by hashing; not a point of the curve, which no list checks."""
    digest = hashlib.sha256(str(number).encode()).digest()
    record = KeyRecord(
        kid=digest[:8],
        kind="P-256",
        x=hashlib.sha256(b"x" + digest).digest(),
        y=hashlib.sha256(b"y" + digest).digest(),
        usage=number % 8,
        country=("DE", "FR", "")[number % 3],
        participant=("DEU", "FRA", "")[number % 3],
        domain="DCC",
        name=f"Ministry {number % 50}",
        not_before=1_600_000_000 + number,
        not_after=4_000_000_000 + number,
    )
    return replace(record, **changes)


def as_device(record: KeyRecord) -> dict:
    """What the firmware's record of the same key shows."""
    rsa = record.kind == "RSA"
    return {
        **{
            name: getattr(record, name)
            for name in record.__dataclass_fields__
            if name not in ("x", "y", "n", "e")
        },
        "x": None if rsa else record.x,
        "y": None if rsa else record.y,
        "n": record.n if rsa else None,
        "e": record.e if rsa else None,
    }


@pytest.fixture
def opened(mp):
    """Opens a list on the device and answers lookups: `opened(records)` then `find(kid, issuer)`."""
    mp.run(OPEN, space="keylist")

    def start(data: bytes) -> int:
        return mp.run("result = open_list(data)", space="keylist", data=data)

    def find(kid: bytes, issuer: str | None = None) -> list[dict]:
        return mp.run("result = keys.find(kid, issuer)", space="keylist", kid=kid, issuer=issuer)

    return start, find


MIXED = [
    *(made_up(n) for n in range(40)),
    made_up(100, kind="P-384", x=b"\x01" * 48, y=b"\x02" * 48, revoked=True),
    made_up(
        101, kind="RSA", x=b"", y=b"", n=b"\xc5" * 384, e=65537, source="UAT", not_before=0, not_after=NO_END
    ),
    made_up(102, kid=b"\x31\x31", scheme="ITH1", name="Ministère de la Santé Ω", source="DEMO"),
    *(
        made_up(
            7,
            kid=hashlib.sha256(b"shared").digest(),
            scheme="SHC",
            issuer=f"https://example.org/{n}/a/long/path/of/an/address",
        )
        for n in range(30)
    ),
    made_up(103, kid=b"\xff" * 8),
    made_up(104, kid=b"\x00" * 8),
    made_up(105, kid=b"\x00" * 9),
]


def test_every_record_comes_back_whole(opened):
    start, find = opened
    assert start(keylist.encode(MIXED)) == len(MIXED)
    for record in MIXED:
        assert find(record.kid, record.issuer or None) == [as_device(record)]
    assert len(find(hashlib.sha256(b"shared").digest())) == 30
    assert find(hashlib.sha256(b"shared").digest(), "https://example.org/other") == []


def test_the_host_reads_what_it_wrote():
    data = keylist.encode(MIXED)
    assert sorted(map(repr, keylist.decode(data))) == sorted(map(repr, MIXED))
    assert keylist.encode(reversed(MIXED)) == data


def test_keys_that_share_a_kid_all_come_back(opened):
    start, find = opened
    kid = bytes.fromhex("0102030405060708")
    crowd = [made_up(n, kid=kid) for n in range(16)]
    start(keylist.encode([*crowd, *(made_up(n) for n in range(1000, 1400))]))
    assert sorted(each["x"] for each in find(kid)) == sorted(each.x for each in crowd)
    with pytest.raises(GatepostError, match="share the kid"):
        keylist.encode([*crowd, made_up(16, kid=kid)])


def test_kids_that_start_alike_are_told_apart(opened):
    start, find = opened
    crowd = [made_up(n, kid=b"\x55\x55\x55\x55" + n.to_bytes(4, "big")) for n in range(3000)]
    long = [made_up(n, kid=crowd[5].kid + bytes([n])) for n in range(1, 5)]
    start(keylist.encode([*crowd, *long]))
    for n in (0, 1, 5, 6, 1499, 1500, 2998, 2999):
        assert [each["x"] for each in find(crowd[n].kid)] == [crowd[n].x]
    assert [each["x"] for each in find(long[2].kid)] == [long[2].x]
    assert find(b"\x55\x55\x55\x55" + (3000).to_bytes(4, "big")) == []
    assert find(b"\x55\x55\x55\x54\xff\xff\xff\xff") == []


@pytest.mark.parametrize("count", [0, 1, 4, 5])
def test_small_lists(opened, count):
    start, find = opened
    records = [made_up(n) for n in range(count)]
    assert start(keylist.encode(records)) == count
    for record in records:
        assert find(record.kid) == [as_device(record)]
    for kid in (b"", b"\x00", bytes(8), b"\xff" * 8, made_up(99).kid):
        assert find(kid) == []


def test_ten_thousand_keys(mp, tmp_path):
    records = [made_up(n) for n in range(10_000)]
    mp.run(OPEN, space="keylist")
    path = tmp_path / "keys"
    path.write_bytes(keylist.encode(records))
    mp.run("file = Counted(path)\nkeys = KeyList(file)", space="keylist", path=str(path))
    worst, found = mp.run(
        """
worst = found = 0
for kid, x in wanted:
    file.bytes = 0
    answer = keys.find(kid)
    worst = max(worst, file.bytes)
    if len(answer) == 1 and answer[0].x == x and answer[0].kid == kid:
        found += 1
result = (worst, found)
""",
        space="keylist",
        wanted=[(each.kid, each.x) for each in records],
    )
    assert found == 10_000
    assert worst <= 600
    absent = [made_up(n).kid for n in range(20_000, 22_000)]
    worst, found = mp.run(
        """
worst = found = 0
for kid in absent:
    file.bytes = 0
    found += len(keys.find(kid))
    worst = max(worst, file.bytes)
result = (worst, found)
""",
        space="keylist",
        absent=absent,
    )
    mp.run("file.file.close()", space="keylist")
    assert found == 0
    assert worst <= 400


def test_a_truncated_list_is_refused(mp):
    mp.run(OPEN, space="keylist")
    data = keylist.encode(MIXED[:12])
    accepted = mp.run(
        """
accepted = 0
for length in range(len(data)):
    try:
        KeyList(File(view[:length]))
        accepted += 1
    except ValueError:
        pass
result = accepted
""".replace("view", "memoryview(data)"),
        space="keylist",
        data=data,
    )
    assert accepted == 0


def test_damage_gives_a_value_error_or_a_plain_answer(mp):
    """The store's hash finds all damage; whatever the bytes are, a lookup ends and never leaves the file."""
    mp.run(OPEN, space="keylist")
    data = keylist.encode(MIXED[38:46])
    randomness = random.Random(1)
    flips = [(at, 1 << randomness.randrange(8)) for at in range(len(data))]
    refused = mp.run(
        """
refused = 0
bad = bytearray(data)
for at, bit in flips:
    bad[at] ^= bit
    try:
        keys = KeyList(File(bad))
        for kid in kids:
            keys.find(kid)
    except ValueError:
        refused += 1
    bad[at] ^= bit
result = refused
""",
        space="keylist",
        data=data,
        flips=flips,
        kids=[each.kid for each in MIXED[38:44]],
    )
    assert 0 < refused < len(flips)


def test_host_refuses_damaged_lists():
    data = keylist.encode(MIXED)
    for at in range(0, len(data), 97):
        with pytest.raises(GatepostError):
            keylist.decode(data[:at])


SHARDED = """
from array import array
from scanner.trust.shards import Shards

def open_shards(pieces):
    global shards
    starts = array("I", (0,))
    for piece in pieces:
        starts.append(starts[-1] + len(piece))
    shards = Shards(File(b"".join(pieces)), starts)
    return len(shards)
"""


@pytest.fixture
def sharded(mp):
    """Opens shards on the device and answers lookups."""
    mp.run(OPEN + SHARDED, space="keylist")

    def start(pieces: list[bytes]) -> int:
        return mp.run("result = open_shards(pieces)", space="keylist", pieces=pieces)

    def find(kid: bytes, issuer: str | None = None) -> list[dict]:
        return mp.run("result = shards.find(kid, issuer)", space="keylist", kid=kid, issuer=issuer)

    return start, find


@pytest.mark.parametrize(("count", "parts"), [(0, 1), (24, 1), (25, 2), (49, 4), (400, 32)])
def test_shards_answer_as_the_whole_list_does(sharded, count, parts):
    start, find = sharded
    records = [made_up(n) for n in range(count)]
    pieces = keylist.shards(records)
    assert len(pieces) == parts
    assert start(pieces) == count
    for record in records:
        assert find(record.kid) == [as_device(record)]
    for kid in (b"", b"\x00", bytes(8), b"\xff" * 8, b"\x80" + bytes(7), made_up(9999).kid):
        assert find(kid) == []
    assert sorted(map(repr, (each for piece in pieces for each in keylist.decode(piece)))) == sorted(
        map(repr, records)
    )


def test_mixed_keys_in_shards(sharded, monkeypatch):
    monkeypatch.setattr(keylist, "PER_SHARD", 3)
    start, find = sharded
    assert start(keylist.shards(MIXED)) == len(MIXED)
    for record in MIXED:
        assert find(record.kid, record.issuer or None) == [as_device(record)]
    assert len(find(hashlib.sha256(b"shared").digest())) == 30


def test_one_changed_key_changes_one_shard_and_little_is_sent():
    """A thousand keys, each of them withdrawn in turn: shard and manifest are at most 5 % of the list."""
    records = [made_up(n) for n in range(1000)]
    pieces = keylist.shards(records)
    assert len(pieces) == 64
    manifest = 350 + 35 * len(pieces)
    whole = manifest + sum(map(len, pieces))
    for n in range(0, 1000, 7):
        changed = list(records)
        changed[n] = replace(changed[n], revoked=True)
        after = keylist.shards(changed)
        different = [after[i] for i in range(64) if after[i] != pieces[i]]
        assert len(different) == 1
        assert manifest + len(different[0]) <= whole * 0.05


def test_shards_that_are_none_are_refused(mp, sharded, monkeypatch):
    monkeypatch.setattr(keylist, "PER_SHARD", 10)
    start, _ = sharded
    pieces = keylist.shards([made_up(n) for n in range(40)])
    assert len(pieces) == 4
    whole = keylist.encode([made_up(n) for n in range(4)])
    for bad in (
        pieces[:3],
        pieces[:2],
        [*pieces, whole],
        [whole] * 4,
        [*pieces[:3], b""],
        [pieces[0][:-4], *pieces[1:]],
    ):
        with pytest.raises(DeviceError) as caught:
            start(bad)
        assert caught.value.kind == "ValueError"


def test_the_host_refuses_a_key_in_the_wrong_shard(monkeypatch):
    records = [made_up(n) for n in range(40)]
    with pytest.raises(GatepostError, match="wrong shard"):
        keylist.decode(keylist.encode(records, 2))


def test_a_key_that_is_withdrawn_under_one_kid_is_withdrawn_under_all():
    """Where the kid stands in the unprotected header, the traveller chooses among them."""
    withdrawn = made_up(1, revoked=True)
    twin = replace(withdrawn, kid=b"another1", issuer="", revoked=False)
    other_scheme = replace(withdrawn, kid=b"another2", issuer="", scheme="ITH1", revoked=False)
    others = [replace(made_up(number), revoked=False) for number in range(2, 60)]
    pieces = keylist.shards([withdrawn, twin, other_scheme, *others])
    found = {each.kid: each.revoked for piece in pieces for each in keylist.decode(piece)}
    assert {kid for kid, revoked in found.items() if revoked} == {withdrawn.kid, twin.kid, other_scheme.kid}
