"""Signing on another computer: nothing private where lists are made, nothing accepted that was not signed for."""

from __future__ import annotations

import dataclasses
import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from gatepost.cli.main import main
from gatepost.errors import GatepostError
from gatepost.keys import files
from gatepost.keys.roles import issue_role, read_role
from gatepost.trust import bundle, offline, signing
from gatepost.trust.bundle import build_bundle, join, pack, read_bundle
from gatepost.trust.signing import Absent, point
from unit.bundle_rig import NOW, Rig, record

AUTHORITY = ec.derive_private_key(0xA117, ec.SECP256R1())
OTHER = ec.derive_private_key(0x07E4, ec.SECP256R1())
ABSENT = Absent(AUTHORITY.public_key())
PASSPHRASE = b"a passphrase of some length"


def unsigned(version: int = 5, count: int = 3, **options) -> bytes:
    records = [record(n) for n in range(count)]
    return build_bundle(records, ABSENT, version, options.pop("environment", "PROD"), NOW - 1000, **options)


@pytest.fixture
def desk(tmp_path, monkeypatch, capsys):
    """Two computers in one folder: `run` a command; the private key is encrypted, its passphrase in a file."""
    monkeypatch.chdir(tmp_path)
    files.save_private(tmp_path / "authority.key.pem", AUTHORITY, PASSPHRASE)
    files.save_public(tmp_path / "authority.pub.pem", AUTHORITY.public_key())
    files.save_private(tmp_path / "other.key.pem", OTHER, None)
    files.save_public(tmp_path / "other.pub.pem", OTHER.public_key())
    (tmp_path / "passphrase").write_bytes(PASSPHRASE + b"\n")
    assert main(["keys", "new", "issuer", "--country", "PT", "-o", "PT", "--no-passphrase"]) == 0
    capsys.readouterr()

    def run(line: str) -> tuple[int, str, str]:
        code = main(line.split())
        out, err = capsys.readouterr()
        return code, out, err.strip()

    run.folder = tmp_path
    return run


SIGN = "trust sign {0}.unsigned --key authority.key.pem --passphrase-file passphrase --yes -o {0}.signature"
ATTACH = "trust attach {0}.unsigned {0}.signature --authority authority.pub.pem -o {0}.signed"


def test_a_list_is_signed_elsewhere(desk):
    code, _, err = desk(
        "trust bundle PT/dsc.crt.pem --to-sign authority.pub.pem --version 7 -o list.unsigned"
    )
    assert (code, err) == (0, "")
    assert desk("trust inspect list.unsigned --authority authority.pub.pem")[0] == 1
    code, out, err = desk(SIGN.format("list"))
    assert (code, err) == (0, "")
    assert "signs:        trust bundle 7" in out and "environment:  PROD" in out
    assert "keys:         1 of 1 issuers' countries, 0 revoked" in out
    assert PASSPHRASE.decode() not in out
    # It is small enough for a QR code, and holds no key.
    assert (desk.folder / "list.signature").stat().st_size < 500
    code, out, err = desk(ATTACH.format("list"))
    assert (code, out, err) == (0, "wrote list.signed: trust bundle 7, signed\n", "")
    found = read_bundle((desk.folder / "list.signed").read_bytes(), AUTHORITY.public_key())
    assert (found.version, len(found.keys()), found.unsigned) == (7, 1, False)


def test_a_firmware_and_a_role_are_signed_elsewhere(desk):
    assert desk("firmware bundle --to-sign authority.pub.pem --version 3 -o firmware.unsigned")[0] == 0
    code, out, _ = desk(SIGN.format("firmware"))
    assert code == 0 and "firmware bundle 3" in out
    assert desk(ATTACH.format("firmware"))[0] == 0
    assert (
        read_bundle((desk.folder / "firmware.signed").read_bytes(), AUTHORITY.public_key()).kind == "firmware"
    )

    grant = "keys new role --role technician --name Ana --to-sign authority.pub.pem --no-passphrase -o ."
    assert desk(grant)[0] == 0
    code, out, _ = desk(SIGN.format("technician"))
    assert code == 0 and "technician's certificate" in out and "Ana" in out
    assert desk(ATTACH.format("technician"))[0] == 0
    role = read_role((desk.folder / "technician.signed").read_bytes(), AUTHORITY.public_key())
    assert (role.role, role.name) == ("technician", "Ana")
    both = grant.replace("-o .", "-o x --authority authority.key.pem")
    assert "--authority or --to-sign" in desk(both)[2]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("trust sign list.unsigned --key other.key.pem --yes -o x", "meant for another authority"),
        (
            "trust sign list.unsigned --key authority.key.pem --passphrase-file passphrase -o x",
            "say yes to this",
        ),
        (
            "trust sign PT/dsc.crt.pem --key other.key.pem --yes -o x",
            "neither bundle, role certificate nor key package",
        ),
        ("trust sign none --key other.key.pem --yes -o x", "cannot read none"),
        ("trust attach list.unsigned list.signature --authority other.pub.pem -o x", "not this authority's"),
        (
            "trust attach other.unsigned list.signature --authority authority.pub.pem -o x",
            "is for something else",
        ),
        ("trust attach list.unsigned PT/dsc.crt.pem --authority authority.pub.pem -o x", "no signature of"),
        ("trust attach list.signed list.signature --authority authority.pub.pem -o x", "signed already"),
        ("trust sign list.signed --key other.key.pem --yes -o x", "signed already"),
        ("device push list.unsigned --port /dev/null --role x.role", "not signed yet"),
    ],
)
def test_what_does_not_match_is_refused(desk, line, sentence):
    (desk.folder / "list.unsigned").write_bytes(unsigned())
    (desk.folder / "other.unsigned").write_bytes(unsigned(6))
    assert desk(SIGN.format("list"))[0] == 0
    assert desk(ATTACH.format("list"))[0] == 0
    code, _, err = desk(line)
    assert code == 1
    assert sentence in err
    assert err.count("\n") == 0
    assert not (desk.folder / "x").exists()


