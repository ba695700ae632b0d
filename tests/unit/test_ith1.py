"""ITH1: sealed certificates and status codes, made by cryptography and cbor2, read on both widths."""

from __future__ import annotations

import subprocess
import sys
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import cbor2
import pytest
from gatepost.issue import base45, ith1
from gatepost.issue.hc1 import key_id, sign1
from gatepost.keys import reading as reading_keys
from gatepost.policy.compiling import compile_policy
from gatepost.policy.source import read_source
from harness.certificates import NOW, READING_KEYS, STAND_INS, YEAR, p256, record, vaccination
from harness.certificates import issue as issue_hc1

READING = reading_keys.ReadingKey(b"READ-UT1", "UT", NOW - YEAR, NOW + YEAR, bytes(range(32)))
NONCE = bytes(range(100, 112))
KEY = p256(31)
KID = key_id(KEY.public_key())
RECORD = record(KEY, scheme="ITH1", country="UT", name="Health Authority of Utopia")
FULL = ith1.sample("full", datetime.fromtimestamp(NOW, UTC))

POLICY = """
name = "sealed"
admit = ["tested", "immune", "vaccinated", "green"]
otherwise = "check"
[proof.tested]
says = "a negative test"
kinds = ["test"]
when = ["issuer is UT", "result is negative", "sampled less than 72 hours ago"]
[proof.immune]
says = "IgG and no IgM"
kinds = ["antibody"]
when = ["igg is positive", "igm is negative"]
[proof.vaccinated]
says = "two doses of CoronaVac"
kinds = ["vaccination"]
when = ["product is CoronaVac", "dose >= 2", "date 14 to 270 days ago"]
[proof.green]
says = "a green status"
kinds = ["status"]
when = ["colour is green"]
"""

READ = (
    STAND_INS
    + READING_KEYS
    + """

def judged(texts, keys, rows, now, part):
    trust = Trust(keys)
    if rows is not None:
        trust.reading = Reading(rows)
    policy = read_policy(part)
    return [judge(text, trust, Clock(now), policy) for text in texts]
"""
)


@pytest.fixture(scope="module")
def policy(tmp_path_factory) -> bytes:
    path = tmp_path_factory.mktemp("policy") / "sealed.toml"
    path.write_text(POLICY)
    return compile_policy(read_source(path))["policy"]


def row(key: reading_keys.ReadingKey) -> tuple[Any, ...]:
    return (key.kid, key.country, key.begin, key.end, key.secret)


def make(body: Any = FULL, **options: Any) -> str:
    wanted: dict[str, Any] = {"issued": NOW - 60, "expires": NOW + YEAR, "nonce": NONCE}
    reading = options.pop("reading", READING)
    key = options.pop("key", KEY)
    return ith1.issue_ith1(body, key, options.pop("kid", KID), reading, **(wanted | options))


def ask(mp, texts, policy, what="(v.verdict, v.code)", keys=None, rows="", now=NOW):
    return mp.run(
        READ + f"result = [{what} for v in judged(texts, keys, rows, now, part)]",
        space="sealed",
        texts=texts,
        keys=[RECORD] if keys is None else keys,
        rows=[row(READING)] if rows == "" else rows,
        now=now,
        part=policy,
    )


def code(mp, text, policy, **options) -> str:
    return ask(mp, [text], policy, **options)[0][1]


def test_a_certificate_of_several_kinds(mp, policy):
    what = (
        "(v.code, v.claims.form, v.claims.kind, v.claims.kinds, v.claims.issuer, v.claims.family_ascii,"
        " v.claims.birth, v.claims.facts, [(k, f) for k, f in v.claims.entries])"
    )
    got = ask(mp, [make()], policy, what)[0]
    assert list(got[:3]) == ["ok", "ITHC", None]
    assert list(got[3]) == ["test", "antibody", "vaccination", "vaccination"]
    assert list(got[4:7]) == ["UT", "LINDQVIST", "1984-07-19"]
    assert got[7] == {"document": "X1234567", "id": "ITHC-20210701-000001"}
    assert got[8][1][1]["igg"] == "positive"
    assert got[8][3][1] == {
        "product": "CoronaVac",
        "maker": "Sinovac-Biotech",
        "dose": 2,
        "doses": 2,
        "date": "2021-05-30",
        "document": "X1234567",
        "id": "ITHC-20210701-000001",
    }


