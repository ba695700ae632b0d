"""Withdrawn certificates end to end on flash: the host's bundle, the scanner's intake, its look-ups, the judge."""

from __future__ import annotations

import pytest
from gatepost.errors import GatepostError
from gatepost.revocation import tables
from gatepost.revocation.bundle import build_revocations, read_content
from gatepost.revocation.records import Withdrawal, short_hash
from gatepost.trust.bundle import pack, read_bundle
from unit.bundle_rig import AUTHORITY, NOW, OTHER, Rig

CLAIMS = """
from scanner.trust import revocations
from scanner.reasons import Refusal

class Claims:
    class key:
        kid = b"kid of a key"
    not_before = None

def holds(scheme, ids, not_before=None):
    claims = Claims()
    claims.scheme = scheme
    claims.revocation_ids = ids
    claims.not_before = not_before
    try:
        return up.revocations.holds(claims)
    except Refusal as refusal:
        return refusal.code
"""


def entry(number: int) -> Withdrawal:
    return Withdrawal("HC1", "UCI", short_hash(b"%d" % number))


def lists(version: int, entries, **options) -> bytes:
    key = options.pop("key", AUTHORITY)
    environment = options.pop("environment", "PROD")
    return build_revocations(
        entries, key, version, environment, options.pop("created", NOW - 1000), **options
    )


MANY = [entry(n) for n in range(1500)]  # four shards


@pytest.fixture
def rig(mp) -> Rig:
    rig = Rig(mp, blocks=96)
    rig.run(CLAIMS)
    return rig


def holds(rig: Rig, what: Withdrawal, **more) -> bool | str:
    return rig.run(
        "result = holds(scheme, [(kind, digest)], **more)",
        scheme=what.scheme, kind=what.kind, digest=what.digest, more=more,
    )  # fmt: skip


def test_none_is_loaded(rig):
    assert rig.run("result = up.revocations.problem") == "no_revocation_list"
    assert holds(rig, entry(1)) == "no_revocation_list"
    assert rig.run("result = up.trusted().revocations is up.revocations") is True


def test_a_list_serves_at_once_and_after_a_restart(rig):
    assert rig.push(lists(5, MANY))[0] == {"kind": "revocation", "version": 5}
    for _ in range(2):
        assert rig.run("result = up.revocations.version, up.revocations.count") == (5, 1500)
        assert [holds(rig, entry(n)) for n in (0, 1, 1499, 1500, 9999)] == [True, True, True, False, False]
        rig.restart()
    assert rig.run("result = up.versions")["revocation"]["version"] == 5
    assert rig.run("result = up.clock.floor") == NOW - 1000 - 86400


def test_one_more_withdrawal_sends_its_shard_alone(rig):
    rig.push(lists(5, MANY))
    after = read_bundle(lists(6, [*MANY, entry(5000)]))
    assert len(after.pieces) == 5
    state, sent = rig.push(after)
    assert state == {"kind": "revocation", "version": 6}
    assert {part for part, _, _ in sent} == {
        0,
        1 + (entry(5000).key()[0] >> 6),
    }  # what is said of the lists, and one
    assert holds(rig, entry(5000)) is True
    assert len(rig.run("result = files('revocation')")) == len(after.pieces) + 2  # and manifest and floor


def test_a_withdrawal_taken_back(rig):
    rig.push(lists(5, MANY))
    rig.push(lists(6, MANY[1:]))
    assert [holds(rig, entry(n)) for n in (0, 1)] == [False, True]


def test_an_empty_list_is_a_list(rig):
    rig.push(lists(5, []))
    assert holds(rig, entry(1)) is False
    assert rig.run("result = up.revocations.problem") == ""


