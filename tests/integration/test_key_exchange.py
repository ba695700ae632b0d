"""From one authority's keys to another's scanner: a sealed certificate of Utopia's is PASS at Portugal's gate."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from gatepost.cli.main import main
from gatepost.keys.reading import read_reading_key
from gatepost.sim import VirtualScanner
from gatepost.sim.provision import provision
from gatepost.sim.reading import reading_files

ROOT = Path(__file__).resolve().parents[2]
TRUST, READING = "pt/partners/ut/signing.json", "pt/partners/ut/reading"


@pytest.fixture
def desk(alone, tmp_path, monkeypatch, capsys):
    """Utopia's keys in ut/, Portugal's in pt/; `run` a command line, with more words that may hold blanks."""
    monkeypatch.chdir(tmp_path)

    def anyhow(line: str, *more: object) -> tuple[int, str]:
        code = main([*line.split(), *map(str, more)])
        out, err = capsys.readouterr()
        return code, out or err

    def run(line: str, *more: object, code: int = 0) -> str:
        got, said = anyhow(line, *more)
        assert got == code, said
        return said

    for what, where in (
        ("authority", "ut"),
        ("issuer --country UT", "ut"),
        ("recipient", "pt"),
        ("authority", "pt"),
    ):
        run(f"keys new {what} -o {where} --no-passphrase")
    run.any = anyhow
    run.folder = tmp_path
    return run


def new_reading(desk) -> str:
    """The file of a fresh reading key of Utopia's."""
    known = set(desk.folder.glob("ut/*.reading"))
    yesterday = datetime.fromtimestamp(time.time() - 86400, UTC).isoformat()
    desk("keys new reading --country UT -o ut --no-passphrase --begin", yesterday)
    (made,) = set(desk.folder.glob("ut/*.reading")) - known
    return f"ut/{made.name}"


def hand_over(desk, version: int, *readings: str) -> dict:
    pt, ut = (
        desk(f"keys fingerprint {each}").strip() for each in ("pt/recipient.pub.pem", "ut/authority.pub.pem")
    )
    desk(
        f"keys package --to pt/recipient.pub.pem --fingerprint {pt} --country UT --name Utopia --version {version} "
        "--key ut/authority.key.pem --signing ut/dsc.crt.pem -o ut.package --reading",
        *readings,
    )
    line = "keys accept ut.package --key pt/recipient.key.pem -o pt/partners/ut --json"
    return json.loads(desk(line, *(("--fingerprint", ut, "--country", "UT") if version == 1 else ())))


def issue(desk, what: str, reading: str, *more: object) -> str:
    name = f"{len(list(desk.folder.glob('*.png')))}.png"
    desk(
        f"issue {what} --key ut/dsc.key.pem --certificate ut/dsc.crt.pem --reading {reading} --png {name}",
        *more,
    )
    return name


def scan(desk, name: str, *more: object, trust: str = TRUST, policy: str = "bilateral") -> tuple[str, str]:
    """Code and detail of the verdict; the command's exit code is the verdict's."""
    got, out = desk.any(f"scan {name} --trust {trust} --policy {policy} --json", *more)
    result = json.loads(out)["results"][0]
    assert got == {"PASS": 0, "CHECK": 3, "REFUSE": 4}[result["verdict"]]
    return result["code"], result["detail"]


def with_keys(desk) -> tuple[object, ...]:
    return ("--reading-key", desk.folder / READING)


def test_what_utopia_seals_portugal_reads_until_the_key_is_withdrawn(desk):
    first = new_reading(desk)
    old_card = issue(desk, "ith1", first)
    hand_over(desk, 1, first)
    assert scan(desk, old_card, *with_keys(desk)) == ("ok", "")
    code, detail = scan(desk, old_card)
    kid = read_reading_key(desk.folder / first).kid.hex()
    assert (code, detail) == ("no_reading_key", f"sealed by UT, no reading key here: {kid}")

    second = new_reading(desk)
    new_card = issue(desk, "ith1", second, "--sample", "vaccination")
    kid = read_reading_key(desk.folder / second).kid.hex()
    assert scan(desk, new_card, *with_keys(desk)) == (
        "no_reading_key",
        f"sealed by UT, no reading key here: {kid}",
    )
    hand_over(desk, 2, first, second)
    assert scan(desk, old_card, *with_keys(desk)) == ("ok", "")
    assert scan(desk, new_card, *with_keys(desk)) == ("ok", "")

    assert hand_over(desk, 3, second)["withdrawn"] == [first.removeprefix("ut/")]
    assert scan(desk, old_card, *with_keys(desk))[0] == "no_reading_key"
    assert scan(desk, new_card, *with_keys(desk)) == ("ok", "")


def test_at_portugal_s_own_scanner(desk):
    reading = new_reading(desk)
    card = issue(desk, "ith1", reading)
    forged = issue(desk, "ith1", reading, "--forge")
    hand_over(desk, 1, reading)
    desk(f"trust bundle {TRUST} --key pt/authority.key.pem -o list.gatepost")
    desk("policy pack bilateral --key pt/authority.key.pem -o rules.gatepost")
    signed = ("--authority", "pt/authority.pub.pem", *with_keys(desk))
    assert scan(desk, card, *signed, trust="list.gatepost", policy="rules.gatepost") == ("ok", "")

    who = "--authority pt/authority.key.pem --no-passphrase"
    desk(f"keys new role --role technician --name Ana -o ana {who}")
    with VirtualScanner() as scanner:
        at = f"--port {scanner.port} --role ana/technician.role"
        out = desk(
            f"device provision gate-1 {at} --authority pt/authority.pub.pem --bundle list.gatepost "
            "--bundle rules.gatepost"
        )
        assert scanner.show(desk.folder / card).code == "no_reading_key"
        assert "Sealed by UT, no reading key here" in " ".join(scanner.show(desk.folder / card).said)
        fingerprint = re.search(r"its key is (\w+)", out)
        assert fingerprint
        keys = " ".join(map(str, with_keys(desk)[1:]))
        desk(f"device reading {keys} {at} --fingerprint {fingerprint[1]}")
        scan_of_card = scanner.show(desk.folder / card)
        assert (scan_of_card.code, scan_of_card.claims["issuer"]) == ("ok", "UT")
        assert scan_of_card.claims["issuer_name"] == "Utopia"
        assert scanner.show(desk.folder / forged).code == "bad_signature"


