"""Ten thousand hostile or damaged frames on the cable of a scanner in the middle of a session and of a transfer.

Random bytes, damaged, cut, joined and oversize frames, stale answers' numbers, replays of this and of an ended session,
chunks out of order, malformed requests. Nothing falls over, nothing is acknowledged that is not so, every byte that was
no frame is counted, and the session and the transfer go on. Then the cable is pulled at every byte of a transfer.
"""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from gatepost.device import frames
from gatepost.device.client import Client
from gatepost.keys.roles import issue_role
from gatepost.sim import VirtualScanner
from gatepost.trust.bundle import Bundle, build_bundle, read_bundle
from gatepost.trust.signing import point
from harness.certificates import NOW, p256
from harness.travellers import AUTHORITY, GOOD, ISSUER, TRUST, record

TECHNICIAN = ec.derive_private_key(0x7EC, ec.SECP256R1())
CERTIFICATE = issue_role(
    AUTHORITY, "technician", point(TECHNICIAN.public_key()), "Ada", NOW - 60, NOW + 86400
)
HOSTILE = 10_000
BATCH = 25
CHUNK = 300

# Methods that change something: a hostile request for one may only ever be refused.
GUARDED = (
    "bundle.begin",
    "bundle.commit",
    "clock.set",
    "config.set",
    "seal",
    "unseal",
    "journal.ack",
    "session.close",
)


def bundle(version: int, keys: int) -> Bundle:
    records = [record(ISSUER), *(record(p256(n + 10)) for n in range(keys))]
    return read_bundle(build_bundle(records, AUTHORITY, version, "PROD", NOW - 100))


class Attacker:
    """A client that has opened a session and begun a transfer, and then sends whatever it likes."""

    def __init__(self, client: Client, seed: int) -> None:
        self.client = client
        self.rng = random.Random(seed)
        self.receiver = frames.Receiver()
        self.mirror = frames.Receiver()  # the other implementation's count of what is no frame
        self.number = 1_000_000
        self.old_token = b"\x01" * 8
        self.token = b""
        self.recorded: list[bytes] = []
        self.place = 0  # bytes of the content that were sent in order
        self.content = b""
        self.kinds: Counter[str] = Counter()
        self.codes: Counter[str] = Counter()

    def frame(self, method: Any, params: Any = None, token: Any = None, number: Any = None) -> bytes:
        self.number += 1
        request: dict[str, Any] = {"id": self.number if number is None else number, "method": method}
        if params is not None:
            request["params"] = params
        if token is not None:
            request["session"] = token
        return frames.build(cbor2.dumps(request))

    def chunk(self, at: int, length: int, token: bytes) -> bytes:
        data = self.content[at : at + length]
        return self.frame("bundle.chunk", {"part": 0, "offset": at, "data": data}, token)

    def hostile(self) -> bytes:
        """One hostile thing, of a kind drawn by lot."""
        rng = self.rng
        kind = rng.choice(
            (
                "random",
                "flipped",
                "cut",
                "joined",
                "oversize",
                "stale",
                "replay",
                "early",
                "late",
                "malformed",
                "types",
            )
        )
        self.kinds[kind] += 1
        good = rng.choice((self.frame("ping"), self.frame("hello"), self.chunk(self.place, 200, self.token)))
        if kind == "random":
            return rng.randbytes(rng.randrange(1, 400))
        if kind == "flipped":
            damaged = bytearray(good)
            damaged[rng.randrange(1, len(good) - 1)] ^= 1 << rng.randrange(8)
            return bytes(damaged)
        if kind == "cut":
            return good[: rng.randrange(1, len(good) - 1)] + b"\0"
        if kind == "joined":
            return good[:-1].replace(b"\0", b"") + self.frame("ping")[1:]
        if kind == "oversize":
            return b"\0" + bytes(rng.randrange(1, 256) for _ in range(rng.randrange(4200, 9000))) + b"\0"
        if kind == "stale":
            method = rng.choice(GUARDED)
            return self.frame(method, {"manifest": b"x", "now": NOW + 999, "name": "x"}, self.old_token)
        if kind == "replay":
            return rng.choice(self.recorded)
        if kind == "early":
            return self.chunk(self.place + rng.randrange(1, 300), 100, self.token)
        if kind == "late":
            at = rng.randrange(0, max(1, self.place - 100))
            return self.chunk(at, min(100, self.place - at), self.token)
        if kind == "malformed":
            return frames.build(rng.randbytes(rng.randrange(0, 60)))
        value = rng.choice((None, -1, 1 << 40, "x", b"x" * 65, [], {}, [[]] * 9, 1.5, True, {"a": {"b": []}}))
        names = (
            "manifest",
            "part",
            "offset",
            "data",
            "size",
            "certificate",
            "signature",
            "authority",
            "name",
            "now",
        )
        method = rng.choice(
            ("bundle.begin", "bundle.chunk", "session.open", "session.prove", "provision", "clock.set")
        )
        params = {rng.choice(names): value for _ in range(rng.randrange(4))}
        return self.frame(method, params, rng.choice((None, self.token, b"", value)))

    def exchange(self, data: bytes) -> None:
        """Send, then wait for the answer to a last honest request; every answer on the way is looked at."""
        self.number += 1
        last = self.number
        data += b"\0" + frames.build(cbor2.dumps({"id": last, "method": "ping", "session": self.token}))
        list(self.mirror.feed(data))
        port = self.client._serial
        port.write(data)
        for _ in range(400):
            for message in self.receiver.feed(port.read(max(1, port.in_waiting))):
                answer = cbor2.loads(message)
                if answer.get("id") == last:
                    assert answer["result"] == {}
                    return
                self.look(answer)
        pytest.fail("the scanner fell silent")

    def look(self, answer: dict[str, Any]) -> None:
        """No answer may claim what is not so."""
        if "error" in answer:
            self.codes[answer["error"]["code"]] += 1
            return
        result = answer["result"]
        self.codes["answered"] += 1
        if "durable" in result:
            assert result["durable"] <= self.place
            assert result["next"] == [0, self.place]
        else:
            assert result == {} or "protocol" in result or "challenge" in result

    def advance(self) -> None:
        """One honest chunk."""
        state = self.client.ask(
            "bundle.chunk",
            {"part": 0, "offset": self.place, "data": self.content[self.place : self.place + CHUNK]},
        )
        self.place += CHUNK
        assert state["durable"] == self.place
        assert state["next"] == [0, self.place]


