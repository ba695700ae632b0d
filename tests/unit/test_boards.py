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
