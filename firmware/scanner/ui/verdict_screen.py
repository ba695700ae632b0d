# The verdict: icon, word and reason on the verdict's colour; below, on white, what to compare with the passport.
#
# Each verdict has its own icon, word, colour and lightness, so that none of them is needed to know it. The layout is
# computed from the size; the holder's name gets the largest type that still leaves room for the facts.

from micropython import const

from scanner.ui import colours, furniture
from scanner.ui.holder import draw_holder
from scanner.ui.text import balanced

_MARGIN = const(10)
_GAP = const(6)
_CARD_MARGIN = const(6)
_ICONS = "PCR"
_LARGE_ICONS = "pcr"


def draw(canvas, view):
    """Draw the whole screen of a VerdictView."""
    paper = colours.VERDICTS[view.verdict]
    ink = colours.ink_on(paper)
    canvas.fill(paper)
    top = furniture.banner(canvas, view.environment)
    if view.holder:
        _with_holder(canvas, view, top, ink, paper)
    else:
        _without_holder(canvas, view, top, ink, paper)
    furniture.countdown(canvas, view.seconds_left, view.seconds_total, ink, paper)


def _with_holder(canvas, view, top, ink, paper):
    bottom = canvas.height - (furniture.BAR if view.seconds_total > 0 else 0)
    font, lines = furniture.action_lines(canvas, view.action, canvas.width - 2 * _MARGIN, 1)
    foot = bottom - _GAP // 2 - len(lines) * font.height
    furniture.action(canvas, font, lines, _MARGIN, foot, ink, paper)
    top = _head(canvas, view, top + _GAP, ink, paper) + _GAP
    width = canvas.width - 2 * _CARD_MARGIN
    canvas.rounded(_CARD_MARGIN, top, width, foot - _GAP // 2 - top, colours.CARD, paper)
    draw_holder(canvas, view, _CARD_MARGIN + 8, top + 3, width - 16, foot - _GAP // 2 - top - 5)


def _head(canvas, view, y, ink, paper):
    # Icon, word beside it, the reason below the word or, where that column is too narrow, below both.
    icon = _ICONS[view.verdict]
    size = canvas.icons.size(icon)[0]
    canvas.icon(icon, _MARGIN, y, ink, paper)
    x = _MARGIN + size + _MARGIN
    font = canvas.medium
    lines = balanced(font, view.sentence, canvas.width - x - _GAP)
    word = canvas.word
    if len(lines) <= 2:
        content = word.height + 3 + len(lines) * font.height
        start = y + max(0, (size - content) // 2)
        canvas.text(word, view.word, x, start, ink, paper)
        canvas.paragraph(font, lines, x, start + word.height + 3, ink, paper)
        return y + max(size, content)
    canvas.text(word, view.word, x, y + (size - word.height) // 2, ink, paper)
    lines = balanced(font, view.sentence, canvas.width - 2 * _MARGIN)
    return canvas.paragraph(font, lines, _MARGIN, y + size + 3, ink, paper)


def _without_holder(canvas, view, top, ink, paper):
    bottom = canvas.height - (furniture.BAR if view.seconds_total > 0 else 0)
    inner = canvas.width - 2 * _MARGIN
    font, lines = furniture.action_lines(canvas, view.action, inner - 8, 2)
    box = len(lines) * font.height + 2 * _GAP
    foot = bottom - _CARD_MARGIN - box
    canvas.rounded(_CARD_MARGIN, foot, canvas.width - 2 * _CARD_MARGIN, box, colours.CARD, paper)
    furniture.action(canvas, font, lines, _MARGIN + 4, foot + _GAP, colours.CARD_INK, colours.CARD)
    _message(canvas, _LARGE_ICONS[view.verdict], view.word, view.sentence, top, foot, ink, paper)


def _message(canvas, icon, word, sentence, top, foot, ink, paper):
    # Icon and word beside each other on a wide screen, below each other on a high one; the reason below both.
    size = canvas.icons.size(icon)[0]
    wide = canvas.width > canvas.height
    head = size if wide else size + _MARGIN + canvas.word.height
    inner = canvas.width - 2 * _MARGIN
    font = canvas.large
    lines = balanced(font, sentence, inner)
    if head + _MARGIN + len(lines) * font.height > foot - top - _GAP:
        font = canvas.medium
        lines = balanced(font, sentence, inner)
    y = top + (foot - top - head - _MARGIN - len(lines) * font.height) // 2
    if wide:
        row = size + 2 * _MARGIN + canvas.word.width(word)
        x = (canvas.width - row) // 2
        canvas.icon(icon, x, y, ink, paper)
        canvas.text(
            canvas.word, word, x + size + 2 * _MARGIN, y + (size - canvas.word.height) // 2, ink, paper
        )
    else:
        canvas.icon(icon, (canvas.width - size) // 2, y, ink, paper)
        canvas.centred(canvas.word, word, y + size + _MARGIN, ink, paper)
    y += head + _MARGIN
    for line in lines:
        canvas.centred(font, line, y, ink, paper)
        y += font.height