def test_ten_thousand_hostile_frames():
    new = bundle(9, 15)
    with VirtualScanner(**TRUST) as scanner, Client(scanner.port) as client:
        attacker = Attacker(client, 2021)
        with client.session(CERTIFICATE, TECHNICIAN):
            attacker.old_token = client._token
            stale = attacker.frame("config.set", {"name": "x"}, client._token)
        with client.session(CERTIFICATE, TECHNICIAN):
            attacker.token = client._token
            attacker.content = new.content
            assert len(new.pieces) == 1
            client.ask("bundle.begin", {"manifest": new.manifest})
            attacker.advance()
            attacker.recorded = [
                stale,
                attacker.frame("ping"),
                attacker.frame("hello"),
                attacker.chunk(0, CHUNK, attacker.token),
                attacker.chunk(0, 100, attacker.old_token),
                attacker.frame("session.prove", {"signature": bytes(64)}),
                attacker.frame("bundle.commit", {}, attacker.token),
            ]
            before = client.hello()
            for step in range(HOSTILE // BATCH):
                # A zero ends each: otherwise two in a row would be one.
                attacker.exchange(b"".join(attacker.hostile() + b"\0" for _ in range(BATCH)))
                if step % 100 == 99:
                    attacker.advance()
            after = client.hello()
            assert sum(attacker.kinds.values()) == HOSTILE and min(attacker.kinds.values()) > 800
            assert after["link"]["discarded_bytes"] - before["link"]["discarded_bytes"] == (
                attacker.mirror.discarded_bytes
            )
            assert attacker.mirror.discarded_bytes > 1_000_000
            assert after["trust"] == before["trust"]
            assert (after["name"], after["sealed"]) == (before["name"], before["sealed"])
            assert {"no_session", "out_of_order", "bad_message", "bad_parameters", "incomplete"} <= set(
                attacker.codes
            )
            assert "internal_fault" not in attacker.codes
            # Session and transfer are as they were.
            pushed = client.push(new)
            assert pushed.version == 9
        assert not scanner.unasked.faults
        assert client.hello()["trust"]["version"] == 9
        assert scanner.show(GOOD).code == "ok"


def test_the_cable_pulled_at_every_byte_of_a_transfer():
    """Each time, whoever plugs in next is understood, and the transfer goes on from what was acknowledged."""
    new = bundle(9, 2)
    with (
        VirtualScanner(**TRUST) as scanner,
        Client(scanner.port) as client,
        client.session(CERTIFICATE, TECHNICIAN),
    ):
        attacker = Attacker(client, 7)
        attacker.token = client._token
        attacker.content = new.content
        begin = attacker.frame("bundle.begin", {"manifest": new.manifest}, attacker.token)
        stream = begin + b"".join(
            attacker.chunk(at, 200, attacker.token) for at in range(0, len(new.content), 200)
        )
        for length in range(len(stream)):
            client._serial.write(stream[:length])
            attacker.receiver = frames.Receiver()
            attacker.place = len(new.content)
            attacker.look = lambda answer: None
            attacker.exchange(b"")
            if length % 50 == 0:
                state = client.ask("bundle.begin", {"manifest": new.manifest})
                assert state["durable"] <= length
                client.ask("bundle.cancel")
        assert client.hello()["trust"]["version"] == 3
        assert client.push(new).version == 9
        assert not scanner.unasked.faults