def test_a_card_withdrawn_before_a_moment(rig):
    rid = Withdrawal("SHC", "RID", short_hash(b"abc"), b"kid of a key", 1_700_000_000)
    always = Withdrawal("SHC", "RID", short_hash(b"def"), b"kid of a key")
    other = Withdrawal("SHC", "RID", short_hash(b"ghi"), b"kid of another key")
    rig.push(lists(5, [rid, always, other]))
    assert holds(rig, rid, not_before=1_699_999_999) is True
    assert holds(rig, rid, not_before=1_700_000_000) is False
    assert holds(rig, always, not_before=1_800_000_000) is True
    assert holds(rig, other) is False


def test_a_later_bundle_keeps_the_large_run(rig, monkeypatch):
    monkeypatch.setattr("gatepost.revocation.bundle._LARGE", 1000)
    monkeypatch.setattr(tables, "PER_BUCKET", 1)  # so that shard and bucket tell the first byte
    first = lists(5, MANY)
    rig.push(first)
    added = [entry(9000 + n) for n in range(40)]
    later = lists(6, [*MANY[1:], *added], after=first)
    assert dict(read_content(read_bundle(later)).counts) == {"revoked": 1499, "recent": 40}
    state, sent = rig.push(later)
    assert state["version"] == 6
    changed = 1 + (entry(0).key()[0] >> 6)
    assert {part for part, _, _ in sent} == {0, changed, 5}
    assert [holds(rig, each) for each in (entry(0), entry(1), added[0], added[39], entry(1500))] == [
        False, True, True, True, False
    ]  # fmt: skip


def test_new_rows_move_into_some_shards_and_the_others_stay(rig, monkeypatch):
    monkeypatch.setattr("gatepost.revocation.bundle._LARGE", 1000)
    monkeypatch.setattr(tables, "PER_BUCKET", 1)
    first = lists(5, MANY)
    rig.push(first)
    added = [entry(9000 + n) for n in range(60)]
    later = lists(6, [*MANY, *added], after=first)
    counts = dict(read_content(read_bundle(later)).counts)
    assert counts["recent"] <= 1500 // 32 and sum(counts.values()) == 1560
    rig.push(later)
    assert {holds(rig, each) for each in (*added, *MANY[:20])} == {True}
    shards = [
        [piece for name, piece in read_bundle(each).pieces if name == "revoked"] for each in (first, later)
    ]
    assert 0 < sum(one == other for one, other in zip(*shards, strict=True)) < 4
    # What has outgrown its shape is built anew.
    grown = lists(7, [*MANY, *(entry(9000 + n) for n in range(4000))], after=later)
    assert dict(read_content(read_bundle(grown)).counts) == {"revoked": 5500}


@pytest.mark.parametrize(
    ("bundle", "code"),
    [
        (lambda: lists(5, MANY), "downgrade"),
        (lambda: lists(6, MANY, key=OTHER), "other_deployment"),
        (lambda: lists(6, MANY, expires=NOW - 1), "expired"),
        (lambda: pack("revocation", {"about": b"\xa0", "revoked": b"x"}, AUTHORITY, 6, "PROD", NOW), "unusable"),
        (lambda: pack("revocation", {"revoked": b"\0\0"}, AUTHORITY, 6, "PROD", NOW), "unusable"),
        (lambda: pack("revocation", {"about": b"x" * 5000}, AUTHORITY, 6, "PROD", NOW), "unusable"),
    ],
)  # fmt: skip
def test_what_is_refused(rig, bundle, code):
    rig.push(lists(5, MANY[:3]))
    assert rig.push(bundle())[0] == code
    assert holds(rig, entry(1)) is True
    rig.restart()
    assert rig.run("result = up.revocations.version") == 5


