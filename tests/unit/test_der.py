"""DER and certificates on MicroPython, held against cryptography: fields, signatures, and what is not DER."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from gatepost.issue import vdsnc
from harness.certificates import p256, p384
from harness.interpreter import DeviceError
from harness.seals import BEGIN, authority_key, authority_record, signer

HELPER = """
from scanner.credentials.x509 import Certificate
from scanner.codec import der

class Key:
    def __init__(self, members):
        for name in members:
            setattr(self, name, members[name])

def fields(data):
    found = Certificate(data)
    return [found.kind, found.x, found.y, found.not_before, found.not_after, found.authority_key, found.serial,
            found.usages, found.usages_critical, found.documents, found.may_sign, found.is_authority, found.signed]

def tried(all_data):
    found = []
    for data in all_data:
        try:
            found.append(fields(data))
        except ValueError as error:
            found.append(str(error))
    return found
"""


def fields(mp, certificate: bytes) -> list[Any]:
    return mp.run(HELPER + "result = fields(data)", "der", data=certificate)


def signed_by(mp, certificate: bytes, key: dict[str, Any]) -> bool:
    return mp.run(
        HELPER + "result = Certificate(data).is_signed_by(Key(key))", "der", data=certificate, key=key
    )


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


@pytest.mark.parametrize("key", [p256, p384])
@pytest.mark.parametrize("which", ["P-256", "P-384", "RSA"])
def test_fields_are_those_cryptography_reads(mp, key, which):
    usage = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
    certificate = signer(key(3), which=which, more=((usage, True),))
    found = fields(mp, der(certificate))
    numbers = certificate.public_key().public_numbers()
    size = numbers.curve.key_size // 8
    assert found[:3] == [
        f"P-{numbers.curve.key_size}",
        numbers.x.to_bytes(size, "big"),
        numbers.y.to_bytes(size, "big"),
    ]
    assert found[3:5] == [
        int(certificate.not_valid_before_utc.timestamp()),
        int(certificate.not_valid_after_utc.timestamp()),
    ]
    aki = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    assert found[5] == aki.key_identifier == authority_record(which)["kid"]
    assert int.from_bytes(found[6], "big") == certificate.serial_number
    assert found[7:12] == [[b"\x67\x81\x08\x01\x01\x0e\x02"], True, [b"NV", b"NT"], True, False]
    assert found[12] == certificate.tbs_certificate_bytes
    assert signed_by(mp, der(certificate), authority_record(which))


def test_a_certificate_without_extensions_and_an_authoritys(mp):
    name = x509.Name([])
    bare = x509.CertificateBuilder(
        name, name, p256(3).public_key(), 5, BEGIN, datetime(2051, 2, 3, tzinfo=UTC)
    )
    found = fields(mp, der(bare.sign(p256(7), hashes.SHA256())))
    assert found[4] == int(datetime(2051, 2, 3, tzinfo=UTC).timestamp())  # a GeneralizedTime
    assert found[5:12] == [b"", b"\x05", None, False, None, True, False]
    assert fields(mp, der(vdsnc.authority(p384(7), begin=BEGIN)))[11] is True
    certificate = vdsnc.authority(authority_key("RSA"), begin=BEGIN)
    with pytest.raises(DeviceError, match="no curve"):
        fields(mp, der(certificate))


@pytest.mark.parametrize(
    "which, algorithm, pss",
    [("P-256", hashes.SHA384(), False), ("RSA", None, True), ("P-384", hashes.SHA384(), False)],
)
def test_other_algorithms_of_authorities(mp, which, algorithm, pss):
    certificate = der(signer(which=which, hash_algorithm=algorithm, pss=pss))
    assert signed_by(mp, certificate, authority_record(which)) is True
    other = authority_record(which) | ({"x": authority_record(which)["y"]} if which != "RSA" else {"e": 3})
    assert signed_by(mp, certificate, other) is False


@pytest.mark.parametrize(
    "which, algorithm, pss",
    [("RSA", hashes.SHA512(), False), ("RSA", hashes.SHA384(), True), ("P-384", hashes.SHA256(), False),
     ("P-256", hashes.SHA512(), False)],
)  # fmt: skip
def test_algorithms_that_are_not_ours(mp, which, algorithm, pss):
    certificate = der(signer(which=which, hash_algorithm=algorithm, pss=pss))
    with pytest.raises(DeviceError, match="ValueError"):
        signed_by(mp, certificate, authority_record(which))


def test_a_signature_by_another_key_or_of_another_kind(mp):
    certificate = der(signer())
    assert signed_by(mp, certificate, authority_record("P-256")) is True
    assert signed_by(mp, certificate[:-1] + bytes([certificate[-1] ^ 1]), authority_record("P-256")) is False
    with pytest.raises(DeviceError, match="ValueError"):
        signed_by(mp, certificate, authority_record("RSA"))


def sequence(tag: int, body: bytes) -> bytes:
    if len(body) < 0x80:
        return bytes([tag, len(body)]) + body
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + body


def rebuilt(certificate: bytes, old: bytes, new: bytes) -> bytes:
    """The certificate with one piece of its body exchanged, all lengths around it mended; its signature is stale."""
    assert certificate.count(old) == 1
    return _mend(certificate, old, new)


def _mend(data: bytes, old: bytes, new: bytes) -> bytes:
    out = b""
    at = 0
    while at < len(data):
        tag, start, end = _element(data, at)
        content = data[start:end]
        whole = data[at:end]
        if whole == old:
            out += new
        elif (old in content and tag & 0x20) or (old in content and tag == 4):
            out += sequence(tag, _mend(content, old, new))
        else:
            out += whole
        at = end
    return out


def _element(data: bytes, at: int) -> tuple[int, int, int]:
    size, start = data[at + 1], at + 2
    if size & 0x80:
        count = size & 0x7F
        size, start = int.from_bytes(data[start : start + count], "big"), start + count
    return data[at], start, start + size


def small(more: tuple[tuple[x509.ExtensionType, bool], ...] = ()) -> bytes:
    name = x509.Name([])
    builder = x509.CertificateBuilder(
        name, name, p256(3).public_key(), 5, BEGIN, datetime(2031, 2, 3, tzinfo=UTC)
    )
    identifier = x509.AuthorityKeyIdentifier(bytes(range(20)), None, None)
    builder = builder.add_extension(identifier, critical=False)
    for extension, critical in more:
        builder = builder.add_extension(extension, critical=critical)
    return der(builder.sign(p256(7), hashes.SHA256()))


def test_what_deployed_certificates_do_differently_is_read(mp):
    certificate = small()
    for new in (b"\x02\x01\x85", b"\x02\x1e" + b"\x11" * 30, b"\x02\x01\x00"):
        assert fields(mp, _mend(certificate, b"\x02\x01\x05", new))[6] == new[2:]
    # A FALSE that DER would leave out.
    head = b"\x06\x03\x55\x1d\x23"
    body = sequence(4, sequence(0x30, b"\x80\x14" + bytes(range(20))))
    spelled = _mend(certificate, sequence(0x30, head + body), sequence(0x30, head + b"\x01\x01\x00" + body))
    assert len(spelled) == len(certificate) + 3
    assert fields(mp, spelled)[5] == bytes(range(20))


def explicit(key: ec.EllipticCurvePrivateKey) -> tuple[bytes, bytes]:
    """The key's SubjectPublicKeyInfo with a named curve, and with the curve spelled out (SEC 1, C.2)."""
    from cryptography.hazmat.primitives.serialization import PublicFormat

    public = key.public_key()
    named = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    point = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    wide = key.curve.name == "secp384r1"
    prime = 2**384 - 2**128 - 2**96 + 2**32 - 1 if wide else 2**256 - 2**224 + 2**192 + 2**96 - 1
    size = 48 if wide else 32
    curve = b"\x06\x05\x2b\x81\x04\x00\x22" if wide else b"\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"
    assert curve in named
    field = sequence(
        0x30, b"\x06\x07\x2a\x86\x48\xce\x3d\x01\x01" + sequence(2, b"\x00" + prime.to_bytes(size, "big"))
    )
    coefficients = sequence(0x30, sequence(4, bytes(size)) + sequence(4, bytes(size)))
    spelled = sequence(0x30, b"\x02\x01\x01" + field + coefficients + sequence(4, point) + b"\x02\x01\x01")
    algorithm = sequence(0x30, b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01" + spelled)
    return named, sequence(0x30, algorithm + sequence(3, b"\x00" + point))


@pytest.mark.parametrize("key", [p256, p384])
def test_curves_that_are_spelled_out(mp, key):
    certificate = der(signer(key(3)))
    named, spelled = explicit(key(3))
    found = fields(mp, rebuilt(certificate, named, spelled))
    assert found[:3] == fields(mp, certificate)[:3]
    other = spelled.replace(b"\xff" * 8, b"\xff" * 7 + b"\xfe", 1)
    with pytest.raises(DeviceError, match="curve"):
        fields(mp, rebuilt(certificate, named, other))


@pytest.mark.parametrize(
    "extension, critical, fine",
    [
        (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), b"\x05\x00"), True, False),
        (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), b"\x05\x00"), False, True),
        (x509.NameConstraints([x509.DNSName("a")], None), True, False),
        (x509.SubjectKeyIdentifier(b"123"), True, True),
    ],
)
def test_critical_extensions(mp, extension, critical, fine):
    certificate = small(((extension, critical),))
    if fine:
        fields(mp, certificate)
    else:
        with pytest.raises(DeviceError, match="critical"):
            fields(mp, certificate)


