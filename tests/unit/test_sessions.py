"""Sessions: who gets in, with which rights, for how long; what is refused with which code; and the wait afterwards."""

from __future__ import annotations

import os
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from gatepost.device.session import prove
from gatepost.keys.roles import CONTENT_TYPE, issue_role
from gatepost.trust import signing
from gatepost.trust.signing import point
from unit.bundle_rig import AUTHORITY, NOW, OTHER, Rig

TECHNICIAN = ec.derive_private_key(0x7EC, ec.SECP256R1())
STRANGER = ec.derive_private_key(0x57A, ec.SECP256R1())
DAY = 86400

# The link's server between the rig's methods and a port of two byte strings; and a watch that the tests turn.
SERVER = """
from scanner.link import backoff, session
from scanner.link.rights import Gate
from scanner.link import rights

now_ms = 0

def ticks_ms():
    return now_ms

def turn(module):
    module.ticks_ms = ticks_ms
    module.ticks_diff = lambda a, b: a - b

turn(session)
turn(backoff)
start()

def call(method, params, token):
    # As the server does: first the gate, then the method.
    try:
        up.gate.tick()
        up.gate.check(method, token)
        return methods[method](params)
    except LinkError as error:
        return error.code
"""
RESTORE = """
import time
for module in (session, backoff):
    module.ticks_ms = time.ticks_ms
    module.ticks_diff = time.ticks_diff
"""


class Desk(Rig):
    token = b""

    def call(self, method: str, **params: Any) -> Any:
        return self.run(
            "result = call(method, params, token)", method=method, params=params, token=self.token
        )

    def wait(self, seconds: float) -> None:
        self.run("now_ms += ms", ms=round(seconds * 1000))

    def open(self, certificate: bytes | None = None, private: ec.EllipticCurvePrivateKey = TECHNICIAN) -> Any:
        certificate = certificate or role()
        opened = self.call("session.open", certificate=certificate)
        if isinstance(opened, str):
            return opened
        answer = self.call(
            "session.prove", signature=prove(private, certificate, opened["challenge"], opened["device"])
        )
        if not isinstance(answer, str):
            self.token = answer["token"]
        return answer


def role(name: str = "technician", key: ec.EllipticCurvePrivateKey = TECHNICIAN, **options: Any) -> bytes:
    times = options.get("not_before", NOW - DAY), options.get("not_after", NOW + DAY)
    return issue_role(options.get("authority", AUTHORITY), name, point(key.public_key()), "Ada", *times)


@pytest.fixture
def desk(mp):
    rig = Desk(mp, blocks=32)
    rig.run(SERVER)
    yield rig
    rig.run(RESTORE)


def test_a_technician_gets_in_and_out(desk):
    assert desk.call("config.set", name="gate 7") == "no_session"
    answer = desk.open()
    assert (answer["role"], answer["name"], len(answer["token"])) == ("technician", "Ada", 8)
    assert desk.call("config.set", name="gate 7") == {}
    assert desk.run("result = open('/b/name').read()") == "gate 7"
    assert desk.call("session.close") == {}
    assert desk.call("config.set", name="gate 8") == "no_session"


