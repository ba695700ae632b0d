"""The issuing side of SMART Health Cards: what it makes, other libraries read; the command says what is wrong."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from gatepost.cli.main import main
from gatepost.issue import qr, shc
from gatepost.trust.sources import Options, read_sources
from harness.cards import ISSUER, card_record, unbase64, vaccinated
from harness.certificates import NOW, judge, p256, p384
from harness.pictures import luminance


def written(path: Path, key: ec.EllipticCurvePrivateKey) -> Path:
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return path


@pytest.fixture
def pem(tmp_path) -> Path:
    return written(tmp_path / "issuer.pem", p256())


def test_the_signature_verifies_elsewhere():
    jws = shc.issue_shc(vaccinated(), p256(), ISSUER, issued=NOW + 0.25, expires=NOW + 60, rid="A1")
    signed, _, signature = jws.rpartition(".")
    raw = unbase64(signature)
    r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    p256().public_key().verify(encode_dss_signature(r, s), signed.encode(), ec.ECDSA(hashes.SHA256()))
    header, payload = (unbase64(each) for each in signed.split("."))
    assert json.loads(header) == {
        "zip": "DEF",
        "alg": "ES256",
        "kid": shc.kid_of(p256().public_key()),
    }
    content = json.loads(zlib.decompress(payload, -15))
    assert (content["iss"], content["nbf"], content["exp"]) == (ISSUER, NOW + 0.25, NOW + 60)
    assert content["vc"]["rid"] == "A1"
    assert content["vc"]["credentialSubject"]["fhirBundle"] == vaccinated()


@pytest.mark.parametrize("length, count", [(1195, 1), (1196, 2), (2382, 2), (2383, 3)])
def test_long_cards_are_cut_into_chunks_of_equal_length(length, count):
    jws = "e" * length
    texts = shc.texts(jws)
    assert len(texts) == count
    bodies = [text.rpartition("/")[2] for text in texts]
    joined = "".join(
        chr(int(digits[at : at + 2]) + 45) for digits in bodies for at in range(0, len(digits), 2)
    )
    assert joined == jws
    assert max(map(len, bodies)) - min(map(len, bodies)) <= 2 * count
    assert all(len(digits) <= 2 * 1191 + 8 for digits in bodies)


def test_the_code_has_the_segments_the_framework_asks_for(mp, tmp_path):
    text = shc.texts(shc.issue_shc(vaccinated(), p256(), ISSUER, issued=NOW))[0]
    (tmp_path / "code.png").write_bytes(qr.qr_png(shc.segments(text), level="L"))
    image = luminance(tmp_path / "code.png")
    found = mp.run(
        "from scanner.vision.decoder import Decoder\n"
        "symbols = Decoder(w, h).decode(frame, w, h)\n"
        "result = [(bytes(symbol.payload), list(symbol.segments)) for symbol in symbols]",
        frame=image.tobytes(),
        w=image.width,
        h=image.height,
    )
    assert [payload for payload, _ in found] == [text.encode()]
    assert found[0][1] == ["byte", "numeric"]


def test_the_command_and_its_key_set(mp64, pem, tmp_path, capsys):
    jwks = tmp_path / "jwks.json"
    arguments = [
        "issue",
        "shc",
        "--key",
        str(pem),
        "--issuer",
        ISSUER,
        "--issued",
        str(NOW),
        "--jwks",
        str(jwks),
    ]
    assert main([*arguments, "--sample", "test", "--family", "Rojas"]) == 0
    text = capsys.readouterr().out.strip()
    records, _ = read_sources([jwks], Options(issuer=ISSUER))
    assert (records[0].scheme, records[0].issuer, records[0].kid) == ("SHC", ISSUER, card_record()["kid"])
    verdict = judge(mp64, text, [card_record()])
    assert (verdict["code"], verdict["claims"]["family"]) == ("no_rules_for_kind", "Rojas")
    assert verdict["claims"]["facts"]["result"] == "negative"
    assert main([*arguments, "--forge", "--expires", str(NOW + 5)]) == 0
    assert judge(mp64, capsys.readouterr().out.strip(), [card_record()])["code"] == "bad_signature"
    assert main([*arguments, "--chunk", "300", "--text", str(tmp_path / "card.txt")]) == 0
    assert (tmp_path / "card-1.txt").read_text().startswith("shc:/1/")


@pytest.mark.parametrize(
    "options, words",
    [
        (["--chunk", "5"], "--chunk 5"),
        (["--issued", "none"], "when it was issued"),
        (["--issued", "yesterday"], "neither a time"),
        (["--bundle", "/nowhere.json"], "cannot read"),
        (["--jwks", "/nowhere/jwks.json"], "cannot write"),
    ],
)
def test_mistakes_are_one_sentence(pem, capsys, options, words):
    assert main(["issue", "shc", "--key", str(pem), "--issuer", ISSUER, *options]) == 1
    assert words in capsys.readouterr().err


def test_another_curve_is_refused(tmp_path, capsys):
    path = written(tmp_path / "p384.pem", p384())
    assert main(["issue", "shc", "--key", str(path), "--issuer", ISSUER]) == 1
    assert "P-256" in capsys.readouterr().err
