"""The loop of the scanner on a board of stand-ins: what it shows, forgets and survives."""

import pytest

NOW = 1_780_272_000
VGA = (640, 480)

SETUP = """
import gc
from scanner import load

load.vision()
load.rest()
from scanner.app import App
from scanner.rules.verdict import Verdict
from scanner.credentials.claims import Claims
from scanner import look

class Key:
    kid = b"12345678"
    country = "DE"
    name = "Ministry"
    kind = "P-256"
    source = "PROD"
    participant = "DEU"

class Symbol:
    version = 18; level = "Q"; mask = 0; corners = [0] * 8; corrected = 0; erased = 0
    mirrored = False; inverted = False; structured_append = None; eci = None; fnc1 = 0; segments = ()
    def __init__(self, payload):
        self.payload = payload

class Decoder:
    stage_us = [1, 2, 3]
    seen = 0
    def __init__(self):
        self.sees = []
        self.wiped = 0
    def forget(self):
        self.wiped += 1
    def decode(self, frame, width, height):
        if isinstance(self.sees, Exception):
            raise self.sees
        return [Symbol(payload) for payload in self.sees]

class Part:
    pass

class Camera:
    due = True
    wiped = 0
    def frame(self):
        if isinstance(self.due, Exception):
            raise self.due
        return (bytes(100), 10, 10) if self.due else None
    def forget(self):
        self.wiped += 1

class Display:
    width = 320
    height = 240
    def __init__(self):
        self.buffer = bytearray(320 * 240 * 2)
        self.shows = 0
        self.broken = False
    def show(self):
        if self.broken:
            raise OSError(5)
        self.shows += 1

class Button:
    down = False
    def pressed(self):
        was, self.down = self.down, False
        return was

class Serial:
    def readinto(self, buffer):
        return None
    def write(self, data):
        return len(data)

class Board:
    name = "fake"
    stopped = False
    def __init__(self):
        self.camera = Camera()
        self.display = Display()
        self.button = Button()
        self.clock = Part()
        self.clock.trusted = True
        self.clock.now = lambda: 1780272000
        self.storage = Part()
        self.storage.root = "/nowhere"
        self.serial = Serial()
        self.sound = Part()
        self.heard = []
        self.sound.play = self.heard.append
        self.hold_ms = 60000
        self.reports = []
        self.faults = []
        self.waits = 0
        self.clears = 0
    def ready(self, firmware):
        pass
    def wait(self, milliseconds):
        self.waits += 1
    def looked(self, report):
        self.reports.append(report)
    def cleared(self):
        self.clears += 1
    def fault(self, text):
        self.faults.append(text)

def judge(text, trust, clock, policy):
    if text == b"RAISE":
        raise KeyError("x")
    if text == b"OTHER":
        return Verdict("not_a_certificate")
    if text == b"EXPIRED":
        return Verdict("expired")
    claims = Claims("HC1", Key())
    claims.family = "VANDERBERG"
    claims.given = text.decode()
    claims.birth = "1984-07-19"
    claims.kind = "test"
    claims.facts = {"id": "URN:SECRET"}
    return Verdict("test_unclear" if text == b"UNCLEAR" else "ok", claims)

look.judge = judge

def start(sees=()):
    board = Board()
    decoder = Decoder()
    app = App(board, decoder)
    decoder.sees = list(sees)
    return board, decoder, app

def codes(board):
    return [report.get("code") for report in board.reports]
"""


@pytest.fixture
def run(mp):
    """Run MicroPython source after the stand-ins are made, in a space of its own."""
    mp.run(SETUP, space="app")
    yield lambda source: mp.run(source, space="app")
    # The module is the interpreter's, and other tests need its judge.
    mp.run("from scanner.rules.judge import judge as real\nlook.judge = real", space="app")