def test_no_cut_and_no_flipped_bit_is_more_than_a_value_error(mp):
    """And what still reads has the fields of the original, or others in the very place that was bent."""
    certificate = der(signer())
    cuts = [certificate[:end] for end in range(len(certificate))]
    assert all(isinstance(each, str) for each in mp.run(HELPER + "result = tried(data)", "der", data=cuts))
    draw = random.Random(5280)
    bent = []
    for bit in draw.sample(range(len(certificate) * 8), 900):
        flipped = bytearray(certificate)
        flipped[bit // 8] ^= 1 << bit % 8
        bent.append(bytes(flipped))
    found = mp.run(HELPER + "result = tried(data)", "der", data=bent)
    assert len(found) == len(bent)
    assert sum(isinstance(each, str) for each in found) > 100


@pytest.mark.parametrize("size", [32, 48])
def test_ecdsa_signatures_are_those_of_cryptography(mp, size):
    key, algorithm = (p256(3), hashes.SHA256()) if size == 32 else (p384(3), hashes.SHA384())
    for number in range(20):
        signature = key.sign(bytes([number]), ec.ECDSA(algorithm))
        r, s = decode_dss_signature(signature)
        raw = mp.call("scanner.codec.der:ecdsa_signature", signature, size)
        assert raw == r.to_bytes(size, "big") + s.to_bytes(size, "big")
    for r, s in ((1, 1), (127, 128), (2 ** (8 * size) - 1, 2 ** (8 * size - 8))):
        raw = mp.call("scanner.codec.der:ecdsa_signature", encode_dss_signature(r, s), size)
        assert raw == r.to_bytes(size, "big") + s.to_bytes(size, "big")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "30",
        "3000",
        "3006020101020101" + "00",
        "300602010102010100",
        "3003020101",
        "3080020101020101" + "0000",
        "308106020101020101",
        "30060201ff020101",
        "30070202000102" + "0101",
        "3006020101030101",
        "3006020101020201",
        "3005020002" + "0101",
        "31060201010201" + "01",
        "3009020101020101020101",
        "30260221" + "01" + "00" * 32 + "020101",
        "3084ffffffff",
        "30820006020101020101",
    ],
)
def test_signatures_that_are_no_der(mp, text):
    with pytest.raises(DeviceError, match="ValueError"):
        mp.call("scanner.codec.der:ecdsa_signature", bytes.fromhex(text), 32)


