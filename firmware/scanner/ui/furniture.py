# What several screens have in common: the banner of a test environment, the countdown, the action to take.

from micropython import const

from scanner.ui import colours
from scanner.ui.text import balanced

BAR = const(6)  # height of the countdown bar in pixels

_MARGIN = const(10)
_STRIPE = const(12)

_ENVIRONMENTS = {
    "DEMO": "DEMO – NOT A REAL CHECK",
    "UAT": "UAT – TEST LIST, NOT FOR USE",
    "DEV": "DEV – TEST LIST, NOT FOR USE",
}


def banner(canvas, environment):
    """A striped band at the top unless the environment is the real one; returns the y below it."""
    if environment == "PROD":
        return 0
    text, font = _banner(canvas, environment)
    height = font.height + 2
    canvas.box(0, 0, canvas.width, height, colours.BANNER)
    half = (canvas.width - font.width(text)) // 2 - 4
    for x in range(0 - height, half, _STRIPE):
        _stripe(canvas, x, 0, half, height)
        _stripe(canvas, canvas.width - half + x + height, canvas.width - half, canvas.width, height)
    canvas.centred(font, text, 1, colours.WHITE, colours.BANNER)
    return height


def room(canvas, environment):
    """The height that the banner takes."""
    return 0 if environment == "PROD" else _banner(canvas, environment)[1].height + 2


def _banner(canvas, environment):
    # (text, font)
    text = _ENVIRONMENTS.get(environment) or environment + " – NOT FOR USE"
    narrow = canvas.medium.width(text) > canvas.width - 2 * _STRIPE
    return text, canvas.small if narrow else canvas.medium


def _stripe(canvas, x, left, right, height):
    # A slanted stripe, row by row, cut off at the room it has.
    for y in range(height):
        start = max(left, x + height - y)
        end = min(right, x + height - y + _STRIPE // 2)
        if end > start:
            canvas.frame.hline(start, y, end - start, colours.BANNER_STRIPE)


def countdown(canvas, left, total, ink, paper):
    """The bar at the bottom that shrinks until the screen clears itself; nothing where nothing is counted."""
    if total <= 0:
        return
    y = canvas.height - BAR
    canvas.box(0, y, canvas.width, BAR, colours.mix(paper, ink, 1))
    canvas.box(0, y, canvas.width * min(max(left, 0), total) // total, BAR, ink)


def action_lines(canvas, text, width, most):
    """(font, lines) of what to do next: medium if it takes no more than `most` lines, else small."""
    width -= canvas.icons.size(">")[0] + 6
    lines = balanced(canvas.medium, text, width)
    if len(lines) <= most:
        return canvas.medium, lines
    return canvas.small, balanced(canvas.small, text, width)


def action(canvas, font, lines, x, y, ink, paper):
    """Draw what `action_lines` returned behind an arrow; returns the y below."""
    size = canvas.icons.size(">")[0]
    canvas.icon(">", x, y + (font.height - size) // 2 + 1, ink, paper)
    return canvas.paragraph(font, lines, x + size + 6, y, ink, paper)
