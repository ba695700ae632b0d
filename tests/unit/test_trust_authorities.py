"""Import of passport authorities and of Green Pass signers: as what they are named, and as nothing else."""

from __future__ import annotations

import hashlib

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from gatepost.issue import vdsnc
from gatepost.trust.authorities import green_pass_signer, passport_authority
from gatepost.trust.public_keys import UnusableKey
from gatepost.trust.sources import Options, read_sources
from harness.certificates import p256, p384
from harness.seals import BEGIN, rsa4096, signer


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


@pytest.mark.parametrize("key", [p256, p384, rsa4096])
def test_a_passport_authority(key):
    certificate = vdsnc.authority(key(), "AU", BEGIN)
    record = passport_authority(der(certificate), "UAT")
    assert (record.scheme, record.country, record.participant) == ("VDS-NC", "AU", "AUS")
    assert (record.source, record.usage) == ("UAT", 0)
    assert record.kid == x509.SubjectKeyIdentifier.from_public_key(key().public_key()).digest


def test_an_authority_without_a_key_identifier_gets_the_hash_of_its_key():
    name = x509.Name([x509.NameAttribute(x509.NameOID.COUNTRY_NAME, "UT")])
    builder = x509.CertificateBuilder(name, name, p256().public_key(), 5, BEGIN, BEGIN.replace(year=2031))
    from cryptography.hazmat.primitives import hashes

    certificate = builder.add_extension(x509.BasicConstraints(True, None), True).sign(p256(), hashes.SHA256())
    expected = x509.SubjectKeyIdentifier.from_public_key(p256().public_key()).digest
    assert passport_authority(der(certificate)).kid == expected
    assert len(expected) == hashlib.sha1().digest_size


@pytest.mark.parametrize(
    "certificate, words",
    [(signer(), "not a CA"), (vdsnc.authority(p256(), "QQ", BEGIN), "no country")],
)
def test_what_is_no_passport_authority(certificate, words):
    with pytest.raises(UnusableKey, match=words):
        passport_authority(der(certificate))


def test_a_green_pass_signer():
    record = green_pass_signer(der(signer()))
    assert (record.scheme, record.kid, record.country) == ("IL", b"IL/P-256", "IL")
    with pytest.raises(UnusableKey, match="P-384"):
        green_pass_signer(der(signer(p384(8))))


def test_no_certificate_becomes_another_schemes_by_chance(tmp_path):
    (tmp_path / "csca.crt").write_bytes(der(vdsnc.authority(p256(), "AU", BEGIN)))
    records, tally = read_sources([tmp_path / "csca.crt"], Options(include_expired=True))
    assert not records
    assert any("--scheme VDS-NC" in why for why in tally.skipped)
    records, _ = read_sources([tmp_path / "csca.crt"], Options(include_expired=True, scheme="VDS-NC"))
    assert [each.scheme for each in records] == ["VDS-NC"]


@pytest.mark.parametrize(("name", "kid"), [("RamzorQRPubKey", b"IL/RSA"), ("RamzorQRPubKeyEC", b"IL/P-256")])
def test_the_keys_israel_published(corpora, name, kid):
    path = corpora / "israel" / "keys" / f"{name}.der"
    records, _ = read_sources([path], Options(include_expired=True, scheme="IL"))
    assert [(each.kid, each.country) for each in records] == [(kid, "IL")]
