"""Answers longer than a message: one request, many pieces; what interrupts them, and what a lost one does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cbor2
import pytest
import serial
from gatepost.device import frames
from gatepost.device.client import Client
from gatepost.device.refusals import LinkError, NoAnswer
from gatepost.journal.archive import Archive
from gatepost.journal.pull import collect
from unit.journal_rig import DEVICE_POINT, Port, Rig
from unit.test_link_server import SETUP, request

LONG = (
    SETUP
    + """
from scanner.link.pieces import Pieces

class Source:
    # Pieces of these sizes; where None stands, flash fails.
    def __init__(self, sizes):
        self.sizes = list(sizes)
        self.at = 0

    def fill(self, view):
        if not self.sizes:
            return 0
        size = self.sizes.pop(0)
        if size is None:
            raise OSError(5)
        for i in range(size):
            view[i] = (self.at + i) & 255
        self.at += size
        return size

METHODS["long"] = lambda params: Pieces(Source(params["sizes"]).fill, params["most"])
"""
)
TALK = (
    LONG
    + """
port = Port(incoming, 64, takes)
server = Server(port, METHODS, faults.append)
busy = []
for _ in range(turns):
    server.poll()
    busy.append(server.busy)
result = bytes(port.outgoing), server.counters(), busy[-1], len(faults)
"""
)


def talk(
    mp: Any, incoming: bytes, takes: int = 4096, turns: int = 40
) -> tuple[list[bytes], dict[str, int], int]:
    sent, counters, busy, faults = mp.run(TALK, incoming=incoming, takes=takes, turns=turns)
    assert not busy
    receiver = frames.Receiver()
    messages = list(receiver.feed(sent))
    assert receiver.discarded_frames == 0
    return messages, counters, faults


@pytest.mark.parametrize("number", [1, 200, 70_000, 0xFFFFFFFF])
@pytest.mark.parametrize("size", [1, 23, 24, 255, 256, 300])
def test_each_piece_is_a_whole_answer(mp, number, size):
    """Known answers: cbor2 makes the same bytes of the same map, also where a number grows by a byte."""
    messages, _, _ = talk(mp, request(number, "long", sizes=[size] * 30, most=100), turns=300)
    data = bytes(i & 255 for i in range(30 * size))
    expected = [
        {"id": number, "more": True, "piece": n, "result": data[n * size : (n + 1) * size]} for n in range(30)
    ]
    expected.append({"id": number, "more": False, "piece": 30, "result": b""})
    assert messages == [cbor2.dumps(answer, canonical=True) for answer in expected]


def test_there_are_no_more_than_asked_for(mp):
    messages, _, _ = talk(mp, request(1, "long", sizes=[300] * 256, most=256), turns=900)
    answers = [cbor2.loads(message) for message in messages]
    assert [answer["piece"] for answer in answers] == list(range(256))
    assert [answer["more"] for answer in answers] == [True] * 255 + [False]
    (only,) = talk(mp, request(1, "long", sizes=[300] * 256, most=1))[0]
    assert cbor2.loads(only)["more"] is False


def test_whoever_asks_for_something_else_gets_no_more_of_it(mp):
    incoming = request(1, "long", sizes=[300] * 200, most=200) + request(2, "echo", n=2)
    messages, counters, _ = talk(mp, incoming)
    *pieces, last = [cbor2.loads(message) for message in messages]
    assert 1 <= len(pieces) < 10
    assert [(answer["id"], answer["piece"]) for answer in pieces] == [(1, n) for n in range(len(pieces))]
    assert last == {"id": 2, "result": {"n": 2}}
    assert counters["dropped_answers"] == 0


def test_a_fault_in_the_middle_ends_them(mp):
    messages, _, faults = talk(mp, request(1, "long", sizes=[300, 300, None, 300], most=9) + b"\0")
    answers = [cbor2.loads(message) for message in messages]
    assert [answer.get("piece") for answer in answers] == [0, 1, None]
    assert answers[2]["error"]["code"] == "flash_failed"
    assert faults == 1


def test_a_host_that_stops_reading_loses_them_all(mp):
    source = (
        LONG
        + """
import time
port = Port(incoming, 64, 0)
server = Server(port, METHODS, faults.append)
server.poll()
time.sleep_ms(2100)
server.poll()
port.takes = 4096
server.poll()
between = bytes(port.outgoing)
port.incoming = following
for _ in range(20):
    server.poll()
