# Breaking and shortening of text to a width in pixels. Pure functions over a font's `width`.

from micropython import const

SEPARATOR = " · "

_STEP = const(16)  # pixels between two widths that are tried
_ELLIPSIS = "…"


def wrap(font, text, width):
    """Lines of `text` at most `width` pixels wide: broken at spaces and behind hyphens, elsewhere inside a word only
    where it alone is too wide."""
    lines = []
    line = ""
    used = 0  # width of `line` with the space behind it
    space = font.width(" ")
    for piece in _pieces(text):
        wide = font.width(piece)
        bare = wide - space if piece.endswith(" ") else wide
        if used + bare <= width:
            line += piece
            used += wide
            continue
        if line:
            lines.append(line.rstrip())
        line = piece
        while bare > width:
            count = _prefix(font, line, width)
            lines.append(line[:count])
            line = line[count:]
            bare = font.width(line.rstrip())
        used = font.width(line)
    if line:
        lines.append(line.rstrip())
    return lines


def balanced(font, text, width):
    """As `wrap`, with lines of about the same length: no last word alone."""
    lines = wrap(font, text, width)
    narrower = width - _STEP
    while len(lines) > 1 and narrower > width // 2:
        tried = wrap(font, text, narrower)
        if len(tried) > len(lines):
            break
        lines = tried
        narrower -= _STEP
    return lines


def wrap_facts(font, text, width):
    """Lines of facts separated by " · ": broken between facts, inside one only where it alone is too wide."""
    lines = []
    for fact in text.split(SEPARATOR):
        longer = lines[-1] + SEPARATOR + fact if lines else fact
        if font.width(longer) <= width and lines:
            lines[-1] = longer
        else:
            lines.extend(wrap(font, fact, width))
    return lines


def shorten(font, text, width):
    """`text`, or as much of it as fits with an ellipsis behind it."""
    if font.width(text) <= width:
        return text
    count = _prefix(font, text, width - font.width(_ELLIPSIS))
    return text[:count].rstrip() + _ELLIPSIS


def fill(font, text, width, count):
    """At most `count` lines; what is left over shows as an ellipsis at the end of the last."""
    lines = wrap(font, text, width)
    if len(lines) <= count:
        return lines
    last = lines[count - 1]
    room = width - font.width(_ELLIPSIS)
    if font.width(last) > room:
        last = last[: _prefix(font, last, room)].rstrip()
    return lines[: count - 1] + [last + _ELLIPSIS]


def _pieces(text):
    # Words with the space or hyphen behind them; a line may end after each. Two hyphens in a row stay together.
    pieces = []
    for word in text.split():
        start = 0
        at = word.find("-", 1)
        while 0 < at < len(word) - 1:
            # Not in dates and doses: "2026-11-22" stays whole.
            if word[at + 1].isalpha():
                pieces.append(word[start : at + 1])
                start = at + 1
            at = word.find("-", at + 1)
        pieces.append(word[start:] + " ")
    if pieces:
        pieces[-1] = pieces[-1].rstrip()
    return pieces


def _prefix(font, text, width):
    # How many characters fit; never fewer than one, or a narrow column would not end.
    used = 0
    for count, letter in enumerate(text):
        used += font.width(letter)
        if used > width:
            return count or 1
    return len(text)
