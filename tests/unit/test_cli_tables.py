"""What tables say at 80 columns, in a pipe too: all of it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from gatepost.cli import main
from gatepost.trust import tables
from gatepost.trust.sources import Options, read_sources
from rich.console import Console

ISSUER = Path(__file__).parents[2] / "keys/demonstration/issuer"
CERTIFICATE = ISSUER / "dsc.crt.pem"


@pytest.fixture
def run(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")

    def command(*arguments: object) -> str:
        main.main([str(each) for each in arguments])
        return capsys.readouterr().out

    return command


def record():
    return read_sources([CERTIFICATE], Options(include_expired=True))[0][0]


def test_a_fingerprint_is_never_cut(run):
    assert hashlib.sha256(record().public).hexdigest() in run("keys", "inspect", CERTIFICATE)


def test_a_list_in_a_pipe_is_not_folded(run):
    rows = [line for line in run("trust", "list", CERTIFICATE).splitlines() if record().kid.hex() in line]
    assert len(rows) == 1 and record().name in rows[0]


def test_a_list_in_a_narrow_terminal_is_folded_and_not_cut():
    console = Console(width=80, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    console.print(tables.keys_table([record()]))
    shown = [line.split("│") for line in console.export_text().splitlines() if "│" in line]
    for column, text in ((3, record().kid.hex()), (-2, record().name)):
        assert "".join(row[column].strip() for row in shown).replace(" ", "") == text.replace(" ", "")


def test_a_list_of_nothing_says_so(run):
    assert "no key to show" in run("trust", "list", CERTIFICATE, "--only-country", "XX")
