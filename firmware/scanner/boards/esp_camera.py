# The camera of ESP32 boards, through the `camera` module of micropython-camera-API.
#
# What bites, and is handled here: a capture may give None; a picture's view is of signed bytes, dies at the next
# capture, and lies in the driver's memory; the first picture after a start may fail inside the constructor, as may
# everything else there, each with an exception of its own; a sensor may stop for good after a dip of its supply, and
# only a new start brings it back, even where the driver cannot be ended.
#
# The stubs are the unix port's:
# pyright: reportMissingImports=false, reportCallIssue=false, reportAttributeAccessIssue=false

from time import sleep_ms, ticks_diff, ticks_ms

import uctypes
from camera import Camera as Driver
from camera import FrameSize, GrabMode, PixelFormat
from micropython import const

WIDTH = const(640)
HEIGHT = const(480)
_XCLK = const(20000000)  # hertz
_STARTS = const(3)
_PAUSE_MS = const(100)
_SILENCE_MS = const(5000)  # without a picture for so long, the sensor is started again
_FAILURES = (
    OSError,
    RuntimeError,
    ValueError,
    MemoryError,
)  # what the driver makes of the chip's error codes


class Camera:
    """8-bit grey, 640x480. `pins`: the constructor's pin arguments; `turned`: mounted upside down.

    lost: no picture comes, although one should have long ago.
    """

    max_width = WIDTH
    max_height = HEIGHT

    def __init__(self, pins, turned=False):
        self._pins = pins
        self._turned = turned
        self._driver = None
        self._held = None  # the driver's picture as unsigned bytes, until it is given back
        self._heard = ticks_ms()
        self.restarts = 0
        self._start()
        self.lost = self._driver is None

    def frame(self):
        """(view, width, height), or None where none is due or a capture failed. The view dies at the next call."""
        self._give_back()
        if self._driver is None:
            self._revive()
            return None
        try:
            picture = self._driver.capture() if self._driver.frame_available() else None
        except _FAILURES:
            picture = None
        if picture is None:
            self._revive()
            return None
        # The same memory, as bytes from 0 to 255, and writable, so that it can be wiped.
        self._held = uctypes.bytearray_at(uctypes.addressof(picture), len(picture))
        if len(picture) != WIDTH * HEIGHT:
            self._give_back()
            return None
        self._heard = ticks_ms()
        self.lost = False
        return memoryview(self._held), WIDTH, HEIGHT

    def forget(self):
        """Wipe the last picture where it lies."""
        if self._held is not None:
            blank = bytes(1024)
            for at in range(0, WIDTH * HEIGHT, 1024):
                self._held[at : at + 1024] = blank
            self._give_back()

    def _give_back(self):
        if self._held is not None and self._driver is not None:
            self._held = None
            self._driver.free_buffer()

    def _revive(self):
        if ticks_diff(ticks_ms(), self._heard) > _SILENCE_MS:
            driver, self._driver = self._driver, None
            if driver is not None:
                try:
                    driver.deinit()
                except _FAILURES:
                    pass  # the new one ends it once more
            self.restarts += 1
            self.lost = True
            self._start()

    def _start(self):
        for _ in range(_STARTS):
            try:
                # One buffer: the driver then never holds a picture that forget() cannot reach.
                self._driver = Driver(
                    xclk_freq=_XCLK,
                    pixel_format=PixelFormat.GRAYSCALE,
                    frame_size=FrameSize.VGA,
                    fb_count=1,
                    grab_mode=GrabMode.WHEN_EMPTY,
                    **self._pins,
                )
                break
            except _FAILURES:
                sleep_ms(_PAUSE_MS)
        self._heard = ticks_ms()
        if self._driver is not None and self._turned:
            try:
                self._driver.hmirror = True
                self._driver.vflip = True
            except _FAILURES:
                pass  # a code is read at any angle
