"""`gatepost policy` as a person runs it: words, JSON, errors, exit codes, and the bundle it signs."""

from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from gatepost.cli.main import main
from gatepost.keys import files
from gatepost.trust.bundle import read_bundle

GATE = """
name = "Gate"
use = ["codes.toml"]
[lists]
accepted = ["comirnaty"]
[proof.vaccinated]
says = "a vaccination with an accepted product"
kinds = ["vaccination"]
when = ["product in accepted"]
[[test]]
name = "accepted"
at = 2021-07-01T12:00:00Z
certificate = { kind = "vaccination", product = "EU/1/20/1528", date = "2021-06-01" }
expect = "ok"
[[test]]
name = "another"
at = 2021-07-01T12:00:00Z
certificate = { kind = "vaccination", product = "EU/1/21/1529", date = "2021-06-01" }
expect = "EXPECTED"
"""


@pytest.fixture
def gate(tmp_path):
    path = tmp_path / "gate.toml"
    path.write_text(GATE.replace("EXPECTED", "rules_not_met"))
    return path


@pytest.fixture
def key(tmp_path):
    private = ec.generate_private_key(ec.SECP256R1())
    files.save_private(tmp_path / "authority.key.pem", private, None)
    return tmp_path / "authority.key.pem", private.public_key()


@pytest.fixture
def run(capsys):
    def command(*arguments):
        code = main(["policy", *map(str, arguments)])
        out, err = capsys.readouterr()
        return code, out, err

    return command


def test_check(run, gate):
    code, out, err = run("check", gate)
    assert (code, err) == (0, "")
    assert out.startswith("Gate: sound; 1 proof, 2 tests; policy ")
    facts = json.loads(run("check", gate, "--json")[1])
    assert (facts["proofs"], facts["tests"], facts["notes"]) == (1, 2, [])
    assert 100 < facts["bytes"]["policy"] < 3000


def test_explain(run, gate):
    code, out, _ = run("explain", gate)
    assert code == 0
    assert "Who shows this passes:\n  - a vaccination with an accepted product" in out
    assert "      accepted: comirnaty" in out
    assert "is CHECK" in out


def test_explain_a_test(run, gate):
    code, out, _ = run("explain", gate, "--test", "another")
    assert code == 0
    assert "  no   product in accepted  (product = vaxzevria)" in out
    assert "-> CHECK rules_not_met: product in accepted" in out
    code, _, err = run("explain", gate, "--test", "nothing")
    assert code == 1
    assert "it has: accepted; another" in err


def test_test(run, gate):
    code, out, _ = run("test", gate)
    assert (code, out.splitlines()[-1]) == (0, "2 of 2 tests as expected")
    gate.write_text(GATE.replace("EXPECTED", "ok"))
    code, out, _ = run("test", gate)
    assert code == 1
    assert "FAILS another: rules_not_met, not ok" in out
    assert "no   product in accepted  (product = vaxzevria)" in out
    found = json.loads(run("test", gate, "--json")[1])
    assert [each["passed"] for each in found] == [True, False]
    assert found[1]["judged"][0]["code"] == "rules_not_met"


def test_pack(run, gate, key, tmp_path):
    path, public = key
    out = tmp_path / "gate.gatepost"
    code, said, err = run("pack", gate, "--key", path, "--version", 5, "--expires", 30, "-o", out)
    assert (code, err) == (0, "")
    assert said.startswith(f"wrote {out}: Gate, version 5, ")
    found = read_bundle(out.read_bytes(), public)
    assert (found.kind, found.version, found.environment) == ("policy", 5, "PROD")
    assert list(found.parts) == ["policy"]
    assert found.contents["expires"] - found.created == 30 * 86400
    # Tools that know bundles know this one.
    assert main(["trust", "inspect", str(out)]) == 0


def test_what_fails_its_tests_is_not_signed(run, gate, key, tmp_path):
    gate.write_text(GATE.replace("EXPECTED", "ok"))
    code, _, err = run("pack", gate, "--key", key[0], "-o", tmp_path / "gate.gatepost")
    assert code == 1
    assert "1 tests of the policy fail; nothing was signed" in err
    assert not (tmp_path / "gate.gatepost").exists()


