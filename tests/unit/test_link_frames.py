"""The link's frames: the scanner's and the host's were written apart, and must agree on every byte."""

import random
import zlib

import pytest
from gatepost.device import frames
from harness.interpreter import DeviceError

# Worked examples of the COBS paper and of the usual descriptions of it.
COBS = [
    (b"", b"\x01"),
    (b"\x00", b"\x01\x01"),
    (b"\x00\x00", b"\x01\x01\x01"),
    (b"\x11\x22\x00\x33", b"\x03\x11\x22\x02\x33"),
    (b"\x11\x22\x33\x44", b"\x05\x11\x22\x33\x44"),
    (b"\x11\x00\x00\x00", b"\x02\x11\x01\x01\x01"),
    (bytes(range(1, 255)), b"\xff" + bytes(range(1, 255))),
    (bytes(range(255)), b"\x01\xff" + bytes(range(1, 255))),
    (bytes(range(1, 256)), b"\xff" + bytes(range(1, 255)) + b"\x02\xff"),
    (bytes(range(2, 256)) + b"\x00", b"\xff" + bytes(range(2, 256)) + b"\x01\x01"),
]

ENCODE = """
from scanner.link import cobs
out = bytearray(cobs.bound(len(data)))
result = bytes(out[:cobs.encode(data, len(data), out)])
"""
DECODE = """
from scanner.link import cobs
work = bytearray(data)
n = cobs.decode(work, len(work))
result = None if n < 0 else bytes(work[:n])
"""
# The sender's buffers were used before: nothing of that may show.
BUILD = """
from scanner.link.frames import Sender
sender = Sender()
sender.build(b"\\xff" * 4096)
result = bytes(sender.build(message))
"""
# Feeds pieces to a fresh receiver: (messages, discarded bytes, discarded frames).
RECEIVE = """
from scanner.link.frames import Receiver
r = Receiver()
got = []
for piece in pieces:
    view = memoryview(bytearray(piece))
    at = 0
    while at < len(piece):
        taken, message = r.feed(view, at, len(piece))
        at += taken
        if message is not None:
            got.append(bytes(message))
result = (got, r.discarded_bytes, r.discarded_frames)
"""


def receive_on_host(pieces):
    receiver = frames.Receiver()
    got = [message for piece in pieces for message in receiver.feed(piece)]
    return got, receiver.discarded_bytes, receiver.discarded_frames


@pytest.mark.parametrize(("plain", "stuffed"), COBS)
def test_cobs_known_answers(mp, plain, stuffed):
    assert frames.cobs_encode(plain) == stuffed
    assert frames.cobs_decode(stuffed) == plain
    assert mp.run(ENCODE, data=plain) == stuffed
    assert mp.run(DECODE, data=stuffed) == plain


def test_cobs_agrees_on_random_bytes(mp):
    rng = random.Random(1)
    for length in [*range(20), 253, 254, 255, 256, 507, 508, 509, 510, 1000, 4096]:
        data = bytes(rng.choice((0, 0, 1, 255, rng.randrange(256))) for _ in range(length))
        full = bytes(rng.randrange(1, 256) for _ in range(length))
        for each in (data, full):
            stuffed = mp.run(ENCODE, data=each)
            assert stuffed == frames.cobs_encode(each)
            assert 0 not in stuffed
            assert mp.run(DECODE, data=stuffed) == each


@pytest.mark.parametrize(
    "wrong", [b"\x00", b"\x05\x11", b"\x03\x11\x00", b"\x02", b"\x01\x00", b"\xff" + b"\x01" * 253]
)
def test_bytes_that_are_no_cobs(mp, wrong):
    assert mp.run(DECODE, data=wrong) is None
    with pytest.raises(ValueError, match="COBS"):
        frames.cobs_decode(wrong)


def test_cobs_refuses_a_buffer_that_is_too_small(mp):
    with pytest.raises(DeviceError) as caught:
        mp.run("from scanner.link import cobs\ncobs.encode(bytes(300), 300, bytearray(301))")
    assert caught.value.kind == "ValueError"


@pytest.mark.parametrize("length", [0, 1, 4, 253, 254, 255, 4095, 4096])
def test_frames_are_the_same_on_both_sides(mp, length):
    message = random.Random(length).randbytes(length)
    frame = mp.run(BUILD, message=message)
    assert frame == frames.build(message)
    assert frame[0] == frame[-1] == 0
    assert 0 not in frame[1:-1]
    plain = frames.cobs_decode(frame[1:-1])
    assert plain[0] == 1
    assert int.from_bytes(plain[-4:], "little") == zlib.crc32(b"\x01" + message)
    assert mp.run(RECEIVE, pieces=[frame]) == ([message], 0, 0)
    assert receive_on_host([frame]) == ([message], 0, 0)


def test_a_message_above_the_limit_is_not_sent(mp):
    with pytest.raises(ValueError, match="too long"):
        frames.build(bytes(4097))
    with pytest.raises(DeviceError):
        mp.run(BUILD, message=bytes(4097))


def test_frames_split_joined_and_between_garbage(mp):
    first, second = frames.build(b"first"), frames.build(b"\x00second\x03")
    stream = b"hello?\r\n" + first + b"noise" + second + b"\x00\x00\x00" + first
    expected = ([b"first", b"\x00second\x03", b"first"], 13, 2)
    for size in (1, 2, 3, 7, len(stream)):
        pieces = [stream[i : i + size] for i in range(0, len(stream), size)]
        assert mp.run(RECEIVE, pieces=pieces) == expected
        assert receive_on_host(pieces) == expected


def test_every_damaged_bit_is_noticed(mp):
    frame = frames.build(b"a message")
    damaged = []
    for bit in range(8, 8 * (len(frame) - 1)):
        copy = bytearray(frame)
        copy[bit // 8] ^= 1 << bit % 8
        damaged.append(bytes(copy))
    assert mp.run(RECEIVE, pieces=damaged)[0] == []
    assert receive_on_host(damaged)[0] == []


def test_every_truncation_is_noticed(mp):
    frame = frames.build(b"a message")
    cut = [frame[:end] + b"\x00" for end in range(2, len(frame) - 1)]
    got, lost, count = mp.run(RECEIVE, pieces=cut)
    assert got == []
    assert count == len(cut)
    assert lost == sum(len(each) - 2 for each in cut)
    assert receive_on_host(cut) == ([], lost, count)


def test_another_layout_of_frames_is_dropped(mp):
    body = b"\x02" + b"message"
    frame = b"\x00" + frames.cobs_encode(body + zlib.crc32(body).to_bytes(4, "little")) + b"\x00"
    assert mp.run(RECEIVE, pieces=[frame])[0] == []
    assert receive_on_host([frame])[0] == []


def test_an_endless_frame_costs_no_memory_and_the_next_one_arrives(mp):
    flood = [b"\x55" * 1000] * 50
    got, lost, count = mp.run(RECEIVE, pieces=[*flood, frames.build(b"after")])
    assert (got, lost, count) == ([b"after"], 50_000, 1)
    assert receive_on_host([*flood, frames.build(b"after")])[0] == [b"after"]


def test_random_bytes_give_no_message(mp):
    rng = random.Random(7)
    noise = [rng.randbytes(400) for _ in range(50)]
    got, _, count = mp.run(RECEIVE, pieces=noise)
    assert got == []
    assert count > 10
    assert receive_on_host(noise)[0] == []
