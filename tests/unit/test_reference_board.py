"""The reference board's drivers against fakes of its parts: every trap of the camera, the panel's protocol, the clock
chips, the buzzer; and a whole scan from the sensor's signed bytes to the panel's memory. No hardware took part."""

from __future__ import annotations

import os
import pty
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from gatepost.trust.image import build_image, pack_image
from harness.certificates import NOW
from harness.interpreter import FIRMWARE, DeviceError
from harness.travellers import AUTHORITY, BUNDLE, GOOD, POLICY
from PIL import Image

FAKES = Path(__file__).with_name("esp32_fakes.py").read_text()
SPACE = "reference board"
VGA = 640 * 480


@pytest.fixture
def board(mp):
    """A function that runs source among the fakes, the board just switched on."""
    mp.run(FAKES + "\ninstall()\n", space=SPACE)
    yield lambda source, **names: mp.run(source, space=SPACE, **names)
    mp.run("remove()\nimport gc\nbuilt = app = camera = None\ngc.collect()", space=SPACE)


def camera(turned: bool = False) -> str:
    return f"""
from scanner.boards.esp_camera import Camera as Ours
pins_of = dict(data_pins=[12, 13, 15, 11, 14, 10, 7, 2], xclk_pin=8, pclk_pin=9, vsync_pin=6, href_pin=4, sda_pin=21,
               scl_pin=16, powerdown_pin=17, reset_pin=-1)
sensor.scene = bytes(i & 255 for i in range(1024)) * 300
camera = Ours(pins_of, {turned})
"""


def test_the_camera_s_signed_bytes_become_grey(board):
    result = board(
        camera()
        + "view, width, height = camera.frame()\n"
        + "result = [width, height, len(view), list(view[126:130]), bytes(view) == sensor.scene]"
    )
    assert result == [640, 480, VGA, [126, 127, 128, 129], True]


def test_the_camera_never_waits_for_a_picture(board):
    assert board(
        camera() + "sensor.busy = 2\nresult = [camera.frame() is None for _ in range(3)]"
    ) == [True, True, False]  # fmt: skip


def test_a_failed_capture_is_no_picture_and_the_next_one_is(board):
    assert board(
        camera() + "sensor.failures = 1\nresult = [camera.frame() is None for _ in range(2)]"
    ) == [True, False]  # fmt: skip


def test_a_picture_is_given_back_before_the_next_one(board):
    # The fake has one buffer and finds no picture while it is held, as the driver does.
    assert board(
        camera() + "result = [camera.frame() is not None for _ in range(5)] + [sensor.freed]"
    ) == [True] * 5 + [4]  # fmt: skip


def test_a_view_dies_at_the_next_picture(board):
    assert board(
        camera()
        + "view = camera.frame()[0]\nbefore = view[3]\nsensor.scene = bytes(307200)\ncamera.frame()\n"
        + "result = [before, view[3]]"
    ) == [3, 0]


def test_forget_wipes_the_driver_s_memory(board):
    assert board(
        camera()
        + "camera.frame()\ncamera._driver._overwrite = lambda: None\ncamera.forget()\n"
        + "result = [sum(sensor.memory), camera._held is None]"
    ) == [0, True]


def test_forget_without_a_picture(board):
    assert board(camera() + "camera.forget()\nresult = camera.frame() is not None")


@pytest.mark.parametrize("failures", [1, 2])
def test_a_start_that_fails_on_its_first_picture_is_tried_again(board, failures):
    start = f"sensor.bad_starts = {failures}\n"
    assert board(start + camera() + "result = [sensor.starts, camera.frame() is not None]") == [
        failures + 1,
        True,
    ]


@pytest.mark.parametrize(
    "error", ["MemoryError('Out of memory')", "ValueError('Invalid argument')", "OSError(116)"]
)
def test_a_start_may_fail_in_any_way_the_driver_knows(board, error):
    start = f"sensor.bad_starts = 2\nsensor.start_error = {error}\n"
    assert board(start + camera() + "result = [sensor.starts, camera.frame() is not None]") == [3, True]


