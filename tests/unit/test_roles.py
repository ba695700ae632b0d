"""Role certificates: what the authority grants, and what is not one."""

from __future__ import annotations

import argparse

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from gatepost.cli import keys
from gatepost.errors import GatepostError
from gatepost.keys import files
from gatepost.keys.roles import CONTENT_TYPE, ROLES, SIZE_LIMIT, issue_role, load_credentials, read_role
from gatepost.trust import signing

NOW = 1_790_000_000
AUTHORITY = ec.derive_private_key(0xA07, ec.SECP256R1())
OTHER = ec.derive_private_key(0xA08, ec.SECP256R1())
HOLDER = ec.derive_private_key(0x1E3, ec.SECP256R1())
POINT = signing.point(HOLDER.public_key())


def certificate(
    role: str = "technician", point: bytes = POINT, name: str = "Ana Sousa", end: int = NOW + 9
) -> bytes:
    return issue_role(AUTHORITY, role, point, name, NOW, end)


def command(*arguments: object) -> int:
    parser = argparse.ArgumentParser()
    keys.add_arguments(parser)
    return keys.run(parser.parse_args([str(each) for each in arguments]))


@pytest.mark.parametrize("role", ROLES)
def test_a_certificate_says_who_may_what_and_when(role):
    found = read_role(certificate(role, name="\u674e\u4f1f"), AUTHORITY.public_key())
    assert (found.role, found.name, found.key) == (role, "\u674e\u4f1f", POINT)
    assert len(found.serial) == 8
    assert [found.valid_at(NOW + at) for at in (-1, 0, 9, 10)] == [False, True, True, False]


def test_two_certificates_have_two_serials():
    assert read_role(certificate()).serial != read_role(certificate()).serial


def test_the_form_is_a_tagged_sign1_with_a_protected_content_type():
    tagged = cbor2.loads(certificate())
    assert tagged.tag == 18
    protected, unprotected, payload, signature = tagged.value
    assert cbor2.loads(protected) == {1: -7, 3: CONTENT_TYPE}
    assert unprotected == {}
    assert len(signature) == 64
    names = {"format", "role", "name", "key", "serial", "not_before", "not_after"}
    assert set(cbor2.loads(payload)) == names


def test_every_flipped_byte_is_noticed():
    good = certificate()
    for at in range(len(good)):
        bad = bytearray(good)
        bad[at] ^= 1
        with pytest.raises(GatepostError):
            read_role(bytes(bad), AUTHORITY.public_key())


def test_another_authority_s_certificate_is_refused():
    with pytest.raises(GatepostError, match="not this authority's"):
        read_role(certificate(), OTHER.public_key())


def test_another_kind_of_signed_message_is_no_role():
    payload = cbor2.loads(certificate()).value[2]
    manifest = signing.sign(payload, "application/vnd.gatepost.manifest+cbor", AUTHORITY)
    with pytest.raises(GatepostError, match="not a role certificate"):
        read_role(manifest, AUTHORITY.public_key())


@pytest.mark.parametrize(
    "change",
    [
        {"role": "root"},
        {"format": 2},
        {"serial": b""},
        {"key": b"\x04" + bytes(64)},
        {"not_after": 0},
        {"not_before": "now"},
        {"more": 1},
    ],
)
def test_a_malformed_certificate_is_refused_though_signed(change):
    contents = cbor2.loads(cbor2.loads(certificate()).value[2]) | change
    signed = signing.sign(cbor2.dumps(contents), CONTENT_TYPE, AUTHORITY)
    with pytest.raises(GatepostError):
        read_role(signed, AUTHORITY.public_key())


@pytest.mark.parametrize("data", [b"", b"\xd2", b"\x00" * 100, b"x" * (SIZE_LIMIT + 1)])
def test_what_is_no_certificate_gets_a_sentence(data):
    with pytest.raises(GatepostError, match="not a role certificate"):
        read_role(data)


@pytest.mark.parametrize(
    "wrong",
    [
        {"role": "guard"},
        {"name": " "},
        {"name": "x" * 65},
        {"name": "a\nb"},
        {"point": POINT[:64]},
        {"point": b"\x04" + bytes(64)},
        {"end": NOW},
        {"end": 1 << 32},
    ],
)
def test_what_makes_no_sense_is_not_signed(wrong):
    with pytest.raises(GatepostError):
        certificate(**wrong)


