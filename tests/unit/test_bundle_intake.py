"""Bundles on their way into a scanner: what is taken, what is refused with which code, and how little is sent."""

from __future__ import annotations

import dataclasses

import cbor2
import pytest
from gatepost.trust import keylist, signing
from gatepost.trust.bundle import CONTENT_TYPE, Bundle, build_bundle, pack, read_bundle
from unit.bundle_rig import AUTHORITY, NOW, OTHER, Rig, record

RECORDS = [record(n) for n in range(100)]


def trust(version: int, records=RECORDS, **options) -> bytes:
    key = options.pop("key", AUTHORITY)
    environment = options.pop("environment", "PROD")
    return build_bundle(records, key, version, environment, options.pop("created", NOW - 1000), **options)


@pytest.fixture
def rig(mp) -> Rig:
    return Rig(mp, blocks=96)


def test_a_first_bundle_is_sent_whole_and_serves_at_once(rig):
    assert rig.run("result = up.trust.problem") == "no_trust_list"
    assert rig.push(trust(5))[0] == {"kind": "trust", "version": 5}
    assert rig.version == 5
    assert rig.run("result = len(up.trust.find(kid))", kid=RECORDS[7].kid) == 1
    assert rig.run("result = up.versions")["trust"] == {
        "version": 5, "created": NOW - 1000, "environment": "PROD"
    }  # fmt: skip
    rig.restart()
    assert rig.version == 5
    assert len(rig.run("result = files('trust')")) == 3  # manifest, content, floor


def test_one_changed_key_sends_one_part(rig):
    rig.push(trust(5))
    changed = [dataclasses.replace(RECORDS[0], revoked=True), *RECORDS[1:]]
    bundle = read_bundle(trust(6, changed))
    parts = len(bundle.pieces)
    assert parts == 8
    state, sent = rig.push(bundle)
    assert state == {"kind": "trust", "version": 6}
    assert {part for part, _, _ in sent} == {RECORDS[0].kid[0] >> 5}
    assert rig.run("result = [each.revoked for each in up.trust.find(kid)]", kid=RECORDS[0].kid) == [True]
    assert len(rig.run("result = files('trust')")) == 3


def test_the_same_content_in_a_new_bundle_sends_nothing(rig):
    rig.push(trust(5))
    assert rig.push(trust(6, created=NOW)) == ({"kind": "trust", "version": 6}, [])
    rig.restart()
    assert rig.run("result = up.trust.version, up.trust.created") == (6, NOW)


def test_what_is_active_already_is_done(rig):
    bundle = trust(5)
    rig.push(bundle)
    state, sent = rig.push(bundle)
    assert state["active"] and not sent


@pytest.mark.parametrize(
    ("bundle", "code"),
    [
        (lambda: trust(5), "downgrade"),
        (lambda: trust(4), "downgrade"),
        (lambda: trust(6, key=OTHER), "other_deployment"),
        (lambda: trust(6, expires=NOW - 1), "expired"),
        (lambda: trust(6, environment="UAT"), "wrong_environment"),
        (lambda: pack("reports", {"x": b"x"}, AUTHORITY, 6, "PROD", NOW), "wrong_kind"),
        (lambda: pack("trust", {"x": b"x"}, AUTHORITY, 6, "PROD", NOW), "unusable"),
        (lambda: pack("trust", {"keys": b"no list of keys at all" * 9}, AUTHORITY, 6, "PROD", NOW), "unusable"),
        (lambda: pack("trust", {"keys": [keylist.encode(RECORDS)] * 2}, AUTHORITY, 6, "PROD", NOW), "unusable"),
        (lambda: pack("trust", {"keys": [keylist.encode(RECORDS)] * 3}, AUTHORITY, 6, "PROD", NOW), "unusable"),
        (lambda: pack("policy", {"x": bytes(400_000)}, AUTHORITY, 6, "PROD", NOW), "no_space"),
    ],
)  # fmt: skip
def test_what_is_refused_has_its_own_code(rig, bundle, code):
    rig.push(trust(5, RECORDS[:4]))
    # Another content than the active one's, or it would be taken for it.
    assert rig.push(bundle())[0] == code
    rig.restart()
    assert rig.version == 5


def test_a_forged_manifest_is_not_a_foreign_one(rig):
    """Somebody else's signature under our deployment's name."""
    contents = cbor2.loads(cbor2.loads(read_bundle(trust(6)).manifest).value[2])
    forged = signing.sign(cbor2.dumps(contents), CONTENT_TYPE, OTHER)
    found = read_bundle(trust(6))
    assert rig.push(Bundle(forged, contents, found.pieces))[0] == "bad_signature"
    assert rig.run("result = 'trust' in files('')") is False


