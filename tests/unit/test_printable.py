"""What commands print of texts from outside: nothing of them acts on the terminal, and every script stays readable."""

from __future__ import annotations

import ast
import json
import unicodedata
from pathlib import Path

import pytest
from gatepost.cli import main as cli
from gatepost.cli import scan_output
from gatepost.cli.main import main
from gatepost.cli.scan_output import Outcome
from gatepost.device import report
from gatepost.device.discovery import Found
from gatepost.printable import cell, printable, say, say_json
from gatepost.sim import Scan
from gatepost.trust import tables
from gatepost.trust.records import KeyRecord
from hypothesis import given
from hypothesis import strategies as st

EVIL = "\x1b[31mEvil\u202e\nPASS ok\x9b2J\x7f"
CLI = Path(cli.__file__).parent
ANY = st.text(st.characters(exclude_categories=()), max_size=40)
# These print screens, drawn by this program, and help.
OWN = {"sim.py": 2}


def harmful(text):
    return [
        each
        for each in text
        if unicodedata.category(each) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
        and each not in "\u200c\u200d"
    ]


@given(ANY)
def test_nothing_acts_on_the_terminal(text):
    shown = printable(text)
    assert harmful(shown) == []
    if not harmful(text) and not set("\u200c\u200d") & set(text):
        assert shown == text


@given(ANY)
def test_json_stays_what_it_was(text):
    import contextlib
    import io

    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        say_json({"name": text}, indent=1)
    assert harmful(out.getvalue().replace("\n", "")) == []
    assert json.loads(out.getvalue()) == {"name": text}


@pytest.mark.parametrize(
    "name",
    ["שרה כהן", "محمد علی", "علی\u200cرضا", "Åsa Marie", "क्\u200dष", "王小明", "Jean\u00a0Luc", "O’Brien"],
)
def test_names_of_every_script_stay(name):
    assert printable(name) == name


def test_what_is_shown_instead():
    assert printable("\x1b[31m\u202e\n\u200d") == "\\x1b[31m\\u202e\\n\\u200d"
    assert cell("[red]x[/red]").plain == "[red]x[/red]"


def test_a_line_stays_one_line(capsys):
    say(f"holder {EVIL}")
    assert capsys.readouterr().out == "holder \\x1b[31mEvil\\u202e\\nPASS ok\\x9b2J\\x7f\n"


def test_every_command_prints_through_it():
    """A bare print would send what it is given."""
    for path in CLI.glob("*.py"):
        calls = [
            each
            for each in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and each.func.id == "print"
        ]
        assert len(calls) == OWN.get(path.name, 0), path.name


def check(out):
    assert harmful(out.replace("\n", "")) == []
    assert "\\x1b[31mEvil\\u202e\\nPASS ok" in out.replace("\n", "").replace(" ", "").replace(
        "PASSok", "PASS ok"
    )


def test_scan_shows_it(capsys):
    claims = {"given": "Bo", "family": EVIL, "birth": "1990", "issuer": "DE"}
    scan = Scan("PASS", "ok", "Genuine.", "", trace=((EVIL, "yes", EVIL),), claims=claims, need=EVIL)
    scan_output.print_table([Outcome(Path("a.png"), scan)])
    check(capsys.readouterr().out)
    scan_output.print_steps([Outcome(Path("a.png"), scan)])
    lines = capsys.readouterr().out
    check(lines)
    assert len(lines.splitlines()) == 5


def test_tables_of_keys_and_scanners_show_it(capsys):
    record = KeyRecord(b"12345678", "P-256", bytes(32), bytes(32), country="DE", name=EVIL)
    console = report.console()
    console.print(tables.keys_table([record]))
    check(capsys.readouterr().out)
    console.print(report.scanners_table([Found("/dev/x", {"name": EVIL, "board": EVIL})]))
    check(capsys.readouterr().out)


POLICY = """
name = "\\u001b[31mEvil\\u202e\\u000aPASS ok"
[proof.tested]
says = "negative \\u202e"
kinds = ["test"]
when = ["result is negative"]
"""


@pytest.mark.parametrize("action", ["check", "explain"])
def test_a_policy_shows_it(tmp_path, capsys, action):
    path = tmp_path / "gate.toml"
    path.write_text(POLICY)
    assert main(["policy", action, str(path)]) == 0
    out = capsys.readouterr().out
    assert harmful(out.replace("\n", "")) == []
    assert "\\x1b[31mEvil\\u202e" in out


def test_an_error_shows_it(tmp_path, capsys):
    path = tmp_path / "gate.toml"
    path.write_text(POLICY.replace('["test"]', '["x\\u001b[31m\\u000agatepost: all is well"]'))
    assert main(["policy", "check", str(path)]) == 1
    err = capsys.readouterr().err
    assert harmful(err.replace("\n", "")) == []
    assert err.count("\n") == 1
