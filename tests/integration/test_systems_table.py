"""The README's table of systems: every row is true, and its command, as it is copied from there, shows what it says."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from gatepost.cli.main import main
from gatepost.demo.systems import NAMED, SYSTEMS, VERIFIED

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
TABLE = README.partition("## What it reads")[2].partition("\n## ")[0]
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in TABLE.splitlines()
    if line.startswith("| ") and not line.startswith("| system |")
]
ASKED_FOR = ("China", "Health-code colours", "EU", "Iceland", "Bahrain", "United Kingdom", "United States",
             "Israel", "Korea", "Hong Kong", "WHO")  # fmt: skip


def test_the_table_is_that_of_the_program():
    assert [row[3] for row in ROWS] == [f"`gatepost demo --system {name}`" for name in SYSTEMS]
    for row, system in zip(ROWS, SYSTEMS.values(), strict=True):
        assert row[:3] == [system.title, system.status, system.evidence]
    for name in ASKED_FOR:
        assert any(name in row[0] for row in ROWS), name


@pytest.mark.parametrize("row", ROWS, ids=[row[3].split()[-1].strip("`") for row in ROWS])
def test_its_command_shows_what_it_says(row, tmp_path, capsys):
    command = shlex.split(row[3].strip("`"))
    assert command[0] == "gatepost"
    assert main([*command[1:], "--json", "-o", str(tmp_path)]) == 0
    shown = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert shown
    assert all(each["as_expected"] for each in shown)
    found = {(each["verdict"], each["code"]) for each in shown}
    assert (VERIFIED in row[1]) == (("PASS", "ok") in found)
    assert (NAMED in row[1]) == (("CHECK", "unsupported_system") in found)
    for code in re.findall(r"(?:CHECK|REFUSE) `(\w+)`(?! by policy)", row[1]):
        assert code in {each[1] for each in found}, code
    assert len(list(tmp_path.glob("*-screen.png"))) == len(shown)


def test_it_says_status_and_evidence_to_people_too(tmp_path, capsys):
    assert main(["demo", "--system", "divoc", "-o", str(tmp_path)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert f"status: {SYSTEMS['divoc'].status}" in said
    assert "evidence: WHO's sample is named" in said
    assert "3 of 3 verdicts as expected" in said


def test_a_system_that_nobody_knows(capsys):
    assert main(["demo", "--system", "atlantis"]) == 1
    assert "there is no system 'atlantis'; there are: all, eu, uk" in capsys.readouterr().err