def test_every_byte_of_a_manifest_counts(rig):
    """Each byte flipped in turn: refused, with a code of the list, and nothing changes."""
    rig.push(trust(5, RECORDS[:1]))
    found = read_bundle(trust(6, RECORDS[:2]))
    codes = rig.run(
        """
codes = {}
for at in range(len(manifest)):
    damaged = bytearray(manifest)
    damaged[at] ^= 1 << (at % 8)
    state = ask("bundle.begin", {"manifest": bytes(damaged)})
    codes[str(state)] = codes.get(str(state), 0) + 1
result = codes
""",
        manifest=found.manifest,
        timeout=120,
    )
    assert set(codes) <= {"bad_bundle", "bad_signature", "other_deployment"}
    assert sum(codes.values()) == len(found.manifest)
    assert rig.version == 5


def test_a_damaged_part_is_found_and_thrown_away(rig):
    rig.push(trust(5, RECORDS[:4]))
    found = read_bundle(trust(6))
    name, piece = found.pieces[3]
    bad = (name, piece[:50] + bytes([piece[50] ^ 1]) + piece[51:])
    assert rig.push(Bundle(found.manifest, found.contents, (*found.pieces[:3], bad, *found.pieces[4:])))[
        0
    ] == ("part_damaged")
    assert rig.version == 5
    assert rig.push(found)[0] == {"kind": "trust", "version": 6}


def test_a_transfer_goes_on_after_a_restart(rig):
    bundle = read_bundle(trust(5))
    state, sent = rig.push(bundle, stop=4)
    assert state["next"] and len(sent) == 4
    rig.restart()
    assert rig.run("result = up.trust.problem") == "no_trust_list"
    state = rig.run(
        "result = ask('bundle.begin', {'manifest': manifest})", manifest=bundle.manifest
    )  # fmt: skip
    part, offset = state["next"]
    assert state["resume"] == ({part: offset} if offset else {})
    assert state["missing"] == list(range(part, len(bundle.pieces)))
    again = rig.push(bundle)[1]
    # The last piece was to be followed by more, so it was not on flash yet.
    assert sum(count for _, _, count in sent[:-1] + again) == len(bundle.content)
    assert rig.version == 5


def test_another_bundle_takes_the_place_of_one_half_sent(rig):
    rig.push(trust(5), stop=4)
    assert rig.push(trust(6, RECORDS[:50]))[0] == {"kind": "trust", "version": 6}
    assert len(rig.run("result = files('trust')")) == 3
    assert rig.push(trust(5))[0] == "downgrade"


def test_chunks_twice_early_and_outside(rig):
    bundle = read_bundle(trust(5, RECORDS[:4]))
    (_, piece), = bundle.pieces  # fmt: skip
    assert rig.ask("bundle.chunk", part=0, offset=0, data=piece[:10]) == "no_transfer"
    rig.ask("bundle.begin", manifest=bundle.manifest)
    first = rig.ask("bundle.chunk", part=0, offset=0, data=piece[:100])
    assert first == {"active": False, "next": [0, 100], "durable": 100}
    assert rig.ask("bundle.chunk", part=0, offset=0, data=piece[:100]) == first
    more = rig.ask("bundle.chunk", part=0, offset=100, data=piece[100:110], more=True)
    assert more == {"active": False, "next": [0, 110], "durable": 100}
    assert rig.ask("bundle.chunk", part=0, offset=50, data=piece[50:120])["next"] == [0, 120]
    assert rig.ask("bundle.chunk", part=0, offset=121, data=piece[121:130]) == "out_of_order"
    assert rig.ask("bundle.commit") == "incomplete"
    for part, offset, data in (
        (1, 0, b"x"),
        (-1, 0, b"x"),
        (0, -1, b"x"),
        (0, len(piece), b"x"),
        (0, 0, "x"),
    ):
        assert rig.ask("bundle.chunk", part=part, offset=offset, data=data) == "bad_parameters"
    assert rig.ask("bundle.chunk", part=0, offset=120, data=piece[120:])["next"] is None
    assert rig.ask("bundle.commit") == {"kind": "trust", "version": 5}
    assert rig.ask("bundle.commit") == {"kind": "trust", "version": 5}
    assert rig.ask("bundle.chunk", part=0, offset=0, data=piece[:10])["active"] is True


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, "bad_parameters"),
        ({"manifest": "text"}, "bad_parameters"),
        ({"manifest": b"", "size": 0}, "bad_parameters"),
        ({"manifest": b"x", "size": 40_000}, "bad_parameters"),
        ({"manifest": b"x", "offset": 5, "size": 10}, "out_of_order"),
        ({"manifest": b"xyz", "offset": 0, "size": 2}, "bad_parameters"),
        ({"manifest": b"xyz"}, "bad_bundle"),
    ],
)
def test_beginnings_that_are_none(rig, params, code):
    assert rig.ask("bundle.begin", **params) == code