def test_a_sensor_that_cannot_turn_its_picture_is_used_as_it_is(board):
    # Codes are read at any angle; which way up a picture is matters to nobody.
    assert board("sensor.turns = False\n" + camera(turned=True) + "result = camera.frame() is not None")


def test_a_driver_that_cannot_be_ended_is_replaced(board):
    source = """
sensor.dead = sensor.stuck = True
camera._heard -= 6000
lost = camera.frame()
result = [lost, camera.restarts, camera.frame() is not None]
"""
    assert board(camera() + source) == [None, 1, True]


def test_a_sensor_that_fell_silent_is_started_again(board):
    source = """
import scanner.boards.esp_camera as file
sensor.dead = True
first = camera.frame()
told = [camera.lost]
camera._heard -= 6000
lost = camera.frame()
told.append(camera.lost)
result = [first, lost, camera.restarts, camera.frame() is not None, told + [camera.lost]]
"""
    assert board(camera() + source) == [None, None, 1, True, [False, True, False]]


def test_a_camera_that_is_not_there_is_looked_for_again(board):
    source = """
missing = camera.frame(), camera.lost
sensor.bad_starts = 0
camera._heard -= 6000
camera.frame()
result = [missing, camera.frame() is not None, camera.lost]
"""
    assert board("sensor.bad_starts = 9\n" + camera() + source) == [(None, True), True, False]


def test_an_upside_down_camera_turns_its_picture(board):
    flips = "result = [camera._driver.hmirror, camera._driver.vflip]"
    assert board(camera(turned=True) + flips) == [True, True]
    assert board(camera() + flips) == [False, False]


def test_a_turned_camera_stays_turned_after_a_new_start(board):
    source = "sensor.dead = True\ncamera._heard -= 6000\ncamera.frame()\nresult = camera._driver.hmirror"
    assert board(camera(turned=True) + source)


def test_a_picture_of_another_size_is_none(board):
    source = (
        "import array\nsensor.memory = array.array('b', bytes(320 * 240))\nsensor.scene = bytes(320 * 240)\n"
    )
    assert board(camera() + source + "result = camera.frame()") is None


PANEL = """
from scanner.boards.st7789 import Display
display = Display(SPI(1, sck=Pin(39), mosi=Pin(38)), Pin(42, 1), Pin(45, 1, value=1), Pin(1, 1, value=0), 240, 320)
"""


def test_the_panel_wakes_in_order_and_shows_its_light_last(board):
    result = board(
        PANEL
        + "result = [panel.awake, panel.on, panel.inverted, panel.depth, panel.turn, panel.wrong, pins[1].value(), "
        + "sum(panel.memory)]"
    )
    assert result == [True, True, True, 0x55, 0, [], 1, 0]


def test_the_panel_gets_each_pixel_with_its_high_byte_first(board):
    shown = board(
        PANEL
        + "import framebuf\nframe = framebuf.FrameBuffer(display.buffer, 240, 320, framebuf.RGB565)\n"
        + "frame.fill(0x1234)\nframe.pixel(239, 319, 0xF800)\nframe.pixel(0, 1, 0x07E0)\ndisplay.show()\n"
        + "result = [bytes(panel.memory), panel.columns, panel.rows, pins[45].value()]"
    )
    memory, columns, rows, selected = shown
    assert memory[:2] == b"\x12\x34"
    assert memory[480:482] == b"\x07\xe0"
    assert memory[-2:] == b"\xf8\x00"
    assert memory.count(b"\x12\x34") == 240 * 320 - 2
    assert (columns, rows) == (bytes([0, 0, 0, 239]), bytes([0, 0, 1, 63]))
    assert selected == 1


MOMENTS = [
    NOW,
    int(datetime(2021, 1, 1, tzinfo=UTC).timestamp()),
    int(datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC).timestamp()),
    int(datetime(2024, 3, 1, tzinfo=UTC).timestamp()),
    int(datetime(2099, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp()),
]


def bcd(value: int) -> int:
    return value // 10 << 4 | value % 10