def test_health_codes_by_their_colour_their_minutes_and_the_clock(desk):
    reading = new_reading(desk)
    hand_over(desk, 1, reading)
    now = int(time.time())

    def status(colour: str) -> str:
        return issue(desk, "status", reading, "--colour", colour, "--minutes", 5, "--issued", now)

    cards = {colour: status(colour) for colour in ("green", "yellow", "red")}
    test = issue(desk, "ith1", reading, "--sample", "test")
    verdicts = {}
    ready = provision([desk.folder / TRUST], policy="health-code")
    keys = [read_reading_key(path) for path in desk.folder.glob(f"{READING}/*")]
    with VirtualScanner(
        bundle=ready.bundle, policy=ready.policy, authority=ready.authority, files=reading_files(keys, now),
        clock=now + 60,
    ) as scanner:  # fmt: skip
        for colour, card in cards.items():
            scan_of_card = scanner.show(desk.folder / card)
            verdicts[colour] = (scan_of_card.verdict, scan_of_card.code)
            assert scan_of_card.claims["facts"]["colour"] == colour
        assert verdicts == {
            "green": ("PASS", "ok"), "yellow": ("CHECK", "more_needed"), "red": ("REFUSE", "not_accepted"),
        }  # fmt: skip
        assert scanner.show(desk.folder / cards["yellow"]).code == "more_needed"
        assert scanner.show(desk.folder / test, dismiss=False).code == "ok"
        for seconds, code in ((0, "ok"), (300, "ok"), (301, "expired"), (-600, "not_yet_valid")):
            scanner.set_clock(now + seconds)
            # Another code each time: one that was shown to this scanner before is CHECK `used_before`.
            assert scanner.show(desk.folder / status("green")).code == code, seconds
        scanner.set_clock(now + 60, trusted=False)
        assert scanner.show(desk.folder / status("green")).code == "clock_doubtful"
        assert scanner.show(desk.folder / cards["red"]).code == "not_accepted"
    # The same by command, the clock named.
    for at, code in ((now + 299, "ok"), (now + 301, "expired")):
        when = datetime.fromtimestamp(at, UTC).isoformat()
        found = scan(desk, cards["green"], *with_keys(desk), "--at", when, policy="health-code")
        assert found[0] == code


def test_a_locked_reading_key_opens_with_its_passphrase_alone(desk):
    (desk.folder / "pass").write_text("a passphrase of some length\n")
    (desk.folder / "wrong").write_text("another passphrase\n")
    desk("keys new reading --country UT -o ut --passphrase-file pass")
    (path,) = desk.folder.glob("ut/*.reading")
    card = issue(desk, "ith1", path, "--reading-passphrase-file", "pass")
    desk("trust import ut/dsc.crt.pem --scheme ITH1 -o keys.json")
    opened = ("--reading-key", path, "--reading-passphrase-file")
    assert scan(desk, card, *opened, "pass", trust="keys.json") == ("ok", "")
    line = f"scan {card} --trust keys.json --policy bilateral"
    desk(line, *opened, "wrong", code=1)
    desk(line, *opened[:2], *opened, "pass", code=1)  # the same key twice


def block(path: Path, title: str) -> str:
    """The first script below a title."""
    found = re.search(r"```sh\n(.*?)```", path.read_text(encoding="utf-8").split(title, 1)[1], re.DOTALL)
    assert found
    return found[1]


def test_the_readme_s_exchange_runs_as_written(tmp_path):
    """A person at a terminal, with one passphrase for all questions; then the health codes of docs/ith1.md."""
    exchange = block(ROOT / "README.md", "## Exchange keys between authorities")
    script = f"{exchange}\n({block(ROOT / 'docs' / 'ith1.md', '## Health codes')}) || echo ended with $?"
    ours, theirs = os.openpty()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GATEPOST_")}
    environment |= {"TERM": "dumb", "COLUMNS": "160"}
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
    process = subprocess.Popen(
        ["bash", "-euc", script],
        cwd=tmp_path, env=environment, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    said = b""
    asked = 0
    while True:
        try:
            said += os.read(ours, 4096)
        except OSError:  # the last of them has closed its end
            break
        if re.search(rb"(passphrase[^\n]*|again): $", said):
            os.write(ours, b"a passphrase of some length\n")
            said += b"\n"
            asked += 1
    os.close(ours)
    text = said.decode()
    assert process.wait(60) == 0, text
    assert asked >= 10
    assert "accepted Health Authority of Utopia, UT: version " in text
    assert re.search(r"card\.png +✔ PASS +ok", text), text
    verdicts = re.findall(r"(\w+)\.png +\S (PASS|CHECK|REFUSE) +(\w+):", text)[1:]
    assert verdicts == [
        ("green", "PASS", "ok"), ("yellow", "CHECK", "more_needed"), ("red", "REFUSE", "not_accepted"),
    ]  # fmt: skip
    assert "ended with 4" in text
