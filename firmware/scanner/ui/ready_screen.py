# The waiting scanner: where to hold the code, and whether what the scanner knows is fresh enough to trust.

from micropython import const

from scanner.ui import colours, furniture
from scanner.ui.text import wrap

_MARGIN = const(10)
_ARM = const(30)  # length of a guide corner's arm in pixels
_LINE = const(5)

_HINT = "Hold the code inside the frame."
_READING = "Hold still"
_STATES = (colours.MIST, colours.AMBER, colours.VERDICTS[2])


def draw(canvas, view):
    """Draw the whole screen of a ReadyView."""
    paper = colours.NIGHT
    canvas.fill(paper)
    top = furniture.banner(canvas, view.environment)
    if canvas.width > canvas.height:
        side = canvas.height - top - 2 * _MARGIN
        _guide(canvas, _MARGIN, top + _MARGIN, side, view.reading)
        x = side + 2 * _MARGIN + 4
        _column(canvas, view, x, top + _MARGIN, canvas.width - x - 6, canvas.height - _MARGIN)
    else:
        side = min(canvas.width - 4 * _MARGIN, canvas.height - top - 140)
        _guide(canvas, (canvas.width - side) // 2, top + _MARGIN, side, view.reading)
        y = top + side + 2 * _MARGIN
        _column(canvas, view, _MARGIN, y, canvas.width - 2 * _MARGIN, canvas.height - 6)


def _guide(canvas, x, y, side, reading):
    # Four corners; around a code that is being read they close to a frame.
    ink = colours.AMBER if reading else colours.WHITE
    arm = side // 2 if reading else min(_ARM, side // 3)
    far = side - _LINE
    for left in (0, 1):
        for top in (0, 1):
            canvas.box(x + left * (side - arm), y + top * far, arm, _LINE, ink)
            canvas.box(x + left * far, y + top * (side - arm), _LINE, arm, ink)
    _ghost(canvas, x + side // 2, y + side // 2, side // 28, colours.NIGHT_RAISED)


def _ghost(canvas, x, y, module, ink):
    # The three finder patterns of a code (ISO/IEC 18004, 5.3.2), quietly: this goes here.
    paper = colours.NIGHT
    for left, top in ((0 - 9, 0 - 9), (2, 0 - 9), (0 - 9, 2)):
        for inset, colour in ((0, ink), (1, paper), (2, ink)):
            size = (7 - 2 * inset) * module
            canvas.box(x + (left + inset) * module, y + (top + inset) * module, size, size, colour)
    for left, top in ((3, 3), (6, 3), (4, 5), (7, 6), (3, 7), (5, 8)):
        canvas.box(x + left * module, y + top * module, module, module, ink)


def _column(canvas, view, x, y, width, bottom):
    paper = colours.NIGHT
    title = _READING if view.reading else "Ready"
    canvas.text(canvas.large, title, x, y, colours.AMBER if view.reading else colours.WHITE, paper)
    y += canvas.large.height + 2
    canvas.paragraph(canvas.small, wrap(canvas.small, view.hint or _HINT, width), x, y, colours.WHITE, paper)
    lines = _knowledge(view)
    wrapped = []
    for text, state in lines:
        for line in wrap(canvas.small, text, width):
            wrapped.append((line, state))
    y = bottom - len(wrapped) * canvas.small.height
    for line, state in wrapped:
        canvas.text(canvas.small, line, x, y, _STATES[state], paper)
        y += canvas.small.height


def _knowledge(view):
    # (text, 0 fine, 1 old, 2 too old) of the list and the clock.
    lines = []
    if view.list_age is None:
        lines.append(("No list of issuers", 2))
    else:
        if view.list_version:
            lines.append(("List " + str(view.list_version), 0))
        lines.append(
            (_age(view.list_age) + ("", " – update soon", " – too old")[view.list_state], view.list_state)
        )
    if view.clock:
        lines.append((view.clock, 0 if view.clock_trusted else 2))
    if not view.clock_trusted:
        lines.append(("Clock not set", 2))
    return lines


def _age(days):
    if days < 1:
        return "updated today"
    return "1 day old" if days < 2 else "%d days old" % days
