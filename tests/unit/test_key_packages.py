"""Key packages: what the recipient alone reads, and what nobody accepts."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from gatepost.errors import GatepostError
from gatepost.keys import package, partners
from gatepost.keys.handover import Contents, PackageRefused
from gatepost.keys.package import CONTENT_TYPE, CONTEXT
from gatepost.keys.reading import ReadingKey, read_reading_key
from gatepost.trust import keylist, signing
from gatepost.trust.records import KeyRecord
from gatepost.trust.signing import point
from gatepost.trust.sources import Options, read_sources

NOW = 1_790_000_000
DAY = 86400
SENDER = ec.derive_private_key(0x5E4D, ec.SECP256R1())
RECIPIENT = ec.derive_private_key(0x4EC1, ec.SECP256R1())
OTHER = ec.derive_private_key(0x07E4, ec.SECP256R1())
SECRET = b"very secret key of thirty-two by"


def signer(n: int = 1, **changes) -> KeyRecord:
    numbers = ec.derive_private_key(900 + n, ec.SECP256R1()).public_key().public_numbers()
    record = KeyRecord(
        b"SIGNER-%d" % n, "P-256", numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big"),
        country="UT", participant="UTO", name="Signer", scheme="ITH1", not_after=NOW + 900 * DAY,
    )  # fmt: skip
    return dataclasses.replace(record, **changes)


def reader(n: int = 1, **changes) -> ReadingKey:
    key = ReadingKey(b"READ-UT%d" % n, "UT", NOW - DAY, NOW + 365 * DAY, bytes([n]) + SECRET[1:])
    return dataclasses.replace(key, **changes)


def contents(signers=(), readers=()) -> Contents:
    return Contents(tuple(signers), tuple(readers))


BOTH = contents([signer()], [reader()])


def sealed(what: Contents = BOTH, **changes) -> bytes:
    wanted = {
        "name": "Health Authority of Utopia", "country": "UT", "environment": "PROD", "version": 7,
        "created": NOW, "expires": NOW + 30 * DAY,
    }  # fmt: skip
    sender = changes.pop("sender", SENDER)
    to = changes.pop("to", RECIPIENT)
    return package.seal(what, sender, to.public_key(), **(wanted | changes))


def resigned(message: bytes, private=SENDER, **changes) -> bytes:
    """The same message with other fields, by whoever has that key."""
    fields = cbor2.loads(cbor2.loads(message).value[2]) | changes
    return signing.sign(cbor2.dumps(fields, canonical=True), CONTENT_TYPE, private)


def refused(message: bytes, recipient=RECIPIENT) -> str:
    with pytest.raises(PackageRefused) as error:
        package.unseal(package.read(message), recipient)
    assert SECRET[1:].hex() not in str(error.value) and repr(SECRET[1:])[2:-1] not in str(error.value)
    return error.value.code


def test_the_recipient_finds_what_was_put_in():
    found = package.read(sealed())
    head = found.head
    assert (head.name, head.country, head.version, head.created) == (
        "Health Authority of Utopia",
        "UT",
        7,
        NOW,
    )
    assert head.fingerprint == hashlib.sha256(point(SENDER.public_key())[1:]).hexdigest()
    assert package.unseal(found, RECIPIENT) == BOTH


def test_secrets_are_in_no_clear_text():
    message = sealed()
    found = package.read(message)
    for secret in (SECRET[1:], b"SIGNER-1", b"READ-UT1"):
        assert secret not in message
    assert SECRET[1:].decode() not in repr(found) + repr(package.unseal(found, RECIPIENT))
    assert sealed() != sealed()  # an ephemeral key each


def test_the_firmware_s_own_cryptography_opens_it_too(mp64):
    """An independent implementation of ECDH, HKDF and AES-GCM, from the words of the module's docstring."""
    message = sealed()
    fields = cbor2.loads(cbor2.loads(message).value[2])
    clear = cbor2.dumps({name: value for name, value in fields.items() if name != "sealed"}, canonical=True)
    plain = mp64.run(
        """
from scanner.crypto import aead, kdf, p256_sign
shared = p256_sign.agree(private, ephemeral)
result = aead.open(kdf.hkdf(shared, b"", info), bytes(12), sealed, clear)
""",
        space="package",
        private=RECIPIENT.private_numbers().private_value.to_bytes(32, "big"),
        ephemeral=fields["ephemeral"],
        info=CONTEXT + fields["ephemeral"] + fields["sender"] + fields["recipient"],
        sealed=fields["sealed"],
        clear=clear,
    )
    assert cbor2.loads(plain)["reading"][0]["key"] == reader().secret


def test_every_flipped_byte_is_refused():
    good = sealed()
    codes = set()
    for at in range(len(good)):
        for bit in (1, 0x80):
            codes.add(refused(good[:at] + bytes([good[at] ^ bit]) + good[at + 1 :]))
    assert codes == {"bad_package", "bad_signature"}