def test_cancelling_forgets_what_arrived(rig):
    rig.push(trust(5, RECORDS[:4]))
    rig.push(trust(6), stop=3)
    assert rig.ask("bundle.cancel") == {}
    assert rig.version == 5
    assert len(rig.run("result = files('trust')")) == 3
    assert rig.ask("bundle.cancel") == {}


def test_an_old_content_that_rotted_is_not_copied(rig):
    """A byte of the old list fails on flash: its copy is found wrong, and the next push sends everything."""
    rig.push(trust(5))
    content = read_bundle(trust(5)).content
    changed = [dataclasses.replace(RECORDS[0], revoked=True), *RECORDS[1:]]
    bundle = read_bundle(trust(6, changed))
    rig.run(
        "name = [each for each in files('trust') if len(each) == 16][0]\nput('trust/' + name, data)",
        data=content[:-5] + bytes([content[-5] ^ 1]) + content[-4:],
    )
    assert rig.push(bundle)[0] == "part_damaged"
    state, sent = rig.push(bundle)
    assert state == {"kind": "trust", "version": 6}
    assert sum(count for _, _, count in sent) == len(bundle.content)


ROT = """
name = [each for each in files(kind) if len(each) == 16][0]
with open("/b/" + kind + "/" + name, "rb") as file:
    data = bytearray(file.read())
data[-5] ^= 1
put(kind + "/" + name, data)
"""


@pytest.mark.parametrize("restarted", [False, True])
def test_a_content_that_rotted_is_mended_by_the_same_bundle(rig, restarted):
    """Pushed again, it is not "active already": everything travels, and until it is there nothing serves."""
    bundle = read_bundle(trust(5))
    rig.push(bundle)
    rig.run(ROT, kind="trust")
    if restarted:
        rig.restart()
        assert rig.run("result = up.trust.problem") == "trust_list_damaged"
    state, sent = rig.push(bundle, stop=4)
    assert len(sent) == 4
    assert rig.run("result = up.trust.problem") == "trust_list_damaged"
    rig.restart()
    assert rig.run("result = up.trust.problem") == "trust_list_damaged"
    state, _ = rig.push(bundle)
    assert state == {"kind": "trust", "version": 5}
    assert rig.version == 5
    rig.restart()
    assert rig.version == 5
    assert len(rig.run("result = files('trust')")) == 3


def test_a_content_that_rotted_is_mended_by_a_new_bundle_of_the_same_parts(rig):
    rig.push(trust(5))
    rig.run(ROT, kind="trust")
    state, sent = rig.push(trust(6, created=NOW))
    assert state == {"kind": "trust", "version": 6}
    assert sum(count for _, _, count in sent) == len(read_bundle(trust(6)).content)
    rig.restart()
    assert rig.version == 6


def test_an_older_bundle_of_the_same_parts_mends_nothing(rig):
    rig.push(trust(5))
    rig.run(ROT, kind="trust")
    assert rig.push(trust(4, created=NOW))[0] == "downgrade"
    assert rig.run("result = up.trust.problem") == "trust_list_damaged"


def test_no_downgrade_where_the_manifest_is_gone(rig):
    rig.push(trust(5, RECORDS[:4]))
    rig.run("os.remove('/b/trust/manifest')")
    rig.restart()
    assert rig.push(trust(4, RECORDS[:4]))[0] == "downgrade"
    assert rig.push(trust(5, RECORDS[:4]))[0] == {"kind": "trust", "version": 5}


def test_a_blank_scanner_takes_no_bundle(mp):
    rig = Rig(mp, blank=True)
    assert rig.push(trust(5))[0] == "not_provisioned"


def test_a_list_of_a_later_time_makes_the_clock_doubtful(rig):
    """The authority signed it two days after what the clock shows: the clock must be wrong."""
    assert rig.run("result = up.clock.trusted") is True
    rig.push(trust(5, RECORDS[:4], created=NOW + 2 * 86400))
    assert rig.run("result = up.clock.trusted, up.clock.best()") == (False, NOW + 86400)
    rig.restart()
    assert rig.run("result = up.clock.trusted") is False
