# Why a verdict is what it is: every step with its outcome, and what the rule saw; for supervisors, page by page.

from micropython import const

from scanner.reasons import WORDS
from scanner.rules import outcome
from scanner.ui import colours, furniture
from scanner.ui.text import wrap

_MARGIN = const(8)
_INDENT = const(44)
_INKS = {outcome.YES: colours.MIST, outcome.NO: colours.ALARM, outcome.OPEN: colours.AMBER}


class Pages:
    """`verdict`: a Verdict; `inputs`: whether what the rules saw of the holder may be shown."""

    def __init__(self, canvas, verdict, environment, inputs=True):
        self._canvas = canvas
        self._title = "Why " + WORDS[verdict.verdict] + "?"
        self._environment = environment
        self._rows = _rows(canvas, verdict, inputs)
        room = canvas.height - canvas.medium.height - furniture.room(canvas, environment) - 3 * _MARGIN
        self._per_page = max(1, room // canvas.small.height)
        self.number = 0

    def __len__(self):
        return max(1, (len(self._rows) + self._per_page - 1) // self._per_page)

    def turn(self):
        """Draw the next page; False where there is no other."""
        if self.number == len(self):
            return False
        self.number += 1
        self._draw()
        return True

    def _draw(self):
        canvas = self._canvas
        canvas.fill(colours.NIGHT)
        y = furniture.banner(canvas, self._environment) + _MARGIN
        canvas.text(canvas.medium, self._title, _MARGIN, y, colours.WHITE, colours.NIGHT)
        page = "%d / %d" % (self.number, len(self))
        right = canvas.width - _MARGIN - canvas.small.width(page)
        canvas.text(canvas.small, page, right, y, colours.MIST, colours.NIGHT)
        y += canvas.medium.height + _MARGIN
        start = (self.number - 1) * self._per_page
        for word, text, ink, quiet in self._rows[start : start + self._per_page]:
            if word:
                canvas.text(canvas.small, word, _MARGIN, y, ink, colours.NIGHT)
            canvas.text(
                canvas.small, text, _INDENT, y, colours.MIST if quiet else colours.WHITE, colours.NIGHT
            )
            y += canvas.small.height


def _rows(canvas, verdict, inputs):
    # (outcome's word on the first line of a step, text, ink of the word, whether the text is quiet)
    width = canvas.width - _INDENT - _MARGIN
    rows = []
    for label, came, saw in verdict.trace:
        word = outcome.WORDS[came]
        for line in wrap(canvas.small, label, width):
            rows.append((word, line, _INKS[came], False))
            word = ""
        if inputs and saw:
            rows.extend([("", line, colours.MIST, True) for line in wrap(canvas.small, saw, width)])
    for line in wrap(canvas.small, verdict.code + ": " + verdict.sentence, width):
        rows.append(("", line, colours.MIST, False))
    return rows
