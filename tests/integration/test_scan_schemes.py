"""Certificates of other schemes through the whole scanner: issued, imported, signed into a list, shown as pictures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from gatepost.cli.main import main
from harness.cards import ISSUER
from harness.certificates import p256


@pytest.fixture
def pem(tmp_path) -> Path:
    path = tmp_path / "issuer.pem"
    path.write_bytes(
        p256().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return path


def scan(capsys, *arguments: str | Path) -> list[dict]:
    main(["scan", *map(str, arguments), "--json"])
    return json.loads(capsys.readouterr().out)["results"]


def test_a_smart_health_card_in_one_code_and_in_three(pem, tmp_path, capsys):
    jwks, keys = tmp_path / "jwks.json", tmp_path / "keys.json"
    base = ["issue", "shc", "--key", str(pem), "--issuer", ISSUER, "--jwks", str(jwks)]
    assert main([*base, "--png", str(tmp_path / "one.png")]) == 0
    assert main([*base, "--png", str(tmp_path / "part.png"), "--chunk", "300"]) == 0
    assert main(["trust", "import", str(jwks), "--issuer", ISSUER, "-o", str(keys)]) == 0
    capsys.readouterr()
    (one,) = scan(capsys, tmp_path / "one.png", "--trust", keys)
    assert (one["verdict"], one["code"]) == ("CHECK", "no_policy")
    assert one["claims"]["family"] == "Lindqvist"
    parts = sorted(tmp_path.glob("part-*.png"))
    assert len(parts) == 3
    assert {each["code"] for each in scan(capsys, *parts, "--trust", keys)} == {"part_of_several"}
    (together,) = scan(capsys, *parts[::-1], "--together", "--trust", keys)
    assert (together["code"], together["claims"]["scheme"]) == ("no_policy", "SHC")
    (missing,) = scan(capsys, *parts[1:], "--together", "--trust", keys)
    assert (missing["code"], missing["detail"]) == ("part_of_several", "2 of 3")
    assert missing["screen"][0] == "2 of 3 read"


def test_an_icao_seal_below_an_imported_passport_authority(pem, tmp_path, capsys):
    csca, keys, picture = tmp_path / "csca.pem", tmp_path / "keys.json", tmp_path / "proof.png"
    base = ["issue", "vdsnc", "--authority", str(pem), "--country", "AU"]
    assert main([*base, "--new-csca", str(csca), "--png", str(picture), "--scale", "3"]) == 0
    assert main(["trust", "import", str(csca), "-o", str(keys)]) == 1
    assert "--scheme VDS-NC" in capsys.readouterr().err
    assert main(["trust", "import", str(csca), "--scheme", "VDS-NC", "-o", str(keys)]) == 0
    capsys.readouterr()
    (found,) = scan(capsys, picture, "--trust", keys)
    assert (found["verdict"], found["code"]) == ("CHECK", "no_policy")
    assert (found["claims"]["scheme"], found["claims"]["issuer"]) == ("VDS-NC", "AU")
    assert "Document X1234567" in found["screen"]
    assert main([*base, "--png", str(picture), "--sample", "test", "--forge", "--scale", "3"]) == 0
    (forged,) = scan(capsys, picture, "--trust", keys)
    assert (forged["verdict"], forged["code"]) == ("REFUSE", "bad_signature")
    assert main(["issue", "vdsnc", "--authority", str(pem), "--country", "ZZ"]) == 1
    assert "ZZ" in capsys.readouterr().err
