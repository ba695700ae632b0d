"""A sealed scanner on the cable: no prompt, no interrupt, nobody's program; and no way out that keeps its secrets."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import time

import pytest
import serial
from cryptography.hazmat.primitives.asymmetric import ec
from gatepost.device.client import Client, LinkError
from gatepost.keys.roles import issue_role
from gatepost.sim import VirtualScanner
from gatepost.sim.flash import read_image
from gatepost.trust.signing import point
from harness.certificates import NOW
from harness.travellers import AUTHORITY, GOOD, TRUST

TECHNICIAN = ec.derive_private_key(0x7EC, ec.SECP256R1())
CERTIFICATE = issue_role(
    AUTHORITY, "technician", point(TECHNICIAN.public_key()), "Ada", NOW - 60, NOW + 86400
)
_PATIENCE = 8  # seconds; mpremote itself waits longer for a prompt on some versions
# What mpremote and people send: interrupt, raw REPL, raw paste, normal REPL, soft reset.
KEYS = (b"\r\x03\x03", b"\r\x01", b"\x05A\x01", b"print(1+1)\r\n\x04", b"\x02", b"\x04")


@pytest.fixture
def sealed():
    with VirtualScanner(**TRUST) as scanner:
        with Client(scanner.port) as client, client.session(CERTIFICATE, TECHNICIAN):
            client.seal()
        yield scanner


def test_the_keys_of_a_prompt_are_bytes_like_others(sealed):
    with serial.Serial(sealed.port, timeout=0.2) as port:
        for keys in KEYS * 3:
            port.write(keys)
        assert port.read(1000) == b""
    with Client(sealed.port) as client:
        assert client.hello()["sealed"] is True
    assert sealed.show(GOOD).code == "ok"
    assert not sealed.unasked.faults


def test_mpremote_is_locked_out(sealed):
    if importlib.util.find_spec("mpremote") is None:
        pytest.skip("mpremote is not installed")
    command = [sys.executable, "-m", "mpremote", "connect", sealed.port, "eval", "1+1"]
    try:
        found = subprocess.run(command, capture_output=True, timeout=_PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        pass  # still waiting for a prompt
    else:
        assert found.returncode != 0
        assert b"raw repl" in found.stdout + found.stderr
    assert sealed.show(GOOD).code == "ok"


def test_a_sealed_scanner_stays_so_and_takes_no_other_owner(sealed):
    sealed.restart()
    with Client(sealed.port) as client:
        assert client.hello()["sealed"] is True
        for method in ("config.set", "clock.set", "unseal", "seal", "bundle.begin", "journal.read"):
            with pytest.raises(LinkError) as caught:
                client.ask(method, {})
            assert caught.value.code == "no_session"
        with pytest.raises(LinkError) as caught:
            client.provision(TRUST["authority"], "mine")
        assert caught.value.code == "provisioned"


def test_unsealing_wipes_first(sealed):
    key = read_image(sealed.flash.read_bytes())["device.key"]
    with Client(sealed.port) as client:
        client.session(CERTIFICATE, TECHNICIAN)
        client.unseal()
        hello = client.hello()
        assert (hello["sealed"], hello["provisioned"], hello["trust"]) == (
            False, False, {"problem": "no_trust_list"},
        )  # fmt: skip
        with pytest.raises(LinkError) as caught:
            client.configure("x")
        assert caught.value.code == "no_session"
    assert key not in sealed.flash.read_bytes()
    started = time.monotonic()
    sealed.restart()
    assert time.monotonic() - started < 20
    assert sealed.show(GOOD).code == "no_trust_list"
