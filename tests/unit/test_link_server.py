"""The scanner's end of the cable, with a port that takes and gives as little as it likes."""

import cbor2
import pytest
from gatepost.device import frames

SETUP = """
from scanner.link.server import Server
from scanner.link.messages import LinkError

class Port:
    # Gives `gives` bytes at a read and takes `takes` at a write; 0 is a host that does not read.
    def __init__(self, incoming, gives=64, takes=64):
        self.incoming = incoming
        self.gives = gives
        self.takes = takes
        self.outgoing = bytearray()

    def readinto(self, buffer):
        part = self.incoming[:min(self.gives, len(buffer))]
        self.incoming = self.incoming[len(part):]
        buffer[:len(part)] = part
        return len(part) or None

    def write(self, data):
        part = bytes(data[:self.takes])
        self.outgoing.extend(part)
        return len(part) or None

def refuse(params):
    raise LinkError("bad_parameters", "no such thing")

faults = []
METHODS = {
    "echo": lambda params: params,
    "refuse": refuse,
    "fall": lambda params: [][1],
    "long": lambda params: bytes(5000),
}
"""
TALK = (
    SETUP
    + """
port = Port(incoming, gives, takes)
server = Server(port, METHODS, faults.append)
for _ in range(turns):
    server.poll()
result = (bytes(port.outgoing), server.counters())
"""
)


def request(number, method, **params):
    return frames.build(cbor2.dumps({"id": number, "method": method, "params": params}))


def talk(mp, incoming, gives=64, takes=64, turns=400):
    sent, counters = mp.run(TALK, incoming=incoming, gives=gives, takes=takes, turns=turns)
    receiver = frames.Receiver()
    answers = [cbor2.loads(message) for message in receiver.feed(sent)]
    assert receiver.discarded_frames == 0
    return answers, counters


@pytest.mark.parametrize(("gives", "takes"), [(1, 1), (7, 3), (64, 64), (512, 4096)])
def test_requests_are_answered_in_order(mp, gives, takes):
    stream = b"".join(request(n, "echo", n=n, text="ü", data=b"\x00\x03") for n in range(5))
    answers, counters = talk(mp, stream, gives, takes)
    assert answers == [{"id": n, "result": {"n": n, "text": "ü", "data": b"\x00\x03"}} for n in range(5)]
    assert counters == {"discarded_bytes": 0, "discarded_frames": 0, "dropped_answers": 0}


def test_garbage_between_requests_is_counted(mp):
    answers, counters = talk(mp, b"\r\nAT\r\n" + request(1, "echo") + b"\x03\x03\x03" + request(2, "echo"))
    assert [answer["id"] for answer in answers] == [1, 2]
    assert counters["discarded_frames"] == 2
    assert counters["discarded_bytes"] == 9


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b"", "bad_message"),
        (b"\xff\xff", "bad_message"),
        (cbor2.dumps([1, "echo"]), "bad_message"),
        (cbor2.dumps({"method": "echo"}), "bad_message"),
        (cbor2.dumps({"id": -1, "method": "echo"}), "bad_message"),
        (cbor2.dumps({"id": 1 << 32, "method": "echo"}), "bad_message"),
        (cbor2.dumps({"id": True, "method": "echo"}), "bad_message"),
        (cbor2.dumps({"id": "1", "method": "echo"}), "bad_message"),
        (cbor2.dumps({"id": 1, "method": 7}), "bad_message"),
        (b"\x9f" * 2000, "bad_message"),
        (b"\xbb" + b"\xff" * 8, "bad_message"),
    ],
)
def test_what_is_no_request(mp, message, code):
    answers, counters = talk(mp, frames.build(message) + request(2, "echo"))
    assert answers[0]["id"] is None
    assert answers[0]["error"]["code"] == code
    assert answers[1] == {"id": 2, "result": {}}
    assert counters["discarded_frames"] == 0


@pytest.mark.parametrize(
    ("method", "code"),
    [
        ("nothing", "unknown_method"),
        ("refuse", "bad_parameters"),
        ("fall", "internal_fault"),
        ("long", "too_long"),
    ],
)
def test_requests_that_fail(mp, method, code):
    answers, _ = talk(mp, request(9, method) + request(10, "echo"))
    assert answers[0]["id"] == 9
    assert answers[0]["error"]["code"] == code
    assert answers[1] == {"id": 10, "result": {}}