@pytest.mark.parametrize("data", [b"", b"\xd2", b"\xd2\x84", b"x" * 900, bytes(1 << 21), b"\x81" * 100_000])
def test_what_is_no_package_gets_a_sentence(data):
    with pytest.raises(PackageRefused, match="not a key package") as error:
        package.read(data)
    assert error.value.code == "bad_package"


def test_shorter_and_longer_ones_are_refused():
    good = sealed()
    assert {refused(good[:size]) for size in range(0, len(good), 7)} == {"bad_package"}
    assert refused(good + b"\x00") == "bad_package"


def test_another_recipient_is_told_so():
    assert refused(sealed(), OTHER) == "wrong_recipient"
    assert refused(resigned(sealed(), recipient=package.key_hash(OTHER.public_key())), OTHER) == "bad_seal"


@pytest.mark.parametrize(
    "change",
    [
        {"version": 8},
        {"expires": NOW + 900 * DAY},
        {"created": NOW - 1},
        {"environment": "UAT"},
        {"country": "PT"},
        {"name": "Another"},
        {"sealed": bytes(64)},
        {"ephemeral": point(OTHER.public_key())},
    ],
)
def test_what_was_sealed_fits_no_other_head_even_if_the_sender_signs_it(change):
    assert refused(resigned(sealed(), **change)) == "bad_seal"


def test_nobody_can_pass_a_package_on_as_his_own():
    assert refused(resigned(sealed(), OTHER)) == "bad_signature"
    assert refused(resigned(sealed(), OTHER, sender=point(OTHER.public_key()))) == "bad_seal"


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"environment": "LIVE"},
        {"version": 0},
        {"version": True},
        {"expires": NOW},
        {"country": "XX"},
        {"country": ["UT"]},
        {"name": "two\nlines"},
        {"name": "x" * 81},
        {"sender": b"\x04" + bytes(64)},
        {"recipient": "x" * 32},
        {"ephemeral": None},
        {"sealed": None},
        {"more": 1},
    ],
)
def test_a_head_of_another_shape_is_refused_though_signed(change):
    assert refused(resigned(sealed(), **change)) == "bad_package"


@pytest.mark.parametrize(
    ("what", "code"),
    [
        (contents(), "bad_contents"),
        (contents([], [reader(), reader(2, kid=reader().kid)]), "bad_contents"),
        (contents([signer(), signer()]), "bad_contents"),
        (contents([], [reader(each, kid=b"K%07d" % each) for each in range(65)]), "bad_contents"),
        (contents([signer(country="PT")]), "foreign_key"),
        (contents([signer(country="")]), "foreign_key"),
        (contents([signer(scheme="SHC", issuer="https://other.example")]), "foreign_key"),
        (contents([signer(scheme="IL")]), "foreign_key"),
        (contents([signer(source="UAT")]), "wrong_environment"),
        (contents([signer(source="DEMO")]), "demonstration"),
        (contents([signer(name="GATEPOST DEMONSTRATION")]), "demonstration"),
        (contents([], [reader(country="PT")]), "foreign_key"),
        (contents([], [reader(demonstration=True)]), "demonstration"),
    ],
)
def test_what_an_authority_may_not_hand_over_is_neither_sent_nor_accepted(monkeypatch, what, code):
    with pytest.raises(PackageRefused) as error:
        sealed(what)
    assert error.value.code == code
    with monkeypatch.context() as patched:
        patched.setattr(package, "check_contents", lambda *_: None)
        message = sealed(what)
    assert refused(message) == code


@pytest.mark.parametrize(
    "change", [{"secret": b"short"}, {"kid": b"K"}, {"begin": 9, "end": 8}, {"end": 1 << 32}]
)
def test_a_reading_key_that_no_scanner_can_keep_is_refused(change):
    with pytest.raises(GatepostError):
        sealed(contents([], [reader(**change)]))


ODD = (None, True, -1, 1.5, 1 << 70, "", "x" * 300, "\ud7ff", b"", bytes(300), [], [[]], {}, {"a": []})


