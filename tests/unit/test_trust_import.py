"""Importers: what sources hold becomes records, and what does not is counted under its reason."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID
from gatepost.errors import GatepostError
from gatepost.keys.issuer import new_issuer
from gatepost.trust.certificate import record_from_certificate, shorten
from gatepost.trust.countries import alpha2, is_development
from gatepost.trust.diff import compare
from gatepost.trust.public_keys import UnusableKey, curve_point, from_jwk, thumbprint
from gatepost.trust.records import KeyRecord, Tally, merge
from gatepost.trust.sources import Options, read_sources, write_keys

NOW = datetime(2026, 6, 1, tzinfo=UTC)
OPTIONS = Options(at=NOW.timestamp())
P256 = ec.derive_private_key(77, ec.SECP256R1())
OTHER = ec.derive_private_key(78, ec.SECP256R1())


def certificate(
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey = P256, uses: list[str] | None = None, **more: bytes
) -> bytes:
    """A signer's certificate in DER; `more` are further extensions by their dotted identifier, raw."""
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "PT"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Ministério da Saúde"),
        ]
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(5)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
    )
    if uses is not None:
        builder = builder.add_extension(
            x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.37"), _oids(uses)), critical=False
        )
    for oid, value in more.items():
        extension = x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), value)
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def _oids(uses: list[str]) -> bytes:
    from asn1crypto import core

    body = b"".join(core.ObjectIdentifier(each).dump() for each in uses)
    return b"\x30" + bytes((len(body),)) + body


@pytest.mark.parametrize(
    ("uses", "mask"),
    [
        (None, 0),
        ([], 0),
        (["1.3.6.1.5.5.7.3.2"], 0),
        (["1.3.6.1.4.1.1847.2021.1.1"], 1),
        (["1.3.6.1.4.1.1847.2021.1.2"], 2),
        (["1.3.6.1.4.1.0.1847.2021.1.3"], 4),
        (["1.3.6.1.4.1.0.1847.2021.1.1", "1.3.6.1.4.1.1847.2021.1.2", "1.3.6.1.5.5.7.3.4"], 3),
    ],
)
def test_both_arcs_of_key_usage_give_the_mask(uses, mask):
    assert record_from_certificate(certificate(uses=uses)).usage == mask


def test_a_record_says_what_the_certificate_says():
    der = certificate()
    numbers = P256.public_key().public_numbers()
    assert record_from_certificate(der) == KeyRecord(
        kid=hashlib.sha256(der).digest()[:8],
        kind="P-256",
        x=numbers.x.to_bytes(32, "big"),
        y=numbers.y.to_bytes(32, "big"),
        country="PT",
        name="Ministério da Saúde",
        not_before=int((NOW - timedelta(days=1)).timestamp()),
        not_after=int((NOW + timedelta(days=1)).timestamp()),
    )


def test_a_broken_extension_costs_only_itself():
    """Strict parsers refuse the whole certificate; key, validity and usage are still there."""
    der = certificate(uses=["1.3.6.1.4.1.1847.2021.1.2"], **{"2.5.29.31": b"\x30\x05\x01"})
    with pytest.raises(ValueError):
        _ = x509.load_der_x509_certificate(der).extensions
    record = record_from_certificate(der)
    assert (record.usage, record.country, record.kind) == (2, "PT", "P-256")


def test_an_unreadable_key_usage_never_widens_to_any():
    """The sequence's length is wrong, but the identifier in it still binds the key."""
    value = bytearray(_oids(["1.3.6.1.4.1.0.1847.2021.1.3"]))
    value[1] += 3
    assert record_from_certificate(certificate(**{"2.5.29.37": bytes(value)})).usage == 4


def test_a_truncated_certificate_is_unusable():
    der = certificate()
    for length in range(len(der)):
        with pytest.raises(UnusableKey):
            record_from_certificate(der[:length])


def test_every_bit_of_a_certificate_may_be_wrong():
    """Never another exception than UnusableKey; `check` speaks for fields that cannot be stored."""
    der = certificate(uses=["1.3.6.1.4.1.1847.2021.1.2"])
    for at in range(len(der)):
        bad = bytearray(der)
        bad[at] ^= 1 << (at % 8)
        try:
            record_from_certificate(bytes(bad))
        except GatepostError:
            continue


