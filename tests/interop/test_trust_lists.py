"""Real lists and real signers: WHO's environments, the VCI directory, the EU's test signers, Israel's keys.

Where `cryptography` reads a certificate, its answer must be ours; where it refuses one, ours must still come.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections import Counter
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from gatepost.trust import keylist
from gatepost.trust.bundle import build_bundle
from gatepost.trust.certificate import MASKS, record_from_certificate
from gatepost.trust.records import KeyRecord
from gatepost.trust.sources import Options, read_sources

AT = 1_787_500_000  # 2026-08-23, the day after the lists were published
LISTS = ("prod-DCC", "uat-all", "dev-all", "dev-v1")
EVERYTHING = Options(at=AT, include_expired=True, include_development=True)


def who_list(corpora: Path, name: str) -> Path:
    return corpora / "who" / "trustlists" / f"{name}.did.json.gz"


def signers(corpora: Path) -> dict[str, bytes]:
    """Every certificate of the corpora, by where it stands."""
    found = {}
    for path in sorted((corpora / "dcc").glob("*.json")):
        certificate = json.loads(path.read_text(encoding="utf-8")).get("TESTCTX", {}).get("CERTIFICATE")
        if certificate:
            found[path.name] = base64.b64decode(certificate)
    for name in LISTS:
        for method in json.loads(gzip.decompress(who_list(corpora, name).read_bytes()))["verificationMethod"]:
            if isinstance(method, dict) and method["publicKeyJwk"].get("crv") != "UNKNOWN CURVE":
                found[f"{name} {method['id']}"] = base64.b64decode(method["publicKeyJwk"]["x5c"][0])
    for path in sorted((corpora / "israel" / "keys").glob("*.der")):
        found[path.name] = path.read_bytes()
    return found


def by_cryptography(der: bytes) -> tuple:
    """Key, mask and validity as `cryptography` reads them; ValueError where it will not."""
    certificate = x509.load_der_x509_certificate(der)
    key = certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey)
    numbers = key.public_numbers()
    mask = 0
    try:
        uses = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        uses = []
    for each in uses:
        mask |= MASKS.get(each.dotted_string, 0)
    values = (numbers.n, numbers.e) if isinstance(numbers, rsa.RSAPublicNumbers) else (numbers.x, numbers.y)
    limits = certificate.not_valid_before_utc.timestamp(), certificate.not_valid_after_utc.timestamp()
    return (*values, mask, *limits)


def ours(record: KeyRecord) -> tuple:
    first, second = (
        (record.n, record.e) if record.kind == "RSA" else (record.x, int.from_bytes(record.y, "big"))
    )
    return int.from_bytes(first, "big"), second, record.usage, record.not_before, record.not_after


def test_every_signer_reads_as_cryptography_reads_it(corpora):
    refused = 0
    found = signers(corpora)
    for where, der in found.items():
        record = record_from_certificate(der)
        try:
            theirs = by_cryptography(der)
        except ValueError:
            refused += 1
            assert record.not_after > record.not_before > 0, where
            continue
        assert ours(record) == theirs, where
    assert len(found) > 1000
    assert 0 < refused < 40


@pytest.mark.parametrize(
    ("name", "signers_kept", "left_out"),
    [
        ("prod-DCC", 438, {"not a document signer (CSCA)": 61, "not a document signer (DECA)": 2}),
        (
            "uat-all",
            92,
            {
                "not a document signer (CSCA)": 87,
                "not a document signer (DECA)": 1,
                "curve not supported: brainpoolP256r1": 1,
            },
        ),
    ],
)
def test_who_lists_in_full(corpora, name, signers_kept, left_out):
    records, tally = read_sources([who_list(corpora, name)], EVERYTHING)
    assert (len(records), dict(tally.skipped)) == (signers_kept, left_out)
    assert tally.read == signers_kept + sum(left_out.values())


def test_who_production_by_default(corpora):
    records, tally = read_sources([who_list(corpora, "prod-DCC")], Options(at=AT))
    assert (len(records), tally.skipped["expired"], tally.skipped["development participant"]) == (144, 289, 5)
    countries = Counter(each.country for each in records)
    assert (countries["NL"], countries["NZ"], countries[""]) == (75, 39, 1)
    assert {each.source for each in records} == {"PROD"}


def test_the_key_of_the_first_yellow_cards_is_in_the_old_list(corpora):
    records, _ = read_sources([who_list(corpora, "dev-v1")], EVERYTHING)
    assert {each.source for each in records} == {"DEV"}
    (record,) = (each for each in records if each.kid == base64.b64decode("UUuJcwmjoJM="))
    assert record.participant == "XCL" and record.country == ""


def test_the_vci_snapshot(corpora):
    records, tally = read_sources([corpora / "shc" / "vci" / "vci_snapshot.json"], Options(at=AT))
    assert (len(records), len({each.kid for each in records}), dict(tally.skipped)) == (961, 596, {})
    assert any("signature is right" in note for note in tally.notes)


def test_a_changed_snapshot_does_not_match_its_signature(corpora, tmp_path):
    for suffix in ("json", "sig", "crt"):
        data = (corpora / "shc" / "vci" / f"vci_snapshot.{suffix}").read_bytes()
        (tmp_path / f"vci_snapshot.{suffix}").write_bytes(data + (b" " if suffix == "json" else b""))
    with pytest.raises(Exception, match="does not match its signature"):
        read_sources([tmp_path / "vci_snapshot.json"], Options(at=AT))


def test_everything_fits_in_256_kb_and_the_firmware_finds_it(corpora, mp):
    sources = [who_list(corpora, "prod-DCC"), corpora / "shc" / "vci" / "vci_snapshot.json"]
    records, _ = read_sources(sources, EVERYTHING)
    assert len(records) == 438 + 961
    data = build_bundle(records, ec.generate_private_key(ec.SECP256R1()), 1, "PROD", AT)
    assert len(data) <= 256 * 1024
    found = mp.run(
        """
import io
from scanner.trust.keys import KeyList
keys = KeyList(io.BytesIO(data))
result = []
for kid, issuer in wanted:
    answer = keys.find(kid, issuer)
    one = answer[0]
    result.append((len(answer), one.x or one.n, one.y or one.e, one.usage, one.country, one.name, one.not_after))
""",
        data=keylist.encode(records),
        wanted=[(each.kid, each.issuer or None) for each in records],
    )
    for record, answer in zip(records, found, strict=True):
        assert answer == (
            1,
            record.x or record.n,
            record.y or record.e,
            record.usage,
            record.country,
            record.name,
            record.not_after,
        )


def test_israel(corpora):
    records, tally = read_sources([corpora / "israel" / "keys"], EVERYTHING)
    assert sorted(each.kind for each in records) == ["P-256", "P-256", "RSA"] and not tally.skipped
    (signer,) = (each for each in records if each.usage)
    assert (signer.kid.hex(), signer.usage, signer.country) == ("712ff0a2ed20fe9a", 7, "IL")


def test_the_icao_certificate_that_strict_parsers_refuse_or_not(corpora):
    records, _ = read_sources([corpora / "vdsnc" / "ICAOHealthMLSigner1.pem.crt"], EVERYTHING)
    assert len(records) == 1 and records[0].not_after > records[0].not_before