@pytest.fixture
def authority(tmp_path):
    command("new", "authority", "-o", tmp_path / "authority", "--no-passphrase")
    return tmp_path / "authority" / "authority.key.pem"


def test_the_command_makes_a_key_and_its_certificate(tmp_path, authority, capsys):
    granted = ("new", "role", "--role", "technician", "--name", "Ana Sousa", "--authority", authority)
    assert command(*granted, "--no-passphrase", "--days", 7, "-o", tmp_path / "ana") == 0
    assert "technician Ana Sousa" in capsys.readouterr().out
    role = read_role(
        (tmp_path / "ana" / "technician.role").read_bytes(),
        files.load_authority(authority.with_name("authority.pub.pem")),
    )
    credentials = load_credentials(tmp_path / "ana" / "technician.role")
    assert signing.point(credentials.private.public_key()) == role.key
    assert role.not_after - role.not_before == 7 * 86400 + 3600
    assert (tmp_path / "ana" / "technician.key.pem").stat().st_mode & 0o077 == 0
    with pytest.raises(GatepostError, match="never overwritten"):
        command(*granted, "--no-passphrase", "-o", tmp_path / "ana")
    command("inspect", tmp_path / "ana" / "technician.role")
    assert "Ana Sousa" in capsys.readouterr().out


def test_the_command_certifies_a_key_that_stays_with_its_holder(tmp_path, authority):
    files.save_public(tmp_path / "li.pub.pem", HOLDER.public_key())
    granted = ("new", "role", "--role", "supervisor", "--name", "Li Wei", "--authority", authority)
    command(*granted, "--public", tmp_path / "li.pub.pem", "-o", tmp_path / "li")
    assert sorted(each.name for each in (tmp_path / "li").iterdir()) == ["supervisor.role"]
    assert read_role((tmp_path / "li" / "supervisor.role").read_bytes()).key == POINT


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--role", "technician"], "needs --role, --name, and --authority"),
        (["--role", "technician", "--name", "A", "--authority", "nowhere.pem"], "cannot read"),
        (["--role", "technician", "--name", "A", "--authority", "nowhere.pem", "--days", "0"], "--days"),
    ],
)
def test_the_command_says_what_is_missing(tmp_path, arguments, sentence):
    with pytest.raises(GatepostError, match=sentence):
        command("new", "role", *arguments, "--no-passphrase", "-o", tmp_path)


def test_a_key_on_another_curve_holds_no_role(tmp_path, authority):
    files.save_public(tmp_path / "p384.pem", ec.generate_private_key(ec.SECP384R1()).public_key())
    granted = ("new", "role", "--role", "supervisor", "--name", "Li Wei", "--authority", authority)
    with pytest.raises(GatepostError, match="P-256"):
        command(*granted, "--public", tmp_path / "p384.pem", "-o", tmp_path / "li")


def test_credentials_must_fit_and_be_valid(tmp_path):
    import time

    now = int(time.time())
    files.save_private(tmp_path / "a.key.pem", HOLDER, None)
    files.save_private(tmp_path / "b.key.pem", OTHER, None)
    (tmp_path / "a.role").write_bytes(issue_role(AUTHORITY, "technician", POINT, "Ana", now - 9, now + 600))
    (tmp_path / "old.role").write_bytes(issue_role(AUTHORITY, "technician", POINT, "Ana", now - 9, now - 5))
    (tmp_path / "no.role").write_bytes(b"no")
    assert load_credentials(tmp_path / "a.role").role.name == "Ana"
    assert load_credentials(tmp_path / "a.role", tmp_path / "a.key.pem").private is not None
    for wrong, key, sentence in (
        ("a.role", "b.key.pem", "the certificate of another key"),
        ("old.role", "a.key.pem", "not now"),
        ("no.role", "a.key.pem", "not a role certificate"),
        ("none.role", "a.key.pem", "cannot read"),
    ):
        with pytest.raises(GatepostError, match=sentence):
            load_credentials(tmp_path / wrong, tmp_path / key)