@pytest.mark.parametrize("kind", ["test", "antibody", "vaccination"])
def test_one_kind_alone(mp, policy, kind):
    body = ith1.sample(kind, datetime.fromtimestamp(NOW, UTC))
    assert code(mp, make(body), policy) == "ok"


def test_facts_of_two_entries_are_never_put_together(mp, policy):
    body = ith1.sample("vaccination", datetime.fromtimestamp(NOW, UTC))
    body["v"][0] |= {"dn": 2, "mp": "Other"}
    body["v"][1] |= {"dn": 1}
    assert code(mp, make(body), policy) == "rules_not_met"


def test_one_positive_result_outweighs_every_proof(mp, policy):
    late = dict(FULL["t"][0], tr="positive")
    assert code(mp, make(FULL | {"t": [FULL["t"][0], late]}), policy) == "test_positive"
    unclear = dict(FULL["t"][0], tr="unclear")
    assert code(mp, make(FULL | {"t": [unclear, FULL["t"][0]]}), policy) == "test_unclear"
    assert code(mp, make(FULL | {"t": [unclear, late]}), policy) == "test_positive"
    future = dict(FULL["a"][0], sc="2031-01-01T00:00:00Z")
    assert code(mp, make(FULL | {"a": [future]}), policy) == "test_in_future"
    given = dict(FULL["v"][0], dt="2031-01-01")
    assert code(mp, make(FULL | {"v": [FULL["v"][1], given]}), policy) == "vaccination_in_future"


def test_without_the_reading_key_it_is_sealed_and_not_forged(mp, policy):
    what = "(v.verdict, v.code, v.detail)"
    kid = READING.kid.hex()
    for rows in (None, [], [(b"OTHERKID", *row(READING)[1:])]):
        got = ask(mp, [make()], policy, what, rows=rows)[0]
        assert tuple(got) == (1, "no_reading_key", f"sealed by UT, no reading key here: {kid}")
    over = READING.end + 1
    got = ask(mp, [make(expires=over + 9)], policy, what, now=over)[0]
    assert tuple(got) == (1, "no_reading_key", f"sealed by UT, its reading key has expired: {kid}")
    early = READING.begin - 1
    got = ask(mp, [make()], policy, what, now=early)[0]
    assert tuple(got) == (1, "no_reading_key", f"sealed by UT, its reading key is not valid yet: {kid}")


def test_the_screen_says_who_sealed_and_which_key_is_missing(mp, policy):
    shown = "__import__('scanner.ui.view').ui.view.from_verdict(v)"
    what = f"(lambda s: (s.word, s.sentence, s.action, s.holder))({shown})"
    got = ask(mp, [make()], policy, what, rows=[])[0]
    assert tuple(got) == (
        "CHECK",
        f"Sealed by UT, no reading key here: {READING.kid.hex()}",
        "Have the technician update this scanner.",
        False,
    )


def test_while_two_reading_keys_overlap_both_open(mp, policy):
    old = reading_keys.ReadingKey(b"READ-UT0", "UT", NOW - YEAR, NOW + 1000, bytes(range(1, 33)))
    new = reading_keys.ReadingKey(b"READ-UT2", "UT", NOW - 1000, NOW + YEAR, bytes(range(2, 34)))
    texts = [make(reading=old), make(reading=new)]
    rows = [row(old), row(new)]

    def codes(now: int) -> list[str]:
        return [each[1] for each in ask(mp, texts, policy, rows=rows, now=now)]

    assert codes(NOW) == ["ok", "ok"]
    assert codes(NOW + 1000) == ["ok", "ok"]
    assert codes(NOW + 1001) == ["no_reading_key", "ok"]


