# A passive buzzer on a PWM pin: tones one after the other while the program goes on.
#
# The stubs are the unix port's:
# pyright: reportMissingImports=false, reportCallIssue=false, reportAttributeAccessIssue=false

from machine import PWM, Timer
from micropython import const

_HALF = const(32768)  # duty of a square wave, of 65536


class Buzzer:
    """`pin`: an output that can do PWM; `timer`: number of a hardware timer that is free."""

    def __init__(self, pin, timer=0):
        self._pwm = PWM(pin, freq=1000, duty_u16=0)
        self._timer = Timer(timer)
        self._tones = ()
        self._at = 0

    def play(self, tones):
        """Tones are (hertz, milliseconds), one after the other, 0 Hz is silence; returns at once."""
        self._timer.deinit()
        self._tones = tones
        self._at = 0
        self._next(None)

    def _next(self, _):
        if self._at == len(self._tones):
            self._pwm.duty_u16(0)
            return
        hertz, milliseconds = self._tones[self._at]
        self._at += 1
        if hertz:
            self._pwm.freq(hertz)
        self._pwm.duty_u16(_HALF if hertz else 0)
        self._timer.init(mode=Timer.ONE_SHOT, period=milliseconds, callback=self._next)