@pytest.mark.parametrize("role_name", ["technician", "supervisor", "authority"])
def test_each_role_may_do_its_own_and_no_more(desk, role_name):
    """Against the firmware's table, spelled out here once more: a right that is added must be added twice."""
    rights = {
        "hello": {"nobody", "technician", "supervisor", "authority"},
        "ping": {"nobody", "technician", "supervisor", "authority"},
        "reading.set": {"technician"},
        "session.open": {"nobody", "technician", "supervisor", "authority"},
        "session.prove": {"nobody", "technician", "supervisor", "authority"},
        "provision": {"nobody", "technician", "supervisor", "authority"},
        "session.close": {"technician", "supervisor", "authority"},
        "clock.set": {"technician"},
        "bundle.begin": {"technician"},
        "bundle.chunk": {"technician"},
        "bundle.copy": {"technician"},
        "bundle.commit": {"technician"},
        "bundle.cancel": {"technician"},
        "config.set": {"technician"},
        "seal": {"technician"},
        "screen.explain": {"supervisor"},
        "unseal": {"technician", "authority"},
        "journal.head": {"supervisor"},
        "journal.read": {"supervisor"},
        "journal.ack": {"supervisor"},
    }
    assert set(desk.run("result = list(rights.RIGHTS)")) == set(rights)
    assert set(desk.run("result = list(methods)")) | {"hello", "ping", "screen.explain"} == set(rights)
    check = """
try:
    up.gate.check(method, token)
    result = True
except LinkError as error:
    result = error.code
"""
    for method, roles in rights.items():
        expected = True if "nobody" in roles else "no_session"
        assert desk.run(check, method=method, token=b"") == expected
    desk.open(role(role_name))
    for method, roles in rights.items():
        expected = True if role_name in roles else "not_permitted"
        assert desk.run(check, method=method, token=desk.token) == expected
    assert desk.run(check, method="erase_everything", token=desk.token) == "not_permitted"


@pytest.mark.parametrize(
    ("certificate", "code"),
    [
        (lambda: role(authority=OTHER), "bad_signature"),
        (lambda: role(not_after=NOW - 1), "expired"),
        (lambda: role(not_before=NOW + 60), "not_yet_valid"),
        (lambda: role()[:-1], "bad_certificate"),
        (lambda: b"\x00", "bad_certificate"),
        (lambda: role() + bytes(2000), "bad_certificate"),
        (lambda: signing.sign(b"\xa0", CONTENT_TYPE, AUTHORITY), "bad_certificate"),
        (
            lambda: signing.sign(
                signing.parse(role(), CONTENT_TYPE)[1], "application/vnd.gatepost.manifest+cbor", AUTHORITY
            ),
            "bad_certificate",
        ),
    ],
)
def test_certificates_that_open_nothing(desk, certificate, code):
    assert desk.open(certificate()) == code


def test_each_byte_of_a_certificate_counts(desk):
    certificate = role()
    codes = desk.run(
        """
codes = {}
for at in range(len(certificate)):
    damaged = bytearray(certificate)
    damaged[at] ^= 1 << (at % 8)
    code = ask("session.open", {"certificate": bytes(damaged)})
    code = code if isinstance(code, str) else "accepted"
    codes[code] = codes.get(code, 0) + 1
    up._sessions._backoff.clear()
result = codes
""",
        certificate=certificate,
        timeout=120,
    )
    assert set(codes) == {"bad_certificate", "bad_signature"}
    assert sum(codes.values()) == len(certificate)


def test_the_key_must_be_the_certificates(desk):
    assert desk.open(private=STRANGER) == "bad_signature"
    assert desk.call("clock.set", now=NOW + 5) == "no_session"


def test_each_byte_of_a_proof_counts(desk):
    certificate = role()
    for at in (0, 31, 32, 63):
        opened = desk.call("session.open", certificate=certificate)
        signature = bytearray(prove(TECHNICIAN, certificate, opened["challenge"], opened["device"]))
        signature[at] ^= 1
        assert desk.call("session.prove", signature=bytes(signature)) == "bad_signature"
        desk.run("up._sessions._backoff.clear()")


def test_a_proof_is_for_one_challenge_of_one_scanner(desk):
    certificate = role()
    opened = desk.call("session.open", certificate=certificate)
    signature = prove(TECHNICIAN, certificate, opened["challenge"], opened["device"])
    elsewhere = prove(TECHNICIAN, certificate, opened["challenge"], point(STRANGER.public_key()))
    assert desk.call("session.prove", signature=elsewhere) == "bad_signature"
    # The challenge is used up, by a false answer as by a right one.
    assert desk.call("session.prove", signature=signature) == "no_session"
    opened = desk.call("session.open", certificate=certificate)
    assert desk.call("session.prove", signature=signature) == "bad_signature"
    opened = desk.call("session.open", certificate=certificate)
    signature = prove(TECHNICIAN, certificate, opened["challenge"], opened["device"])
    assert desk.call("session.prove", signature=signature)["role"] == "technician"
    assert desk.call("session.prove", signature=signature) == "no_session"