def test_another_key_under_the_same_id(mp, policy):
    wrong = [(READING.kid, "UT", 0, NOW + YEAR, bytes(32))]
    assert tuple(ask(mp, [make()], policy, rows=wrong)[0]) == (2, "bad_seal")


def test_only_the_issuers_key_of_this_scheme_signs(mp, policy):
    assert code(mp, make(key=p256(32)), policy) == "bad_signature"
    assert code(mp, make(), policy, keys=[RECORD | {"scheme": "HC1"}]) == "unknown_issuer"
    assert code(mp, make(), policy, keys=[RECORD | {"country": "PT"}]) == "wrong_key_usage"
    assert code(mp, make(), policy, keys=[RECORD | {"revoked": True}]) == "key_revoked"
    assert code(mp, make(alg=-35), policy) == "bad_algorithm"
    hc1 = issue_hc1(vaccination(), KEY)
    assert code(mp, hc1, policy) == "unknown_issuer"


def test_colours_are_judged_by_policy_and_end_with_their_minutes(mp, policy):
    options = {"label": ith1.STATUS, "expires": NOW + 1740}
    assert code(mp, make(ith1.status("green"), **options), policy) == "ok"
    assert code(mp, make(ith1.status("yellow"), **options), policy) == "rules_not_met"
    assert code(mp, make(ith1.status("red"), **options), policy) == "rules_not_met"
    assert ask(mp, [make(ith1.status("green"), **options)], policy, now=NOW + 1741)[0][1] == "expired"
    assert code(mp, make(ith1.status("blue"), **options), policy) == "bad_content"
    for odd in ({"expires": NOW + 86400}, {"expires": None}, {"issued": None}, {"expires": NOW - 60}):
        assert code(mp, make(ith1.status("green"), **(options | odd)), policy) == "bad_time"


def test_a_certificate_says_when_it_was_made(mp, policy):
    assert code(mp, make(FULL, issued=None), policy) == "bad_time"


@pytest.mark.parametrize(
    "change, reason",
    [
        ({"ver": 2}, "bad_claims"),
        ({"doc": ""}, "bad_content"),
        ({"doc": b"X1"}, "bad_content"),
        ({"dob": None}, "bad_content"),
        ({"dob": "soon"}, "bad_content"),
        ({"dob": "1984-02-30"}, "bad_content"),
        ({"v": [dict(FULL["v"][0], dn=1.5)]}, "bad_content"),
        ({"nam": []}, "bad_content"),
        ({"t": {}}, "bad_content"),
        ({"t": [], "a": [], "v": []}, "no_entry"),
        ({"v": [FULL["v"][0]] * 17}, "too_large"),
        ({"v": [dict(FULL["v"][0], dn=True)]}, "bad_content"),
        ({"v": [dict(FULL["v"][0], dt="soon")]}, "bad_content"),
        ({"a": [{"sc": "2021-06-30T00:00:00Z", "igm": "negative"}]}, "bad_content"),
        ({"t": [dict(FULL["t"][0], tr=b"negative")]}, "bad_content"),
    ],
)
def test_content_of_another_shape(mp, policy, change, reason):
    assert code(mp, make(FULL | change), policy) == reason


def test_what_is_sealed_is_bounded(mp, policy):
    assert code(mp, make(packed=zlib.compress(bytes(100_000))), policy) == "too_large"
    assert code(mp, make(packed=b"nothing"), policy) == "bad_compression"
    assert code(mp, make(packed=zlib.compress(cbor2.dumps([1, 2]))), policy) == "bad_envelope"
    both = sign1(cbor2.dumps({4: NOW + 9, 6: NOW, -65537: FULL, -65538: ith1.status("green")}), KEY, KID)
    packed = zlib.compress(cbor2.dumps(cbor2.CBORTag(18, both)))
    assert code(mp, make(packed=packed), policy) == "bad_claims"


ENVELOPE = {"bad_cbor", "bad_envelope", "bad_algorithm", "no_key_id", "no_reading_key", "bad_seal"}


