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
    assert (one["verdict"], one["code"]) == ("CHECK", "no_rules_for_kind")
    assert one["claims"]["family"] == "Lindqvist"
    parts = sorted(tmp_path.glob("part-*.png"))
    assert len(parts) == 3
    assert {each["code"] for each in scan(capsys, *parts, "--trust", keys)} == {"part_of_several"}
    (together,) = scan(capsys, *parts[::-1], "--together", "--trust", keys)
    assert (together["code"], together["claims"]["scheme"]) == ("no_rules_for_kind", "SHC")
    (missing,) = scan(capsys, *parts[1:], "--together", "--trust", keys)
    assert (missing["code"], missing["detail"]) == ("part_of_several", "2 of 3")
    assert missing["screen"][0] == "2 of 3 read"