def test_a_certificate_is_judged_shown_and_heard(run):
    report, said, heard = run(
        "board, decoder, app = start([b'ANNA'])\napp.step()\n"
        "result = (board.reports[0], list(app.screen.said), board.heard)"
    )
    assert report["code"] == "ok"
    assert report["verdict"] == 0
    assert report["claims"]["family"] == "VANDERBERG"
    assert report["claims"]["facts"] == {"id": "URN:SECRET"}
    assert {"find", "grid", "read", "verify", "draw"} == set(report["us"])
    assert any("VANDERBERG" in line for line in said)
    assert "PASS" in said
    assert len(heard) == 1


def test_the_same_code_in_view_is_judged_once(run):
    assert run(
        "import time\nboard, decoder, app = start([b'ANNA'])\napp.step()\ntime.sleep_ms(1600)\n"
        "app.step()\napp.step()\nresult = (codes(board), len(board.heard))"
    ) == (["ok", None, None], 1)


def test_what_can_wait_waits_while_a_code_is_held_up(run):
    # A symbol is seen and not read yet; then no frame is there; then nothing is in view; then a verdict was shown.
    assert run(
        "import time\nboard, decoder, app = start()\nheard = []\napp.upkeep.rest = heard.append\n"
        "decoder.seen = 1\napp.step()\nboard.camera.due = False\napp.step()\n"
        "board.camera.due, decoder.seen = True, 0\napp.step()\nboard.camera.due = False\napp.step()\n"
        "board.camera.due, decoder.seen, decoder.sees = True, 1, [b'ANNA']\napp.step()\ntime.sleep_ms(1600)\n"
        "app.step()\nboard.camera.due = False\napp.step()\nresult = heard"
    ) == [True, True, False, False, False, False]


def test_another_code_waits_until_the_first_verdict_was_seen(run):
    assert run(
        "import time\nboard, decoder, app = start([b'ANNA'])\napp.step()\ndecoder.sees = [b'EXPIRED']\napp.step()\n"
        "before = codes(board)\ntime.sleep_ms(1600)\napp.step()\nresult = (before, codes(board))"
    ) == (["ok"], ["ok", "expired"])


def test_the_button_dismisses_and_the_code_is_judged_anew(run):
    assert run(
        "board, decoder, app = start([b'ANNA'])\napp.step()\nboard.button.down = True\napp.step()\n"
        "result = (codes(board), board.clears)"
    ) == (["ok", "ok"], 1)


def test_a_verdict_leaves_by_itself(run):
    clears, wiped, said = run(
        "import time\nboard, decoder, app = start([b'ANNA'])\nboard.hold_ms = 50\napp.step()\ndecoder.sees = []\n"
        "time.sleep_ms(60)\napp.step()\nwiped = board.camera.wiped + decoder.wiped\n"
        "result = (board.clears, wiped, list(app.screen.said))"
    )
    assert (clears, wiped) == (1, 2)
    assert "Ready" in said


def test_nothing_of_the_holder_stays_after_the_verdict(run):
    """Everything reachable from the application and its modules is searched for the name."""
    before, after = run("""
import sys
board, decoder, app = start([b'ANNA'])
app.step()
board.reports.clear()
decoder.sees = []

def holds(thing, words, done, depth=0):
    if id(thing) in done or depth > 12:
        return False
    done.add(id(thing))
    if isinstance(thing, str):
        return any(word in thing for word in words)
    if isinstance(thing, (bytes, bytearray)):
        return any(word.encode() in bytes(thing) for word in words)
    if isinstance(thing, dict):
        thing = list(thing.keys()) + list(thing.values())
    if isinstance(thing, (list, tuple)):
        return any([holds(item, words, done, depth + 1) for item in thing])
    if thing is None or isinstance(thing, (int, float, bool)):
        return False
    return any([holds(getattr(thing, name, None), words, done, depth + 1) for name in dir(thing) if name[:2] != "__"])

words = ["VANDER" + "BERG", "URN:" + "SECRET", "1984-07" + "-19", "19 Jul" + " 1984"]
before = holds(app, words, set())
board.button.down = True
app.step()
result = (before, holds(app, words, set()))
""")
    assert before
    assert not after


