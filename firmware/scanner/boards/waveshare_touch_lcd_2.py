# Waveshare ESP32-S3-Touch-LCD-2, the reference handheld: written from the vendor's facts, not yet run on hardware.
#
# What stands here is the wiring; the parts are in files of their own. With the camera fitted, GPIO 18 is the only pin
# of the headers that is free, and takes the buzzer. A clock chip shares the bus of the touch controller. The glass is
# the guard's button, and so is the BOOT key. hardware/boards/ has the same pins for people and for host tools.
#
# The stubs are the unix port's:
# pyright: reportMissingImports=false, reportCallIssue=false, reportAttributeAccessIssue=false

from time import ticks_diff, ticks_ms

from machine import ADC, I2C, SPI, Pin
from micropython import const

from scanner.boards import clock_chips, watchdog
from scanner.boards.board_clock import Clock
from scanner.boards.buzzer import Buzzer
from scanner.boards.cst816 import Touch
from scanner.boards.esp_camera import Camera
from scanner.boards.esp_flash import Storage
from scanner.boards.st7789 import Display
from scanner.boards.usb_port import UsbPort

guard = watchdog.guard

_WIDTH = const(240)
_HEIGHT = const(320)
_SPI_HZ = const(40000000)
_I2C_HZ = const(400000)
_LOOK_MS = const(40)  # between two looks at the glass
_EMPTY_MV = const(3300)
_FULL_MV = const(4150)
_DIVIDER = const(3)  # 200 kilohm over 100

_CAMERA_PINS = {
    "data_pins": [12, 13, 15, 11, 14, 10, 7, 2],
    "xclk_pin": 8,
    "pclk_pin": 9,
    "vsync_pin": 6,
    "href_pin": 4,
    "sda_pin": 21,
    "scl_pin": 16,
    "powerdown_pin": 17,
    "reset_pin": -1,
}


class Board:
    """Takes no settings: everything is fixed by the board."""

    name = "waveshare-esp32-s3-touch-lcd-2"

    def __init__(self, settings=None):
        Pin(41, Pin.OUT, value=1)  # the card's chip select: it shares the panel's bus and must keep off it
        # The large buffers come early, while the heap is whole.
        spi = SPI(1, baudrate=_SPI_HZ, sck=Pin(39), mosi=Pin(38), miso=Pin(40))
        cs = Pin(45, Pin.OUT, value=1)
        light = Pin(1, Pin.OUT, value=0)
        self.display = Display(spi, Pin(42, Pin.OUT), cs, light, _WIDTH, _HEIGHT)
        self.camera = Camera(_CAMERA_PINS, turned=True)
        i2c = I2C(0, scl=Pin(47), sda=Pin(48), freq=_I2C_HZ)
        self.button = Button(Touch(i2c), Pin(0, Pin.IN, Pin.PULL_UP))
        self.clock = Clock(clock_chips.find(i2c))
        self.sound = Buzzer(Pin(18, Pin.OUT, value=0))
        self.serial = UsbPort()
        self.watchdog = watchdog.Watchdog()
        self.storage = Storage()
        self.hold_ms = None
        self.stopped = False
        self.last_fault = ""
        self._battery = ADC(Pin(5), atten=ADC.ATTN_11DB)

    def ready(self, firmware):
        """The application is about to look at its first frame."""

    def wait(self, milliseconds):
        """Sleep until the cable says something, and no longer than that."""
        self.serial.wait(milliseconds)

    def looked(self, report):
        """The application finished a frame: on a real board nobody listens."""

    def cleared(self):
        """The verdict left the screen."""

    def fault(self, text):
        """An exception was caught at the application's edge: kept for a look with a debugger, told to nobody."""
        self.last_fault = text

    def restart(self):
        """Start again, with the firmware that was pushed."""
        from machine import reset

        reset()

    def battery(self):
        """Percent, by the voltage alone: rough, and high while charging."""
        millivolts = self._battery.read_uv() * _DIVIDER // 1000
        percent = (millivolts - _EMPTY_MV) * 100 // (_FULL_MV - _EMPTY_MV)
        return max(0, min(100, percent))


class Button:
    """The glass or the BOOT key: what counts is that one of them begins to be pressed."""

    def __init__(self, touch, key):
        self._touch = touch
        self._key = key
        self._down = False
        self._looked = ticks_ms()

    def pressed(self):
        """Whether it was pressed since the last call."""
        now = ticks_ms()
        if ticks_diff(now, self._looked) < _LOOK_MS:
            return False
        self._looked = now
        was = self._down
        self._down = self._key.value() == 0 or self._touch.touched()
        return self._down and not was
