"""Board files: each is complete, named as its file, and possible."""

import pytest
from gatepost import boards
from gatepost.errors import GatepostError


@pytest.mark.parametrize("name", boards.names())
def test_a_board_file_is_complete(name):
    board = boards.load(name)
    assert board.name == name
    assert board.status in {"default", "written", "described"}
    assert sorted(board.screen) == [240, 320]
    assert board.filesystem_size % board.flash_block == 0


def test_the_virtual_board_is_the_default():
    assert boards.load("virtual").status == "default"


def test_an_unknown_board_is_named_with_the_known_ones():
    with pytest.raises(GatepostError, match="virtual"):
        boards.load("../secrets")


def test_what_is_shown_after_a_press_waits_for_the_press(mp):
    """The virtual board's computer presses, then shows: both may arrive in one turn, after the button was asked."""
    assert mp.run(
        """
from scanner.boards.virtual import Button, Camera
button = Button()
camera = Camera((8, 8), lambda: None, button)
camera._size = (8, 8)
camera.waiting = True
button.press()
first = camera.frame()
pressed = button.pressed()
second = camera.frame()
result = (first, pressed, second[1:], camera.frame())
""",
        "virtual",
    ) == (None, True, (8, 8), None)
