"""What `gatepost issue ... --help` shows works as printed, and a scanner that trusts that issuer finds it genuine."""

from __future__ import annotations

import json
import re
import shlex

import pytest
from gatepost.cli import issue_ith1
from gatepost.cli.main import main
from PIL import Image


@pytest.fixture
def desk(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(shlex.split("keys new issuer --country UT --no-passphrase -o issuer")) == 0
    assert main(shlex.split("trust import issuer/dsc.crt.pem --scheme ITH1 -o signing.json")) == 0
    return tmp_path


def code_of(capsys, *options):
    capsys.readouterr()
    main(["scan", "card.png", "--trust", "signing.json", *options, "--json"])
    return json.loads(capsys.readouterr().out)["results"][0]["code"]


def test_sealed_certificates_as_in_the_examples(desk, capsys):
    lines = re.findall(r"^  gatepost (issue .*)$", issue_ith1.EXAMPLES, re.MULTILINE)
    assert len(lines) == 3
    for line in lines:
        words = [word for word in shlex.split(line) if word not in ("--png", "sealed.png")]
        assert main([*words, "--png", "card.png"]) == 0, line
        assert code_of(capsys, "--reading-key", "utopia.reading", "--policy", "bilateral") in (
            "ok",
            "rules_not_met",
            "no_rules_for_kind",
        ), line


def test_the_certificate_is_that_of_the_key(desk, capsys):
    ith1 = "issue ith1 --key issuer/dsc.key.pem --reading utopia.reading --new-reading --certificate"
    assert main(shlex.split(f"{ith1} issuer/csca.crt.pem")) == 1
    assert "of another key" in capsys.readouterr().err
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    pem = (desk / "issuer" / "dsc.crt.pem").read_bytes()
    pem = pem[pem.index(b"-----BEGIN") :]
    (desk / "dsc.der").write_bytes(x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER))
    assert main(shlex.split(f"{ith1} dsc.der --png card.png")) == 0
    assert code_of(capsys, "--reading-key", "utopia.reading", "--policy", "bilateral") == "ok"


@pytest.mark.parametrize("scale", ["0", "-1", "100000", "x"])
def test_a_scale_that_is_none(desk, capsys, scale):
    with pytest.raises(SystemExit) as ended:
        main(["issue", "hc1", "--key", "issuer/dsc.key.pem", "--png", "card.png", f"--scale={scale}"])
    assert ended.value.code == 2
    assert "between 1 and 50 pixels" in capsys.readouterr().err


def test_a_picture_is_no_payload(desk, capsys):
    Image.new("L", (9, 9)).save("card.png")
    assert main(shlex.split("issue israel --key issuer/dsc.key.pem --payload card.png")) == 1
    assert capsys.readouterr().err == "gatepost: card.png is no text in UTF-8\n"


@pytest.mark.parametrize("at", ["1960-01-01", "0001-01-01", "9999-12-31T23:59:59Z"])
def test_a_time_that_no_scanner_has(capsys, at):
    with pytest.raises(SystemExit) as ended:
        main(["scan", "card.png", "--at", at])
    assert ended.value.code == 2
    assert "clock goes from 1971 to 2106" in capsys.readouterr().err


def test_the_passphrase_is_asked_for_by_its_own_option(desk, capsys, monkeypatch):
    (desk / "pass").write_text("a passphrase of some length\n")
    assert main(shlex.split("keys new reading --country UT --passphrase-file pass -o keys")) == 0
    monkeypatch.setattr("sys.stdin", open("/dev/null"))  # noqa: SIM115
    Image.new("L", (9, 9)).save("card.png")
    assert main(shlex.split("scan --reading-key keys card.png --trust issuer/dsc.crt.pem")) == 1
    assert "use --reading-passphrase-file" in capsys.readouterr().err


@pytest.mark.parametrize(
    "line, words",
    [
        ("ith1 --key KEY --reading r --new-reading --days 9999999999", "not between 1 and 3660"),
        ("ith1 --key KEY --reading r --new-reading --body list.json", "holds no JSON object"),
        ("vdsnc --authority issuer/csca.key.pem --message list.json", "holds no JSON object"),
        ("hc1 --key KEY --issuer Germany", "not a country of two capital letters"),
        ("shc --key KEY --issuer notaurl", "not an address such as https://"),
        ("hc1 --key KEY --birth hello", "is no birth date"),
        ("hc1 --key KEY --birth 1990-13-01", "is no birth date"),
        ("shc --key KEY --issuer https://a.example --birth 1990-02-30", "is no birth date"),
    ],
)
def test_what_no_issuer_would_write_is_no_option(desk, capsys, line, words):
    (desk / "list.json").write_text("[]")
    try:
        code = main(["issue", *shlex.split(line.replace("KEY", "issuer/dsc.key.pem"))])
    except SystemExit as ended:
        code = ended.code
    assert code in (1, 2)
    out, err = capsys.readouterr()
    assert "HC1:" not in out
    assert words in err
