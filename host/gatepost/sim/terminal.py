"""The scanner's screen in a terminal: two pixels a character by half blocks and 24-bit colour.

Where colour is unwanted (NO_COLOR, see no-color.org; a dumb terminal; a pipe) half blocks would show nothing that
can be read: then the strings that the screen says stand in a box instead.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from textwrap import wrap

from PIL import Image

_UPPER_HALF = "\N{UPPER HALF BLOCK}"
_RESET = "\x1b[0m"
_NARROWEST = 4


def wants_colour(environment: Mapping[str, str] | None = None) -> bool:
    """False where the environment asks for no colour or the terminal has none."""
    environment = os.environ if environment is None else environment
    return not environment.get("NO_COLOR") and environment.get("TERM", "") != "dumb"


def render(
    image: Image.Image, columns: int = 80, *, said: Sequence[str] = (), colour: bool | None = None
) -> str:
    """The picture as lines of at most `columns` characters, without a final newline.

    `said`: what the screen says, for the form without colour. `colour`: None asks the environment.
    """
    columns = max(_NARROWEST, columns)
    if wants_colour() if colour is None else colour:
        return _half_blocks(image.convert("RGB"), min(columns, image.width))
    return box(said, columns)


def box(said: Sequence[str], columns: int = 80) -> str:
    """Lines of text in a frame: the screen without its colours."""
    inner = max(1, columns - _NARROWEST)
    lines = [line for text in said for line in (wrap(_printable(text), inner) or [""])]
    width = max(map(len, lines), default=0)
    edge = "+" + "-" * (width + 2) + "+"
    return "\n".join([edge, *(f"| {line:{width}} |" for line in lines), edge])


def _printable(text: str) -> str:
    # A holder's name comes from outside: no escape sequence of it may reach the terminal.
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _half_blocks(image: Image.Image, columns: int) -> str:
    rows = max(1, round(image.height * columns / image.width / 2))
    small = image.resize((columns, rows * 2), Image.Resampling.BOX)
    data = small.tobytes()
    lines = []
    for row in range(rows):
        upper = data[row * 2 * columns * 3 : (row * 2 + 1) * columns * 3]
        lower = data[(row * 2 + 1) * columns * 3 : (row * 2 + 2) * columns * 3]
        line, last = [], None
        for at in range(0, columns * 3, 3):
            colours = upper[at : at + 3], lower[at : at + 3]
            if colours != last:
                (r, g, b), (r2, g2, b2) = colours
                line.append(f"\x1b[38;2;{r};{g};{b};48;2;{r2};{g2};{b2}m")
                last = colours
            line.append(_UPPER_HALF)
        lines.append("".join(line) + _RESET)
    return "\n".join(lines)
