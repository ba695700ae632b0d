# The loop: a frame comes in, a verdict goes out, and nothing that happens in between stops the next frame.
#
# Order of a turn: the watchdog, the cable, the button, the clock of the screen, the camera. One verdict at a time is on
# the screen; it leaves after a while, at the button, or for the next traveller's code, and with it leaves everything
# that names the holder. This is the edge: an exception that comes this far becomes REFUSE `internal_fault`.

import gc
import io
import sys
from time import ticks_diff, ticks_ms, ticks_us

from micropython import const

from scanner import status
from scanner.credentials.shc_parts import Parts
from scanner.forgetting import scrub
from scanner.link.server import Server
from scanner.look import Memory, choose
from scanner.rules.policy import FULL
from scanner.rules.together import Together
from scanner.rules.verdict import Verdict
from scanner.scan_report import nothing_report, stages, verdict_report
from scanner.ui import sounds, view
from scanner.ui.explain_screen import Pages
from scanner.ui.screens import Screen
from scanner.upkeep import Upkeep
from scanner.version import VERSION

HOLD_MS = const(10000)  # a verdict stays so long: time to find name and birth date in the passport
_PARTS_MS = const(30000)  # a card in several codes waits so long for the next of them
_DWELL_MS = const(1500)  # and at least so long before another code may replace it
_READ_MS = const(60000)  # an explanation stays so long
_TICK_MS = const(1000)  # how often the seconds left are drawn
_UNSEEING = "unseeing"  # in the place of what the waiting screen shows
_IDLE_MS = const(20)  # wait for the camera, so that the cable is served in time
_QUIET_MS = const(3000)  # without a request, before a restart
_TIDY_FRAMES = const(30)  # frames without a code between two collections of garbage


