"""`gatepost keys package` and `accept`, as two authorities use them: every secret locked, none of them printed."""

from __future__ import annotations

import argparse
import json

import pytest
from gatepost.cli import readingkeys
from gatepost.cli.main import main
from gatepost.errors import GatepostError
from gatepost.keys import files
from gatepost.keys.package import read
from gatepost.keys.reading import describe, new_reading_key, read_reading_key, write_reading_key
from gatepost.trust.sources import Options, read_sources

UTOPIA = b"a passphrase of Utopia's"
PORTUGAL = b"a passphrase of Portugal's"
PACK = (
    "keys package --to pt/recipient.pub.pem --fingerprint {pt} --country UT --name Utopia --key ut/authority.key.pem "
    "--passphrase-file ut.pass --reading-passphrase-file ut.pass --signing ut/dsc.crt.pem -o {out}"
)
ACCEPT = "keys accept {0} --key pt/recipient.key.pem --passphrase-file pt.pass -o partners/ut"


@pytest.fixture
def desk(tmp_path, monkeypatch, capsys):
    """Both authorities in one folder, ut/ and pt/; whatever a command says is searched for secrets."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ut.pass").write_bytes(UTOPIA + b"\n")
    (tmp_path / "pt.pass").write_bytes(PORTUGAL + b"\n")
    secrets = [UTOPIA.decode(), PORTUGAL.decode()]
    known = set()

    def run(line: str, *more: str) -> tuple[int, str, str]:
        code = main([*line.split(), *more])
        out, err = capsys.readouterr()
        for each in set(tmp_path.glob("ut/*.reading")) - known:
            known.add(each)
            secrets.append(read_reading_key(each, lambda: UTOPIA).secret.hex())
        assert not [each for each in secrets if each in out + err]
        assert "Traceback" not in out + err and err.count("\n") <= 1
        return code, out, err.strip()

    for what, where in (("authority", "ut"), ("issuer --country UT", "ut"), ("recipient", "pt")):
        assert run(f"keys new {what} -o {where} --passphrase-file {where}.pass")[0] == 0
    assert run("keys new reading --country UT -o ut --passphrase-file ut.pass")[0] == 0
    run.folder = tmp_path
    run.ut = run("keys fingerprint ut/authority.pub.pem")[1].strip()
    run.pt = run("keys fingerprint pt/recipient.pub.pem")[1].strip()
    return run


def readings(folder) -> list[str]:
    return sorted(str(each) for each in folder.glob("*.reading"))


def pack(desk, out: str = "ut.package", *more: str) -> tuple[int, str, str]:
    return desk(PACK.format(pt=desk.pt, out=out), "--reading", *readings(desk.folder / "ut"), *more)


def accepted(desk, name: str, *more: str) -> dict:
    code, out, err = desk(ACCEPT.format(name), "--json", *more)
    assert err == ""
    answer = json.loads(out)
    assert code == (0 if answer["accepted"] else 1)
    return answer


def test_keys_go_from_one_authority_to_another(desk):
    for name in ("ut/authority.key.pem", "pt/recipient.key.pem"):
        assert (desk.folder / name).read_bytes().startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    code, out, err = pack(desk)
    assert (code, err) == (0, "")
    assert "1 signing keys, 1 reading keys" in out and desk.ut in out

    code, out, err = desk(ACCEPT.format("ut.package"))
    assert code == 1 and "--fingerprint" in err and desk.ut not in err
    code, out, err = desk(ACCEPT.format("ut.package"), "--fingerprint", desk.ut, "--country", "ut")
    assert (code, err) == (0, "") and out.startswith("accepted Utopia, UT: version ")
    ours = desk.folder / "partners" / "ut"
    (name,) = readings(ours / "reading")
    original = read_reading_key(desk.folder / "ut" / name.rsplit("/", 1)[1], lambda: UTOPIA)
    # Locked by the recipient's passphrase now.
    assert read_reading_key(ours / "reading" / name, lambda: PORTUGAL) == original
    (record,), _ = read_sources([ours / "signing.json"], Options())
    (issued,), _ = read_sources([desk.folder / "ut" / "dsc.crt.pem"], Options(scheme="ITH1"))
    assert (record.kid, record.public, record.scheme) == (issued.kid, issued.public, "ITH1")
    assert desk("trust list partners/ut/signing.json")[0] == 0


def test_rotation_replay_and_downgrade(desk):
    who = ("--fingerprint", desk.ut, "--country", "UT")
    (old,) = (each.rsplit("/", 1)[1] for each in readings(desk.folder / "ut"))
    assert pack(desk, "1.package", "--version", "1")[0] == 0
    assert desk("keys new reading --country UT -o ut --passphrase-file ut.pass")[0] == 0
    assert pack(desk, "2.package", "--version", "2")[0] == 0
    (desk.folder / "ut" / old).unlink()
    assert pack(desk, "3.package", "--version", "3")[0] == 0

    assert accepted(desk, "1.package", *who)["reading"] == [old]
    both = accepted(desk, "2.package")
    assert both["before"] == 1 and len(both["reading"]) == 2 and both["withdrawn"] == []
    assert accepted(desk, "2.package")["code"] == "replay"
    assert accepted(desk, "1.package")["code"] == "downgrade"
    last = accepted(desk, "3.package")
    assert last["withdrawn"] == [old] and len(last["reading"]) == 1


def test_what_is_refused_has_a_code(desk, monkeypatch):
    assert pack(desk)[0] == 0
    who = ("--fingerprint", desk.ut, "--country", "UT")
    good = (desk.folder / "ut.package").read_bytes()
    (desk.folder / "bent.package").write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    assert accepted(desk, "bent.package", *who)["code"] == "bad_signature"
    assert accepted(desk, "ut/dsc.crt.pem", *who)["code"] == "bad_package"
    assert accepted(desk, "ut.package", "--fingerprint", desk.pt, "--country", "UT")["code"] == "other_sender"
    assert (
        accepted(desk, "ut.package", "--fingerprint", desk.ut, "--country", "PT")["code"] == "other_country"
    )
    assert desk("keys new recipient -o other --passphrase-file pt.pass")[0] == 0
    line = ACCEPT.format("ut.package").replace("pt/recipient.key", "other/recipient.key")
    code, out, _ = desk(line, "--json", *who)
    assert code == 1 and json.loads(out)["code"] == "wrong_recipient"
    monkeypatch.setattr("time.time", lambda: read(good).head.expires + 1.0)
    assert accepted(desk, "ut.package", *who)["code"] == "expired"
    assert not (desk.folder / "partners").exists()


def test_the_sender_compares_fingerprints_too(desk):
    code, _, err = desk(PACK.format(pt=desk.ut, out="x"))
    assert code == 1 and "not that fingerprint" in err and not (desk.folder / "x").exists()


def test_what_makes_no_sense_is_not_sent(desk):
    for more, sentence in (
        (("--country", "PT"), "of UT in a package of PT"),
        (("--country", "XX"), "one country"),
        (("--name", " "), "whose keys"),
        (("--expires", "0"), "--expires"),
        (("--version", "0"), "version"),
        (("--environment", "DEMO"), "no demonstration key"),
        (("--signing", "nowhere.pem"), "cannot read"),
        (("--reading", "ut.pass"), "is no reading key"),
        (("--reading-passphrase-file", "pt.pass"), "passphrase is wrong"),
    ):
        code, _, err = pack(desk, "x", *more)
        assert code == 1 and sentence in err and not (desk.folder / "x").exists()


def test_demonstration_keys_exchange_among_themselves_alone(desk):
    for what, where in (
        ("authority", "d"),
        ("issuer --country UT", "d"),
        ("recipient", "e"),
        ("reading --country UT", "d"),
    ):
        assert desk(f"keys new {what} -o {where} --no-passphrase --demonstration")[0] == 0
    (reading,) = readings(desk.folder / "d")
    fingerprint = desk("keys fingerprint e/recipient.pub.pem")[1].strip()
    line = "keys package --to {to} --fingerprint {fp} --country UT --name Demo -o {out} --key {key} --signing {signing}"
    demo = {
        "to": "e/recipient.pub.pem",
        "fp": fingerprint,
        "key": "d/authority.key.pem",
        "signing": "d/dsc.crt.pem",
    }

    def attempt(out: str, *more: str, **changes: str) -> str:
        code, _, err = desk(line.format(out=out, **(demo | changes)), *more)
        assert (code == 0) == (desk.folder / out).exists()
        return err

    assert attempt("demo.package", "--environment", "DEMO", "--reading", reading) == ""
    assert "demonstration" in attempt("a")
    to_pt = {"to": "pt/recipient.pub.pem", "fp": desk.pt}
    assert "demonstration" in attempt("b", "--reading", reading, **to_pt)
    assert "demonstration" in attempt("c", **to_pt)
    assert "demonstration" in attempt("f", "--environment", "DEMO", **to_pt)
    ut = ("--passphrase-file", "ut.pass", "--reading-passphrase-file", "ut.pass")
    earnest = {"key": "ut/authority.key.pem", "signing": "ut/dsc.crt.pem"}
    assert "demonstration" in attempt("g", *ut, "--reading", reading, **to_pt, **earnest)
    assert attempt("h", *ut, **to_pt, **earnest) == ""

    sender = desk("keys fingerprint d/authority.pub.pem")[1].strip()
    take = "keys accept {0} --key {1} -o p --json --country UT --fingerprint " + sender
    code, out, _ = desk(take.format("demo.package", "e/recipient.key.pem"))
    assert code == 0
    (record,), _ = read_sources([desk.folder / "p" / "signing.json"], Options())
    assert record.source == "DEMO"
    # Unmarked, the same key is one that nobody would know for a demonstration's.
    private = files.load_private(desk.folder / "e" / "recipient.key.pem").key
    files.save_private(desk.folder / "unmarked.key.pem", private, None)
    code, out, _ = desk(take.format("demo.package", "unmarked.key.pem").replace("-o p", "-o q"))
    assert code == 1 and json.loads(out)["code"] == "demonstration"


def test_a_package_is_signed_on_another_computer(desk):
    line = PACK.format(pt=desk.pt, out="u").replace(
        "--key ut/authority.key.pem", "--to-sign ut/authority.pub.pem"
    )
    assert desk(line)[0] == 0
    who = ("--fingerprint", desk.ut, "--country", "UT")
    assert accepted(desk, "u", *who)["code"] == "bad_signature"
    code, out, _ = desk("trust sign u --key ut/authority.key.pem --passphrase-file ut.pass --yes -o s")
    assert code == 0 and "signs:        key package" in out and f"recipient:    {desk.pt}" in out
    assert desk("trust attach u s --authority ut/authority.pub.pem -o ut.package")[0] == 0
    assert accepted(desk, "ut.package", *who)["accepted"]
    assert desk("keys new authority -o x --passphrase-file ut.pass")[0] == 0
    code, _, err = desk("trust sign u --key x/authority.key.pem --passphrase-file ut.pass --yes -o t")
    assert code == 1 and "another authority" in err


def test_packages_and_reading_keys_can_be_looked_at(desk):
    assert pack(desk)[0] == 0
    code, out, _ = desk("keys inspect ut.package --json")
    seen = json.loads(out)
    assert code == 0 and seen["sender_fingerprint"] == desk.ut and seen["recipient_fingerprint"] == desk.pt
    assert (seen["holds"], seen["country"], seen["environment"]) == ("key package", "UT", "PROD")
    (name,) = readings(desk.folder / "ut")
    seen = json.loads(desk(f"keys inspect {name} --json")[1])
    assert seen["holds"] == "reading key" and seen["encrypted"] is True and seen["country"] == "UT"


def test_a_person_is_asked_once_for_each_passphrase(tmp_path, monkeypatch):
    paths = []
    for number, secret in enumerate((UTOPIA, UTOPIA, PORTUGAL, None, UTOPIA)):
        paths.append(tmp_path / f"{number}.reading")
        write_reading_key(paths[-1], new_reading_key("UT", 1_790_000_000), secret)
    answers = [UTOPIA, PORTUGAL]
    asked = []

    def getpass(prompt: str) -> str:
        asked.append(prompt)
        return answers[len(asked) - 1].decode()

    monkeypatch.setattr("getpass.getpass", getpass)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    keys = readingkeys.load(argparse.Namespace(reading_passphrase_file=None), paths)
    assert [key.kid for key in keys] == [describe(path)[0].kid for path in paths]
    assert [prompt.rsplit("/", 1)[1] for prompt in asked] == ["0.reading: ", "2.reading: "]
    with pytest.raises(GatepostError, match="was named before"):
        readingkeys.load(argparse.Namespace(reading_passphrase_file=None), [paths[3], paths[3]])


@pytest.mark.parametrize("action", ["package", "accept"])
def test_help_has_examples(action, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["keys", action, "--help"])
    assert ended.value.code == 0 and "examples:" in capsys.readouterr().out
