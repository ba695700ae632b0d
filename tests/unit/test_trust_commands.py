"""`gatepost keys` and `gatepost trust` from making a key to a flash image, and the refusals on the way."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from gatepost.cli import keys, trust
from gatepost.errors import GatepostError
from gatepost.keys import files
from gatepost.trust.bundle import build_bundle, read_bundle
from gatepost.trust.demonstration import FINGERPRINTS, is_demonstration_record
from gatepost.trust.signing import point
from gatepost.trust.sources import Options, read_sources

DEMONSTRATION = Path(__file__).resolve().parents[2] / "keys" / "demonstration"
PASSPHRASE = "correct horse battery"


def run(module, *arguments: object) -> int:
    parser = argparse.ArgumentParser()
    module.add_arguments(parser)
    return module.run(parser.parse_args([str(each) for each in arguments]))


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "passphrase"
    path.write_text(PASSPHRASE + "\n")
    return path


@pytest.fixture
def authority(tmp_path, secret):
    run(keys, "new", "authority", "-o", tmp_path / "authority", "--passphrase-file", secret)
    return tmp_path / "authority"


def test_a_new_authority_is_encrypted_and_never_overwritten(authority, secret):
    private = authority / "authority.key.pem"
    assert b"ENCRYPTED PRIVATE KEY" in private.read_bytes()
    assert private.stat().st_mode & 0o077 == 0
    with pytest.raises(GatepostError, match="exists"):
        run(keys, "new", "authority", "-o", authority, "--passphrase-file", secret)
    with pytest.raises(GatepostError, match="passphrase"):
        files.load_private(private)
    with pytest.raises(GatepostError, match="passphrase is wrong"):
        files.load_private(private, lambda: b"wrong")


def test_a_short_passphrase_is_refused(tmp_path):
    (tmp_path / "short").write_text("short")
    with pytest.raises(GatepostError, match="12 characters"):
        run(keys, "new", "authority", "-o", tmp_path / "a", "--passphrase-file", tmp_path / "short")
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize("algorithm", ["ES256", "ES384", "PS256"])
def test_inspection_shows_no_secret(tmp_path, capsys, algorithm):
    run(
        keys,
        "new",
        "issuer",
        "--alg",
        algorithm,
        "--country",
        "FR",
        "-o",
        tmp_path,
        "--no-passphrase",
        "--uses",
        "test",
    )
    secret = files.load_private(tmp_path / "dsc.key.pem").key.private_numbers()
    number = getattr(secret, "private_value", None) or getattr(secret, "d", 0)
    capsys.readouterr()
    for name in ("dsc.key.pem", "dsc.crt.pem", "csca.crt.pem"):
        run(keys, "inspect", tmp_path / name)
        run(keys, "inspect", tmp_path / name, "--json")
        shown = capsys.readouterr().out
        assert f"{number:x}"[:16] not in shown and str(number)[:16] not in shown
    run(keys, "inspect", tmp_path / "dsc.crt.pem", "--json")
    facts = json.loads(capsys.readouterr().out)
    assert (facts["country"], facts["uses"], facts["demonstration"]) == ("FR", "test", False)


@pytest.mark.parametrize(
    "arguments",
    [
        ("new", "authority", "--alg", "PS256"),
        ("new", "issuer", "--country", "XX"),
        ("new", "issuer", "--country", "FRA"),
        ("new", "issuer", "--uses", "test,dancing"),
        ("new", "issuer", "--days", "0"),
    ],
)
def test_keys_that_make_no_sense_are_not_made(tmp_path, arguments):
    with pytest.raises(GatepostError):
        run(keys, *arguments, "-o", tmp_path / "new", "--no-passphrase")
    assert not (tmp_path / "new").exists()


def test_from_keys_to_a_flash_image(tmp_path, authority, secret, capsys):
    run(keys, "new", "issuer", "--country", "EE", "-o", tmp_path / "issuer", "--no-passphrase")
    run(trust, "import", tmp_path / "issuer" / "dsc.crt.pem", "-o", tmp_path / "keys.json")
    bundle, image = tmp_path / "trust.gatepost", tmp_path / "flash.img"
    signing = ("--key", authority / "authority.key.pem", "--passphrase-file", secret)
    assert run(trust, "bundle", tmp_path / "keys.json", *signing, "--version", 4, "-o", bundle) == 0
    public = authority / "authority.pub.pem"
    found = read_bundle(bundle.read_bytes(), files.load_authority(public))
    records = found.keys()
    assert (found.version, found.environment, [each.country for each in records]) == (4, "PROD", ["EE"])

    assert run(trust, "image", "--bundle", bundle, "--authority", public, "--size", "64K", "-o", image) == 0
    assert len(image.read_bytes()) == 65536
    capsys.readouterr()
    assert run(trust, "inspect", bundle, "--authority", public, "--json") == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["signature"], facts["keys"], facts["environment"]) == ("right", 1, "PROD")
    assert run(trust, "diff", tmp_path / "keys.json", bundle) == 0
    assert run(trust, "diff", bundle, DEMONSTRATION / "issuer" / "dsc.crt.pem", "--json") == 1
    assert run(trust, "list", bundle, "--only-country", "EE") == 0
    assert "EE" in capsys.readouterr().out

    run(keys, "public", public, "--raw", "-o", tmp_path / "authority.pub")
    raw = (tmp_path / "authority.pub").read_bytes()
    assert (
        raw == point(files.load_authority(public)) == point(files.load_authority(tmp_path / "authority.pub"))
    )


def test_an_image_for_another_authority_is_not_made(tmp_path, authority, secret):
    bundle = tmp_path / "demo.gatepost"
    _demonstration_bundle(bundle)
    with pytest.raises(GatepostError, match="not this authority's"):
        run(
            trust,
            "image",
            "--bundle",
            bundle,
            "--authority",
            authority / "authority.pub.pem",
            "-o",
            tmp_path / "x",
        )
    with pytest.raises(GatepostError, match="larger size"):
        public = DEMONSTRATION / "authority" / "authority.pub.pem"
        run(trust, "image", "--bundle", bundle, "--authority", public, "--size", "16K", "-o", tmp_path / "x")
    assert not (tmp_path / "x").exists()


def _demonstration_bundle(
    output: Path, *more: object, issuer: Path = DEMONSTRATION / "issuer" / "dsc.crt.pem"
) -> None:
    key = DEMONSTRATION / "authority" / "authority.key.pem"
    run(trust, "bundle", issuer, "--key", key, "--environment", "DEMO", "-o", output, *more)


@pytest.mark.parametrize("environment", ["PROD", "UAT", "DEV"])
def test_demonstration_keys_sign_demonstrations_alone(tmp_path, authority, secret, environment):
    """Known by the marker in the file; by their hash where someone took the marker away; and as issuers."""
    output = tmp_path / "x.gatepost"
    _demonstration_bundle(output)
    output.unlink()
    with pytest.raises(GatepostError, match="demonstration key"):
        _demonstration_bundle(output, "--environment", environment)

    run(keys, "new", "issuer", "--country", "EE", "-o", tmp_path / "real", "--no-passphrase")
    real = tmp_path / "real" / "dsc.crt.pem"
    bare = tmp_path / "bare.pem"
    marked = (DEMONSTRATION / "authority" / "authority.key.pem").read_text()
    bare.write_text(marked[marked.index("-----BEGIN") :])
    with pytest.raises(GatepostError, match="demonstration key"):
        run(trust, "bundle", real, "--key", bare, "--environment", environment, "-o", output)

    signing = (
        "--key",
        authority / "authority.key.pem",
        "--passphrase-file",
        secret,
        "--environment",
        environment,
    )
    with pytest.raises(GatepostError, match="demonstration key"):
        run(trust, "bundle", real, DEMONSTRATION / "issuer", *signing, "-o", output)
    assert not output.exists()
    assert run(trust, "bundle", real, *signing, "-o", output) == 0


def test_the_code_knows_every_demonstration_key():
    found = set()
    for path in DEMONSTRATION.rglob("*.key.pem"):
        key = files.load_private(path)
        assert key.demonstration and isinstance(key.key, ec.EllipticCurvePrivateKey)
        found.add(files.fingerprint(key.key.public_key()))
    assert found == FINGERPRINTS
    records, _ = read_sources([DEMONSTRATION / "issuer"], Options(include_authorities=True))
    assert len(records) == 2 and all(map(is_demonstration_record, records))


def test_a_production_bundle_holds_production_keys_alone(authority):
    (record,), _ = read_sources([DEMONSTRATION / "issuer" / "dsc.crt.pem"], Options(environment="DEV"))
    key = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(GatepostError):
        build_bundle([record], key, 1, "PROD", 1)
    with pytest.raises(GatepostError, match="without keys"):
        build_bundle([], key, 1, "PROD", 1)


def test_a_damaged_bundle_is_refused(tmp_path):
    _demonstration_bundle(tmp_path / "demo.gatepost")
    data = (tmp_path / "demo.gatepost").read_bytes()
    public = files.load_authority(DEMONSTRATION / "authority" / "authority.pub.pem")
    assert read_bundle(data, public).environment == "DEMO"
    for at in range(len(data)):
        bad = bytearray(data)
        bad[at] ^= 1 << (at % 8)
        with pytest.raises(GatepostError):
            read_bundle(bytes(bad), public)
    for length in range(0, len(data), 5):
        with pytest.raises(GatepostError):
            read_bundle(data[:length], public)
    with pytest.raises(GatepostError):
        read_bundle(data + b"\0", public)


@pytest.mark.parametrize(
    "arguments",
    [
        ("list", "absent"),
        ("inspect", "absent"),
        ("inspect", __file__),
        ("list", __file__),
        ("list", __file__, "--at", "yesterday"),
        ("list", __file__, "--country", "Atlantis"),
        ("image", "--bundle", __file__, "--authority", __file__, "-o", "x", "--size", "big"),
    ],
)
def test_mistakes_end_in_one_sentence(arguments):
    with pytest.raises(GatepostError) as caught:
        run(trust, *arguments)
    assert "\n" not in str(caught.value)
