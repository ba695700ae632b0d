"""The cable: pyserial on the virtual scanner's port, well-behaved and not."""

from __future__ import annotations

import random
import time

import cbor2
import pytest
import serial
from gatepost.cli.main import main
from gatepost.device import frames
from gatepost.device.client import Client, LinkError, NoAnswer
from gatepost.errors import GatepostError
from gatepost.sim import VirtualScanner
from harness.certificates import NOW
from harness.travellers import GOOD, TRUST


@pytest.fixture(scope="module")
def scanner():
    with VirtualScanner(**TRUST) as running:
        yield running


@pytest.fixture
def client(scanner):
    with Client(scanner.port) as connected:
        connected.hello()
        yield connected


def raw(scanner, data: bytes, pause: float = 0.15) -> list[dict]:
    """Write bytes to the port as they are; the answers that came back."""
    with serial.Serial(scanner.port, timeout=0.05, write_timeout=10) as port:
        port.write(data)
        receiver = frames.Receiver()
        answers = []
        quiet = time.monotonic() + pause
        while time.monotonic() < quiet:
            for message in receiver.feed(port.read(4096)):
                answers.append(cbor2.loads(message))
                quiet = time.monotonic() + pause
        return answers


def test_hello(client):
    hello = client.hello()
    assert hello["protocol"] == [1, 0]
    assert hello["board"] == "virtual"
    assert hello["trust"] == {"version": 3, "created": NOW - 86400, "environment": "PROD"}
    assert hello["clock"] == {"now": NOW, "trusted": True}
    assert hello["free"]["flash"] > 1_000_000
    assert hello["free"]["heap"] > 1_000_000
    assert hello["max_message"] == frames.MAX_MESSAGE
    assert hello["window"] == client.window == 4


def test_hello_without_a_list():
    with VirtualScanner() as bare, Client(bare.port) as client:
        hello = client.hello()
        assert hello["trust"] == {"problem": "no_trust_list"}
        assert abs(hello["clock"]["now"] - time.time()) < 5


def test_ping(client):
    assert 0 < client.ping() < 3


def test_unknown_methods_are_refused(client):
    with pytest.raises(LinkError) as caught:
        client.ask("erase_everything")
    assert caught.value.code == "unknown_method"
    client.ping()


def test_garbage_is_survived_and_counted(scanner, client):
    before = client.hello()["link"]
    rng = random.Random(9)
    garbage = bytes(rng.randrange(1, 256) for _ in range(3000))
    assert raw(scanner, b"\x00" + garbage + b"\x00" + b"\x03\x03\x03\x00") == []
    after = client.hello()["link"]
    assert after["discarded_bytes"] - before["discarded_bytes"] == 3003
    assert after["discarded_frames"] - before["discarded_frames"] == 2


def test_an_oversize_frame_is_survived_and_counted(scanner, client):
    before = client.hello()["link"]
    request = frames.build(cbor2.dumps({"id": 7, "method": "ping"}))
    assert raw(scanner, b"\x55" * 200_000 + request, 1.0) == [{"id": 7, "result": {}}]
    after = client.hello()["link"]
    assert after["discarded_bytes"] - before["discarded_bytes"] == 200_000
    assert after["discarded_frames"] - before["discarded_frames"] == 1


def test_joined_and_split_requests(scanner):
    stream = b"".join(frames.build(cbor2.dumps({"id": n, "method": "ping"})) for n in range(20))
    assert [answer["id"] for answer in raw(scanner, stream)] == list(range(20))
    with serial.Serial(scanner.port, timeout=2) as port:
        for byte in frames.build(cbor2.dumps({"id": 99, "method": "ping"})):
            port.write(bytes([byte]))
            time.sleep(0.002)
        received = port.read_until(b"\x00") + port.read_until(b"\x00")
    assert [cbor2.loads(m)["id"] for m in frames.Receiver().feed(received)] == [99]


def test_the_link_answers_while_the_camera_scans(scanner, client):
    for _ in range(3):
        assert scanner.show(GOOD).code == "ok"
        client.ping()


def test_a_host_that_never_reads_does_not_stop_the_scans(scanner):
    with serial.Serial(scanner.port, timeout=0.05, write_timeout=0.5) as port:
        flood = frames.build(cbor2.dumps({"id": 1, "method": "hello"})) * 40
        for _ in range(10):
            try:
                port.write(flood)
            except serial.SerialTimeoutException:
                break
        assert scanner.show(GOOD).code == "ok"
        port.reset_output_buffer()
        port.reset_input_buffer()
    # What is still under way is lost or arrives late; neither is taken for another's answer.
    with Client(scanner.port) as client:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            try:
                client.hello()
                break
            except NoAnswer:
                continue
        client.ping()


def test_the_port_survives_a_power_cut():
    with VirtualScanner(**TRUST) as scanner, Client(scanner.port) as client:
        client.ping()
        scanner.kill()
        with pytest.raises(NoAnswer):
            client.ask("ping", seconds=0.3)
        scanner.restart()
        assert client.hello()["trust"]["version"] == 3


def test_another_protocol_is_refused_with_both_versions(client, monkeypatch):
    monkeypatch.setattr("gatepost.device.client.PROTOCOL", (2, 1))
    with pytest.raises(GatepostError, match=r"protocol 1\.0, and this tool 2\.1"):
        client.hello()


def test_a_port_that_another_program_uses(scanner, client, capsys):
    with pytest.raises(GatepostError, match="is in use by another program"):
        Client(scanner.port)
    assert main(["device", "hello", "--port", scanner.port]) == 1
    assert capsys.readouterr().err == f"gatepost: the port {scanner.port} is in use by another program\n"
    client.ping()


def test_a_port_that_does_not_exist():
    with pytest.raises(GatepostError, match="cannot open the port /dev/nowhere"):
        Client("/dev/nowhere")