def registers(chip: int, when: int) -> bytes:
    """What the data sheet says the chip holds at that moment."""
    at = datetime.fromtimestamp(when, UTC)
    time_of_day = [bcd(at.second), bcd(at.minute), bcd(at.hour)]
    if chip == 0x68:
        rest = [at.isoweekday(), bcd(at.day), bcd(at.month), bcd(at.year - 2000)]
        return bytes(time_of_day + rest) + bytes(12)
    return bytes(
        [0, 0, *time_of_day, bcd(at.day), at.isoweekday() % 7, bcd(at.month), bcd(at.year - 2000)]
    ) + bytes(8)


CLOCK = """
from scanner.boards import clock_chips
from scanner.boards.board_clock import Clock
bus = I2C(0, scl=Pin(47), sda=Pin(48))
"""


@pytest.mark.parametrize("chip", [0x68, 0x51])
@pytest.mark.parametrize("when", MOMENTS)
def test_a_clock_chip_is_read_and_set(board, chip, when):
    read, trusted, again, held = board(
        CLOCK
        + "chips[address] = Chip(held)\nclock = Clock(clock_chips.find(bus))\n"
        + "read, trusted = clock.now(), clock.trusted\n"
        + "clock.adjust(when + 86400 * 100 if when < 4000000000 else when)\n"
        + "result = [read, trusted, Clock(clock_chips.find(bus)).now(), bytes(chips[address].registers)]",
        address=chip,
        held=registers(chip, when),
        when=when,
    )
    later = when + 86400 * 100 if when < 4_000_000_000 else when
    assert (read, trusted) == (when, True)
    assert again == later
    skipped = {3} if chip == 0x68 else {6}  # the weekday, which nobody reads
    expected = registers(chip, later)
    assert all(held[at] == expected[at] for at in range(9) if at not in skipped)


@pytest.mark.parametrize(
    ("chip", "at", "value"),
    [
        (0x68, 0x0F, 0x80),
        (0x51, 0x02, 0x80),
        (0x68, 5, 0x13),
        (0x68, 4, 0x00),
        (0x51, 3, 0x7A),
        (0x68, 2, 0x3A),
    ],
    ids=["DS3231 stopped", "PCF8563 stopped", "month 13", "day 0", "no decimal", "no hour"],
)
def test_a_chip_that_lost_the_time_is_not_believed_until_it_is_set(board, chip, at, value):
    held = bytearray(registers(chip, NOW))
    held[at] = value
    before, after, now, stopped = board(
        CLOCK
        + "chips[address] = Chip(held)\nclock = Clock(clock_chips.find(bus))\nbefore = clock.trusted\n"
        + "clock.adjust(when)\nagain = Clock(clock_chips.find(bus))\n"
        + "flags = chips[address].registers[0x0F if address == 0x68 else 2]\n"
        + "result = [before, again.trusted, again.now(), flags & 0x80]",
        address=chip, held=bytes(held), when=NOW,
    )  # fmt: skip
    assert (before, after, now, stopped) == (False, True, NOW, 0)


def test_without_a_chip_or_with_a_dead_one_nobody_vouches_for_the_time(board):
    assert board(CLOCK + "result = [Clock(None).trusted, clock_chips.find(bus)]") == [False, None]
    source = "chip = clock_chips.Ds3231(bus)\nresult = Clock(chip).trusted"
    assert board(CLOCK + source) is False


def test_the_clock_counts_on(board):
    assert board(
        CLOCK + "clock = Clock(None)\nclock.adjust(when)\nclock._ticks -= 2500\nfirst = clock.now()\n"
        "clock._ticks -= 600\nresult = [first, clock.now()]",
        when=NOW,
    ) == [NOW + 2, NOW + 3]  # fmt: skip


TOUCH = """
from scanner.boards.cst816 import Touch
touch = Touch(I2C(0, scl=Pin(47), sda=Pin(48)))
chip = chips[0x15]
"""


def test_a_finger_on_the_glass(board):
    source = """
seen = []
for fingers in (0, 1, 255, 0):
    chip.registers[2] = fingers
    seen.append(touch.touched())
result = seen + [chip.registers[0xFE]]
"""
    assert board(TOUCH + source) == [False, True, False, False, 1]


