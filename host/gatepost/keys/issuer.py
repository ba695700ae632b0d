"""An issuer's certificates: a country signing authority (CSCA) and a document signer (DSC) below it (HCERT 1.0.8, 3).

The lifetimes are those HCERT recommends: four years for the authority, two for the signer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

from gatepost.errors import GatepostError
from gatepost.keys.files import PrivateKey, new_private
from gatepost.trust.certificate import ARCS
from gatepost.trust.countries import alpha2
from gatepost.trust.demonstration import MARKER

USES = {"test": 1, "vaccination": 2, "recovery": 3}
CSCA_LIFE = timedelta(days=4 * 365)
_ORGANISATION = 64  # characters
DSC_LIFE = timedelta(days=2 * 365)


@dataclass(frozen=True)
class Issuer:
    """Two keys and their certificates."""

    csca_key: PrivateKey
    csca: x509.Certificate
    dsc_key: PrivateKey
    dsc: x509.Certificate


def new_issuer(
    algorithm: str = "ES256",
    country: str = "DE",
    name: str = "",
    uses: tuple[str, ...] = ("test", "vaccination", "recovery"),
    begin: datetime | None = None,
    days: int | None = None,
    demonstration: bool = False,
) -> Issuer:
    """A fresh issuer. `uses` go into the signer's extKeyUsage; none leaves it out, which allows any type. `days` is
    the signer's life from `begin` (default: now); the authority's lasts at least as long."""
    if len(country) != 2 or alpha2(country) != country:
        raise GatepostError(f"{country!r} is not an ISO 3166-1 alpha-2 country code such as DE")
    start = (begin or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)
    dsc_life = timedelta(days=days) if days else DSC_LIFE
    owner = name or f"Health Authority {country}"
    if demonstration:
        # The marker must survive the limit of an organisation name (RFC 5280, upper bounds: 64).
        owner = f"{owner[: _ORGANISATION - len(MARKER) - 3]} ({MARKER})"
    csca_key, dsc_key = new_private(algorithm), new_private(algorithm)
    csca_name, dsc_name = _name(country, owner, f"CSCA {country}"), _name(country, owner, f"DSC {country}")
    csca = _sign(
        _builder(csca_name, csca_name, csca_key, start, max(CSCA_LIFE, dsc_life))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(authority=True), critical=True),
        csca_key,
    )
    builder = (
        _builder(csca_name, dsc_name, dsc_key, start, dsc_life)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(_public(csca_key)), critical=False)
        .add_extension(_key_usage(authority=False), critical=True)
    )
    if uses:
        oids = [x509.ObjectIdentifier(f"{ARCS[0]}.{USES[each]}") for each in uses]
        builder = builder.add_extension(x509.ExtendedKeyUsage(oids), critical=False)
    return Issuer(csca_key, csca, dsc_key, _sign(builder, csca_key))


def _builder(
    issuer: x509.Name, subject: x509.Name, key: PrivateKey, start: datetime, life: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .issuer_name(issuer)
        .subject_name(subject)
        .public_key(_public(key))
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(_public(key)), critical=False)
    )


def _sign(builder: x509.CertificateBuilder, key: PrivateKey) -> x509.Certificate:
    if isinstance(key, rsa.RSAPrivateKey):
        scheme = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)
        return builder.sign(key, hashes.SHA256(), rsa_padding=scheme)
    return builder.sign(key, hashes.SHA384() if key.key_size == 384 else hashes.SHA256())


def _public(key: PrivateKey) -> ec.EllipticCurvePublicKey | rsa.RSAPublicKey:
    return key.public_key()


def _name(country: str, owner: str, common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, country),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, owner[:_ORGANISATION]),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _key_usage(authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )
