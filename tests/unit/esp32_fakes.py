# Runs on MicroPython: the modules of an ESP32 board, with the manners of the real ones.
#
# `camera` has every trap that its users met: signed views that die, captures that give None, a constructor that fails
# on its first picture, one sensor for all, attributes that do not exist before the start. `machine` leads to a panel, a
# touch chip and a clock chip that speak their protocols; `esp32` to a partition that is erased before it is written.
#
# ruff: noqa: RUF005, RUF012, PLW0603, PLC0206
import array
import sys


class Sensor:
    """The one camera there is, and what tests order of it."""

    def __init__(self):
        self.scene = None  # grey bytes, or None: darkness
        self.failures = 0  # captures that give None
        self.bad_starts = 0  # constructors that fail on their first picture
        self.start_error = RuntimeError("Failed to capture initial frame")  # and what they raise
        self.stuck = False  # the driver cannot be ended
        self.turns = True  # whether the sensor can mirror its picture
        self.dead = False  # no picture ever again, until a new start
        self.busy = 0  # questions that find no picture yet
        self.owner = None
        self.starts = 0
        self.freed = 0
        self.memory = None  # the driver's one buffer


sensor = Sensor()


class FrameSize:
    QQVGA = 1
    QVGA = 6
    VGA = 10
    SVGA = 11


class PixelFormat:
    RGB565 = 0
    GRAYSCALE = 3
    JPEG = 4


class GrabMode:
    WHEN_EMPTY = 0
    LATEST = 1


_SIZES = {1: (160, 120), 6: (320, 240), 10: (640, 480), 11: (800, 600)}
_ENOENT = 2


class Camera:
    def __init__(
        self, *, data_pins, pclk_pin, vsync_pin, href_pin, sda_pin, scl_pin, xclk_pin, xclk_freq=20000000,
        powerdown_pin=-1, reset_pin=-1, pixel_format=0, frame_size=1, fb_count=2, grab_mode=1
    ):  # fmt: skip
        pins = list(data_pins) + [pclk_pin, vsync_pin, href_pin, sda_pin, scl_pin, xclk_pin]
        if len(data_pins) != 8 or len(set(pins)) != 14:
            raise ValueError("pins")
        if sensor.owner is not None:
            sensor.owner.deinit()
        sensor.starts += 1
        self._lives = False
        self._held = False
        self._flips = [False, False]
        if sensor.bad_starts:
            sensor.bad_starts -= 1
            raise sensor.start_error
        self._format = pixel_format
        self._size = _SIZES[frame_size]
        self._lives = True
        self.fb_count = fb_count
        sensor.owner = self
        sensor.dead = False
        sensor.memory = array.array("b", bytes(self._size[0] * self._size[1]))

    def _alive(self):
        if not self._lives:
            raise OSError(_ENOENT)

    def _overwrite(self):
        if self._held:
            view = memoryview(sensor.memory)
            junk = array.array("b", b"\x55" * 1024)
            for at in range(0, len(view), 1024):
                view[at : at + 1024] = memoryview(junk)[: len(view[at : at + 1024])]
        self._held = False

    def frame_available(self):
        self._alive()
        if sensor.busy:
            sensor.busy -= 1
            return False
        return not self._held and not sensor.dead

    def capture(self):
        self._alive()
        self._overwrite()
        if sensor.dead:
            return None
        if sensor.failures:
            sensor.failures -= 1
            return None
        view = memoryview(sensor.memory)
        scene = array.array("b", sensor.scene or bytes(len(view)))
        view[:] = memoryview(scene)
        self._held = True
        return view

    def free_buffer(self):
        self._alive()
        self._overwrite()
        sensor.freed += 1

    def deinit(self):
        if sensor.stuck:
            sensor.stuck = False
            raise OSError("Invalid state")
        self._overwrite()
        self._lives = False
        if sensor.owner is self:
            sensor.owner = None

    def reconfigure(self, frame_size=None, pixel_format=None, grab_mode=None, fb_count=None):
        self._alive()
        self._overwrite()

    @property
    def frame_size(self):
        self._alive()
        return self._size

    @frame_size.setter
    def frame_size(self, value):
        self._alive()
        if self._format != PixelFormat.JPEG:
            raise ValueError("use reconfigure")

    @property
    def hmirror(self):
        self._alive()
        return self._flips[0]

    @hmirror.setter
    def hmirror(self, value):
        self._alive()
        if not sensor.turns:
            raise ValueError("No attribute hmirror")
        self._flips[0] = value

    @property
    def vflip(self):
        self._alive()
        return self._flips[1]

    @vflip.setter
    def vflip(self, value):
        self._alive()
        self._flips[1] = value


class Panel:
    """An ST7789 at the far end of the bus: takes what is meant for it while it is selected and awake."""

    def __init__(self):
        self.memory = bytearray(240 * 320 * 2)
        self.awake = self.on = self.inverted = False
        self.depth = self.turn = None
        self.wrong = []
        self._code = None
        self._data = bytearray()
        self._at = 0

    def take(self, data):
        if pins[45].value():
            return  # not selected
        if not pins[42].value():
            self._begin(data[0])
            return
        if self._code == 0x2C:
            self.memory[self._at : self._at + len(data)] = data
            self._at += len(data)
            return
        self._data.extend(data)
        if self._code == 0x3A:
            self.depth = data[0]
        elif self._code == 0x36:
            self.turn = data[0]
        elif self._code == 0x2A and len(self._data) == 4:
            self.columns = bytes(self._data)
        elif self._code == 0x2B and len(self._data) == 4:
            self.rows = bytes(self._data)

    def _begin(self, code):
        self._code = code
        self._data = bytearray()
        self._at = 0
        if code == 0x01:
            self.awake = self.on = self.inverted = False
        elif code == 0x11:
            self.awake = True
        elif not self.awake:
            self.wrong.append(code)
        if code == 0x21:
            self.inverted = True
        elif code == 0x29:
            self.on = True