def test_every_byte_flipped_is_refused_for_its_own_reason(mp, policy):
    body = ith1.sample("test", datetime.fromtimestamp(NOW, UTC))
    sealed = ith1.seal(signed_and_packed(body), READING, NONCE)
    texts = []
    for at in range(len(sealed)):
        for bit in (1, 128):
            damaged = sealed[:at] + bytes([sealed[at] ^ bit]) + sealed[at + 1 :]
            texts.append("ITH1:" + base45.encode(damaged))
    got = [tuple(each) for each in ask(mp, texts, policy)]
    assert all(verdict != 0 for verdict, _ in got)
    assert {reason for _, reason in got} <= ENVELOPE
    assert {reason for _, reason in got[-32:]} == {"bad_seal"}  # the tag


def test_every_byte_flipped_below_the_seal_is_refused_too(mp, policy):
    body = ith1.sample("test", datetime.fromtimestamp(NOW, UTC))
    signed = zlib.decompress(signed_and_packed(body))
    texts = []
    for at in range(0, len(signed), 3):
        damaged = signed[:at] + bytes([signed[at] ^ 1]) + signed[at + 1 :]
        texts.append(make(packed=zlib.compress(damaged)))
    assert all(verdict == 2 for verdict, _ in ask(mp, texts, policy))


def signed_and_packed(body: Any) -> bytes:
    signed = sign1(cbor2.dumps({4: NOW + YEAR, 6: NOW - 60, ith1.TRAVEL: body}), KEY, KID)
    return zlib.compress(cbor2.dumps(cbor2.CBORTag(18, signed)), 9)


def test_the_store_holds_nothing_in_clear_and_opens_with_the_device_key_alone(mp, tmp_path):
    found = mp.run(
        """
from scanner.trust.reading_keys import ReadingKey, ReadingKeys
with open(root + "/device.key", "wb") as file:
    file.write(bytes(range(1, 33)))
store = ReadingKeys(root)
empty = (store.version, store.find(b"A" * 8))
store.store(7, [(b"A" * 8, ReadingKey("UT", 1, 2, b"s" * 32)), (b"B" * 8, ReadingKey("PT", 3, 4, b"t" * 32))])
b = store.find(b"B" * 8)
result = [empty, store.version, (b.country, b.not_before, b.not_after, b.secret), store.find(b"C" * 8)]
with open(root + "/device.key", "wb") as file:
    file.write(bytes(range(2, 34)))
try:
    result.append(store.find(b"B" * 8))
except ValueError:
    result.append("sealed")
""",
        space="reading",
        root=str(tmp_path),
    )
    assert tuple(found[0]) == (0, None) and found[1] == 7 and found[3:] == [None, "sealed"]
    assert tuple(found[2]) == ("PT", 3, 4, b"t" * 32)
    raw = (tmp_path / "reading.keys").read_bytes()
    assert len(raw) == 8 + 2 * 78 and b"ssss" not in raw and b"tttt" not in raw


def test_the_commands(tmp_path, mp64, policy):
    from cryptography.hazmat.primitives import serialization

    pem = KEY.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "key.pem").write_bytes(pem)
    common = ["--key", "key.pem", "--reading", "ut.reading", "--issued", str(NOW - 60)]

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "gatepost.cli.main", "issue", *words, *common],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    made = run("ith1", "--new-reading")
    assert made.returncode == 0, made.stderr
    path = tmp_path / "ut.reading"
    assert path.stat().st_mode & 0o077 == 0
    reading = reading_keys.read_reading_key(path)
    assert reading.secret.hex() not in made.stdout + made.stderr + repr(reading)
    status = run("status", "--colour", "green", "--minutes", "30")
    texts = [made.stdout.strip(), status.stdout.strip()]
    assert [each[1] for each in ask(mp64, texts, policy, rows=[row(reading)])] == ["ok", "ok"]
    assert run("ith1", "--new-reading").returncode != 0  # never over an old one
    assert run("status", "--colour", "green", "--minutes", "1441").returncode != 0
    path.unlink()
    reading_keys.write_reading_key(path, replace(reading, demonstration=True))
    mixed = run("ith1")
    assert mixed.returncode == 1 and "demonstration key" in mixed.stderr and mixed.stdout == ""