def test_whatever_stands_inside_is_refused_or_can_be_written_down(monkeypatch, tmp_path):
    """A sender that is no Gatepost: every member, and the whole, as something else."""
    encode = cbor2.dumps
    inner: dict = {}

    def instead(value, *arguments, **options):
        inside = isinstance(value, dict) and "reading" in value
        return encode(inner["is"] if inside else value, *arguments, **options)

    def accepted(content) -> bool:
        inner["is"] = content
        with monkeypatch.context() as patched:
            patched.setattr(package.cbor2, "dumps", instead)
            message = sealed()
        try:
            found = package.unseal(package.read(message), RECIPIENT)
        except PackageRefused as error:
            assert error.code in ("bad_contents", "foreign_key", "wrong_environment", "demonstration")
            return False
        done = partners.accept(tmp_path / "ut", package.read(message), found, None)
        return len(keylist.decode(keylist.encode(done.signing))) == len(done.signing)

    signing_key = signer().to_json() | {"issuer": "", "domain": "", "revoked": False, "n": "", "e": 0}
    reading_key = {
        "kid": b"READ-UT1", "country": "UT", "begin": 1, "end": 2, "key": SECRET, "demonstration": False,
    }  # fmt: skip
    assert accepted({"signing": [signing_key], "reading": [reading_key]})
    for odd in ODD:
        assert not accepted(odd)
        for name in signing_key:
            accepted({"signing": [signing_key | {name: odd}], "reading": [reading_key]})
        for name in reading_key:
            assert not accepted({"signing": [signing_key], "reading": [reading_key | {name: odd}]}), (
                name,
                odd,
            )


def test_demonstration_and_earnest_do_not_mix():
    demo = sealed(contents([signer(source="DEMO")], [reader(demonstration=True)]), environment="DEMO")
    assert package.unseal(package.read(demo), RECIPIENT).reading[0].demonstration
    for what in (contents([signer()]), contents([], [reader()])):
        with pytest.raises(PackageRefused) as error:
            sealed(what, environment="DEMO")
        assert error.value.code == "demonstration"
    mine = RECIPIENT.public_key()
    for message, marked in ((demo, False), (sealed(), True)):
        with pytest.raises(PackageRefused) as error:
            partners.check_demonstration(package.read(message).head, mine, marked)
        assert error.value.code == "demonstration"
    partners.check_demonstration(package.read(demo).head, mine, True)
    partners.check_demonstration(package.read(sealed()).head, mine, False)


def test_the_published_demonstration_authority_sends_nothing_in_earnest(repository):
    from gatepost.keys import files

    known = files.load_private(repository / "keys" / "demonstration" / "authority" / "authority.key.pem").key
    head = package.read(sealed(sender=known)).head
    with pytest.raises(PackageRefused) as error:
        partners.check_demonstration(head, RECIPIENT.public_key(), False)
    assert error.value.code == "demonstration"


@pytest.fixture
def repository():
    from pathlib import Path

    return Path(__file__).resolve().parents[2]


def take(folder, message: bytes, secret: bytes | None = None, now: float = NOW):
    """What the command does, step by step."""
    found = package.read(message)
    partner = partners.load(folder)
    partners.check_sender(
        found.head, partner, "" if partner else found.head.fingerprint, "" if partner else "UT"
    )
    partners.check_time(found, partner, now)
    return partners.accept(folder, found, package.unseal(found, RECIPIENT), secret)


def files_of(folder) -> dict[str, bytes]:
    return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def test_an_accepted_package_becomes_files_that_other_commands_read(tmp_path):
    done = take(tmp_path / "ut", sealed(), b"a passphrase of some length")
    assert done.reading == ["UT-524541442d555431.reading"] and done.before == 0
    path = tmp_path / "ut" / "reading" / done.reading[0]
    assert path.stat().st_mode & 0o077 == 0 and path.parent.stat().st_mode & 0o077 == 0
    assert read_reading_key(path, lambda: b"a passphrase of some length") == reader()
    with pytest.raises(GatepostError, match="passphrase is wrong"):
        read_reading_key(path, lambda: b"another passphrase")
    everything = b"".join(files_of(tmp_path / "ut").values())
    assert reader().secret not in everything and reader().secret.hex().encode() not in everything
    records, _ = read_sources([tmp_path / "ut" / "signing.json"], Options(at=NOW))
    assert [(each.kid, each.scheme, each.country, each.source) for each in records] == [
        (b"SIGNER-1", "ITH1", "UT", "PROD")
    ]


def test_a_key_cannot_call_itself_what_its_authority_is_not(tmp_path):
    lying = signer(
        name="Health Registry of Examplia", participant="DEU", domain="x", issuer="https://a.example"
    )
    record = take(tmp_path / "ut", sealed(contents([lying]))).signing[0]
    assert (record.name, record.participant, record.domain, record.issuer) == (
        "Health Authority of Utopia", "UTO", "", "",
    )  # fmt: skip


def test_a_locked_file_that_was_changed_does_not_open(tmp_path):
    take(tmp_path / "ut", sealed(), b"a passphrase of some length")
    (path,) = (tmp_path / "ut" / "reading").iterdir()
    content = json.loads(path.read_bytes())
    for change in (
        {"end": content["end"] + 1}, {"country": "PT"}, {"demonstration": True}, {"kid": "00" * 8},
        {"locked": "00" + content["locked"][2:]}, {"salt": "00" * 16}, {"salt": 5}, {"key": "00" * 32},
    ):  # fmt: skip
        path.write_text(json.dumps(content | change))
        with pytest.raises(GatepostError):
            read_reading_key(path, lambda: b"a passphrase of some length")


