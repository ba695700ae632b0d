"""How many chunks of a bundle are under way at once, and what the host does when one of them is lost."""

from __future__ import annotations

import itertools
from typing import Any

import cbor2
import pytest
import serial
from cryptography.hazmat.primitives.asymmetric import ec
from gatepost.device import frames
from gatepost.device.client import Client
from gatepost.device.refusals import LinkError, NoAnswer
from gatepost.errors import GatepostError
from gatepost.trust.bundle import pack, read_bundle

AUTHORITY = ec.derive_private_key(0xA117, ec.SECP256R1())
BUNDLE = read_bundle(
    pack("policy", {"a": bytes(range(200)) * 300, "b": b"b" * 9000}, AUTHORITY, 1, "PROD", 1)
)
STARTS = [0, 60_000, 69_000]


class Port:
    """A scanner's end that takes chunks in order; `loses` the frames with these numbers, the first being 0."""

    port = "here"

    def __init__(
        self, hello: dict[str, Any], loses: tuple[int, ...] = (), place: list[int] | None = None
    ) -> None:
        self.hello = {"protocol": [1, 0], **hello}
        self.loses = loses
        self.place = place
        self.count = 0
        self.taken = bytearray()
        self.open = 0  # requests that were not answered yet
        self.most = 0
        self.begun = 0
        self.flushed = 0
        self._requests = frames.Receiver()
        self._answers = bytearray()
        self.commits = 0

    def write(self, data: bytes) -> None:
        for message in self._requests.feed(data):
            request = cbor2.loads(message)
            self.count += 1
            if self.count - 1 in self.loses:
                continue
            self.open += 1
            self.most = max(self.most, self.open)
            self._answers += frames.build(cbor2.dumps(self._answer(request)))

    def read(self, count: int) -> bytes:
        self.open = 0
        data = bytes(self._answers[:count])
        del self._answers[:count]
        return data

    @property
    def in_waiting(self) -> int:
        return len(self._answers)

    def close(self) -> None:
        pass

    def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        method, params = request["method"], request.get("params", {})
        result: Any = {}
        if method == "hello":
            result = self.hello
        elif method == "bundle.begin":
            self.begun += 1
            result = {**self._state(), "missing": [0, 1], "chunk": 1000}
        elif method == "bundle.chunk":
            at = STARTS[params["part"]] + params["offset"]
            if at > len(self.taken):
                return {"id": request["id"], "error": {"code": "out_of_order", "message": ""}}
            self.taken[at:] = params["data"]
            if not params.get("more"):
                self.flushed += 1
            result = self._state()
        elif method == "bundle.commit":
            self.commits += 1
        return {"id": request["id"], "result": result}

    def _state(self) -> dict[str, Any]:
        here = len(self.taken)
        part = int(here >= STARTS[1])
        place = None if here == STARTS[2] else [part, here - STARTS[part]]
        return {"active": False, "next": self.place or place, "durable": here}


@pytest.fixture
def connect(monkeypatch):
    def connect(port: Port) -> Client:
        monkeypatch.setattr(serial, "Serial", lambda *_, **__: port)
        for name in ("_CHUNK_SECONDS", "_OPEN_SECONDS", "_COMMIT_SECONDS"):
            monkeypatch.setattr(f"gatepost.device.push.{name}", 0.1)
        return Client("here")

    return connect


@pytest.mark.parametrize(
    ("hello", "most"),
    [
        ({}, 1),
        ({"window": 1}, 1),
        ({"window": 3}, 3),
        ({"window": 999}, 8),
        ({"window": 0}, 1),
        ({"window": "x"}, 1),
    ],
)
def test_no_more_is_under_way_than_the_scanner_says(connect, hello, most):
    port = Port(hello)
    pushed = connect(port).push(BUNDLE)
    assert (bytes(port.taken), port.commits, port.most) == (BUNDLE.content, 1, most)
    assert pushed.sent == len(BUNDLE.manifest) + len(BUNDLE.content)
    assert port.flushed == 3  # every 32 KB, and at the end


@pytest.mark.parametrize(("window", "lost"), list(itertools.product((1, 4), (2, 3, 5, 30, 70, 71))))
def test_a_lost_request_is_found_out_and_the_transfer_goes_on(connect, window, lost):
    """The hello is frame 0 and the beginning frame 1; each of the others may get lost."""
    port = Port({"window": window}, loses=(lost,))
    client = connect(port)
    client.push(BUNDLE)
    assert (bytes(port.taken), port.commits) == (BUNDLE.content, 1)
    assert port.begun == (2 if lost < 71 else 1)


def test_a_request_lost_between_others_is_known_before_time_is_up(connect):
    client = connect(Port({"window": 3}, loses=(2,)))  # the hello is frame 0
    with pytest.raises(NoAnswer, match="did not reach"):
        list(client.stream("ping", [{}, {}, {}], seconds=60))
    client.ping()


def test_a_refusal_in_the_middle_is_the_streams(connect):
    client = connect(Port({"window": 3}))
    chunk = {"part": 0, "offset": 50, "data": b"x"}
    with pytest.raises(LinkError) as caught:
        list(client.stream("bundle.chunk", [{**chunk, "offset": 0}, chunk, chunk]))
    assert caught.value.code == "out_of_order"
    # The answers that nobody waited for are not taken for another's.
    client.ping()
    assert client.stale_answers == 1


@pytest.mark.parametrize("place", [[2, 0], [-1, 0], [0, 60_000], [0, -1], [1, 9000]])
def test_a_scanner_that_wants_what_there_is_not(connect, place):
    with pytest.raises(GatepostError, match="what the bundle does not have"):
        connect(Port({}, place=place)).push(BUNDLE)


def test_a_scanner_that_never_gets_on_is_given_up(connect):
    with pytest.raises(GatepostError, match="no progress"):
        connect(Port({}, place=[0, 0])).push(BUNDLE)


def test_a_scanner_that_is_gone_is_no_endless_story(connect, monkeypatch):
    monkeypatch.setattr("gatepost.device.client._SECONDS", 0.2)
    port = Port({"window": 4}, loses=tuple(range(4, 200)))
    with pytest.raises(NoAnswer):
        connect(port).push(BUNDLE)
    assert port.commits == 0