result = between, bytes(port.outgoing), server.counters()
"""
    )
    between, sent, counters = mp.run(
        source, incoming=request(1, "long", sizes=[300] * 200, most=200), following=request(2, "echo")
    )
    assert between == b""
    assert [cbor2.loads(message)["id"] for message in frames.Receiver().feed(sent)] == [2]
    assert counters["dropped_answers"] == 1


class LossyPort:
    """A scanner's end that answers each request for the journal in pieces, out of a rig; `loses` are the numbers of the
    frames that do not arrive, counted over all."""

    port = "here"

    def __init__(self, answers: Any, loses: tuple[int, ...]) -> None:
        self.answers = answers
        self.loses = loses
        self.count = 0
        self._requests = frames.Receiver()
        self._out = bytearray()

    def write(self, data: bytes) -> None:
        for message in self._requests.feed(data):
            request = cbor2.loads(message)
            for answer in self.answers(request):
                if self.count not in self.loses:
                    self._out += frames.build(cbor2.dumps({"id": request["id"], **answer}))
                self.count += 1

    def read(self, count: int) -> bytes:
        data = bytes(self._out[:count])
        del self._out[:count]
        return data

    @property
    def in_waiting(self) -> int:
        return len(self._out)

    def close(self) -> None:
        pass


@pytest.fixture
def connect(monkeypatch):
    def connect(answers: Any, loses: tuple[int, ...] = ()) -> Client:
        monkeypatch.setattr(serial, "Serial", lambda *_, **__: LossyPort(answers, loses))
        monkeypatch.setattr("gatepost.device.client._SLOW", 0.1)
        return Client("here")

    return connect


def five(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for n in range(5):
        yield {"piece": n, "more": n < 4, "result": bytes([n])}


@pytest.mark.parametrize("lost", range(5))
def test_a_lost_piece_is_missed_and_those_before_it_are_good(connect, lost):
    client = connect(five, (lost,))
    pieces = client.pieces("journal.read", {}, 0.1)
    came = [next(pieces) for _ in range(lost)]
    with pytest.raises(NoAnswer):
        next(pieces)
    assert came == [bytes([n]) for n in range(lost)]
    # What was on its way is not taken for the next answer.
    assert list(client.pieces("journal.read", {}, 0.1)) == [bytes([n]) for n in range(5)]


@pytest.mark.parametrize("result", [None, [b"x"], "x", {"items": []}])
def test_a_piece_is_bytes(connect, result):
    client = connect(lambda request: [{"piece": 0, "more": False, "result": result}])
    with pytest.raises(NoAnswer):
        list(client.pieces("journal.read", {}, 0.1))


def test_a_refusal_in_the_middle_is_told(connect):
    client = connect(
        lambda request: [{"piece": 0, "more": True, "result": b"x"}, {"error": {"code": "flash_failed"}}]
    )
    pieces = client.pieces("journal.read", {}, 0.1)
    assert next(pieces) == b"x"
    with pytest.raises(LinkError) as caught:
        next(pieces)
    assert caught.value.code == "flash_failed"


@pytest.fixture
def scanner(mp):
    """A journal of forty records, and the answers of a scanner that has it."""
    with Rig(mp) as rig:
        rig.run("start()\nfor n in range(40):\n    scan(n)")
        port = Port(rig)

        def answers(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
            params = request.get("params", {})
            if request["method"] == "journal.head":
                yield {"result": dict(port.journal_head(params["nonce"]))}
            elif request["method"] == "journal.ack":
                yield {"result": {"first": port.journal_ack(params["sequence"], params["digest"])}}
            else:
                at = params["from"]
                for number in range(params["pieces"]):
                    piece, at = rig.run(
                        "view = memoryview(bytearray(900))\n"
                        "count, at = journal.read(n, view)\n"
                        "result = bytes(view[:count]), at",
                        n=at,
                    )
                    more = bool(piece) and number + 1 < params["pieces"]
                    yield {"piece": number, "more": more, "result": piece}
                    if not more:
                        return

        yield answers


@pytest.mark.parametrize("lost", [(), (1,), (2,), (4,), (2, 3), (1, 3, 7), (6,), (7,)])
def test_a_journal_is_whole_whatever_was_lost_on_the_way(connect, scanner, tmp_path, lost):
    """Frame 0 is the head; the journal's pieces follow."""
    taken = collect(Archive.open(tmp_path / "archive", DEVICE_POINT), connect(scanner, lost))
    assert taken.report.ok and taken.freed
    assert (taken.records, taken.report.next) == (40, 40)


def test_a_cable_that_loses_every_answer_is_given_up(connect, scanner, tmp_path):
    archive = Archive.open(tmp_path / "archive", DEVICE_POINT)
    with pytest.raises(NoAnswer):
        collect(archive, connect(scanner, tuple(range(1, 500))))
    # What it loses after a while is no reason to lose what came before.
    with pytest.raises(NoAnswer):
        collect(archive, connect(scanner, tuple(range(3, 500))))
    assert archive.next is not None and 0 < archive.next < 40
    taken = collect(Archive.open(archive.path), connect(scanner))
    assert taken.freed and taken.report.records == 40
