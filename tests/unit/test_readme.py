"""What the README says can be done: its commands exist, its files are there, and CI runs its test command."""

import re
from pathlib import Path

import pytest
from gatepost.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_ci_runs_the_test_command():
    command = re.search(r"^python3 -m venv \.venv && .*pytest$", README, re.MULTILINE)
    assert command and command.group() in (ROOT / ".ci" / "run").read_text().splitlines()


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\((?!http|#)([^)]+)\)", README))))
def test_a_link_leads_somewhere(target):
    assert (ROOT / target).exists()


@pytest.mark.parametrize("command", sorted(set(re.findall(r"\bgatepost ([a-z]+)\b", README))))
def test_a_command_named_has_help(command, capsys):
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert "examples:" in capsys.readouterr().out


def test_the_policy_is_whole_and_its_tests_pass(tmp_path, capsys):
    """The block as printed: what a reader copies."""
    block = re.search(r"```toml\n(name = .*?)```", README, re.DOTALL)
    assert block
    (tmp_path / "gate.toml").write_text(block[1], encoding="utf-8")
    assert main(["policy", "check", str(tmp_path / "gate.toml")]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Harbour hall: sound; 3 proofs, 1 test; ")
    assert "note:" not in out
    assert main(["policy", "test", str(tmp_path / "gate.toml")]) == 0
