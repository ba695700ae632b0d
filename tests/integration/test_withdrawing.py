"""A certificate is issued, passes, is withdrawn, and is refused: by the commands, on a virtual scanner."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from gatepost.cli import main
from gatepost.issue.hc1 import key_id
from gatepost.keys import files
from gatepost.sim import VirtualScanner
from harness.deployment import Deployment
from harness.travellers import AUTHORITY, ISSUER

pytestmark = pytest.mark.usefixtures("alone")


@pytest.fixture
def run(capsys):
    def command(*arguments):
        code = main.main([str(each) for each in arguments])
        out, err = capsys.readouterr()
        assert (code, err) == (0, ""), arguments
        return out

    return command


def test_from_issue_to_refuse(run, tmp_path: Path):
    deployment = Deployment(tmp_path)
    files.save_private(tmp_path / "authority.key.pem", AUTHORITY, None)
    files.save_private(tmp_path / "issuer.key.pem", ISSUER, None)
    card, other = tmp_path / "card.png", tmp_path / "other.png"
    issued = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 3600))
    for path, number in ((card, "1"), (other, "2")):
        claims = path.with_suffix(".json")
        claims.write_text(json.dumps(vaccinated(number)))
        run(
            "issue", "hc1", "--key", tmp_path / "issuer.key.pem", "--kid", key_id(ISSUER.public_key()).hex(),
            "--claims", claims, "--issued", issued, "--png", path, "--text", path.with_suffix(".txt"),
        )  # fmt: skip
    listed, bundle = tmp_path / "withdrawn.txt", tmp_path / "withdrawn.gatepost"
    technician = deployment.path("technician.role")
    with VirtualScanner() as scanner:
        at = ("--port", scanner.port)
        run(
            "device", "provision", "gate-1", *at, "--authority", deployment.path("authority.pub.pem"), "--role",
            technician, "--supervisor", deployment.path("supervisor.role"), "--bundle", deployment.bundle(3),
            "--bundle", deployment.policy(),
        )  # fmt: skip
        assert "no revocation list" in run("device", "hello", *at)
        first = scanner.show(card)
        assert first.code == "ok"
        assert ("Not withdrawn by its issuer", "open", "no list is loaded") in first.trace

        run("trust", "revoke", listed, "--certificate", card.with_suffix(".txt"))
        key = ("--key", tmp_path / "authority.key.pem")
        run("trust", "revocations", "bundle", listed, *key, "--version", 1, "-o", bundle)
        run("device", "push", bundle, *at, "--role", technician)
        assert "2 certificates, version 1" in run("device", "hello", *at)
        refused = scanner.show(card)
        assert (refused.verdict, refused.code) == ("REFUSE", "certificate_revoked")
        assert "The issuer has withdrawn this certificate." in " ".join(refused.said)
        assert ("Not withdrawn by its issuer", "no", "") in refused.trace
        assert scanner.show(other).code == "ok"

        # One that was withdrawn by mistake.
        for each in listed.read_text().splitlines()[1:]:
            _, kind, digest = each.split()
            run("trust", "revoke", listed, "--kind", kind, "--hash", digest, "--undo")
        run("trust", "revocations", "bundle", listed, *key, "--version", 2, "-o", bundle)
        run("device", "push", bundle, *at, "--role", technician)
        assert scanner.show(card).verdict != "REFUSE"

        logs = tmp_path / "logs"
        run("logs", "pull", *at, "--role", deployment.path("supervisor.role"), "-o", logs)
        (archive,) = logs.iterdir()
        shown = run(
            "logs", "show", archive, "--key", deployment.path("supervisor.key.pem"), "--records", "--json"
        )
        records = [json.loads(line) for line in shown.splitlines()]
        reasons = [each["reason"] for each in records if each["kind"] == "scan"]
        assert reasons.count("certificate_revoked") == 1
        events = [json.loads(each["more"]) for each in records if each["kind"] == "bundle"]
        assert [each["event"] for each in events[-2:]] == ["revocation", "revocation"]
        assert not scanner.unasked.faults


def vaccinated(number: str) -> dict:
    day = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 30 * 86400))
    return {
        "ver": "1.3.0", "nam": {"fn": "Roe", "fnt": "ROE", "gn": "Ada", "gnt": "ADA"}, "dob": "1980-02-29",
        "v": [{"tg": "840539006", "vp": "1119349007", "mp": "EU/1/20/1528", "ma": "ORG-100030215", "dn": 2, "sd": 2,
               "dt": day, "co": "DE", "is": "Ministry", "ci": f"URN:UVCI:01:DE:DEMO/{number}#A"}],
    }  # fmt: skip


def test_a_picture_is_judged_by_a_list(run, tmp_path: Path, capsys):
    deployment = Deployment(tmp_path)
    card = tmp_path / "card.png"
    claims = tmp_path / "claims.json"
    claims.write_text(json.dumps(vaccinated("1")))
    files.save_private(tmp_path / "issuer.key.pem", ISSUER, None)
    issued = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 3600))
    run(
        "issue", "hc1", "--key", tmp_path / "issuer.key.pem", "--kid", key_id(ISSUER.public_key()).hex(),
        "--claims", claims, "--issued", issued, "--png", card,
    )  # fmt: skip
    listed, bundle = tmp_path / "withdrawn.txt", tmp_path / "withdrawn.gatepost"
    run("trust", "revoke", listed, "--uvci", "URN:UVCI:01:DE:DEMO/1#A")
    files.save_private(tmp_path / "authority.key.pem", AUTHORITY, None)
    run("trust", "revocations", "bundle", listed, "--key", tmp_path / "authority.key.pem", "-o", bundle)
    signed = ("--authority", deployment.path("authority.pub.pem"), "--policy", deployment.policy())

    def scan(*arguments: object) -> int:
        try:
            return main.main(["scan", str(card), "--trust", deployment.bundle(3), *map(str, arguments)])
        finally:
            capsys.readouterr()

    assert scan(*signed) == 0
    assert scan(*signed, "--withdrawn", bundle) == 4
    assert scan(*signed, "--withdrawn", listed) == 1  # nobody signed it
    assert scan("--policy", "demonstration") == 0
    assert scan("--policy", "demonstration", "--withdrawn", listed) == 4
    assert main.main(["scan", str(card), "--withdrawn", str(listed)]) == 1