class Pin:
    IN = 0
    OUT = 1
    PULL_UP = 2

    def __init__(self, number, mode=-1, pull=-1, value=None):
        self.number = number
        kept = pins.get(number)
        self._value = kept._value if kept else 1 if mode == Pin.IN else 0
        if value is not None:
            self._value = value
        self.mode = mode
        pins[number] = self

    def value(self, value=None):
        if value is None:
            return pins[self.number]._value
        pins[self.number]._value = value
        return None


class SPI:
    def __init__(self, number, baudrate=0, sck=None, mosi=None, miso=None):
        if (sck.number, mosi.number) != (39, 38):
            raise ValueError("pins")

    def write(self, data):
        panel.take(bytes(data))


class Chip:
    """Registers on I2C. `asleep`: does not answer."""

    def __init__(self, registers):
        self.registers = bytearray(registers)
        self.asleep = False
        self.written = []


class I2C:
    def __init__(self, number, scl=None, sda=None, freq=400000):
        if (scl.number, sda.number) != (47, 48):
            raise ValueError("pins")

    def scan(self):
        return [address for address in chips if not chips[address].asleep]

    def readfrom_mem(self, address, register, count):
        return bytes(self._chip(address).registers[register : register + count])

    def readfrom_mem_into(self, address, register, buffer):
        buffer[:] = self.readfrom_mem(address, register, len(buffer))

    def writeto_mem(self, address, register, data):
        chip = self._chip(address)
        chip.registers[register : register + len(data)] = data
        chip.written.append(register)

    def _chip(self, address):
        if address not in chips or chips[address].asleep:
            raise OSError(19)
        return chips[address]


class PWM:
    heard = []

    def __init__(self, pin, freq=0, duty_u16=0):
        self._now = [freq, duty_u16]

    def freq(self, value):
        self._now[0] = value

    def duty_u16(self, value):
        self._now[1] = value
        PWM.heard.append(tuple(self._now))


class Timer:
    ONE_SHOT = 0
    waiting = None

    def __init__(self, number):
        pass

    def init(self, mode, period, callback):
        Timer.waiting = (period, callback)

    def deinit(self):
        Timer.waiting = None


class WDT:
    """Cannot be stopped; another one gives the same a new time."""

    times = []
    fed = 0

    def __init__(self, id=0, timeout=5000):
        WDT.times.append(timeout)

    def feed(self):
        WDT.fed += 1


class ADC:
    ATTN_11DB = 3
    microvolts = 1300000

    def __init__(self, pin, atten=0):
        if pin.number != 5 or atten != ADC.ATTN_11DB:
            raise ValueError("the battery is measured at pin 5, up to 3.1 V")

    def read_uv(self):
        return ADC.microvolts


class Partition:
    """A flash partition in memory: 4096-byte blocks, erased by ioctl 6, and written only from ones to zeros."""

    TYPE_DATA = 1
    image = None

    @staticmethod
    def find(kind, label=None):
        return (
            [Partition()] if kind == Partition.TYPE_DATA and label == "gatepost" and Partition.image else []
        )

    def readblocks(self, block, buffer, offset=0):
        at = block * 4096 + offset
        buffer[:] = memoryview(Partition.image)[at : at + len(buffer)]

    def writeblocks(self, block, buffer, offset=0):
        at = block * 4096 + offset
        for i in range(len(buffer)):
            if buffer[i] & ~Partition.image[at + i]:
                raise OSError(5)
            Partition.image[at + i] = buffer[i]

    def ioctl(self, operation, argument):
        if operation == 4:
            return len(Partition.image) // 4096
        if operation == 5:
            return 4096
        if operation == 6:
            Partition.image[argument * 4096 : (argument + 1) * 4096] = b"\xff" * 4096
        return 0


class UsbPort:
    """Stands in for standard input and output, which tests have their own use for."""

    def __init__(self):
        self.waits = []

    def readinto(self, buffer):
        return None

    def write(self, data):
        return len(data)

    def wait(self, milliseconds):
        self.waits.append(milliseconds)
        return False


class Module:
    pass


def module(*things):
    made = Module()
    for thing in things:
        setattr(made, thing.__name__, thing)
    return made


_FAKED = {
    "camera": module(Camera, FrameSize, GrabMode, PixelFormat),
    "machine": module(ADC, I2C, PWM, SPI, Pin, Timer, WDT),
    "esp32": module(Partition),
    "scanner.boards.usb_port": module(UsbPort),
}
pins = {}
chips = {}
panel = None
_kept = {}


def install():
    """Put the fakes in the place of the modules, as if the board had just been switched on."""
    global panel, sensor
    panel = Panel()
    sensor = Sensor()
    pins.clear()
    chips.clear()
    chips[0x15] = Chip(bytes(256))
    PWM.heard = []
    WDT.times = []
    WDT.fed = 0
    Timer.waiting = None
    for name in _FAKED:
        if name in sys.modules and name not in _kept:
            _kept[name] = sys.modules[name]
        sys.modules[name] = _FAKED[name]


def remove():
    """Give the interpreter back as it was."""
    for name in list(sys.modules):
        if name in _FAKED or name.startswith("scanner.boards."):
            del sys.modules[name]
    for name in _kept:
        sys.modules[name] = _kept[name]