@pytest.mark.parametrize("algorithm", ["ES256", "ES384", "PS256"])
def test_every_algorithm_of_ours_imports(algorithm):
    made = new_issuer(algorithm, "FR", "Health Office", ("test",))
    record = record_from_certificate(made.dsc.public_bytes(Encoding.DER))
    assert record.kind == {"ES256": "P-256", "ES384": "P-384", "PS256": "RSA"}[algorithm]
    assert (record.usage, record.country, record.name) == (1, "FR", "Health Office")
    numbers = made.dsc.public_key().public_numbers()
    if algorithm == "PS256":
        assert (int.from_bytes(record.n, "big"), record.e) == (numbers.n, numbers.e)
    else:
        assert (int.from_bytes(record.x, "big"), int.from_bytes(record.y, "big")) == (numbers.x, numbers.y)


def test_an_rsa_key_under_the_identifier_of_pss_imports():
    """id-RSASSA-PSS as the key's algorithm (RFC 4055, 1.2), which deployed signers use."""
    from asn1crypto import x509 as asn1

    key = rsa.generate_private_key(65537, 2048)
    tree = asn1.Certificate.load(certificate(key))
    info = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    pss = info.replace(
        bytes.fromhex("06092a864886f70d0101010500"), bytes.fromhex("06092a864886f70d01010a3000")
    )
    assert pss != info
    tree["tbs_certificate"]["subject_public_key_info"] = type(
        tree["tbs_certificate"]["subject_public_key_info"]
    ).load(pss)
    record = record_from_certificate(tree.dump(force=True))
    assert int.from_bytes(record.n, "big") == key.public_key().public_numbers().n


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        (ec.derive_private_key(5, ec.SECP521R1()), "curve not supported: P-521"),
        (ec.derive_private_key(5, ec.SECP256K1()), "curve not supported: secp256k1"),
        (ec.derive_private_key(5, ec.BrainpoolP256R1()), "curve not supported: brainpoolP256r1"),
        (rsa.generate_private_key(65537, 1024), "RSA key of 1024 bits"),
    ],
)
def test_a_key_no_scanner_can_use_says_why(key, reason):
    with pytest.raises(UnusableKey, match=reason):
        record_from_certificate(certificate(key))


def test_a_point_beside_its_curve_is_refused():
    numbers = P256.public_key().public_numbers()
    wrong = b"\x04" + numbers.x.to_bytes(32, "big") + (numbers.y ^ 1).to_bytes(32, "big")
    with pytest.raises(UnusableKey, match="not a point"):
        curve_point("P-256", wrong)


def jwk(key: ec.EllipticCurvePrivateKey = P256, spare: bytes = b"", **more: object) -> dict:
    numbers = key.public_key().public_numbers()
    table = {
        "kty": "EC",
        "crv": "P-256",
        "x": _url(spare + numbers.x.to_bytes(32, "big")),
        "y": _url(numbers.y.to_bytes(32, "big")),
    }
    return {**table, "kid": _url(thumbprint(table)), **more}


def _url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def test_a_thirty_third_byte_is_dropped():
    assert from_jwk(jwk(spare=b"\0")) == from_jwk(jwk())
    with pytest.raises(UnusableKey):
        from_jwk(jwk(spare=b"\1"))


@pytest.mark.parametrize(
    "table",
    [
        {},
        {"kty": "EC"},
        {"kty": "oct", "k": "AA"},
        {**jwk(), "crv": "P-521"},
        {**jwk(), "x": 5},
        {**jwk(), "y": "é"},
    ],
)
def test_a_jwk_that_is_none_is_unusable(table):
    with pytest.raises(UnusableKey):
        from_jwk(table)


def test_the_thumbprint_is_that_of_rfc_7638():
    table = {
        "kty": "RSA",
        "e": "AQAB",
        "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJE"
        "CPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2Q"
        "vzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6"
        "WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
    }
    assert _url(thumbprint(table)) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


def did(**changes: object) -> dict:
    der = certificate(uses=["1.3.6.1.4.1.1847.2021.1.2"])
    kid = base64.b64encode(hashlib.sha256(der).digest()[:8]).decode()
    key = {**jwk(spare=b"\0"), "kid": kid, "x5c": [base64.b64encode(der).decode()]}
    method = {
        "id": f"did:web:tng-cdn.who.int:v2:trustlist:DCC:PRT:DSC#{kid}",
        "publicKeyJwk": key,
        "domain": {"code": "#DCC"},
        "participant": {"code": "#PRT"},
        "keyusage": {"code": "#DSC"},
        **changes,
    }
    return {"id": "did:web:tng-cdn.who.int:v2:trustlist", "verificationMethod": [method]}


def imported(tmp_path, document: object, options: Options = OPTIONS, compress: bool = False):
    data = json.dumps(document).encode()
    path = tmp_path / "source"
    path.write_bytes(gzip.compress(data) if compress else data)
    return read_sources([path], options)


