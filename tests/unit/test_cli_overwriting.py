"""What no command writes over: the files that it was given to read, private keys, and good lists by nothing."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from gatepost.cli import filing
from gatepost.errors import GatepostError
from gatepost.keys import files
from harness.certificates import issue, vaccination

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def beside(tmp_path, monkeypatch):
    """Names of files are those in the test's own folder."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def folder(tmp_path) -> Path:
    for name in ("k.pem", "ak.pem"):
        files.save_private(tmp_path / name, ec.generate_private_key(ec.SECP256R1()), None)
    demonstration = ROOT / "keys/demonstration/issuer/dsc.crt.pem"
    (tmp_path / "x.pem").write_bytes(demonstration.read_bytes())
    (tmp_path / "w.txt").write_text("URN:UVCI:01:DE:1#2\n")
    (tmp_path / "four.toml").write_text('name = "Four"\n')
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "x.pem").write_bytes(demonstration.read_bytes())
    (tmp_path / "link.pem").symlink_to("x.pem")
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    return {str(each): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def assert_refused(run, folder: Path, arguments: str, words: str) -> None:
    before = contents(folder)
    code, _, err = run(*arguments.split())
    assert code == 1 and words in err
    assert contents(folder) == before


@pytest.mark.parametrize(
    "arguments",
    [
        "issue hc1 --key k.pem --png k.pem",
        "issue hc1 --key k.pem --svg ./k.pem",
        "issue hc1 --key k.pem --text k.pem",
        "issue hc1 --key k.pem --png a.png --svg a.png",
        "issue shc --key k.pem --issuer https://a.example --jwks k.pem",
        "issue vdsnc --authority k.pem --new-csca k.pem --png a.png",
        "trust import x.pem -o x.pem",
        "trust import x.pem -o link.pem",
        "trust import link.pem -o x.pem",
        "trust import in -o in/x.pem",
        "trust bundle x.pem --key ak.pem -o ak.pem",
        "trust revocations bundle w.txt --key ak.pem -o w.txt",
        "trust revocations import w.txt -o w.txt",
        "policy pack four.toml --key ak.pem -o four.toml",
        "keys public k.pem -o k.pem",
    ],
)
def test_no_command_writes_over_what_it_reads(run, folder, arguments):
    assert_refused(run, folder, arguments, "is named twice, and would be written over")


@pytest.mark.parametrize(
    "arguments",
    [
        "issue hc1 --key k.pem --png ak.pem",
        "issue shc --key k.pem --issuer https://a.example --jwks ak.pem",
        "trust import x.pem -o ak.pem",
        "trust revocations import w.txt --replace -o ak.pem",
    ],
)
def test_no_command_writes_over_a_private_key(run, folder, arguments):
    assert_refused(run, folder, arguments, "holds a private key: nothing is written over it")
    with pytest.raises(GatepostError, match="holds a private key"):
        filing.save(folder / "k.pem", b"")


def test_numbered_files_are_looked_at_too(folder):
    args = argparse.Namespace(png=folder / "card.png", key=folder / "card-1.png")
    (folder / "card-1.png").write_bytes(b"")
    with pytest.raises(GatepostError, match="named twice"):
        filing.spare(folder / "card-1.png", args, "png")


def test_a_word_that_is_a_folder_too_is_no_input(run, folder):
    (folder / "DE").mkdir()
    (folder / "DE" / "card.png").write_bytes(b"old")
    assert run("issue", "vdsnc", "--authority", "k.pem", "--country", "DE", "--png", "DE/card.png")[0] == 0


def test_a_dash_is_no_file(run, folder):
    code, _, err = run("trust", "import", "x.pem", "-o", "-")
    assert code == 1 and "write to /dev/stdout" in err
    assert not (folder / "-").exists()


def test_an_import_adds_to_the_list_that_is_there(run, folder):
    assert run("trust", "revoke", "mine.txt", "--uvci", "MYOWN")[0] == 0
    (folder / "batches").mkdir()
    (folder / "batches" / "list.txt").write_text("URN:UVCI:01:DE:1#2\nURN:UVCI:01:DE:3#4\nMYOWN\n")
    code, out, _ = run("trust", "revocations", "import", "batches", "-o", "mine.txt")
    assert code == 0 and "wrote mine.txt: 1 were there, 2 new, 3 in all" in out
    assert len((folder / "mine.txt").read_text().splitlines()) == 4
    (folder / "batches" / "list.txt").write_text("URN:UVCI:01:DE:5#6\n")
    code, out, _ = run("trust", "revocations", "import", "batches", "--replace", "--json", "-o", "mine.txt")
    assert code == 0 and json.loads(out) | {"there": 0, "new": 1, "total": 1} == json.loads(out)
    assert len((folder / "mine.txt").read_text().splitlines()) == 2
    code, _, err = run("trust", "revocations", "import", "batches", "-o", "x.pem")
    assert code == 1 and "does not begin with" in err


@pytest.mark.parametrize(
    "arguments",
    [
        "trust import empty -o good",
        "trust import x.pem --at 2099-01-01 -o good",
        "trust revocations import empty -o good",
        "trust revocations import empty --replace -o good",
    ],
)
def test_an_import_of_nothing_writes_nothing(run, folder, arguments):
    (folder / "empty").mkdir()
    (folder / "good").write_text("good")
    code, out, err = run(*arguments.split())
    assert (code, out) == (1, "") and "nothing was written" in err
    assert (folder / "good").read_text() == "good"


def test_slices_that_are_not_there_are_missed(run, folder):
    (folder / "empty").mkdir()
    made = ("trust", "revocations", "bundle", "w.txt", "--key", "ak.pem", "-o", "new.gatepost", "--slices")
    for name, why in (("nowhere", "is no folder of slices"), ("empty", "holds no list and no partition")):
        code, _, err = run(*made, name)
        assert code == 1 and why in err
    assert not (folder / "new.gatepost").exists()


def test_the_list_of_a_bundle_shows_a_date(run, folder):
    assert run("trust", "revocations", "bundle", "w.txt", "--key", "ak.pem", "-o", "w.gatepost")[0] == 0
    assert " UTC\n" in run("trust", "revocations", "list", "w.gatepost")[1]


def test_a_certificate_named_as_text_is_not_written_over(run, folder):
    (folder / "card.txt").write_text(issue(vaccination(ci="X#1")))
    assert run("trust", "revoke", "list.txt", "--certificate", "card.txt")[0] == 0
    assert run("trust", "revoke", "list.txt", "--uvci", "X#2")[0] == 0  # this command edits its file
