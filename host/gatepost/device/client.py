"""A scanner on a serial port: ask, and get the answer.

The transport never prints and the commands never touch the port. A lost or damaged answer is asked for again; every
request has a number of its own, so a late answer is not taken for the next one's.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import cbor2
import serial

from gatepost.device import frames
from gatepost.device.push import Progress, Pushed, push_bundle
from gatepost.device.refusals import LinkError, NoAnswer
from gatepost.device.session import Session, open_session
from gatepost.errors import GatepostError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ec

    from gatepost.trust.bundle import Bundle

PROTOCOL = (1, 0)
_HELLO_TRIES = 5
_HELLO_SECONDS = 1.0
_SECONDS = 3.0
_SLOW = 15.0  # for what writes much, signs or makes keys
_WIPE = 600.0
_NAME_LIMIT = 64  # bytes of UTF-8, as firmware/scanner/link/provisioning.py has it
_TRIES = 3
_PIECES = 256  # of an answer, as many as a scanner sends for one request
_MOST_AT_ONCE = 8  # requests under way, whatever a scanner allows

Supervisor = tuple[str, bytes]  # name, and public key as 65 bytes 04 || x || y


def check_name(name: str) -> str:
    """Itself, or GatepostError where a scanner cannot be called so."""
    if not name.strip():
        raise GatepostError("a scanner's name is not empty")
    if len(name.encode()) > _NAME_LIMIT:
        raise GatepostError(
            f"the name is too long: {len(name.encode())} bytes, and a scanner keeps {_NAME_LIMIT}"
        )
    return name


class Client:
    """`port` is a path or name as pyserial takes it."""

    def __init__(self, port: str) -> None:
        try:
            # Two programs on one port would each take a part of the other's answers.
            self._serial = serial.Serial(
                port,
                115200,
                timeout=0.05,
                write_timeout=_SECONDS,
                exclusive=None if os.name == "nt" else True,
            )
        except (serial.SerialException, OSError) as error:
            if "exclusively lock" in str(error):
                raise GatepostError(f"the port {port} is in use by another program") from None
            why = os.strerror(error.errno) if error.errno else "no port that can be used"
            raise GatepostError(f"cannot open the port {port}: {why}") from None
        # The ESP32-S3's USB sends nothing before both lines are up.
        with contextlib.suppress(OSError):  # a pseudo-terminal has no lines
            self._serial.dtr = True
            self._serial.rts = True
        self._receiver = frames.Receiver()
        self._inbox: deque[dict[str, Any]] = deque()  # answers that nobody has asked for yet
        self._number = int(time.time()) & 0xFFFF0000
        self._token = b""  # of the session that is open
        self._window = 0  # requests that the scanner lets wait in its port; 0: it was not asked yet
        self.stale_answers = 0
        self.sent_bytes = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the session, if there is one, and give the port back."""
        self.close_session()
        self._serial.close()

    @property
    def discarded_bytes(self) -> int:
        """Bytes from the scanner that were no frame."""
        return self._receiver.discarded_bytes

    @property
    def window(self) -> int:
        """How many requests may be under way at once: what the scanner's hello says, or one where it says nothing."""
        if not self._window:
            self.hello()
        return self._window

    def hello(self) -> dict[str, Any]:
        """Who is there. Raises GatepostError where its protocol is another one."""
        for _ in range(_HELLO_TRIES - 1):
            with contextlib.suppress(NoAnswer):
                answer = self.ask("hello", {"protocol": list(PROTOCOL)}, _HELLO_SECONDS)
                break
        else:
            answer = self.ask("hello", {"protocol": list(PROTOCOL)}, _HELLO_SECONDS)
        major, minor = answer["protocol"]
        if major != PROTOCOL[0]:
            raise GatepostError(
                f"the scanner speaks protocol {major}.{minor}, and this tool {PROTOCOL[0]}.{PROTOCOL[1]}: "
                "use the gatepost that belongs to its firmware"
            )
        window = answer.get("window")
        self._window = min(window, _MOST_AT_ONCE) if isinstance(window, int) and window > 0 else 1
        return answer

    def ping(self) -> float:
        """Seconds until the answer."""
        started = time.monotonic()
        self.ask("ping")
        return time.monotonic() - started

    def session(self, certificate: bytes, private: ec.EllipticCurvePrivateKey) -> Session:
        """Open a session by a role certificate and its key; it ends with the `with` block, or by itself in a while."""
        opened = open_session(self, certificate, private)
        self._token = opened.token
        return opened

    def close_session(self) -> None:
        """End the session, if one is open and the scanner still hears."""
        if self._token:
            with contextlib.suppress(GatepostError):
                self.ask("session.close")
            self._token = b""

    def push(self, bundle: bytes | Bundle, progress: Progress | None = None) -> Pushed:
        """Bring a bundle to the scanner and make it the active one; only what the scanner lacks is sent."""
        return push_bundle(self, bundle, progress)

    def provision(self, authority: bytes, name: str, supervisors: Sequence[Supervisor] = ()) -> bytes:
        """Make a blank scanner one of the authority's (65 bytes); its own public key (65 bytes)."""
        params = {"authority": authority, "name": name, "supervisors": _supervisors(supervisors)}
        return self.repeat("provision", params, _SLOW)["device"]

    def configure(self, name: str | None = None, supervisors: Sequence[Supervisor] | None = None) -> None:
        """Give the scanner another name, and its journal other readers."""
        params: dict[str, Any] = {}
        if name is not None:
            params["name"] = check_name(name)
        if supervisors is not None:
            params["supervisors"] = _supervisors(supervisors)
        self.repeat("config.set", params, _SLOW)

    def set_reading_keys(self, sealed: bytes) -> dict[str, int]:
        """Replace the scanner's reading keys by those that `device.reading.seal_to` sealed to it: {version, keys}."""
        return self.ask("reading.set", {"sealed": sealed}, _SLOW)

    def set_clock(self, now: float | None = None) -> int:
        """Set the scanner's clock to unix seconds `now`, or to this computer's; what it shows then."""
        return self.repeat("clock.set", {"now": round(time.time() if now is None else now)})["now"]

    def seal(self) -> None:
        """From now on the scanner answers nothing but frames of the link."""
        self.repeat("seal", {}, _SLOW)

    def unseal(self) -> None:
        """Wipe all that is this deployment's, keys first; the scanner is blank afterwards. Takes up to some minutes."""
        self.ask("unseal", {}, _WIPE)
        self._token = b""

    def explain(self) -> tuple[int, int]:
        """Have the screen show the steps to its verdict, or their next page: (page, pages). For supervisors."""
        shown = self.ask("screen.explain")
        return shown["page"], shown["pages"]

    def journal_head(self, nonce: bytes = b"") -> dict[str, Any]:
        """Where the journal stands, signed by the scanner over `nonce` too."""
        return self.repeat("journal.head", {"nonce": nonce}, _SLOW)

    def journal_read(self, sequence: int, pieces: int = _PIECES) -> Iterator[bytes]:
        """The journal's items from a sequence number on, some whole ones at a time; the last is empty at the end.

        NoAnswer where one was lost: those before it are good, and what follows them can be asked for.
        """
        return self.pieces("journal.read", {"from": sequence, "pieces": pieces}, _SLOW)

    def journal_ack(self, sequence: int, digest: bytes) -> int:
        """Records up to `sequence` are safe here: the scanner may free them. The oldest that it still holds."""
        return self.repeat("journal.ack", {"sequence": sequence, "digest": digest}, _SLOW)["first"]

    def repeat(
        self, method: str, params: dict[str, Any], seconds: float = _SECONDS, tries: int = _TRIES
    ) -> Any:
        """`ask` again where no answer came: for requests that may be made twice."""
        for _ in range(tries - 1):
            with contextlib.suppress(NoAnswer):
                return self.ask(method, params, seconds)
        return self.ask(method, params, seconds)

    def ask(self, method: str, params: dict[str, Any] | None = None, seconds: float = _SECONDS) -> Any:
        """The result of one request. Raises LinkError where the scanner refuses, NoAnswer where it is silent."""
        return self._await(self._send(method, params), seconds)["result"]

    def pieces(self, method: str, params: dict[str, Any], seconds: float = _SECONDS) -> Iterator[bytes]:
        """The pieces of an answer that is longer than a message, as they come; `seconds` is for each."""
        number = self._send(method, params)
        expected = 0
        more = True
        while more:
            answer = self._await(number, seconds)
            if answer.get("piece") != expected or not isinstance(answer["result"], bytes):
                raise NoAnswer("a piece of the answer did not arrive")
            expected += 1
            more = answer.get("more", False)
            yield answer["result"]

    def stream(
        self, method: str, pieces: Iterable[dict[str, Any]], seconds: float = _SECONDS
    ) -> Iterator[Any]:
        """The results, as they come, of requests that belong together and are sent without waiting for each other.

        No more than `window` are under way: what the scanner has not read yet lies in its port's buffers. NoAnswer also
        where one of them got lost between others.
        """
        waiting = iter(pieces)
        under_way = deque(self._send(method, params) for params in islice(waiting, self.window))
        while under_way:
            number = under_way.popleft()
            answer = self._await(number, seconds, under_way)
            under_way.extend(self._send(method, params) for params in islice(waiting, 1))
            yield answer["result"]

    def _send(self, method: str, params: dict[str, Any] | None) -> int:
        self._number = (self._number + 1) & 0xFFFFFFFF
        request: dict[str, Any] = {"id": self._number, "method": method}
        if params is not None:
            request["params"] = params
        if self._token:
            request["session"] = self._token
        frame = frames.build(cbor2.dumps(request))
        try:
            self._serial.write(frame)
        except (serial.SerialException, OSError) as error:
            raise GatepostError(f"the port failed: {error}") from None
        self.sent_bytes += len(frame)
        return self._number

    def _await(self, number: int, seconds: float, later: Collection[int] = ()) -> dict[str, Any]:
        deadline = time.monotonic() + seconds
        while True:
            while self._inbox:
                answer = self._inbox.popleft()
                if "error" in answer and answer.get("id") in (number, None):
                    raise LinkError(str(answer["error"].get("code")), str(answer["error"].get("message", "")))
                if answer.get("id") == number and "result" in answer:
                    return answer
                self.stale_answers += 1
                if answer.get("id") in later:  # a scanner answers in order
                    raise NoAnswer("a request did not reach the scanner")
            if time.monotonic() >= deadline:
                raise NoAnswer("the scanner does not answer: is it on, and is this its port?")
            try:
                received = self._serial.read(max(1, self._serial.in_waiting))
            except (serial.SerialException, OSError) as error:
                raise GatepostError(f"the port failed: {error}") from None
            self._inbox.extend(filter(None, map(_read_answer, self._receiver.feed(received))))


def _supervisors(supervisors: Sequence[Supervisor]) -> list[dict[str, Any]]:
    return [{"name": name, "key": key} for name, key in supervisors]


def _read_answer(message: bytes) -> dict[str, Any] | None:
    try:
        answer = cbor2.loads(message)
    except (cbor2.CBORDecodeError, ValueError, EOFError):
        return None
    if not isinstance(answer, dict) or not isinstance(answer.get("error", {}), dict):
        return None
    return answer