def test_a_touch_chip_that_sleeps_is_silent_and_told_to_stay_awake_when_it_wakes(board):
    source = """
chip.registers[2] = 1
touch.touched()
chip.asleep = True
chip.written.clear()
asleep = touch.touched()
chip.asleep = False
result = [asleep, touch.touched(), chip.written]
"""
    assert board(TOUCH + source) == [False, True, [0xFE]]


def test_the_buzzer_plays_while_the_program_goes_on(board):
    source = """
from scanner.boards.buzzer import Buzzer
buzzer = Buzzer(Pin(18, 1, value=0))
buzzer.play(((880, 60), (0, 50), (440, 450)))
waits = []
while Timer.waiting:
    period, callback = Timer.waiting
    Timer.waiting = None
    waits.append(period)
    callback(None)
result = [PWM.heard, waits]
"""
    assert board(source) == [[(880, 32768), (880, 0), (440, 32768), (440, 0)], [60, 50, 450]]


START = """
import gc, vfs
from scanner import load
Partition.image = bytearray(image)
chips[0x68] = Chip(clock)
from scanner.boards.waveshare_touch_lcd_2 import Board
built = Board()
"""
STOP = "\nvfs.umount('/flash')\nPartition.image = None\n"


@pytest.fixture(scope="module")
def image():
    return build_image(BUNDLE, AUTHORITY.public_key(), 64 * 4096, {"name": b"gate-7"}, POLICY)


def test_the_whole_board_judges_a_certificate(board, image):
    scene = Image.new("L", (640, 480), 255)
    scene.paste(GOOD.resize((460, 460), Image.Resampling.NEAREST), (90, 10))
    source = """
load.vision()
from scanner.boards import find
from scanner.vision.decoder import Decoder
decoder = find.with_buffers(built, Decoder)
load.rest()
from scanner.app import App
app = App(built, decoder)
sensor.scene = scene
for _ in range(4):
    app.step()
code = app._shown.code if app._shown else None
said = list(app.screen.said)
picture = bytes(panel.memory)
clock = [built.clock.now(), built.clock.trusted]
app.clear()
flash = [built.storage.root, built.storage.free() > 0]
result = [code, said, picture == bytes(panel.memory), clock, PWM.heard[:1], flash, built.last_fault]
"""
    code, said, unchanged, clock, heard, flash, fault = board(
        START + source + STOP, image=image, clock=registers(0x68, NOW), scene=scene.tobytes()
    )
    assert fault == ""
    assert code == "ok"
    assert any("Lindqvist" in line for line in said)
    assert not unchanged
    assert clock[1]
    assert clock[0] - NOW in range(10)  # it runs
    assert heard == [(1760, 32768)]
    assert flash == ["/flash", True]


WATCHED = """
load.vision()
from scanner.vision.decoder import Decoder
from scanner.boards import find
decoder = find.with_buffers(built, Decoder)
load.rest()
from scanner.app import App
app = App(built, decoder)
sensor.scene = bytes(307200)
before = WDT.times[:], WDT.fed
for _ in range(3):
    app.step()
result = before, WDT.times, WDT.fed
app.upkeep.shut()
"""


def test_the_loop_feeds_the_watchdog_of_a_scanner_that_is_somebodys(board, image):
    assert board(START + WATCHED + STOP, image=image, clock=registers(0x68, NOW)) == (([], 0), [60000], 3)


def test_a_blank_scanner_has_none_because_nobody_could_stop_it_at_the_prompt(board):
    blank = pack_image({"name": b"x"}, 64 * 4096)
    assert board(START + WATCHED + STOP, image=blank, clock=registers(0x68, NOW)) == (([], 0), [], 0)


def test_the_watchdog_guards_the_start_before_a_pushed_firmware_is_loaded(board, image):
    source = "from scanner.boards import waveshare_touch_lcd_2 as driver\ndriver.guard()\nresult = WDT.times, WDT.fed"
    assert board(START + source + STOP, image=image, clock=registers(0x68, NOW)) == ([120000], 0)


def test_main_starts_it_unless_the_flash_says_that_the_scanner_is_blank():
    """The order counts: the flash is mounted first, the pushed firmware loaded last."""
    source = (FIRMWARE / "main.py").read_text()
    steps = [
        source.index(words)
        for words in ("find.flash(", "if not may_prompt():\n        find.guard()", "slots.enter(")
    ]
    assert steps == sorted(steps)


