# A screen of one message: starting, fault, or what else the scanner itself has to say.

from micropython import const

from scanner.ui import colours
from scanner.ui.text import fill, wrap

_MARGIN = const(12)


def draw(canvas, title, text, icon="s"):
    """`title` in large type below an icon ("s" the gate, "f" the warning triangle), `text` below it."""
    paper = colours.NIGHT
    canvas.fill(paper)
    size = canvas.icons.size(icon)[0]
    inner = canvas.width - 2 * _MARGIN
    titles = wrap(canvas.large, title, inner)
    room = (canvas.height - size - len(titles) * canvas.large.height - 4 * _MARGIN) // canvas.medium.height
    lines = fill(canvas.medium, text, inner, max(1, room)) if text else []
    height = size + _MARGIN + len(titles) * canvas.large.height + len(lines) * canvas.medium.height
    y = (canvas.height - height) // 2
    canvas.icon(icon, (canvas.width - size) // 2, y, colours.AMBER if icon == "f" else colours.WHITE, paper)
    y += size + _MARGIN
    for line in titles:
        canvas.centred(canvas.large, line, y, colours.WHITE, paper)
        y += canvas.large.height
    for line in lines:
        canvas.centred(canvas.medium, line, y, colours.MIST, paper)
        y += canvas.medium.height