@pytest.mark.parametrize("compress", [False, True])
def test_a_signer_of_who_list(tmp_path, compress):
    (record,), tally = imported(tmp_path, did(), compress=compress)
    assert (record.country, record.participant, record.domain, record.usage, record.source) == (
        "PT", "PRT", "DCC", 2, "PROD",
    )  # fmt: skip
    assert (tally.read, sum(tally.skipped.values())) == (1, 0)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"keyusage": {"code": "#CSCA"}}, "not a document signer (CSCA)"),
        ({"participant": {"code": "#XXA"}}, "development participant"),
        ({"participant": {"code": "#XCL"}}, "development participant"),
        ({"publicKeyJwk": None}, "no publicKeyJwk"),
        ({"publicKeyJwk": {**jwk(OTHER), "x5c": [base64.b64encode(certificate()).decode()]}},
         "JWK and certificate hold different keys"),
        ({"publicKeyJwk": {**jwk(), "x5c": ["AAAA"]}}, "not a certificate"),
    ],
)  # fmt: skip
def test_what_is_left_out_of_who_list_is_counted(tmp_path, changes, reason):
    records, tally = imported(tmp_path, did(**changes))
    assert (records, dict(tally.skipped)) == ([], {reason: 1})


def test_expired_and_development_keys_come_in_when_asked_for(tmp_path):
    later = Options(at=(NOW + timedelta(days=2)).timestamp())
    assert imported(tmp_path, did(), later)[1].skipped == {"expired": 1}
    assert len(imported(tmp_path, did(), replace(later, include_expired=True))[0]) == 1
    (record,), _ = imported(
        tmp_path, did(participant={"code": "#XXA"}), replace(OPTIONS, include_development=True)
    )
    assert (record.participant, record.country) == ("XXA", "")


@pytest.mark.parametrize(
    ("host", "source"),
    [("tng-cdn-uat.who.int", "UAT"), ("tng-cdn-dev.who.int", "DEV"), ("example.org", "DEV")],
)
def test_the_list_names_its_environment(tmp_path, host, source):
    (record,), _ = imported(tmp_path, {**did(), "id": f"did:web:{host}:v2:trustlist"})
    assert record.source == source


def test_a_smart_health_card_key_needs_its_issuer(tmp_path):
    assert not imported(tmp_path, {"keys": [jwk()]})[0]
    (record,), _ = imported(
        tmp_path, {"keys": [jwk(use="sig")]}, replace(OPTIONS, issuer="https://example.org")
    )
    assert (record.scheme, record.issuer, len(record.kid)) == ("SHC", "https://example.org", 32)


@pytest.mark.parametrize(
    "table", [jwk(d="AAAA"), jwk(use="enc"), {**jwk(), "kid": "AAAA"}, {**jwk(), "kid": None}, {"kty": "EC"}]
)
def test_jwks_that_must_not_be_trusted(tmp_path, table):
    records, tally = imported(tmp_path, {"keys": [table]}, replace(OPTIONS, issuer="https://example.org"))
    assert not records and sum(tally.skipped.values()) == 1


def test_an_hc1_key_whose_kid_is_not_of_eight_bytes_names_its_country(tmp_path):
    table = {"keys": [{**jwk(), "kid": "S2V5MQ=="}]}
    records, tally = imported(tmp_path, table)
    assert not records and "--country" in next(iter(tally.skipped))
    (record,), _ = imported(tmp_path, table, replace(OPTIONS, country="GB"))
    assert (record.scheme, record.kid, record.country) == ("HC1", b"Key1", "GB")
    assert not imported(tmp_path, {"keys": [{**jwk(), "kid": "A" * 24}]}, replace(OPTIONS, country="GB"))[0]


def bare(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey = P256, kid: str = "S2V5MQ==") -> dict[str, str]:
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return {"kid": kid, "publicKey": base64.b64encode(der).decode()}


def test_a_list_of_bare_keys(tmp_path):
    options = replace(OPTIONS, country="GB")
    (one, two), _ = imported(tmp_path, [bare(), bare(OTHER, "c3ByZGtleTE=")], options)
    assert (one.kid, two.kid) == (b"Key1", b"sprdkey1")
    assert {(each.scheme, each.country, each.source) for each in (one, two)} == {("HC1", "GB", "PROD")}
    assert one.x == P256.public_key().public_numbers().x.to_bytes(32, "big")
    with pytest.raises(GatepostError, match="--country"):
        imported(tmp_path, [bare()])


