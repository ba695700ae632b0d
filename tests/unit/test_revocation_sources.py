"""Lists of withdrawn certificates as issuers publish them, and the commands that make bundles of them."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import cbor2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from gatepost.cli import main
from gatepost.errors import GatepostError
from gatepost.issue import ith1
from gatepost.keys import files
from gatepost.revocation.bundle import read_content
from gatepost.revocation.identifiers import of_certificate
from gatepost.revocation.records import HEADER, Withdrawal, merge, read_file, write_file
from gatepost.revocation.sources import Options, read_sources
from gatepost.trust.bundle import read_bundle
from harness.cards import card, vaccinated
from harness.certificates import holder, issue, negative_test, p256, rsa2048, unpack, vaccination
from harness.seals import signer
from hypothesis import given
from hypothesis import strategies as st

KID = hashlib.sha256(b"kid").digest()
KID_TEXT = base64.urlsafe_b64encode(KID).rstrip(b"=").decode()


def short(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()[:16]


def read(path: Path, *texts: object, **options):
    for number, text in enumerate(texts):
        (path / f"{number}.json").write_text(text if isinstance(text, str) else json.dumps(text))
    return read_sources([path], Options(**options))


def batch(kind: str = "UCI", expires: str | None = "2099-01-01T00:00:00Z", hashes: list[bytes] | None = None):
    rows = [{"hash": base64.b64encode(each).decode()} for each in hashes or [bytes(16), b"\1" * 16]]
    return {"country": "DE", "expires": expires, "kid": "UNKNOWN_KID", "hashType": kind, "entries": rows}


def test_batches_of_the_gateway(tmp_path):
    entries, tally = read(tmp_path, batch(), batch("SIGNATURE"), [batch("COUNTRYCODEUCI"), batch()])
    assert [each.line() for each in entries] == [
        f"HC1 {kind} {digest.hex()}"
        for kind in ("COUNTRYCODEUCI", "SIGNATURE", "UCI")
        for digest in (bytes(16), b"\1" * 16)
    ]
    assert tally.read == 8 and not tally.skipped


def test_an_expired_batch_and_a_short_hash_are_left_out_and_counted(tmp_path):
    entries, tally = read(
        tmp_path, batch(expires="2022-01-01T00:00:00Z"), batch(hashes=[b"short", b"\2" * 16]), batch(expires=None),
        at=datetime(2022, 6, 1, tzinfo=UTC).timestamp(),
    )  # fmt: skip
    assert {each.digest for each in entries} == {bytes(16), b"\1" * 16, b"\2" * 16}
    assert dict(tally.skipped) == {"of a batch that has expired": 2, "not a hash of 16 bytes": 1}


def card_list(*rids: object, method: str = "rid", kid: object = KID_TEXT):
    return {"kid": kid, "method": method, "ctr": 1, "rids": list(rids)}


def test_lists_of_smart_health_cards(tmp_path):
    entries, tally = read(
        tmp_path, card_list("abc", "def.1687450765", "$wrong!", "a" * 25, 7, "x.99999999999")
    )
    assert entries == sorted(
        [
            Withdrawal("SHC", "RID", short(b"abc"), KID),
            Withdrawal("SHC", "RID", short(b"def"), KID, 1687450765),
        ]
    )
    assert dict(tally.skipped) == {"not a revocation identifier": 4}


def test_of_several_moments_the_latest_counts_and_none_is_later():
    one = Withdrawal("SHC", "RID", bytes(16), KID, 5)
    later, always = one._replace(before=7), one._replace(before=0)
    assert merge([one, later]) == merge([later, one, one]) == [later]
    assert merge([one, always, later]) == [always]


def test_the_published_lists(corpora):
    entries, _ = read_sources(
        [corpora / "shc" / "spec-examples" / "issuer" / "well-known" / "crl"], Options()
    )
    assert sorted(each.before for each in entries) == [0, 0, 1687450765, 1687450765]
    bad = corpora / "shc" / "dev-tools" / "badcrl"
    with pytest.raises(GatepostError, match="method 'invalid-method'"):
        read_sources([bad / "invalid-method" / "well-known" / "crl"], Options())
    for name, kept, left in (("duplicate-rid", 2, 0), ("non-base64url-rid", 2, 2), ("too-long-rid", 3, 1)):
        entries, tally = read_sources([bad / name / "well-known" / "crl"], Options())
        assert (len(entries), sum(tally.skipped.values())) == (kept, left), name


def test_plain_identifiers(tmp_path):
    (tmp_path / "list.txt").write_text("# two\nURN:UVCI:01:DE:1#2\n\nURN:UVCI:01:DE:3#4\r\n")
    entries, tally = read_sources([tmp_path / "list.txt"], Options(scheme="VDS-NC"))
    assert {each[:3] for each in entries} == {
        ("VDS-NC", "UCI", short(b"URN:UVCI:01:DE:1#2")), ("VDS-NC", "UCI", short(b"URN:UVCI:01:DE:3#4")),
    }  # fmt: skip
    assert tally.read == 2


def test_signers_by_their_certificates(tmp_path):
    """By what their authority signed, in whatever form the file has it."""
    ders = []
    for number, each in enumerate((signer(), signer(which="RSA"))):
        ders.append(each.public_bytes(Encoding.DER))
        (tmp_path / f"{number}.pem").write_bytes(each.public_bytes(Encoding.PEM))
    (tmp_path / "again.der").write_bytes(ders[0])
    entries, tally = read_sources([tmp_path], Options(scheme="VDS-NC", kind="CERTIFICATE"))
    bodies = [x509.load_der_x509_certificate(each).tbs_certificate_bytes for each in ders]
    assert {each[:3] for each in entries} == {("VDS-NC", "CERTIFICATE", short(each)) for each in bodies}
    assert (tally.read, len(entries)) == (3, 2)
    (tmp_path / "number.txt").write_text("UT0000000041\n")
    with pytest.raises(GatepostError, match="no certificate of a signer"):
        read_sources([tmp_path], Options(scheme="VDS-NC", kind="CERTIFICATE"))
    with pytest.raises(GatepostError, match="HC1 certificates are not withdrawn by CERTIFICATE"):
        read_sources([tmp_path / "again.der"], Options(kind="CERTIFICATE"))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"{", "begins as JSON"),
        (b'{"keys": []}', "neither a batch"),
        (b'{"batches": [], "more": false}', "the batches that it names"),
        (json.dumps(batch("NUMBER")).encode(), "not known"),
        (json.dumps(batch(expires="soon")).encode(), "no time"),
        (json.dumps(card_list("abc", kid="")).encode(), "without a kid"),
        (json.dumps(card_list("abc", kid=5)).encode(), "without a kid"),
        (b"\xff\xfe\0", "no list of withdrawn"),
        (b"abc\0def\n", "line 1: no identifier"),
        (f"{HEADER}\nHC1 UCI 00\n".encode(), "line 2"),
        (f"{HEADER}\nHC1 RID {'0' * 32}\n".encode(), "line 2"),
        (f"{HEADER}\nSHC RID {'0' * 32}\n".encode(), "line 2"),
    ],
)
def test_what_is_no_list(tmp_path, content, why):
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(GatepostError, match=why):
        read_sources([tmp_path / "x"], Options())


@given(
    st.lists(
        st.builds(
            Withdrawal, st.just("SHC"), st.just("RID"), st.binary(min_size=16, max_size=16),
            st.binary(min_size=1, max_size=40), st.integers(0, 2**32 - 1),
        )
    )
)  # fmt: skip
def test_a_file_holds_what_was_written(tmp_path_factory, entries):
    path = tmp_path_factory.mktemp("lists") / "withdrawn.txt"
    path.write_text(write_file(merge(entries)))
    assert read_file(path) == merge(entries)
    assert read_sources([path], Options())[0] == merge(entries)


@pytest.mark.parametrize(
    "where", [{"alg_in": "unprotected"}, {"alg_in": "unprotected", "kid_in": "unprotected"}]
)
def test_the_algorithm_may_stand_in_either_header(where):
    text = issue(vaccination(ci="X#1"), **where)
    signature = cbor2.loads(unpack(text)).value[3]
    assert of_certificate(text)[-1] == Withdrawal("HC1", "SIGNATURE", short(signature[:32]))


def test_identifiers_of_other_content():
    entry = {
        "ci": "URN:UVCI:01:GB:1#A",
        "co": "GB",
        "df": "2021-06-30T10:00:00Z",
        "du": "2021-07-02T10:00:00Z",
    }
    assert of_certificate(issue(holder() | {"d": [entry]}))[0][:3] == (
        "HC1",
        "UCI",
        short(entry["ci"].encode()),
    )
    for text in (
        issue({"name": "Eddie", "hcid": {"code": " US1"}}, sub_claim=3),
        issue({"name": "Eddie", "test": [{"hcid": "US1"}]}, sub_claim=4),
        issue(None, claims={"name": "Eddie", "hcid": "US1", 4: 2_000_000_000}),
    ):
        assert of_certificate(text)[0][:3] == ("HC1", "UCI", short(b"US1"))


def test_a_card_of_several_codes_and_a_sealed_certificate():
    digits = card(vaccinated(), rid="abc-123")[5:]
    parts = [f"shc:/{number}/2/{part}" for number, part in ((2, digits[400:]), (1, digits[:400]))]
    assert of_certificate("\n".join(parts) + "\n") == of_certificate("shc:/" + digits)
    with pytest.raises(GatepostError, match="all of them"):
        of_certificate(parts[0])
    reading = ith1.ReadingKey(b"READ-UT1", "UT", 0, 2**32 - 1, bytes(range(32)))
    sealed = ith1.issue_ith1(
        ith1.sample("test", datetime(2021, 7, 1, tzinfo=UTC)),
        p256(),
        b"12345678",
        reading,
        issued=0,
        expires=2**31,
    )
    assert of_certificate(sealed, [reading])[0][:3] == ("ITH1", "NUMBER", short(b"ITHC-20210701-000001"))
    with pytest.raises(GatepostError, match="--reading-key must name its key, " + b"READ-UT1".hex()):
        of_certificate(sealed)
    with pytest.raises(GatepostError, match="not that of the reading key"):
        of_certificate(sealed, [ith1.ReadingKey(b"READ-UT1", "UT", 0, 2**32 - 1, bytes(32))])


def test_lines_of_cards_end_in_a_moment_as_their_lists_do(tmp_path, run):
    (tmp_path / "rids.txt").write_text("abc\ndef.1687450765\n")
    entries, _ = read_sources([tmp_path / "rids.txt"], Options(scheme="SHC", kid=KID))
    dated = Withdrawal("SHC", "RID", short(b"def"), KID, 1687450765)
    assert entries == sorted([Withdrawal("SHC", "RID", short(b"abc"), KID), dated])
    listed = tmp_path / "withdrawn.txt"
    revoking = ("trust", "revoke", listed, "--scheme", "SHC", "--kid", KID_TEXT, "--uvci", "def.1687450765")
    assert run(*revoking)[0] == 0
    assert read_file(listed) == [dated]


def test_identifiers_of_a_certificate():
    for payload, key in (
        (vaccination(ci="X#1"), None),
        (negative_test(ci="Y#1"), None),
        (vaccination(ci="Z"), rsa2048()),
    ):
        text = issue(payload, key)
        signature = cbor2.loads(unpack(text)).value[3]
        number = next(entry["ci"] for row in "vt" for entry in payload.get(row, ()))
        assert of_certificate(text) == [
            Withdrawal("HC1", "UCI", short(number.encode())),
            Withdrawal("HC1", "SIGNATURE", short(signature if key else signature[:32])),
        ]
    for text in ("HC1:", "HC1:%%%", "HC1:" + "A" * 40, "shc:/123", "{}", "AAAA#{}", "ITH1:", "hello", ""):
        with pytest.raises(GatepostError):
            of_certificate(text)


def test_the_commands(run, tmp_path):
    key = ec.generate_private_key(ec.SECP256R1())
    files.save_private(tmp_path / "key.pem", key, None)
    listed = tmp_path / "withdrawn.txt"
    (tmp_path / "batch.json").write_text(json.dumps(batch()))
    code, out, err = run("trust", "revocations", "import", tmp_path / "batch.json", "-o", listed)
    assert (code, err) == (0, "") and "2 entries read, 2 different ones kept" in out
    code, out, _ = run("trust", "revoke", listed, "--uvci", "URN:UVCI:01:DE:1#2")
    assert code == 0 and f"withdrawn: HC1 UCI {short(b'URN:UVCI:01:DE:1#2').hex()}" in out
    run(
        "trust",
        "revoke",
        listed,
        "--scheme",
        "SHC",
        "--uvci",
        "abc",
        "--kid",
        KID_TEXT,
        "--before",
        "2023-01-01",
    )
    (tmp_path / "card.txt").write_text(issue(vaccination(ci="X#1")) + "\n")
    assert run("trust", "revoke", listed, "--certificate", tmp_path / "card.txt", "--json")[0] == 0
    assert json.loads(run("trust", "revocations", "list", listed, "--json")[1]) == {
        str(listed): {"HC1 SIGNATURE": 1, "HC1 UCI": 4, "SHC RID": 1}
    }
    first = tmp_path / "first.gatepost"
    code, out, err = run(
        "trust", "revocations", "bundle", listed, "--key", tmp_path / "key.pem", "--version", 4, "-o", first
    )
    assert (code, err) == (0, "") and "version 4" in out
    assert dict(read_content(read_bundle(first.read_bytes(), key.public_key())).counts) == {
        "revoked": 5,
        "dated": 1,
    }
    assert "revoked: 5" in run("trust", "revocations", "list", first)[1]
    assert "kind: revocation" in run("trust", "inspect", first)[1]
    assert run("trust", "revoke", listed, "--uvci", "URN:UVCI:01:DE:1#2", "--undo")[0] == 0
    code, _, err = run("trust", "revoke", listed, "--uvci", "URN:UVCI:01:DE:1#2", "--undo")
    assert code == 1 and "does not hold it" in err
    code, out, _ = run(
        "trust", "revocations", "bundle", listed, "--after", first, "--key", tmp_path / "key.pem", "-o",
        tmp_path / "next.gatepost", "--json",
    )  # fmt: skip
    assert code == 0 and json.loads(out)["kept"] == 5


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--uvci", "x", "--kind", "RID"], "not withdrawn by RID"),
        (["--uvci", "x", "--scheme", "VDS-NC", "--kind", "CERTIFICATE"], "is no text"),
        (["--uvci", "x", "--kind", "SIGNATURE"], "is no text"),
        (["--signer", "/nowhere"], "cannot read"),
        (["--uvci", "x", "--scheme", "SHC"], "name the kid"),
        (["--hash", "xyz"], "not hexadecimal"),
        (["--hash", "00"], "16 bytes"),
        (["--uvci", "x", "--scheme", "SHC", "--kid", "ö"], "not base64"),
        (["--uvci", "x", "--scheme", "SHC", "--kid", "x", "--before", "soon"], "not a time"),
        (["--certificate", "/nowhere"], "cannot read"),
    ],
)
def test_what_cannot_be_withdrawn(run, tmp_path, arguments, why):
    code, _, err = run("trust", "revoke", tmp_path / "withdrawn.txt", *arguments)
    assert code == 1 and why in err
    assert not (tmp_path / "withdrawn.txt").exists()


def test_help_has_examples(capsys):
    for arguments in (["trust", "revoke", "--help"], ["trust", "revocations", "--help"]):
        with pytest.raises(SystemExit):
            main.main(arguments)
        assert "examples:" in capsys.readouterr().out