TIME = """
from scanner.codec.der import Der
result = []
for text in texts:
    try:
        result.append(Der(text).time())
    except ValueError:
        result.append(None)
"""


def test_times(mp):
    def utc(text: str) -> bytes:
        return b"\x17" + bytes([len(text)]) + text.encode()

    def wide(text: str) -> bytes:
        return b"\x18" + bytes([len(text)]) + text.encode()

    good = {
        utc("210831140000Z"): datetime(2021, 8, 31, 14, tzinfo=UTC),
        utc("491231235959Z"): datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC),
        utc("700101000000Z"): datetime(1970, 1, 1, tzinfo=UTC),
        wide("20510203040506Z"): datetime(2051, 2, 3, 4, 5, 6, tzinfo=UTC),
    }
    bad = [
        utc("2108311400Z"),
        utc("210831140000"),
        utc("210831140000+"),
        utc("210831140060Z"),
        utc("210831240000Z"),
        utc("210230000000Z"),
        utc("21083114000\xe9Z"),
        utc("2108311400-1Z"),
        wide("210831140000Z"),
        wide("20210831140000.5Z"),
        wide("2021083114000Z"),
    ]
    found = mp.run(TIME, "times", texts=[*good, *bad])
    assert found == [int(each.timestamp()) for each in good.values()] + [None] * len(bad)
