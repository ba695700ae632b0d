"""An authority's key in a token: SoftHSM 2, where it is installed, through the same module as any other token."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from gatepost.cli.main import main
from gatepost.errors import GatepostError
from gatepost.keys import authority, files, token
from gatepost.trust.bundle import read_bundle

PIN = "7415-token"
_MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
)
# The module reads its settings once in a process: what uses the token runs in one of its own.
MAKE = """
import sys, pkcs11
from pkcs11.util.ec import encode_named_curve_parameters
module, pin = sys.argv[1:3]
library = pkcs11.lib(module)
with library.get_token(token_label="Gatepost").open(rw=True, user_pin=pin) as session:
    for label, number, curve in (("authority", 1, "secp256r1"), ("large", 2, "secp384r1")):
        parameters = session.create_domain_parameters(
            pkcs11.KeyType.EC, {pkcs11.Attribute.EC_PARAMS: encode_named_curve_parameters(curve)}, local=True
        )
        parameters.generate_keypair(store=True, label=label, id=bytes([number]))
"""


@pytest.fixture(scope="module")
def module(tmp_path_factory):
    """A SoftHSM with one token and two keys on it, in the environment; the file that holds its PIN."""
    found = next((each for each in _MODULES if Path(each).exists()), None)
    if found is None or shutil.which("softhsm2-util") is None:
        pytest.skip("SoftHSM 2 is not installed (Debian: softhsm2)")
    pytest.importorskip("pkcs11", reason="python-pkcs11 is not installed")
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder}/tokens\nlog.level = ERROR\n")
    (folder / "pin").write_text(PIN + "\n")
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    os.environ[token.MODULE] = found
    subprocess.run(
        ["softhsm2-util", "--init-token", "--free", "--label", "Gatepost", "--so-pin", "1234-5678", "--pin", PIN],
        check=True, capture_output=True,
    )  # fmt: skip
    subprocess.run([sys.executable, "-c", MAKE, found, PIN], check=True, capture_output=True)
    yield str(folder / "pin")
    del os.environ["SOFTHSM2_CONF"], os.environ[token.MODULE]


KEY = "pkcs11:token=Gatepost;object=authority"


def test_a_list_is_signed_by_a_token(module, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["keys", "new", "issuer", "--country", "PT", "-o", "PT", "--no-passphrase"]) == 0
    line = ["trust", "bundle", "PT/dsc.crt.pem", "--version", "4", "-o", "list.gatepost", "--key"]
    assert main([*line, f"{KEY}?pin-source=file:{module}"]) == 0
    out, err = capsys.readouterr()
    assert PIN not in out + err
    public = authority.open_key(KEY, PIN.encode).key.public_key()
    assert read_bundle(Path("list.gatepost").read_bytes(), public).version == 4

    # The other two ways: a role, and what another computer prepared.
    grant = ["keys", "new", "role", "--role", "technician", "--name", "Ana", "--no-passphrase", "-o", "ana"]
    assert main([*grant, "--authority", KEY, "--authority-passphrase-file", module]) == 0
    files.save_public(Path("authority.pub.pem"), public)
    assert main([*line[:-1], "--to-sign", "authority.pub.pem"]) == 0
    sign = ["trust", "sign", "list.gatepost", "--key", KEY, "--passphrase-file", module, "--yes", "-o", "s"]
    assert main(sign) == 0
    assert main(["trust", "attach", "list.gatepost", "s", "--authority", "authority.pub.pem", "-o", "l"]) == 0
    assert read_bundle(Path("l").read_bytes(), public).version == 4


@pytest.mark.parametrize(
    ("uri", "pin", "sentence"),
    [
        ("pkcs11:token=Other;object=authority", PIN, "no such token"),
        ("pkcs11:token=Gatepost;object=nothing", PIN, "does not give its key"),
        ("pkcs11:token=Gatepost;object=large", PIN, "on P-256; the token's is not"),
        ("pkcs11:token=Gatepost;id=%01?module-path=/no/such.so", PIN, "no such token in /no/such.so"),
        ("pkcs11:token=Gatepost;object=authority?pin-source=file:/no/such", PIN, "pin-source cannot be read"),
    ],
)
def test_what_the_token_does_not_give_is_one_sentence(module, uri, pin, sentence):
    with pytest.raises(GatepostError) as caught:
        authority.open_key(uri, pin.encode)
    assert sentence in str(caught.value)
    assert pin not in str(caught.value) and "\n" not in str(caught.value)


def test_a_wrong_pin_is_one_sentence(module, tmp_path):
    """In a process of its own: where somebody is logged in already, nobody asks for a PIN."""
    (tmp_path / "wrong").write_text("0000-wrong")
    key = f"{KEY}?pin-source=file:{tmp_path}/wrong"
    command = [sys.executable, "-m", "gatepost.cli.main", "keys", "new", "role", "--role", "technician"]
    command += ["--name", "A", "--no-passphrase", "-o", str(tmp_path), "--authority", key]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "gatepost: the token does not give its key: PinIncorrect\n"


def test_a_key_is_found_by_its_number_and_signs_what_verifies(module):
    found = token.open_key("pkcs11:token=Gatepost;id=%01", PIN.encode)
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    method = ec.ECDSA(hashes.SHA256())
    for text in (b"", b"one", bytes(5000)):
        found.public_key().verify(found.sign(text, method), text, method)


def test_a_token_whose_halves_do_not_fit_is_found_out():
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    class Odd:
        def sign(self, digest, mechanism):
            return bytes(31) + b"\1" + bytes(31) + b"\1"

    pytest.importorskip("pkcs11", reason="python-pkcs11 is not installed")
    key = token.TokenKey(Odd(), ec.generate_private_key(ec.SECP256R1()).public_key())
    with pytest.raises(GatepostError, match="does not belong to its public key"):
        key.sign(b"x", ec.ECDSA(hashes.SHA256()))


@pytest.mark.parametrize(
    ("uri", "sentence"),
    [
        ("pkcs11:token=x;object=y?pin-value=1234", "does not belong in a command line"),
        ("pkcs11:object=y", "names a token and an object"),
        ("pkcs11:token=x", "names a token and an object"),
        ("pkcs11:", "names a token and an object"),
        ("pkcs11:token=x;colour=y", "'colour' is not for a pkcs11: URI"),
        ("pkcs11:token=x;token=y", "twice"),
        ("pkcs11:token", "'token' is not"),
    ],
)
def test_uris_that_are_none(uri, sentence):
    with pytest.raises(GatepostError) as caught:
        token.parse(uri)
    assert sentence in str(caught.value)
    assert "1234" not in str(caught.value)


def test_a_uri_is_taken_apart_as_rfc_7512_says():
    assert token.parse("pkcs11:token=My%20Token;object=a%3Bb;id=%00%01?module-path=/lib/x.so&pin-source=file:/p") == {
        "token": "My Token", "object": "a;b", "id": "%00%01", "module-path": "/lib/x.so", "pin-source": "file:/p",
    }  # fmt: skip


def test_without_the_package_or_a_module_it_says_what_is_missing(monkeypatch):
    monkeypatch.delenv(token.MODULE, raising=False)
    monkeypatch.setitem(sys.modules, "pkcs11", None)
    with pytest.raises(GatepostError, match="gatepost\\[pkcs11\\]"):
        token.open_key(KEY, lambda: b"")
    monkeypatch.undo()
    pytest.importorskip("pkcs11", reason="python-pkcs11 is not installed")
    monkeypatch.delenv(token.MODULE, raising=False)
    with pytest.raises(GatepostError, match="which PKCS #11 module"):
        token.open_key(KEY, lambda: b"")