class App:
    """`board`: one of scanner.boards; `decoder`: made beforehand, because its buffers are large."""

    def __init__(self, board, decoder):
        self.board = board
        self.decoder = decoder
        self.upkeep = Upkeep(board)
        self.clock = self.upkeep.clock
        self.screen = Screen(board.display.buffer, board.display.width, board.display.height)
        self.link = Server(board.serial, status.methods(self), self._report, self.upkeep.gate)
        self._memory = Memory()
        self._parts = Parts()
        self._together = Together(self._pseudonym)
        self._ready = None  # the waiting screen that is drawn, or None while a verdict is
        self._shown = None  # the verdict on the screen
        self._view = None
        self._pages = None  # the explanation on the screen, in its place
        self._since = 0
        self._drawn = 0
        self._frames = 0
        self._reading = False  # whether the last frame held what may become a code: somebody waits
        self.show_ready(False)
        gc.collect()

    @property
    def trust(self):
        """The list of issuers, which the cable may exchange."""
        return self.upkeep.trusted()

    @property
    def policy(self):
        """The rules of this post, which the cable may exchange too."""
        return self.upkeep.policy_for(self.trust)

    def run(self):
        """Until the board stops, which a real one never does."""
        self.board.ready(VERSION)
        while not self.board.stopped:
            self.step()

    def step(self):
        """One turn. Never raises an Exception."""
        try:
            self.upkeep.feed()
            self.link.poll()
            self._attend()
            if self._dwells():
                self.board.wait(_IDLE_MS)
                return
            frame = self.board.camera.frame()
            if frame is None:
                self._unseeing()
                self.upkeep.rest(self._reading)
                self.board.wait(0 if self.link.busy else _IDLE_MS)
            else:
                self._look(frame[0], frame[1], frame[2])
            if self._may_restart():
                self.board.restart()
        except Exception as error:  # noqa: BLE001 - the edge
            self._fault(error)

    def _may_restart(self):
        # Whoever has pushed a firmware may still have a list to push, or a journal to collect.
        upkeep = self.upkeep
        quiet = upkeep.restart and not upkeep.in_session and self.link.quiet(_QUIET_MS)
        return quiet and self._shown is None and hasattr(self.board, "restart")

    def clear(self):
        """Back to the waiting screen; nothing of the holder stays."""
        self._shown = self._view = self._pages = None
        self._parts.forget()
        self._together.forget()
        self.screen.clear()
        self.board.camera.forget()
        if hasattr(self.decoder, "forget"):
            self.decoder.forget()  # its buffers still hold the code
        self.show_ready(False)
        scrub()
        self.board.cleared()

    def explain(self, around=False):
        """Show why the verdict on the screen is what it is, or the next page of that; (page, pages).

        None where nothing is explained, and after the last page unless `around`.
        """
        if self._shown is None or not self._shown.trace:
            return None
        if self._pages is None:
            full = self.policy.privacy == FULL
            self._pages = Pages(self.screen.canvas, self._shown, self._view.environment, full)
        if around and self._pages.number == len(self._pages):
            self._pages.number = 0
        if not self._pages.turn():
            return None
        self._since = ticks_ms()
        self.board.display.show()
        return self._pages.number, len(self._pages)

    def show_ready(self, reading):
        """Draw the waiting screen, unless it is there already."""
        ready = status.ready_view(self, reading)
        key = (ready.clock, ready.clock_trusted, ready.list_version, ready.list_age, ready.problem, reading)
        if key != self._ready:
            self.screen.ready(ready)
            self._ready = key
            self.board.display.show()

    def _unseeing(self):
        """Where the camera has fallen silent, say so: else people would hold codes before it."""
        if self._shown is None and self._ready != _UNSEEING and getattr(self.board.camera, "lost", False):
            self.screen.fault("Camera fault", "The camera does not answer. Call the technician.")
            self._ready = _UNSEEING
            self.board.display.show()

    def _attend(self):
        """The button, and the seconds a verdict has left."""
        if self.board.button.pressed():
            self._memory.forget()
            if self._shown is not None and not (self.policy.explain and self.explain()):
                self.clear()
        elif self._shown is not None:
            now = ticks_ms()
            if ticks_diff(now, self._since) >= self._hold():
                self.clear()
            elif self._pages is None and ticks_diff(now, self._drawn) >= _TICK_MS:
                self._count_down(self._view)
                self.screen.tick(self._view)
                self.board.display.show()

    def _look(self, frame, width, height):
        symbols = self.decoder.decode(frame, width, height)
        if not symbols:
            self._memory.missed(ticks_ms())
            self._nothing(symbols, False)
            return
        if self._memory.same(symbols, ticks_ms()):
            self._nothing(symbols, True)
            return
        started = ticks_us()
        verdict, symbol = choose(symbols, self.trust, self.clock, self.policy, self._parts)
        if verdict is None:
            self._nothing(symbols, True)
            return
        progress = self._parts.progress if verdict.code == "part_of_several" else None
        # A card that is half read is no scan yet: it is recorded when it is judged, and dropped for another.
        if progress is None:
            if self._parts.progress:
                self._parts.forget()
            for other in verdict.beside:
                self.upkeep.recorder.scan(other)
            verdict = self._together.add(verdict, self.policy.rules)
            verdict = self.upkeep.recorder.scan(verdict)
        judged = ticks_us()
        self._show(verdict, progress)
        us = stages(self.decoder.stage_us)
        us["verify"] = ticks_diff(judged, started)
        us["draw"] = ticks_diff(ticks_us(), judged)
        full = self.policy.privacy == FULL
        self.board.looked(
            verdict_report(verdict, symbol, len(symbols), us, self.screen.said, gc.mem_alloc(), full)
        )
        gc.collect()

    def _pseudonym(self, claims):
        # Of the recorder that there is then: provisioning makes a new one.
        return self.upkeep.recorder.pseudonym(claims)

    def _nothing(self, symbols, same):
        self._reading = getattr(self.decoder, "seen", 0) > 0 and not symbols
        if self._shown is None:
            self.show_ready(self._reading)
        self.board.looked(nothing_report(len(symbols), same, self.decoder.stage_us))
        self.upkeep.rest(self._reading)
        self._frames += 1
        if self._frames >= _TIDY_FRAMES:
            self._frames = 0
            gc.collect()

    def _dwells(self):
        """Whether what is on the screen may not leave it yet: the next code of the same card need not wait."""
        if self._shown is None or self._view.progress:
            return False
        return ticks_diff(ticks_ms(), self._since) < _DWELL_MS

    def _show(self, verdict, progress=None):
        self._ready = self._pages = None
        self._reading = False
        self._shown = verdict
        self._since = ticks_ms()
        shown = view.from_verdict(verdict, self.trust.environment, self.policy.privacy)
        shown.progress = progress
        self._view = shown
        self._count_down(shown)
        self.screen.verdict(shown)
        self.board.display.show()
        self.board.sound.play(sounds.SEEN if progress else sounds.VERDICTS[verdict.verdict])

    def _count_down(self, shown):
        self._drawn = ticks_ms()
        hold = self._hold()
        shown.seconds_total = (hold + 999) // 1000
        shown.seconds_left = max(0, (hold - ticks_diff(self._drawn, self._since) + 999) // 1000)

    def _hold(self):
        if self.board.hold_ms is not None:
            return self.board.hold_ms
        if self._pages is not None:
            return _READ_MS
        if self._view.progress:
            return _PARTS_MS
        return self.policy.wait * 1000 if self._shown.need else HOLD_MS

    def _fault(self, error):
        """Say so on the screen, tell whoever listens, and go on."""
        gc.collect()
        verdict = Verdict("internal_fault", None, type(error).__name__)
        try:
            self._report(error)
            self._show(verdict)
            self.board.looked(verdict_report(verdict, None, 0, {}, self.screen.said, gc.mem_alloc()))
        except Exception as again:  # noqa: BLE001 - not even the screen works: the loop still goes on
            self._report(again)
        self.board.wait(_IDLE_MS)

    def _report(self, error):
        """Hand a traceback to the board; never to the console, which on a real board is the cable."""
        trace = io.StringIO()
        sys.print_exception(error, trace)
        self.board.fault(trace.getvalue())