def test_the_glass_and_the_key_are_one_button(board, image):
    source = """
from time import sleep_ms
def ask():
    sleep_ms(45)
    return built.button.pressed()
seen = [ask()]
chips[0x15].registers[2] = 1
seen += [ask(), ask()]
pins[0].value(0)
chips[0x15].registers[2] = 0
seen += [ask()]
pins[0].value(1)
seen += [ask()]
pins[0].value(0)
seen += [ask(), built.button.pressed()]
result = seen
"""
    assert board(START + source + STOP, image=image, clock=registers(0x68, NOW)) == [
        False, True, False, False, False, True, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("microvolts", "percent"), [(1383334, 100), (1100000, 0), (1500000, 100), (1241667, 50)]
)
def test_the_battery_s_charge(board, image, microvolts, percent):
    source = f"ADC.microvolts = {microvolts}\nresult = built.battery()"
    assert board(START + source + STOP, image=image, clock=registers(0x68, NOW)) == percent


def test_a_board_without_its_partition_says_so(board):
    with pytest.raises(DeviceError, match="no partition gatepost"):
        board("from scanner.boards.esp_flash import Storage\nStorage()")


def test_a_board_is_known_by_the_file_that_names_its_driver(mp, board, tmp_path):
    named = tmp_path / "board"
    named.write_text("waveshare_touch_lcd_2\n")
    assert board(f"from scanner.boards import find\nresult = find.driver({str(named)!r}).Board.name") == (
        "waveshare-esp32-s3-touch-lcd-2"
    )
    for wrong in ("no_such_board", "", "../secrets"):
        named.write_text(wrong)
        with pytest.raises(DeviceError, match="no driver for board"):
            board(f"from scanner.boards import find\nresult = find.driver({str(named)!r})")
    with pytest.raises(DeviceError, match="no driver for board"):
        board("from scanner.boards import find\nresult = find.driver('/nowhere/board')")


def test_a_host_that_does_not_read_is_left_alone_for_a_while(mp):
    source = """
from time import ticks_diff, ticks_ms
from scanner.boards.usb_port import UsbPort

class Pipe:
    taken = 10
    asked = 0
    def write(self, data):
        self.asked += 1
        return min(self.taken, len(data))

port = UsbPort()
port._out = pipe = Pipe()
said = [port.write(bytes(100)), port.write(bytes(100)), pipe.asked]
started = ticks_ms()
port.wait(30)
said += [ticks_diff(ticks_ms(), started) >= 30]
port._stuck -= 1000
pipe.taken = 64
said += [port.write(bytes(100)), port.write(bytes(20)), pipe.asked]
pipe.taken = None
pipe.write = lambda data: None
said += [port.write(bytes(100)), port._stuck is None]
result = said
"""
    assert mp.run(source, space="usb port") == [10, None, 1, True, 64, 20, 3, None, False]


ECHO = """
import micropython
micropython.kbd_intr(-1)
from scanner.boards.usb_port import UsbPort
port = UsbPort()
chunk = memoryview(bytearray(100))
while True:
    count = port.readinto(chunk)
    if not count:
        port.wait(100)
        continue
    left = chunk[:count]
    while len(left):
        left = left[port.write(left) or 0:]
"""


def test_the_console_carries_every_byte(mp):
    """On a pseudo-terminal in raw mode, as the USB console is: all 256 bytes, 0x03 among them."""
    import tty

    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    process = subprocess.Popen(
        [*mp.command, "-c", ECHO], stdin=theirs, stdout=theirs, start_new_session=True,
        env={**os.environ, "MICROPYPATH": str(FIRMWARE)},
    )  # fmt: skip
    try:
        sent = bytes(range(256)) * 4
        os.write(ours, sent)
        received = b""
        os.set_blocking(ours, False)
        deadline = time.monotonic() + 10
        while len(received) < len(sent) and time.monotonic() < deadline:
            try:
                received += os.read(ours, 4096)
            except BlockingIOError:
                time.sleep(0.01)
        assert received == sent
    finally:
        process.kill()
        process.wait()
        os.close(ours)
        os.close(theirs)
