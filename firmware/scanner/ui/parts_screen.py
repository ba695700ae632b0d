# A card in several codes, half read: which of them are there, which are missing, and how long they are remembered.
#
# Neither good nor bad, so it has the colours of waiting: amber would say that something is wrong.

from micropython import const

from scanner.ui import colours, furniture
from scanner.ui.text import balanced

_MARGIN = const(10)
_BOX = const(34)
_GAP = const(8)


def draw(canvas, view):
    """Draw the whole screen of a VerdictView with `progress`: a bool for each code of the card."""
    paper = colours.NIGHT
    canvas.fill(paper)
    top = furniture.banner(canvas, view.environment)
    have = sum(view.progress)
    large = canvas.large
    lines = balanced(canvas.medium, view.action, canvas.width - 2 * _MARGIN)
    box, a_row = _boxes(canvas.width - 2 * _MARGIN, len(view.progress))
    rows = (len(view.progress) + a_row - 1) // a_row
    height = large.height + _MARGIN + rows * (box + _GAP) + len(lines) * canvas.medium.height
    y = max(top + _GAP, top + (canvas.height - furniture.BAR - top - height) // 2)
    canvas.centred(large, "%d of %d read" % (have, len(view.progress)), y, colours.WHITE, paper)
    y += large.height + _MARGIN
    for row in range(rows):
        parts = view.progress[row * a_row : (row + 1) * a_row]
        x = (canvas.width - len(parts) * (box + _GAP) + _GAP) // 2
        for there in parts:
            canvas.box(x, y, box, box, colours.WHITE)
            if not there:
                canvas.box(x + 2, y + 2, box - 4, box - 4, paper)
            x += box + _GAP
        y += box + _GAP
    for line in lines:
        canvas.centred(canvas.medium, line, y, colours.WHITE, paper)
        y += canvas.medium.height
    tick(canvas, view)


def tick(canvas, view):
    """Only the seconds that are left for the missing codes."""
    furniture.countdown(canvas, view.seconds_left, view.seconds_total, colours.WHITE, colours.NIGHT)


def _boxes(width, count):
    # (size of a box, boxes in a row): smaller ones where a card has more codes than anyone prints.
    size = _BOX if count <= 6 else _BOX // 2
    return size, max(1, (width + _GAP) // (size + _GAP))