@pytest.mark.parametrize(
    "entry",
    [
        {"kid": "S2V5MQ==", "publicKey": "AAAA"},
        {"kid": "S2V5MQ==", "publicKey": 7},
        {"kid": "", "publicKey": bare()["publicKey"]},
        {"kid": None, "publicKey": bare()["publicKey"]},
        {"kid": "?", "publicKey": bare()["publicKey"]},
        {"kid": "S2V5MQ==", "publicKey": bare()["publicKey"] + "AAAA"},
        bare(rsa.generate_private_key(65537, 1024)),
        bare(ec.generate_private_key(ec.SECP521R1())),
    ],
    ids=range(8),
)
def test_bare_keys_that_are_none_are_counted(tmp_path, entry):
    records, tally = imported(tmp_path, [bare(OTHER), entry], replace(OPTIONS, country="GB"))
    assert len(records) == 1 and sum(tally.skipped.values()) == 1


def test_a_vci_snapshot_keeps_issuers_apart(tmp_path):
    entries = [
        {"issuer": {"iss": f"https://{n}.example.org", "name": f"Clinic {n}"}, "keys": [jwk()]}
        for n in range(3)
    ]
    records, tally = imported(tmp_path, {"issuerInfo": [*entries, {"issuer": 5}]})
    assert sorted(each.issuer for each in records) == [f"https://{n}.example.org" for n in range(3)]
    assert tally.skipped == {"malformed issuer entry": 1}


def test_folders_and_pem_files(tmp_path):
    made = new_issuer("ES256", "EE", begin=NOW)
    folder = tmp_path / "keys" / "deep"
    folder.mkdir(parents=True)
    chain = made.dsc.public_bytes(Encoding.PEM) + made.csca.public_bytes(Encoding.PEM)
    (folder / "chain.txt").write_bytes(b"# a comment\n" + chain)
    (folder / "one.bin").write_bytes(certificate())
    (folder / "readme").write_text("nothing")
    (folder / "broken.pem").write_text("-----BEGIN CERTIFICATE-----\nAAA\n-----END CERTIFICATE-----\n")
    records, tally = read_sources([tmp_path / "keys"], OPTIONS)
    assert sorted(each.country for each in records) == ["EE", "PT"]
    assert tally.skipped["file without keys"] == tally.skipped["not a certificate"] == 1
    assert sum(tally.skipped.values()) == 3
    both, _ = read_sources([folder / "chain.txt"], replace(OPTIONS, include_authorities=True))
    assert len(both) == 2


@pytest.mark.parametrize(
    "data", [b"", b"\0" * 99, b"{}", b"[1]", b"\x1f\x8b\x08rubbish", b"\x30", b"\xff\xfe"]
)
def test_a_file_that_is_no_source_is_an_error_in_one_line(tmp_path, data):
    path = tmp_path / "file"
    path.write_bytes(data)
    try:
        records, tally = read_sources([path], OPTIONS)
    except GatepostError as error:
        assert "\n" not in str(error)
    else:
        assert not records and tally.skipped


def test_records_survive_the_key_file(tmp_path):
    records = [
        record_from_certificate(certificate()),
        replace(record_from_certificate(certificate()), kid=b"x", revoked=True),
    ]
    path = tmp_path / "keys.json"
    path.write_text(write_keys(records), encoding="utf-8")
    again, _ = read_sources([path], OPTIONS)
    assert again == sorted(records, key=lambda each: each.kid)
    path.write_text(path.read_text(encoding="utf-8").replace('"P-256"', '"P-257"'), encoding="utf-8")
    with pytest.raises(GatepostError):
        read_sources([path], OPTIONS)


def test_merging_never_widens():
    record = record_from_certificate(certificate())
    wide = replace(record, usage=0, not_after=record.not_after + 50)
    narrow = replace(record, usage=3, revoked=True)
    other = replace(record, kid=b"another!")
    tally = Tally()
    merged = merge([wide, narrow, replace(record, usage=1), other], tally)
    assert merged == sorted([replace(record, usage=1, revoked=True), other], key=lambda each: each.kid)
    assert tally.skipped["duplicate"] == 2


def test_the_difference_of_two_lists():
    one = record_from_certificate(certificate())
    two, three = replace(one, kid=b"2"), replace(one, kid=b"3")
    difference = compare([one, two], [replace(one, revoked=True, usage=2), three])
    assert (difference.added, difference.removed) == ([three], [two])
    assert difference.changed[0][2] == ("usage", "revoked")
    assert not compare([one, two], [two, one])


def test_countries():
    assert (alpha2("PRT"), alpha2("pt"), alpha2("XXH"), alpha2("IOM"), alpha2("XKX")) == (
        "PT",
        "PT",
        "",
        "",
        "XK",
    )
    assert [is_development(code) for code in ("XXH", "XCL", "XT", "XKX", "PRT", "IOM")] == [True] * 3 + [
        False
    ] * 3


def test_names_are_cut_between_characters():
    assert shorten("a\n\x1b[31m") == "a  [31m"
    assert shorten("é" * 60).encode() == "é".encode() * 40
