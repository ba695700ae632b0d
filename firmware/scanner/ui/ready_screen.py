# The waiting scanner: where to hold the code, and whether what the scanner knows is fresh enough to trust.

from micropython import const

from scanner.ui import colours, furniture
from scanner.ui.text import wrap, wrap_facts

_MARGIN = const(10)
_ARM = const(30)  # length of a guide corner's arm in pixels
_LINE = const(5)
_COLUMN = const(128)  # width of the text beside the guide square

_HINT = "Hold the code inside the frame."
_READY = "Ready"
_READING = "Hold still"
_STATES = (colours.MIST, colours.AMBER, colours.ALARM)


def draw(canvas, view):
    """Draw the whole screen of a ReadyView."""
    canvas.fill(colours.NIGHT)
    top = furniture.banner(canvas, view.environment)
    wide = canvas.width > canvas.height
    width = max(_COLUMN, canvas.width * 2 // 5) if wide else canvas.width - 2 * _MARGIN
    hint = wrap(canvas.small, view.hint or _HINT, width)
    known = []
    for text, state in _knowledge(view):
        known.extend([(line, state) for line in wrap_facts(canvas.small, text, width)])
    height = canvas.large.height + (len(hint) + len(known)) * canvas.small.height + 2 * _MARGIN + 8
    if wide:
        side = min(canvas.height - top, canvas.width - width - _MARGIN) - 2 * _MARGIN
        y = top + (canvas.height - top - side) // 2
        _guide(canvas, _MARGIN, y, side, view.reading)
        _column(canvas, view, hint, known, canvas.width - width, top + _MARGIN, canvas.height - _MARGIN)
    else:
        side = min(canvas.width - 4 * _MARGIN, canvas.height - top - height - _MARGIN)
        _guide(canvas, (canvas.width - side) // 2, top + _MARGIN, side, view.reading)
        _column(canvas, view, hint, known, _MARGIN, top + _MARGIN + side + _MARGIN, canvas.height - _MARGIN)


def _guide(canvas, x, y, side, reading):
    # Four corners; around a code that is being read they close to a frame.
    ink = colours.AMBER if reading else colours.WHITE
    arm = side + 1 >> 1 if reading else min(_ARM, side // 3)
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


def _column(canvas, view, hint, known, x, y, bottom):
    # What to do at the top, what the scanner knows at the bottom.
    paper = colours.NIGHT
    small = canvas.small
    ink = colours.AMBER if view.reading else colours.WHITE
    canvas.text(canvas.large, _READING if view.reading else _READY, x, y, ink, paper)
    canvas.paragraph(small, hint, x, y + canvas.large.height + 2, colours.WHITE, paper)
    y = bottom - len(known) * small.height
    for line, state in known:
        canvas.text(small, line, x, y, _STATES[state], paper)
        y += small.height


def _knowledge(view):
    # (text, 0 fine, 1 old, 2 too old) of the list and the clock.
    lines = []
    if view.list_age is None:
        lines.append(("No list of issuers", 2))
    else:
        if view.list_version:
            lines.append(("List " + str(view.list_version), 0))
        lines.append(
            (_age(view.list_age) + ("", " · update soon", " · too old")[view.list_state], view.list_state)
        )
    if view.problem:
        lines.append((view.problem, 2))
    if view.clock:
        lines.append((view.clock, 0 if view.clock_trusted else 2))
    if not view.clock_trusted:
        lines.append(("Clock not set", 2))
    return lines


def _age(days):
    if days < 1:
        return "updated today"
    return "1 day old" if days < 2 else "%d days old" % days
