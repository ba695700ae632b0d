"""The issuing side: what it makes is what the standards say, and the command turns mistakes into sentences."""

from __future__ import annotations

import argparse
import io
import json
from pathlib import Path

import cbor2
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from gatepost.cli import issue as command
from gatepost.errors import GatepostError
from gatepost.issue import samples
from gatepost.issue.hc1 import issue_hc1, key_id, qr_png, qr_svg
from harness.certificates import NOW, judge, p256, p384, record, rsa2048, unpack, vaccination
from PIL import Image


def make(*arguments: str | Path) -> int:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return command.run(parser.parse_args(["hc1", *map(str, arguments)]))


@pytest.fixture
def pem(tmp_path) -> Path:
    path = tmp_path / "issuer.pem"
    path.write_bytes(
        p256().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return path


@pytest.mark.parametrize("key", [p256, p384, rsa2048])
def test_the_signature_verifies_elsewhere(key):
    kid = key_id(key().public_key())
    envelope = cbor2.loads(
        unpack(issue_hc1(vaccination(), key(), kid, issuer="DE", issued=NOW, expires=NOW + 1))
    )
    assert envelope.tag == 18
    protected, unprotected, payload, signature = envelope.value
    header = cbor2.loads(protected)
    assert (header[4], dict(unprotected)) == (kid, {})
    message = cbor2.dumps(["Signature1", protected, b"", payload])
    public = key().public_key()
    if isinstance(public, ec.EllipticCurvePublicKey):
        half = len(signature) // 2
        der = encode_dss_signature(
            int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big")
        )
        public.verify(der, message, ec.ECDSA(hashes.SHA256() if half == 32 else hashes.SHA384()))
    else:
        public.verify(signature, message, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
    claims = cbor2.loads(payload)
    assert (claims[1], claims[4], claims[6]) == ("DE", NOW + 1, NOW)
    assert dict(claims[-260][1]) == vaccination()


def test_pictures_have_the_size_asked_for():
    text = issue_hc1(vaccination(), p256(), b"12345678")
    image = Image.open(io.BytesIO(qr_png(text, scale=3, border=2)))
    modules = image.width // 3 - 4
    assert image.width == image.height and (modules - 17) % 4 == 0
    assert Image.open(io.BytesIO(qr_png(text, scale=3, border=2, level="L"))).width < image.width
    assert b"<svg" in qr_svg(text)


def test_pictures_are_read_by_another_decoder():
    zxingcpp = pytest.importorskip("zxingcpp", reason="zxing-cpp comes with the extra 'bench'")
    text = issue_hc1(vaccination(), p256(), b"12345678")
    image = Image.open(io.BytesIO(qr_png(text))).convert("L")
    assert [found.text for found in zxingcpp.read_barcodes(image)] == [text]


@pytest.mark.parametrize("kind", samples.SAMPLES)
def test_samples_from_the_command_line(mp64, pem, tmp_path, kind):
    out = tmp_path / "text"
    arguments = ["--key", pem, "--sample", kind, "--issued", "2021-06-30T12:00:00Z", "--text", out]
    assert make(*arguments) == 0
    expected = {"yellow-fever": "no_rules_for_kind", "link": "needs_network"}.get(kind, "ok")
    assert judge(mp64, out.read_text(), [record(p256())], now=NOW)["code"] == expected


def test_the_holder_is_the_one_named(mp64, pem, capsys):
    arguments = [
        "--key",
        pem,
        "--family",
        "Sørensen",
        "--given",
        "Bo",
        "--birth",
        "1990-02",
        "--issued",
        str(NOW),
    ]
    make(*arguments, "--issuer", "DK")
    claims = judge(mp64, capsys.readouterr().out.rstrip("\n"), [record(p256())])["claims"]
    assert (claims["family"], claims["family_ascii"], claims["birth"]) == ("Sørensen", "SOERENSEN", "1990-02")
    assert claims["facts"]["country"] == "DK"


def test_claims_of_ones_own(mp64, pem, tmp_path, capsys):
    payload = tmp_path / "payload.json"
    payload.write_text(json.dumps(vaccination(dn=9)))
    make(
        "--key",
        pem,
        "--claims",
        payload,
        "--issued",
        str(NOW),
        "--expires",
        "none",
        "--kid",
        "0102030405060708",
    )
    verdict = judge(mp64, capsys.readouterr().out.strip("\n"), [record(p256(), kid=bytes(range(1, 9)))])
    assert (verdict["code"], verdict["claims"]["facts"]["dose"]) == ("no_expiry", 9)


def test_a_claims_set_of_ones_own(mp64, pem, tmp_path, capsys):
    claims = tmp_path / "cwt.json"
    claims.write_text(json.dumps({"4": 42, "-260": {"1": vaccination()}}))
    make("--key", pem, "--cwt", claims)
    assert judge(mp64, capsys.readouterr().out.strip("\n"))["code"] == "specimen"
    raw = tmp_path / "raw"
    raw.write_bytes(b"\x01")
    make("--key", pem, "--raw-cwt", raw)
    assert judge(mp64, capsys.readouterr().out.strip("\n"))["code"] == "bad_claims"


@pytest.mark.parametrize(
    "deviation, expected",
    [
        (["--forge"], "bad_signature"),
        (["--alg", "PS256"], "bad_algorithm"),
        (["--kid-in", "none"], "no_key_id"),
        (["--kid-in", "both", "--tag", "61+18", "--times", "float"], "ok"),
        (["--alg-in", "unprotected", "--kid-in", "unprotected", "--tag", "none"], "ok"),
        (["--tag", "61"], "bad_envelope"),
        (["--expires", "42"], "specimen"),
        (["--expires", "2021-07-01T11:59:59+00:00"], "expired"),
        (["--sub-claim", "7"], "no_rules_for_kind"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else value,
)
def test_deviations(mp64, pem, capsys, deviation, expected):
    make("--key", pem, "--issued", str(NOW - 60), *deviation)
    assert judge(mp64, capsys.readouterr().out.strip("\n"))["code"] == expected


def test_the_key_id_of_a_certificate(tmp_path, pem, capsys):
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.x509.oid import NameOID

    name = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "DE")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, p256().public_key(), 1, now, now + timedelta(days=9))
    certificate = builder.sign(p256(), hashes.SHA256())
    for encoding in (serialization.Encoding.PEM, serialization.Encoding.DER):
        path = tmp_path / "certificate"
        path.write_bytes(certificate.public_bytes(encoding))
        make("--key", pem, "--certificate", path)
        header = cbor2.loads(cbor2.loads(unpack(capsys.readouterr().out.strip("\n"))).value[0])
        assert header[4] == certificate.fingerprint(hashes.SHA256())[:8]
    both = tmp_path / "both.pem"
    both.write_bytes(pem.read_bytes() + certificate.public_bytes(serialization.Encoding.PEM))
    make("--key", both)
    assert cbor2.loads(cbor2.loads(unpack(capsys.readouterr().out.strip("\n"))).value[0])[4] == key_id(
        certificate
    )


def test_keys_of_the_keys_command(tmp_path, capsys):
    from gatepost.cli.main import main

    folder = tmp_path / "issuer"
    secret = tmp_path / "secret"
    secret.write_text("correct horse battery\n")
    assert (
        main(
            ["keys", "new", "issuer", "--country", "DE", "-o", str(folder), "--passphrase-file", str(secret)]
        )
        == 0
    )
    key = folder / "dsc.key.pem"
    capsys.readouterr()
    assert main(["issue", "hc1", "--key", str(key), "--passphrase-file", str(secret)]) == 0
    header = cbor2.loads(cbor2.loads(unpack(capsys.readouterr().out.strip("\n"))).value[0])
    from cryptography import x509

    assert header[4] == key_id(x509.load_pem_x509_certificate((folder / "dsc.crt.pem").read_bytes()))
    assert main(["issue", "hc1", "--key", str(key), "--certificate", str(folder / "csca.crt.pem")]) == 1
    assert main(["issue", "hc1", "--key", str(folder / "dsc.crt.pem")]) == 1
    assert "Traceback" not in capsys.readouterr().err


def test_pictures_from_the_command_line(pem, tmp_path, capsys):
    make("--key", pem, "--png", tmp_path / "a.png", "--svg", tmp_path / "a.svg", "--level", "L")
    assert Image.open(tmp_path / "a.png").width > 100
    assert (tmp_path / "a.svg").read_bytes().startswith(b"<?xml")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        (["--key", "nowhere.pem"], "cannot read"),
        (["--key", "{text}"], "no private key"),
        (["--key", "{pem}", "--kid", "xyz"], "hexadecimal"),
        (["--key", "{pem}", "--certificate", "{text}"], "no readable certificate"),
        (["--key", "{pem}", "--claims", "{text}"], "is not JSON"),
        (["--key", "{pem}", "--cwt", "{list}"], "JSON object"),
        (["--key", "{pem}", "--issued", "yesterday"], "neither a time"),
        (["--key", "{pem}", "--issued", "999999999999999"], "beyond the calendar"),
        (["--key", "{pem}", "--text", "/nowhere/text"], "cannot write"),
        (["--key", "{pem}", "--claims", "{big}", "--png", "big.png"], "does not fit"),
    ],
    ids=range(10),
)
def test_mistakes_become_sentences(pem, tmp_path, monkeypatch, arguments, sentence):
    monkeypatch.chdir(tmp_path)
    text, items, big = tmp_path / "text", tmp_path / "list", tmp_path / "big"
    text.write_text("nothing")
    items.write_text("[]")
    big.write_text(json.dumps({"x": [f"{number * 7919:x}" for number in range(900)]}))
    names = {"{pem}": str(pem), "{text}": str(text), "{list}": str(items), "{big}": str(big)}
    with pytest.raises(GatepostError, match=sentence):
        make(*[names.get(argument, argument) for argument in arguments])


def test_curves_that_sign_no_certificates():
    with pytest.raises(GatepostError, match="secp521r1"):
        issue_hc1({}, ec.generate_private_key(ec.SECP521R1()), b"12345678")


@pytest.mark.parametrize("sample", ["vaccination", "test", "recovery"])
def test_each_sample_has_an_identifier_of_its_own(pem, capsys, sample):
    """To withdraw one person's sample withdraws nobody else's."""

    def identifier(*options):
        assert make("--key", pem, "--sample", sample, *options) == 0
        claims = cbor2.loads(cbor2.loads(unpack(capsys.readouterr().out.strip())).value[2])
        (entry,) = claims[-260][1][sample[0]]
        return entry["ci"]

    first, second = identifier(), identifier()
    assert first != second
    assert first.startswith("URN:UVCI:01:DE:GATEPOST/")
    assert identifier("--uvci", "URN:UVCI:01:DE:1#2") == "URN:UVCI:01:DE:1#2"