def test_a_challenge_does_not_wait_for_ever(desk):
    certificate = role()
    opened = desk.call("session.open", certificate=certificate)
    desk.wait(31)
    signature = prove(TECHNICIAN, certificate, opened["challenge"], opened["device"])
    assert desk.call("session.prove", signature=signature) == "no_session"


def test_silence_ends_a_session(desk):
    desk.open()
    for _ in range(3):
        desk.wait(100)
        assert desk.call("config.set") == {}
    desk.wait(121)
    assert desk.call("config.set") == "no_session"


def test_no_session_lasts_longer_than_an_hour(desk):
    desk.open()
    for _ in range(36):
        desk.wait(100)
        assert desk.call("config.set") == {}
    desk.wait(100)
    assert desk.call("config.set") == "no_session"


def test_tokens_of_others_and_of_ended_sessions_count_for_nothing(desk):
    first = desk.open()["token"]
    second = desk.open()["token"]
    assert first != second
    for token in (first, b"", b"\x00" * 8, None, 7, "text"):
        assert desk.run("result = call('config.set', {}, token)", token=token) == "no_session"
    assert desk.run("result = call('config.set', {}, token)", token=second) == {}
    desk.run("up._sessions.close()")
    assert desk.run("result = call('config.set', {}, token)", token=second) == "no_session"
    assert desk.run("result = call('config.set', {}, token)", token=b"") == "no_session"


def test_failures_make_one_wait_longer_each_time_and_after_a_restart(desk):
    waits = []
    for _ in range(14):
        desk.open(role(authority=OTHER))
        left = desk.run("result = up._sessions._backoff.left()")
        waits.append(left)
        if left:
            assert desk.open() == "wait"
            desk.wait(left - 1)
            assert desk.open() == "wait"
            desk.wait(1)
    assert waits == [0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]
    desk.open(role(authority=OTHER))
    desk.wait(250)
    desk.restart()
    assert desk.open() == "wait"
    assert desk.run("result = up._sessions._backoff.left()") == 300
    desk.wait(300)
    assert desk.open()["role"] == "technician"
    assert desk.run("result = up._sessions._backoff.left()") == 0
    desk.restart()
    assert desk.open()["role"] == "technician"


def test_with_a_doubtful_clock_a_technician_can_still_set_it(desk):
    desk.open()
    assert desk.call("clock.set", now=NOW + 50) == {"now": NOW + 50, "trusted": True}
    # The battery failed: the clock stands in the past, before the certificate begins.
    desk.restart()
    desk.run("board.clock.time = 1609459200")
    assert desk.run("result = up.clock.trusted") is False
    assert desk.open(role(not_after=NOW + 49)) == "expired"
    assert desk.open()["role"] == "technician"
    assert desk.call("clock.set", now=NOW + 49) == "clock_backwards"
    assert desk.call("clock.set", now=NOW + 11 * 365 * DAY) == "clock_implausible"
    assert desk.call("clock.set", now=NOW + 60) == {"now": NOW + 60, "trusted": True}


def test_a_blank_scanner_opens_no_session(mp):
    rig = Rig(mp, blank=True, blocks=32)
    assert rig.ask("session.open", certificate=role()) == "not_provisioned"


@pytest.mark.parametrize("params", [{}, {"certificate": "text"}, {"certificate": None}])
def test_requests_that_are_none(desk, params):
    assert desk.call("session.open", **params) == "bad_parameters"
    assert desk.call("session.prove", signature=b"short") == "bad_parameters"


def test_challenges_never_repeat(desk):
    certificate = role()
    seen = set()
    for _ in range(20):
        seen.add(desk.call("session.open", certificate=certificate)["challenge"])
        desk.run("up._sessions._backoff.clear()")
    assert len(seen) == 20
    assert os.urandom(32) not in seen
