"""`gatepost scan` and `gatepost sim` as a person runs them: output, errors, exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from gatepost.cli import main as cli
from gatepost.cli.main import main
from gatepost.trust.sources import write_keys
from harness.certificates import NOW
from harness.travellers import (
    AUTHORITY,
    BUNDLE,
    EMPTY,
    EXPIRED,
    FORGED,
    GOOD,
    ISSUER,
    POLICY,
    picture,
    record,
    text,
)
from PIL import Image

BOTH = """
name = "Both"
admit = ["vaccinated + tested"]
[proof.vaccinated]
says = "a vaccination"
kinds = ["vaccination"]
when = ["date not in the future"]
[proof.tested]
says = "a negative test"
kinds = ["test"]
when = ["result is negative"]
"""
AT = datetime.fromtimestamp(NOW, UTC).isoformat()


@pytest.fixture
def folder(tmp_path):
    for name, image in (("good", GOOD), ("expired", EXPIRED), ("forged", FORGED), ("empty", EMPTY)):
        image.save(tmp_path / f"{name}.png")
    (tmp_path / "list.gatepost").write_bytes(BUNDLE)
    public = AUTHORITY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "authority.pem").write_bytes(public)
    (tmp_path / "keys.json").write_text(write_keys([record(ISSUER)]))
    (tmp_path / "broken.png").write_bytes(b"no picture")
    return tmp_path


@pytest.fixture
def scan(folder, capsys):
    def run(*names, trust="list.gatepost", policy="demonstration", options=()):
        paths = [str(folder / name) for name in names]
        if policy:
            options = ["--policy", policy, *options]
        code = main(["scan", *paths, "--trust", str(folder / trust), "--at", AT, *map(str, options)])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def test_a_signed_bundle_and_its_authority(scan, folder):
    signed = folder / "policy.gatepost"
    signed.write_bytes(POLICY)
    code, out, err = scan("good.png", policy=signed, options=["--authority", folder / "authority.pem"])
    assert code == 0
    assert "✔ PASS" in out
    assert "Åsa Marie Lindqvist" in out
    assert err == ""


def test_a_bundle_without_its_authority_is_used_and_said(scan):
    code, out, err = scan("good.png")
    assert (code, "PASS" in out) == (0, True)
    assert "signature was not checked" in err


def test_without_a_policy_nothing_is_passed_and_it_is_said(scan):
    code, out, err = scan("good.png", policy=None)
    assert (code, "no_policy" in out) == (3, True)
    assert "--policy" in err


def test_a_policy_that_the_authority_did_not_sign_is_refused(scan, folder):
    code, _, err = scan("good.png", options=["--authority", folder / "authority.pem"])
    assert (code, "gatepost policy pack" in err) == (1, True)


def test_the_steps_to_a_verdict(scan):
    code, out, _ = scan("good.png", "forged.png", options=["--explain"])
    assert code == 4
    assert "yes  Proof: a genuine vaccination, test or recovery" in out
    assert "yes  target is covid  (target = covid)" in out
    assert "-> PASS ok" in out


def test_two_certificates_of_one_traveller(scan, folder):
    """One that the policy lets pass only with a test, and the test; the guard is told what is missing."""
    tested = text(kind="test")
    picture(tested).save(folder / "test.png")
    (folder / "both.toml").write_text(BOTH)
    options = ["--one-traveller", "--json"]
    ended, out, _ = scan("good.png", "test.png", policy=folder / "both.toml", options=options)
    assert ended == 0  # the last verdict counts
    first, second = json.loads(out)["results"]
    assert (first["code"], first["need"]) == ("more_needed", "a negative test")
    assert "Now scan: a negative test" in " ".join(first["screen"])
    assert second["code"] == "ok"
    _, out, _ = scan("good.png", "test.png", policy=folder / "both.toml", options=["--json"])
    assert [each["code"] for each in json.loads(out)["results"]] == ["more_needed", "more_needed"]


def test_keys_of_any_kind_do(scan):
    assert scan("good.png", trust="keys.json")[0] == 0


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (["good.png"], 0),
        (["empty.png", "good.png"], 5),
        (["broken.png", "good.png", "empty.png"], 1),
        (["expired.png", "good.png", "broken.png"], 4),
    ],
)
def test_the_gravest_verdict_is_the_exit_code(scan, names, code):
    assert scan(*names)[0] == code


def test_check_has_a_code_of_its_own(folder, capsys):
    assert main(["scan", str(folder / "good.png"), "--at", AT]) == 3
    assert "no_trust_list" in capsys.readouterr().out


def test_json(scan):
    code, out, err = scan("good.png", "forged.png", "empty.png", "broken.png", options=["--json"])
    assert code == 4
    document = json.loads(out)
    assert document["counts"] == {"PASS": 1, "REFUSE": 1, "no_code": 1, "error": 1}
    good, forged, empty, broken = document["results"]
    assert good["claims"]["family"] == "Lindqvist"
    assert good["symbol"]["payload"].startswith("HC1:")
    assert set(good["ms"]) == {"find", "decode", "verify", "draw"}
    assert forged["code"] == "bad_signature"
    assert forged["claims"] is None
    assert empty["verdict"] is None
    assert "not a picture" in broken["error"]
    assert "not a picture" in err
    assert "Traceback" not in err


def test_a_folder_and_its_screens(scan, folder):
    code, out, _ = scan(".", options=["--screens", folder / "out"])
    assert code == 4
    assert out.count("REFUSE") == 2
    names = sorted(path.name for path in (folder / "out").iterdir())
    assert [name[4:] for name in names] == ["empty.png", "expired.png", "forged.png", "good.png"]
    with Image.open(folder / "out" / names[0]) as screen:
        assert screen.size == (320, 240)


def test_full_looks_again_where_the_code_is_small(scan, folder):
    wide = Image.new("L", (1600, 1200), 180)
    wide.paste(picture(text(), scale=2), (900, 600))
    wide.save(folder / "wide.png")
    assert scan("wide.png")[0] == 5
    code, out, _ = scan("wide.png", options=["--full", "--json"])
    assert code == 0
    assert json.loads(out)["results"][0]["width"] == 1600


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nothing.png"], "no such file"),
        (["good.png", "--trust", "nowhere"], "nowhere"),
        (["good.png", "--trust", "broken.png"], "neither"),
        (["good.png", "--trust", "keys.json", "--authority", "authority.pem"], "one signed bundle"),
        (["good.png", "--trust", "list.gatepost", "--authority", "broken.png"], "no public key"),
        (["good.png", "--micropython", "/nowhere/micropython"], "no MicroPython"),
        (["empty-folder"], "no picture to scan"),
    ],
)
def test_errors_are_one_line(folder, capsys, monkeypatch, arguments, words):
    (folder / "empty-folder").mkdir()
    monkeypatch.chdir(folder)
    assert main(["scan", *arguments]) == 1
    err = capsys.readouterr().err
    assert words in err
    assert err.startswith("gatepost: ")
    assert err.count("\n") == 1


def test_another_authority_is_refused(scan, folder):
    from harness.certificates import p256

    public = p256(9).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / "other.pem").write_bytes(public)
    code, _, err = scan("good.png", options=["--authority", folder / "other.pem"])
    assert code == 1
    assert "signature" in err


@pytest.mark.parametrize("wrong", [["scan"], ["scan", "x.png", "--at", "yesterday"], ["fly"], []])
def test_usage_errors(wrong, capsys):
    with pytest.raises(SystemExit) as caught:
        main(wrong)
    assert caught.value.code == 2
    assert "usage: gatepost" in capsys.readouterr().err


def test_version_and_help(capsys):
    for arguments, words in (
        (["--version"], "gatepost 0."),
        (["--help"], "exit codes"),
        (["sim", "--help"], "examples"),
    ):
        with pytest.raises(SystemExit) as caught:
            main(arguments)
        assert caught.value.code == 0
        assert words in capsys.readouterr().out


def test_a_command_that_cannot_be_loaded_leaves_the_others(monkeypatch, capsys):
    real = cli.importlib.import_module

    def broken(name):
        if name.endswith(".issue"):
            raise ImportError("No module named 'segno'")
        return real(name)

    monkeypatch.setattr(cli.importlib, "import_module", broken)
    assert main(["issue", "hc1"]) == 1
    assert "No module named 'segno'" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["scan", "--help"])


def test_a_fault_of_ours_is_one_line_too(monkeypatch, capsys):
    monkeypatch.setattr("gatepost.cli.scan.run", lambda args: 1 // 0)
    monkeypatch.delenv("GATEPOST_DEBUG", raising=False)
    assert main(["scan", "x.png"]) == 1
    err = capsys.readouterr().err
    assert "ZeroDivisionError" in err
    assert "Traceback" not in err


def test_sim_takes_lines(folder):
    lines = ["good.png", "press", "nothing.png", "screen out.png", "kill", "restart", "expired.png", "quit"]
    done = subprocess.run(
        [sys.executable, "-m", "gatepost.cli.main", "sim", "--quiet", "--trust", "keys.json",
         "--policy", "demonstration", "--at", AT],
        input="\n".join(lines), capture_output=True, text=True, cwd=folder, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    out = done.stdout.splitlines()
    assert out[0].startswith("port /dev/")
    assert out[1].startswith("PASS  ok")
    assert out[2] == out[0]
    assert out[3].startswith("REFUSE  expired")
    assert done.stderr == "gatepost: nothing.png: no such file\n"
    assert (folder / "out.png").exists()


def test_sim_takes_two_certificates_of_one_traveller(folder):
    picture(text(kind="test")).save(folder / "test.png")
    (folder / "both.toml").write_text(BOTH)
    done = subprocess.run(
        [sys.executable, "-m", "gatepost.cli.main", "sim", "--quiet", "--trust", "keys.json",
         "--policy", "both.toml", "--at", AT],
        input="good.png\nalso test.png\nquit\n", capture_output=True, text=True, cwd=folder, timeout=60, check=False,
    )  # fmt: skip
    out = done.stdout.splitlines()
    assert out[1].startswith("CHECK  more_needed")
    assert out[2] == "         now scan: a negative test"
    assert out[3].startswith("PASS  ok")


def test_sim_obeys_many_lines_that_come_at_once(folder):
    with subprocess.Popen(
        [sys.executable, "-m", "gatepost.cli.main", "sim", "--quiet", "--at", AT],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        # The input stays open: a line that waits in a buffer would wait for ever.
        process.stdin.write("press\npress\nnothing.png\nclock 2026-01-01T00:00:00\nquit\n")
        process.stdin.flush()
        assert process.wait(20) == 0
        assert process.stdout.read().startswith("port ")


def test_sim_watches_a_folder(folder):
    watched = folder / "watched"
    watched.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "gatepost.cli.main", "sim", "--quiet", "--watch", str(watched), "--at", AT],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline().startswith("port")
        GOOD.save(watched / "new.png")
        assert process.stdout.readline().startswith("CHECK  no_trust_list")
        process.stdin.write("quit\n")
        process.stdin.flush()
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.communicate()


def test_notes_on_the_policy_are_said_once_the_pictures_are_judged(scan, folder):
    path = folder / "ban.toml"
    path.write_text(
        'name = "Ban"\nuse = ["codes.toml"]\n[lists]\nbanned = ["CVX 999"]\n[proof.other]\nsays = "not banned"\n'
        'kinds = ["vaccination"]\nwhen = ["product not in banned"]\n'
    )
    _, _, err = scan("good.png", policy=path, options=["--json"])
    assert "the code 'CVX 999' is no product" in err
    path.write_text(path.read_text().replace("CVX 999", "comirnatty"))
    code, out, err = scan("good.png", policy=path)
    assert (code, out) == (1, "")
    assert "perhaps 'comirnaty'?" in err


def test_an_error_is_not_preceded_by_advice(scan):
    code, _, err = scan("nowhere.png", policy=None)
    assert code == 1
    assert "no rules" not in err