def test_every_change_of_a_signature_or_of_what_it_is_for_is_refused():
    draft = offline.read_draft(unsigned(count=1))
    good = json.loads(offline.sign(draft, AUTHORITY))
    assert offline.attach(draft, json.dumps(good).encode(), AUTHORITY.public_key())
    value = bytes.fromhex(good["signature"])
    for at in range(64):
        bad = value[:at] + bytes([value[at] ^ 1]) + value[at + 1 :]
        with pytest.raises(GatepostError, match="not this authority's"):
            offline.attach(
                draft, json.dumps({**good, "signature": bad.hex()}).encode(), AUTHORITY.public_key()
            )
    for change in (
        {"sha256": "00" * 32},
        {"signature": "00" * 63},
        {"signature": "x"},
        {"format": "2"},
        {"sha256": 5},
    ):
        with pytest.raises(GatepostError):
            offline.attach(draft, json.dumps({**good, **change}).encode(), AUTHORITY.public_key())
    for rubbish in (b"", b"[]", b"{}", b"\xff", b"7"):
        with pytest.raises(GatepostError, match="no signature"):
            offline.attach(draft, rubbish, AUTHORITY.public_key())


def test_who_signs_holds_to_the_rules_of_lists(monkeypatch):
    """The computer that prepared the list may be anybody's."""
    foreign = [dataclasses.replace(record(1), source="UAT")]
    monkeypatch.setattr(bundle, "check_keys", lambda *_: None)
    made = build_bundle(foreign, ABSENT, 5, "PROD", NOW)
    monkeypatch.undo()
    with pytest.raises(GatepostError, match="PROD bundle holds PROD keys alone"):
        offline.sign(offline.read_draft(made), AUTHORITY)
    with pytest.raises(GatepostError):
        build_bundle(foreign, ABSENT, 5, "PROD", NOW)


def test_a_demonstration_key_signs_nothing_real(desk, monkeypatch):
    from pathlib import Path

    folder = Path(__file__).resolve().parents[2] / "keys" / "demonstration" / "authority"
    key, public = folder / "authority.key.pem", folder / "authority.pub.pem"
    code, _, err = desk(f"trust bundle PT/dsc.crt.pem --to-sign {public} -o list.unsigned")
    assert code == 1 and "demonstration key" in err
    demonstration = files.load_private(key).key
    with monkeypatch.context() as patched:
        patched.setattr(bundle, "check_terms", lambda *_: None)
        draft = pack("firmware", {"a": b"a"}, Absent(demonstration.public_key()), 1, "PROD", NOW)
    with pytest.raises(GatepostError, match="demonstration key"):
        pack("firmware", {"a": b"a"}, Absent(demonstration.public_key()), 1, "PROD", NOW)
    (desk.folder / "firmware.unsigned").write_bytes(draft)
    code, _, err = desk(f"trust sign firmware.unsigned --key {key} --yes -o x")
    assert code == 1 and "demonstration key" in err


def test_a_changed_part_is_no_draft():
    data = bytearray(unsigned())
    data[-1] ^= 1
    with pytest.raises(GatepostError, match="damaged"):
        offline.read_draft(bytes(data))


def test_no_scanner_takes_what_is_not_signed(mp):
    rig = Rig(mp, blocks=64)
    data = unsigned(5)
    found = read_bundle(data)
    assert found.unsigned
    assert rig.push(found)[0] == "bad_signature"
    draft = offline.read_draft(data)
    signed = offline.attach(draft, offline.sign(draft, AUTHORITY), AUTHORITY.public_key())
    assert rig.push(signed)[0] == {"kind": "trust", "version": 5}
    assert join(read_bundle(signed).manifest, read_bundle(signed).content) == signed


def test_no_scanner_opens_for_a_certificate_that_is_not_signed(mp):
    rig = Rig(mp, blocks=64)
    role = issue_role(ABSENT, "technician", point(OTHER.public_key()), "Eve", NOW - 9, NOW + 9)
    assert rig.ask("session.open", certificate=role) == "bad_signature"
    draft = offline.read_draft(role)
    signed = offline.attach(draft, offline.sign(draft, AUTHORITY), AUTHORITY.public_key())
    assert "challenge" in rig.ask("session.open", certificate=signed)


def test_an_absent_key_verifies_nothing():
    message = signing.sign(b"x", "text/plain", ABSENT)
    assert signing.is_unsigned(message, "text/plain")
    with pytest.raises(GatepostError, match="not this authority's"):
        signing.verify(message, "text/plain", AUTHORITY.public_key())
