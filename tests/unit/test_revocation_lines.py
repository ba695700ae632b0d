"""What passes as a list of withdrawn certificates: no text that is none, and no damaged list in silence."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from gatepost.cli import main
from gatepost.errors import GatepostError
from gatepost.keys import files
from gatepost.revocation.records import HEADER, Withdrawal, read_file, write_file
from gatepost.revocation.sources import Options, read_sources
from gatepost.sim.provision import provision

ONE = Withdrawal("HC1", "UCI", bytes(16))
OWN = write_file([ONE]).encode()
NUMBERS = "".join(f"URN:UVCI:01:DE:{number}#1\n" for number in range(5)).encode()
ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"


def private_key(path: Path) -> Path:
    files.save_private(path, ec.generate_private_key(ec.SECP256R1()), None)
    return path


@pytest.mark.parametrize(
    "data", [b"\xef\xbb\xbf" + OWN, OWN.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + OWN[:-1]]
)
def test_what_editors_do_to_our_own_file_harms_nothing(tmp_path, data):
    path = tmp_path / "withdrawn.txt"
    path.write_bytes(data)
    assert read_sources([path], Options())[0] == read_file(path) == [ONE]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\x1b[A" + OWN, "line 1: no identifier"),
        (b"rubbish\n" + OWN, f"line 2: .*first line is '{HEADER}'"),
        (OWN.split(b"\n", 1)[1], f"line 1: .*first line is '{HEADER}'"),
        (OWN.replace(b" 1\n", b" 2\n", 1), f"line 1: .*first line is '{HEADER}'"),
        (b"{rubbish}\n" + NUMBERS, "begins as JSON"),
        (b'"rubbish"\n' + NUMBERS, "line 1: .*JSON"),
        (NUMBERS + b"a line of some prose\n", "line 6: .*several words"),
        (NUMBERS + b"HC1:6BF+70790T9WJWG.FKY*4\n", "line 6: .*text of a code"),
        (NUMBERS + b"https://example.org/crl.json\n", "line 6: .*address"),
        (NUMBERS + b"URN:UVCI:01:DE:1#2,2021-07-01\n", "line 6: .*signs that no identifier has"),
        (NUMBERS + b"A" * 101, "line 6: .*longer than 100"),
        (b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", "line 1: .*PEM"),
        (b"<html>\n", "line 1: .*another format"),
    ],
)  # fmt: skip
def test_a_line_that_can_be_no_identifier_ends_the_reading(tmp_path, data, why):
    path = tmp_path / "withdrawn.txt"
    path.write_bytes(data)
    with pytest.raises(GatepostError, match=why):
        read_sources([path], Options())


def test_identifiers_as_countries_write_them(tmp_path):
    texts = ["URN:UVCI:01:DE:IZ12345A/5CWLU12RNOB9RXSEOP6FG8#W", "01 IS/ABC4556#8", "urn:uvci:01:se:1", "abc"]
    (tmp_path / "list.txt").write_text("\n".join(texts))
    found, _ = read_sources([tmp_path / "list.txt"], Options())
    assert {each.digest for each in found} == {hashlib.sha256(each.encode()).digest()[:16] for each in texts}


def test_a_readme_and_a_private_key_are_no_lists(tmp_path):
    with pytest.raises(GatepostError, match=r"README.md, line \d+: .*several words"):
        read_sources([README], Options())
    with pytest.raises(GatepostError, match="holds a private key, which is never read"):
        read_sources([private_key(tmp_path / "key.pem")], Options())


def test_in_a_folder_files_of_another_sort_are_counted_and_damaged_lists_are_not(tmp_path):
    (tmp_path / "numbers.txt").write_bytes(NUMBERS)
    (tmp_path / "README.md").write_bytes(README.read_bytes())
    (tmp_path / "settings.json").write_text(json.dumps({"colour": "green"}))
    private_key(tmp_path / "key.pem")
    found, tally = read_sources([tmp_path], Options())
    assert len(found) == 5
    assert dict(tally.skipped) == {"file of another sort, no list of withdrawn certificates": 3}
    (tmp_path / "damaged.txt").write_bytes(NUMBERS + b"a line of some prose\n")
    with pytest.raises(GatepostError, match=r"damaged.txt, line 6"):
        read_sources([tmp_path], Options())
    (tmp_path / "damaged.txt").unlink()
    batch = {"hashType": "UCI", "entries": [], "expires": None}
    (tmp_path / "half.json").write_text(json.dumps([batch, {"colour": "green"}]))
    with pytest.raises(GatepostError, match=r"half\.json: neither"):
        read_sources([tmp_path], Options())


def test_a_scan_refuses_them_too_and_says_what_a_folder_left_out(tmp_path):
    keys = ROOT / "keys/demonstration/issuer/dsc.crt.pem"
    broken = tmp_path / "withdrawn.txt"
    broken.write_bytes(b"rubbish\n" + OWN)
    with pytest.raises(GatepostError, match=r"withdrawn\.txt, line 2"):
        provision([keys], withdrawn=[broken])
    folder = tmp_path / "lists"
    folder.mkdir()
    (folder / "good.txt").write_bytes(OWN)
    (folder / "README.md").write_bytes(README.read_bytes())
    assert "1 file of another sort" in provision([keys], withdrawn=[folder]).note


def test_a_bundle_without_its_authority(tmp_path):
    bundle = tmp_path / "withdrawn.gatepost"
    bundle.write_bytes(b"GPBUNDL1" + bytes(100))
    with pytest.raises(GatepostError, match="is a signed bundle: gatepost scan takes it with --authority"):
        read_sources([bundle], Options())


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--uvci", ""], "it is empty"),
        (["--uvci", "  "], "it is empty"),
        (["--uvci", "a line of some prose"], "several words"),
        (["--uvci", "HC1:6BF+70790T9WJWG"], "text of a code"),
        (["--uvci", "vw!", "--scheme", "SHC", "--kid", "3Kfdg-XwP-7g"], "a rid has"),
        (["--uvci", "X#1", "--before", "2023-01-01"], "--before is for SHC alone"),
        (["--hash", ""], "16 bytes"),
    ],
)  # fmt: skip
def test_what_can_be_no_identifier_is_not_withdrawn(capsys, tmp_path, arguments, why):
    code = main.main(["trust", "revoke", str(tmp_path / "withdrawn.txt"), *arguments])
    assert code == 1 and why in capsys.readouterr().err
    assert not (tmp_path / "withdrawn.txt").exists()


def test_something_moves_while_a_list_is_read(tmp_path, monkeypatch, capsys):
    from gatepost.device import report

    told = []
    bar = report.bar

    def watched(quiet: bool):
        shown = bar(quiet)
        add = shown.add_task
        monkeypatch.setattr(
            shown, "add_task", lambda words, **more: told.append((words, quiet)) or add(words, **more)
        )
        return shown

    monkeypatch.setattr(report, "bar", watched)
    (tmp_path / "numbers.txt").write_bytes(NUMBERS)
    private_key(tmp_path / "key.pem")
    listed, bundle = tmp_path / "w.txt", tmp_path / "w.gatepost"
    for arguments in (
        ("revocations", "import", tmp_path / "numbers.txt", "-o", listed),
        ("revoke", listed, "--uvci", "X#1", "--json"),
        ("revocations", "bundle", listed, "--key", tmp_path / "key.pem", "-o", bundle),
    ):
        assert main.main(["trust", *map(str, arguments)]) == 0
    assert told == [("reading", False), ("merging", False), ("reading", True), ("reading", False),
                    ("sorting and signing", False)]  # fmt: skip
    assert capsys.readouterr().err == ""