def test_a_demonstration_key_signs_demonstrations_alone(run, gate, tmp_path):
    from pathlib import Path

    demonstration = (
        Path(__file__).resolve().parents[2] / "keys" / "demonstration" / "authority" / "authority.key.pem"
    )
    out = tmp_path / "gate.gatepost"
    code, _, err = run("pack", gate, "--key", demonstration, "-o", out)
    assert (code, out.exists()) == (1, False)
    assert "DEMO" in err
    assert run("pack", gate, "--key", demonstration, "--environment", "DEMO", "-o", out)[0] == 0


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["check", "nowhere"], "ready ones are: bilateral, demonstration"),
        (["check", "GATE"], "'produkt'"),
        (["pack", "GOOD", "--key", "none.pem", "-o", "x"], "none.pem"),
        (["pack", "GOOD", "--key", "KEY", "--expires", "0", "-o", "x"], "not a number of days"),
        (["pack", "GOOD", "--key", "KEY", "--version", "0", "-o", "x"], "version is positive"),
        (["pack", "GOOD", "--key", "KEY", "-o", "no/such/folder"], "cannot write"),
        (["test", "GOOD", "--micropython", "/nowhere/micropython"], "no MicroPython to run"),
    ],
)
def test_mistakes_are_one_sentence(run, gate, key, tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(GATE.replace("product in", "produkt in"))
    names = {"GATE": str(wrong), "GOOD": str(gate), "KEY": str(key[0])}
    code, _, err = run(*(names.get(each, each) for each in arguments))
    assert code == 1
    assert words in err
    assert err.startswith("gatepost: ")
    assert err.count("\n") == 1


def test_ready_policies_go_by_their_names(run):
    code, out, _ = run("check", "venue")
    assert (code, out.split(":")[0]) == (0, "Harbour hall")


def test_help_has_examples(capsys):
    for action in ("check", "explain", "test", "pack"):
        with pytest.raises(SystemExit):
            main(["policy", action, "--help"])
        assert "examples:" in capsys.readouterr().out


@pytest.mark.parametrize(
    "test, words",
    [
        ('[[test]]\nat = 2021-07-01T12:00:00Z\nexpect = "ok"', "a test has a certificate"),
        ('[[test]]\nat = "hello"\nexpect = "ok"\ncertificate = {kind = "test"}', "'hello' is not a time"),
        ('[[test]]\nat = 2021-07-01T12:00:00Z\nexpect = "ok"\ncertificate = "x"', "is a table of its facts"),
        (
            '[[test]]\nat = 2021-07-01T12:00:00Z\nexpect = "ok"\ncertificate = {kynd = "test"}',
            "no fact 'kynd'; perhaps 'kind'?",
        ),
        (
            '[[test]]\nat = 2021-07-01T12:00:00Z\nexpect = "rules_not_mett"\ncertificate = {kind = "test"}',
            "no reason 'rules_not_mett'; perhaps 'rules_not_met'?",
        ),
        ("[[test]]\nat = 2021-07-01T12:00:00Z\nexpect = [5]\ncertificate = {kind = 'test'}", "no reason 5"),
    ],
)
def test_check_reads_the_tests_too(run, gate, test, words):
    gate.write_text(GATE[: GATE.index("[[test]]")] + test + "\n")
    code, out, err = run("check", gate)
    assert (code, out) == (1, "")
    assert words in err
    assert err.count("gate.toml") == 1


def test_check_reads_a_list_of_no_tests(run, gate):
    gate.write_text("test = [5]\n" + GATE[: GATE.index("[[test]]")])
    code, _, err = run("check", gate)
    assert (code, "test 1 is a table" in err) == (1, True)


def test_pack_says_what_check_notes(run, gate, key, tmp_path):
    gate.write_text(GATE[: GATE.index("[[test]]")].replace('"comirnaty"', '"comirnaty", "CVX 999"'))
    code, out, _ = run("pack", gate, "--key", key[0], "-o", tmp_path / "x.gatepost")
    assert code == 0
    assert "note: the policy has no tests" in out
    assert "note: the code 'CVX 999' is no product" in out
    _, out, _ = run("pack", gate, "--key", key[0], "-o", tmp_path / "y.gatepost", "--json")
    assert len(json.loads(out)["notes"]) == 2
