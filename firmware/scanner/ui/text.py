# Breaking and shortening of text to a width in pixels. Pure functions over a font's `width`.

_ELLIPSIS = "…"


def wrap(font, text, width):
    """Lines of `text` at most `width` pixels wide: broken at spaces, inside a word only where it alone is too wide."""
    lines = []
    line = ""
    for word in text.split():
        longer = line + " " + word if line else word
        if font.width(longer) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        while font.width(word) > width:
            count = _prefix(font, word, width)
            lines.append(word[:count])
            word = word[count:]
        line = word
    if line:
        lines.append(line)
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
    if len(lines) > count:
        rest = " ".join(lines[count - 1 :])
        lines = lines[: count - 1] + [shorten(font, rest, width)]
        if not lines[-1].endswith(_ELLIPSIS):
            lines[-1] += _ELLIPSIS
    return lines


def _prefix(font, text, width):
    # How many characters fit; never fewer than one, or a narrow column would not end.
    used = 0
    for count, letter in enumerate(text):
        used += font.width(letter)
        if used > width:
            return count or 1
    return len(text)