def test_a_damaged_shard_is_damage_and_never_an_all_clear(rig):
    """A bit of one file on flash: look-ups there are refused, the others go on; a push mends it."""
    bundle = read_bundle(lists(5, MANY))
    rig.push(bundle)
    shard = entry(7).key()[0] >> 6
    name = next(name for name, content in bundle.files().items() if content == bundle.pieces[1 + shard][1])
    rig.run(
        """
up.revocations.close()
with open("/b/revocation/" + name, "rb") as file:
    data = bytearray(file.read())
for at in range(0, len(data) - 200, 5):
    data[at] ^= 4
put("revocation/" + name, data)
""",
        name=name,
    )
    rig.restart()
    found = [holds(rig, entry(n)) for n in range(200)]
    here = [found[n] for n in range(200) if entry(n).key()[0] >> 6 == shard]
    assert set(here) == {"revocation_list_damaged"}
    assert set(found) == {"revocation_list_damaged", True}
    state, sent = rig.push(bundle)
    assert state == {"kind": "revocation", "version": 5}
    assert {part for part, _, _ in sent} == {1 + shard}
    assert {holds(rig, entry(n)) for n in range(200)} == {True}


def test_damage_found_at_the_end_of_a_push(rig):
    """A kept file that flash has changed without changing its length: refused, then sent."""
    old = read_bundle(lists(5, MANY))
    rig.push(old)
    name = next(name for name, content in old.files().items() if content == old.pieces[2][1])
    rig.run(
        "with open('/b/revocation/' + name, 'r+b') as file:\n    file.seek(3)\n    file.write(b'\\x99')",
        name=name,
    )
    new = read_bundle(lists(6, [*MANY, Withdrawal("IL", "BATCH", bytes(16))]))
    if new.pieces[2][1] != old.pieces[2][1]:
        new = read_bundle(lists(6, [*MANY, Withdrawal("IL", "BATCH", b"another batch...")]))
    assert rig.push(new)[0] == "part_damaged"
    assert rig.run("result = up.revocations.problem") == "revocation_list_damaged"
    state, sent = rig.push(new)
    assert state == {"kind": "revocation", "version": 6}
    assert {part for part, _, _ in sent} == {2}
    assert holds(rig, entry(3)) is True


def test_a_missing_file_is_damage(rig):
    bundle = read_bundle(lists(5, MANY))
    rig.push(bundle)
    name = next(name for name, content in bundle.files().items() if content == bundle.pieces[3][1])
    rig.run("up.revocations.close()\nos.remove('/b/revocation/' + name)", name=name)
    rig.restart()
    assert rig.run("result = up.revocations.problem") == "revocation_list_damaged"
    assert holds(rig, entry(1)) == "revocation_list_damaged"


def test_a_list_that_is_gone_is_damage_and_not_none(rig):
    bundle = lists(5, MANY)
    rig.push(bundle)
    rig.run("up.revocations.close()\nos.remove('/b/revocation/manifest')")
    rig.restart()
    assert holds(rig, entry(1)) == "revocation_list_damaged"
    assert rig.push(bundle)[0] == {"kind": "revocation", "version": 5}
    assert holds(rig, entry(1)) is True


def test_a_manifest_of_another_authority_is_damage(rig):
    rig.run(
        "os.mkdir('/b/revocation')\nput('revocation/manifest', data)",
        data=read_bundle(lists(5, MANY, key=OTHER)).manifest,
    )
    rig.restart()
    assert rig.run("result = up.revocations.problem") == "revocation_list_damaged"


def test_lists_of_another_environment_are_no_use(rig):
    rig.push(lists(5, MANY, environment="UAT"))
    rig.run("up.trust.environment = 'PROD'")
    assert rig.run("result = up.trusted().revocations.problem") == "revocation_list_damaged"


def test_the_host_makes_no_list_that_it_should_not():
    for entries, environment in (
        ([Withdrawal("HC1", "BATCH", bytes(16))], "PROD"), ([Withdrawal("SHC", "RID", bytes(16))], "PROD"),
        ([Withdrawal("HC1", "UCI", bytes(15))], "PROD"), ([], "OTHER"),
    ):  # fmt: skip
        with pytest.raises(GatepostError):
            lists(5, entries, environment=environment)
