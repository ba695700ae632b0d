# The card of a genuine certificate: whom it names, born when, and what it says, in the order a guard compares.
#
# A name is shown as its holder writes it where the fonts have its letters, with the machine readable form below where
# that differs in more than accents; else (Arabic, Hebrew, Chinese, marks that combine) in the machine readable form
# alone, which every passport carries (ICAO Doc 9303-3, section 6).

from scanner.ui import colours
from scanner.ui.text import fill, shorten

_BORN = "Born"


def draw_holder(canvas, view, x, y, width, height):
    """Draw into a white rectangle: name, birth date, facts, issuer. What does not fit is left out from the end."""
    ink = colours.CARD_INK
    paper = colours.CARD
    family, given, note = _shown(canvas.large, view)
    details = list(view.summary[:1])
    if view.issuer:
        details.append("Issuer " + view.issuer)
    if note:
        details.insert(0, note)
    details.extend(view.summary[1:])
    small = canvas.small
    wanted = min(len(details), 3 if note else 2) * small.height
    font, birth_font, lines = _fit(canvas, family, given, width, height - wanted)
    y = canvas.paragraph(font, lines, x, y, ink, paper)
    top = y
    label = small.width(_BORN) + 6
    canvas.text(small, _BORN, x, y + birth_font.baseline - small.baseline, colours.CARD_QUIET, paper)
    canvas.text(birth_font, view.birth, x + label, y, ink, paper)
    y += birth_font.height
    room = height - len(lines) * font.height - (y - top)
    count = min(len(details), max(0, room // small.height))
    spare = room - count * small.height
    y += spare // 2 if count < len(details) else min(spare, 6)
    for line in details[:count]:
        canvas.text(small, shorten(small, line, width), x, y, colours.CARD_QUIET, paper)
        y += small.height


def _shown(font, view):
    # (family, given, note): the forms to show large, and the machine readable line or "".
    family = view.family
    given = view.given
    ascii = (view.family_ascii + " " + view.given_ascii).strip()
    if not font.has(family + given):
        if ascii and font.has(ascii):
            return view.family_ascii, view.given_ascii, ""
        return family, given, ""
    if ascii and _foreign(family + given):
        return family, given, "MRZ " + ascii
    return family, given, ""


def _foreign(text):
    # Letters beyond Latin: a passport shows them beside their transliteration.
    for letter in text:
        if 0x370 <= ord(letter) < 0x1E00:
            return True
    return False


def _fit(canvas, family, given, width, height):
    """(font, font of the birth date, lines): the largest type in which the whole name fits."""
    large = canvas.large
    medium = canvas.medium
    small = canvas.small
    one = family + ", " + given if family and given else family or given
    two = [part for part in (family, given) if part]
    for font, birth, parts, each in (
        (large, large, two, 1),
        (large, large, [one], 1),
        (medium, large, two, 1),
        (medium, medium, two, 1),
        (medium, medium, [one], 2),
        (medium, medium, two, 2),
        (small, medium, two, 2),
        (small, medium, two, 3),
    ):
        room = (height - birth.height) // font.height
        lines = []
        whole = True
        for part in parts:
            shown = fill(font, part, width, each)
            whole = whole and not shown[-1].endswith("…")
            lines.extend(shown)
        if whole and len(lines) <= room:
            return font, birth, lines
    # Longer than any passport prints (ICAO gives 39 characters): cut, and show that it is cut.
    room = max(2, (height - medium.height) // small.height)
    lines = fill(small, family, width, room - room // 2) if family else []
    if given:
        lines.extend(fill(small, given, width, room - len(lines)))
    return small, medium, lines
