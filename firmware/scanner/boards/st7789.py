# ST7789 panels on SPI: the picture goes from the board's buffer to the panel's memory, a strip at a time.
#
# framebuf writes each pixel with the low byte first, the panel reads the high byte first (datasheet of the ST7789V,
# 8.8.42), so a strip is swapped on its way into a small buffer. The panel's own little-endian mode is specified for
# parallel buses alone.

from time import sleep_ms

import micropython
from micropython import const

_SWRESET = const(0x01)
_SLPOUT = const(0x11)
_NORON = const(0x13)
_INVON = const(0x21)
_DISPON = const(0x29)
_CASET = const(0x2A)
_RASET = const(0x2B)
_RAMWR = const(0x2C)
_MADCTL = const(0x36)
_COLMOD = const(0x3A)
_RGB565 = const(0x55)  # 65K colours on the interface and in the memory
_AWAKE_MS = const(120)  # after a reset or a wake-up, before the next command (8.8.2, 8.8.12)
_STRIP = const(16)  # rows sent at once


class Display:
    """`buffer`: RGB565, low byte first. `spi` writes; `dc`, `cs` and `light` are pins that are outputs.

    `turn` is the value of MADCTL: which corner is the first, and the order of the colours.
    """

    def __init__(self, spi, dc, cs, light, width, height, turn=0):
        self.width = width
        self.height = height
        self.buffer = bytearray(width * height * 2)
        self._strip = memoryview(bytearray(width * _STRIP * 2))
        self._spi = spi
        self._dc = dc
        self._cs = cs
        cs.value(1)
        light.value(0)  # until the first picture is there: the panel wakes up with noise
        self._command(_SWRESET)
        sleep_ms(_AWAKE_MS)
        self._command(_SLPOUT)
        sleep_ms(_AWAKE_MS)
        self._command(_COLMOD, bytes((_RGB565,)))
        self._command(_MADCTL, bytes((turn,)))
        self._command(_INVON)  # these panels are normally black and come inverted
        self._command(_NORON)
        self.show()
        self._command(_DISPON)
        light.value(1)

    def show(self):
        """Bring the buffer to the panel; returns when it is there."""
        self._window()
        self._cs.value(0)
        self._dc.value(0)
        self._spi.write(bytes((_RAMWR,)))
        self._dc.value(1)
        size = len(self._strip)
        total = len(self.buffer)
        at = 0
        while at < total:
            count = min(size, total - at)
            _swap(self.buffer, at, count, self._strip)
            self._spi.write(self._strip if count == size else self._strip[:count])
            at += count
        self._cs.value(1)

    def _window(self):
        right = self.width - 1
        low = self.height - 1
        self._command(_CASET, bytes((0, 0, right >> 8, right & 255)))
        self._command(_RASET, bytes((0, 0, low >> 8, low & 255)))

    def _command(self, code, data=b""):
        self._cs.value(0)
        self._dc.value(0)
        self._spi.write(bytes((code,)))
        if data:
            self._dc.value(1)
            self._spi.write(data)
        self._cs.value(1)


@micropython.viper
def _swap(source: ptr8, at: int, count: int, strip: ptr8):
    i = 0
    while i < count:
        strip[i] = source[at + i + 1]
        strip[i + 1] = source[at + i]
        i += 2