def test_of_several_certificates_the_gravest_counts(run):
    assert run(
        "board, decoder, app = start([b'ANNA', b'EXPIRED', b'UNCLEAR'])\napp.step()\nresult = codes(board)"
    ) == ["expired"]


def test_codes_that_are_no_certificates_are_ignored_beside_one(run):
    assert run("board, decoder, app = start([b'OTHER', b'ANNA'])\napp.step()\nresult = codes(board)") == [
        "ok"
    ]
    assert run("board, decoder, app = start([b'OTHER'])\napp.step()\nresult = codes(board)") == [
        "not_a_certificate"
    ]


def test_a_part_of_several_codes_is_not_judged_alone(run):
    assert run(
        "board, decoder, app = start()\nsymbol = Symbol(b'ANNA')\nsymbol.structured_append = (0, 3, 7)\n"
        "decoder.decode = lambda frame, width, height: [symbol]\napp.step()\n"
        "result = [(r['code'], r['detail']) for r in board.reports]"
    ) == [("part_of_several", "1 of 3")]


def test_a_card_in_several_codes_is_shown_part_by_part_without_waiting(run):
    reports, said, heard = run(
        "board, decoder, app = start()\n"
        "for number in (3, 3, 1):\n"
        "    decoder.sees = [b'shc:/%d/3/4444' % number]\n"
        "    app.step()\n"
        "result = ([(r.get('code'), r.get('detail')) for r in board.reports], list(app.screen.said), board.heard)"
    )
    assert reports == [("part_of_several", "1 of 3"), (None, None), ("part_of_several", "2 of 3")]
    assert said[0] == "2 of 3 read"
    assert heard == [((2637, 25),)] * 2


def test_all_parts_together_are_judged_once(run):
    codes, progress, said = run(
        "board, decoder, app = start()\n"
        "for number in (1, 2, 3, 2, 1):\n"
        "    decoder.sees = [b'shc:/%d/3/444%d' % (number, number)]\n"
        "    app.step()\n"
        "import time\ntime.sleep_ms(1600)\napp.step()\n"
        "result = (codes(board), app._parts.progress, list(app.screen.said))"
    )
    # The last frames show parts of the card whose verdict is on the screen.
    assert codes == ["part_of_several", "part_of_several", "ok", None]
    assert progress is None
    assert "PASS" in said


@pytest.mark.parametrize("how", ["board.button.down = True", "time.sleep_ms(60)"])
def test_parts_are_forgotten_by_the_button_and_by_time(run, how):
    assert run(
        "import time\nboard, decoder, app = start([b'shc:/1/2/4444'])\nboard.hold_ms = 50\napp.step()\n"
        "held = app._parts._chunks[0]\nbefore = app._parts.progress\ndecoder.sees = []\n"
        f"{how}\napp.step()\nresult = (before, bytes(held), app._parts.progress, 'Ready' in app.screen.said)"
    ) == ((True, False), bytes(4), None, True)


def test_parts_are_forgotten_for_another_certificate(run):
    assert run(
        "board, decoder, app = start([b'shc:/1/2/4444'])\napp.step()\ndecoder.sees = [b'ANNA']\napp.step()\n"
        "result = (codes(board), app._parts.progress)"
    ) == (["part_of_several", "ok"], None)


def test_parts_are_no_scans_in_the_journal(run):
    assert run(
        "board, decoder, app = start([b'shc:/1/2/4444'])\nscans = []\n"
        "def record(verdict):\n    scans.append(verdict.code)\n    return verdict\n"
        "app.upkeep.recorder.scan = record\napp.step()\ndecoder.sees = [b'shc:/2/2/4444']\napp.step()\n"
        "result = scans"
    ) == ["ok"]


