"""Nothing of a holder is in the scanner's memory once the verdict has left the screen: its whole heap is searched.

The scanner is a process of ours, and Linux lets us read what it holds; the pages of MicroPython's heap, of its C heap
and of its stack are all looked through.
"""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from gatepost.issue import samples
from gatepost.issue.hc1 import issue_hc1, key_id
from gatepost.policy.bundle import build_policy
from gatepost.policy.compiling import compile_policy
from gatepost.policy.source import read_source
from gatepost.sim import VirtualScanner
from harness.certificates import NOW, YEAR
from harness.travellers import AUTHORITY, ISSUER, TRUST, picture

pytestmark = pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="no /proc to read memory from")

FAMILY, GIVEN, BIRTH, UVCI = "Quetzalberg", "Xiomarabelle", "1961-03-17", "URN:UVCI:01:DE:QZX7319"
POLICY = """
name = "Two proofs"
admit = ["vaccinated + tested"]
[settings]
privacy = "PRIVACY"
explain = true
[proof.vaccinated]
says = "a vaccination"
kinds = ["vaccination"]
when = ["date not in the future", "birth at least 18 years ago"]
[proof.tested]
says = "a negative test"
kinds = ["test"]
when = ["result is negative"]
"""


def certificate(kind: str) -> str:
    sub_claim, payload = samples.sample(
        kind, now=datetime.fromtimestamp(NOW, UTC), family=FAMILY, given=GIVEN, birth=BIRTH
    )
    payload[kind[0]][0]["ci"] = UVCI
    key = key_id(ISSUER.public_key())
    return issue_hc1(
        payload, ISSUER, key, issuer="DE", issued=NOW - 1000, expires=NOW + YEAR, sub_claim=sub_claim
    )


def traces(text: str) -> dict[str, bytes]:
    """What would betray the holder: as text, as the screen writes it, and the code itself."""
    words = [FAMILY, GIVEN, FAMILY.upper(), GIVEN.upper(), BIRTH, "17 Mar 1961", UVCI]
    return {word: word.encode() for word in words} | {"the code": text[40:72].encode()}


def memory(pid: int) -> bytes:
    """All that the process may write to."""
    found = []
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as pages:
        for line in maps:
            span = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line)
            if span and "[v" not in line:
                start, end = int(span[1], 16), int(span[2], 16)
                pages.seek(start)
                found.append(pages.read(end - start))
    return b"\n".join(found)


def remembered(scanner: VirtualScanner, text: str) -> set[str]:
    assert scanner._process is not None
    found = memory(scanner._process._process.pid)
    return {name for name, trace in traces(text).items() if trace in found}


@pytest.fixture(params=["full", "minimal", "verdict"])
def scanner(request, tmp_path):
    path = tmp_path / "policy.toml"
    path.write_text(POLICY.replace("PRIVACY", request.param))
    policy = build_policy(compile_policy(read_source(path)), AUTHORITY, 1, "PROD", NOW - 60)
    with VirtualScanner(**{**TRUST, "policy": policy}) as running:
        yield running


def test_memory_is_searched_while_the_verdict_stands_and_after(scanner):
    first, second = certificate("vaccination"), certificate("test")
    assert scanner.show(picture(first)).code == "more_needed"
    assert {FAMILY, BIRTH, UVCI, "the code"} <= remembered(scanner, first)  # the search finds what is there
    assert scanner.show(picture(second), dismiss=False).code == "ok"
    while scanner.unasked.cleared < 1:  # through the explanation's pages
        scanner.press()
    assert remembered(scanner, first) | remembered(scanner, second) == set()


def test_a_verdict_that_leaves_by_itself_leaves_nothing(scanner):
    text = certificate("vaccination")
    scanner.set_hold(0.3)
    assert scanner.show(picture(text)).code == "more_needed"
    deadline = time.monotonic() + 20
    while scanner.unasked.cleared < 1 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert remembered(scanner, text) == set()