def test_a_fault_of_a_method_is_told(mp):
    talk(mp, request(9, "fall"))
    assert mp.run("result = [type(error).__name__ for error in faults]") == ["IndexError"]


def test_parameters_that_are_no_map(mp):
    answers, _ = talk(mp, frames.build(cbor2.dumps({"id": 3, "method": "echo", "params": [1]})))
    assert answers[0]["error"]["code"] == "bad_parameters"


def test_fields_from_the_future_are_ignored(mp):
    answers, _ = talk(mp, frames.build(cbor2.dumps({"id": 3, "method": "echo", "priority": "high"})))
    assert answers == [{"id": 3, "result": {}}]


def test_a_host_that_does_not_read_loses_its_answer_and_not_the_scanner(mp):
    source = (
        SETUP
        + """
import time
port = Port(incoming, 64, 0)
server = Server(port, METHODS, faults.append)
server.poll()
time.sleep_ms(2100)
server.poll()
port.takes = 64
for _ in range(20):
    server.poll()
result = (bytes(port.outgoing), server.counters())
"""
    )
    sent, counters = mp.run(source, incoming=request(1, "echo") + request(2, "echo"))
    assert counters["dropped_answers"] == 1
    assert [cbor2.loads(message)["id"] for message in frames.Receiver().feed(sent)] == [2]


USB = """
import time
class Usb:
    # Gives and takes `packet` bytes at a time, and none again for `pause` microseconds, as USB does.
    def __init__(self, incoming, packet=64, pause=500):
        self.incoming = incoming
        self.outgoing = bytearray()
        self.packet = packet
        self.pause = pause
        self.last = time.ticks_us()

    def ready(self):
        now = time.ticks_us()
        if time.ticks_diff(now, self.last) < self.pause:
            return False
        self.last = now
        return True

    def readinto(self, buffer):
        if not self.ready():
            return None
        part = self.incoming[: self.packet]
        self.incoming = self.incoming[len(part) :]
        buffer[: len(part)] = part
        return len(part) or None

    def write(self, data):
        if not self.ready():
            return None
        self.outgoing.extend(data[: self.packet])
        return min(self.packet, len(data))

port = Usb(incoming)
server = Server(port, METHODS, faults.append)
turns = longest = 0
time.sleep_ms(1)
while turns < 200 and (port.incoming or server._out is not None or not turns):
    began = time.ticks_ms()
    server.poll()
    longest = max(longest, time.ticks_diff(time.ticks_ms(), began))
    turns += 1
result = bytes(port.outgoing), turns, longest
"""


def test_small_packets_do_not_cost_a_turn_of_the_camera_each(mp):
    """A chunk of a bundle in and as much out again, 64 bytes at a time: 128 packets, and a few turns."""
    sent, turns, longest = mp.run(SETUP + USB, incoming=request(1, "echo", data=bytes(range(256)) * 15))
    (message,) = frames.Receiver().feed(sent)
    assert len(cbor2.loads(message)["result"]["data"]) == 3840
    assert turns <= 20
    assert longest < 500  # 40 and what a busy computer adds


def test_a_frame_that_does_not_move_costs_no_time(mp):
    """Half a frame and then silence; an answer that nobody takes: a turn gives each up after milliseconds."""
    source = (
        SETUP
        + """
import time
port = Port(incoming, 4096, 0)
server = Server(port, METHODS, faults.append)
times = []
for _ in range(20):
    began = time.ticks_us()
    server.poll()
    times.append(time.ticks_diff(time.ticks_us(), began))
result = sorted(times)[10]
"""
    )
    assert mp.run(source, incoming=request(1, "echo")[:10]) < 4000
    assert mp.run(source, incoming=request(1, "echo")) < 4000


def test_a_flood_does_not_hold_the_camera_up(mp):
    source = (
        SETUP
        + """
class Flood:
    reads = 0
    def readinto(self, buffer):
        self.reads += 1
        for i in range(len(buffer)):
            buffer[i] = 85
        return len(buffer)
    def write(self, data):
        return len(data)

port = Flood()
Server(port, METHODS, faults.append).poll()
result = port.reads
"""
    )
    assert mp.run(source) <= 8