def test_rotation_keeps_both_keys_and_then_withdraws_the_old_one(tmp_path):
    folder = tmp_path / "ut"
    take(folder, sealed())
    both = take(folder, sealed(contents([signer(), signer(2)], [reader(), reader(2)]), version=8))
    assert both.before == 7 and both.withdrawn == [] and len(both.reading) == 2
    done = take(folder, sealed(contents([signer(2)], [reader(2)]), version=9))
    assert done.withdrawn == ["UT-524541442d555431.reading"]
    assert [each.name for each in (folder / "reading").iterdir()] == ["UT-524541442d555432.reading"]
    assert [each.kid for each in read_sources([folder / "signing.json"], Options(at=NOW))[0]] == [b"SIGNER-2"]


def code_of(step) -> str:
    with pytest.raises(PackageRefused) as error:
        step()
    return error.value.code


def test_old_and_repeated_packages_are_refused_and_change_nothing(tmp_path):
    folder = tmp_path / "ut"
    first, second = sealed(), sealed(contents([signer(2)], [reader(2)]), version=8)
    take(folder, first)
    take(folder, second)
    before = files_of(folder)
    assert code_of(lambda: take(folder, second)) == "replay"
    assert code_of(lambda: take(folder, first)) == "downgrade"
    assert code_of(lambda: take(folder, sealed(version=8))) == "downgrade"  # another one of the same version
    assert code_of(lambda: take(folder, sealed(version=9), now=NOW + 30 * DAY + 1)) == "expired"
    assert code_of(lambda: take(folder, sealed(version=9), now=NOW - 3601)) == "not_yet_valid"
    assert code_of(lambda: take(folder, sealed(version=9, sender=OTHER))) == "other_sender"
    assert code_of(lambda: take(folder, sealed(version=9, name="Another"))) == "other_country"
    pt = contents([signer(country="PT")])
    assert code_of(lambda: take(folder, sealed(pt, version=9, country="PT"))) == "other_country"
    uat = contents([signer(source="UAT")])
    assert code_of(lambda: take(folder, sealed(uat, version=9, environment="UAT"))) == "other_country"
    assert files_of(folder) == before
    take(folder, sealed(version=9), now=NOW + 30 * DAY)
    take(folder, sealed(version=10), now=NOW - 3600)


def test_the_first_package_needs_the_fingerprint_and_the_country_that_a_person_named():
    head = package.read(sealed()).head
    told = head.fingerprint
    pairs = " ".join(told[at : at + 4].upper() for at in range(0, 64, 4))
    for good in (told, pairs, ":".join(told[at : at + 2] for at in range(0, 64, 2))):
        partners.check_sender(head, None, good, "UT")
    for bad in (told[:16], told[:-1] + "x", told[1:] + told[0], told + "00"):
        assert code_of(lambda bad=bad: partners.check_sender(head, None, bad, "UT")) == "other_sender"
    assert code_of(lambda: partners.check_sender(head, None, told, "PT")) == "other_country"


def test_a_cut_at_any_point_is_mended_by_accepting_again(tmp_path, monkeypatch):
    """Every call that changes the folder fails in turn, as a power cut or a full disk would have it."""
    first = sealed()
    second = sealed(contents([signer(2)], [reader(2), reader(3)]), version=8)
    points = 0
    while True:
        folder = tmp_path / str(points)
        take(folder, first)
        left = [points]

        def counted(real, left=left):
            def call(*arguments, **options):
                left[0] -= 1
                if left[0] < 0:
                    raise OSError(28, "No space left on device")
                return real(*arguments, **options)

            return call

        with monkeypatch.context() as patched:
            for name in ("open", "replace", "unlink", "fsync"):
                patched.setattr(os, name, counted(getattr(os, name)))
            try:
                take(folder, second)
                whole = True
            except GatepostError as error:
                assert "No space left" in str(error)
                whole = False
        if whole:
            break
        take(folder, second)
        assert sorted(files_of(folder)) == [
            "partner.json", "reading/UT-524541442d555432.reading", "reading/UT-524541442d555433.reading",
            "signing.json",
        ]  # fmt: skip
        assert partners.load(folder).version == 8
        points += 1
    assert points > 8


def test_a_damaged_folder_is_not_taken_for_a_new_one(tmp_path):
    take(tmp_path, sealed())
    for content in (b"", b"{}", b"[]", b'{"format": "gatepost partner 1"}', b"\xff"):
        (tmp_path / "partner.json").write_bytes(content)
        with pytest.raises(GatepostError, match="damaged"):
            partners.load(tmp_path)