@pytest.mark.parametrize(
    "fault",
    ["decoder.sees = ValueError('pixels')", "decoder.sees = [b'RAISE']", "board.camera.due = OSError(19)"],
)
def test_a_fault_is_refused_told_and_survived(run, fault):
    codes, faults, said = run(
        f"import time\nboard, decoder, app = start()\n{fault}\napp.step()\nsaid = list(app.screen.said)\n"
        "board.camera.due = True\ndecoder.sees = [b'ANNA']\nboard.button.down = True\napp.step()\n"
        "result = (codes(board), len(board.faults), said)"
    )
    assert codes == ["internal_fault", "ok"]
    assert faults == 1
    assert "REFUSE" in said


def test_memory_that_runs_out_is_a_fault_like_any_other(run):
    assert run(
        "board, decoder, app = start()\ndecoder.sees = MemoryError()\napp.step()\nresult = codes(board)"
    ) == ["internal_fault"]


def test_not_even_a_broken_display_ends_the_loop(run):
    assert run(
        "board, decoder, app = start([b'ANNA'])\nboard.display.broken = True\napp.step()\napp.step()\n"
        "board.display.broken = False\nboard.button.down = True\napp.step()\n"
        "result = (len(board.faults) > 0, codes(board)[-1])"
    ) == (True, "ok")


def test_a_failed_capture_is_waited_out(run):
    assert run(
        "board, decoder, app = start([b'ANNA'])\nboard.camera.due = False\napp.step()\n"
        "board.camera.due = True\napp.step()\nresult = (board.waits, codes(board))"
    ) == (1, ["ok"])


def test_a_camera_that_fell_silent_is_told_until_it_sees_again(run):
    said = run(
        "board, decoder, app = start([])\nboard.camera.due = False\nsaid = []\n"
        "for lost, due in ((False, False), (True, False), (True, False), (False, True)):\n"
        "    board.camera.lost, board.camera.due = lost, due\n    app.step()\n"
        "    said.append((' '.join(app.screen.said), board.display.shows))\n"
        "result = said"
    )
    assert ["Camera fault" in words for words, _ in said] == [False, True, True, False]
    shows = [count for _, count in said]
    assert shows[1] == shows[2] == shows[0] + 1  # drawn once
    assert "No list of" in said[3][0]


def test_a_camera_that_fell_silent_does_not_hide_a_verdict(run):
    said = run(
        "board, decoder, app = start([b'ANNA'])\napp.step()\nbefore = list(app.screen.said)\n"
        "app._since -= 2000\nboard.camera.lost, board.camera.due = True, False\napp.step()\n"
        "result = [board.waits, before == list(app.screen.said)]"
    )
    assert said == [1, True]


def test_a_doubtful_clock_and_no_list_show_on_the_waiting_screen(run):
    said = run(
        "board, decoder, app = start()\nboard.clock.trusted = False\napp.step()\nresult = list(app.screen.said)"
    )
    assert "No list of" in " ".join(said)
    assert "Clock not set" in " ".join(said)


def test_a_new_firmware_waits_until_the_cable_is_quiet_and_nobody_reads_a_verdict(run):
    """Whoever pushed it may have a list to push and a journal to collect as well."""
    source = """
import time
board, decoder, app = start()
restarts = []
board.restart = lambda: restarts.append(time.ticks_ms())
def turns(milliseconds):
    until = time.ticks_add(time.ticks_ms(), milliseconds)
    while time.ticks_diff(until, time.ticks_ms()) > 0:
        app.step()
        time.sleep_ms(20)
    return len(restarts)
seen = []
app.link._moved = time.ticks_add(time.ticks_ms(), -5000)
seen.append(turns(60))
app.upkeep.restart = True
app.upkeep._sessions._role = app
app.upkeep._sessions._used = app.upkeep._sessions._began = time.ticks_ms()
seen.append(turns(60))
app.upkeep._sessions._role = None
app.link._moved = time.ticks_add(time.ticks_ms(), -2900)
seen.append(turns(40))
app._shown = app
app._since = time.ticks_ms()
seen.append(turns(200))
app._shown = None
seen.append(turns(60) > 0)
result = seen
"""
    assert run(source) == [0, 0, 0, 0, True]
