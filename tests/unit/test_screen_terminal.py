"""The screen in a terminal, with colour and without."""

import re

import pytest
from gatepost.sim.terminal import box, render, wants_colour
from PIL import Image


def half_red_half_blue():
    image = Image.new("RGB", (8, 8), (255, 0, 0))
    image.paste((0, 0, 255), (0, 4, 8, 8))
    return image


def test_two_pixels_a_character():
    lines = render(half_red_half_blue(), 8, colour=True).split("\n")
    assert len(lines) == 4
    assert lines[0] == "\x1b[38;2;255;0;0;48;2;255;0;0m" + "▀" * 8 + "\x1b[0m"
    assert lines[3] == "\x1b[38;2;0;0;255;48;2;0;0;255m" + "▀" * 8 + "\x1b[0m"


@pytest.mark.parametrize("columns", [-1, 0, 1, 4, 7, 8, 80, 1000])
def test_never_wider_than_asked_nor_than_the_picture(columns):
    for line in render(half_red_half_blue(), columns, colour=True).split("\n"):
        assert len(re.sub(r"\x1b\[[0-9;]*m", "", line)) == min(8, max(4, columns))
        assert line.endswith("\x1b[0m")


def test_a_screens_shape_is_kept():
    assert len(render(Image.new("RGB", (320, 240)), 80, colour=True).split("\n")) == 30
    assert len(render(Image.new("RGB", (240, 320)), 60, colour=True).split("\n")) == 40


def test_a_change_of_colour_within_a_line():
    image = half_red_half_blue()
    image.putpixel((5, 0), (0, 255, 0))
    assert render(image, 8, colour=True).split("\n")[0].count("\x1b[38") == 3


def test_without_colour_the_words_stand_in_a_box():
    said = ["PASS", "Genuine and valid.", "Żółć"]
    text = render(half_red_half_blue(), 40, said=said, colour=False)
    assert text.split("\n") == [
        "+--------------------+",
        "| PASS               |",
        "| Genuine and valid. |",
        "| Żółć               |",
        "+--------------------+",
    ]


def test_a_hostile_name_cannot_steer_the_terminal():
    text = box(["A\x1b[2Jb\x07\u202e\n\r"])
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202e]", text)


def test_long_strings_are_wrapped():
    assert max(map(len, box(["word " * 50, "x" * 300], 30).split("\n"))) <= 30
    assert box([], 30) == "+--+\n+--+"


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({}, True),
        ({"TERM": "xterm-256color"}, True),
        ({"NO_COLOR": "1"}, False),
        ({"NO_COLOR": ""}, True),
        ({"TERM": "dumb"}, False),
    ],
)
def test_the_environment_decides(environment, wanted, monkeypatch):
    assert wants_colour(environment) is wanted
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert ("\x1b" in render(half_red_half_blue(), 8, said=["x"])) is wanted
