# The card of a genuine certificate: whom it names, born when, and what it says, in the order a guard compares.
#
# A name is shown as its holder writes it where the fonts have its letters, with the machine readable form below where
# the script is not Latin; else (Arabic, Hebrew, Chinese, marks that combine) in the machine readable form alone, which
# every passport carries (ICAO Doc 9303-3, section 6). It gets the largest type that leaves room for the facts.

from scanner.ui import colours
from scanner.ui.text import fill, shorten, wrap, wrap_facts

_BORN = "Born"
_DOCUMENT = "Document "


def draw_holder(canvas, view, x, y, width, height):
    """Draw into a white rectangle: name, birth date, facts, issuer. What does not fit is left out from the end."""
    ink = colours.CARD_INK
    paper = colours.CARD
    small = canvas.small
    family, given, note = _shown(canvas.large, view)
    details = _details(small, view, note, width)
    # Facts and issuer have to be seen beside the name; the rest is welcome.
    most = 2 + (1 if note else 0) + (1 if view.document else 0)
    needed = sum([len(lines) for lines in details[:most]])
    font, birth_font, lines = _fit(canvas, family, given, width, height, needed)
    room = height - len(lines) * font.height - birth_font.height
    y = canvas.paragraph(font, lines, x, y, ink, paper)
    canvas.text(small, _BORN, x, y + birth_font.baseline - small.baseline, colours.CARD_QUIET, paper)
    canvas.text(birth_font, view.birth, x + small.width(_BORN) + 6, y, ink, paper)
    y += birth_font.height
    rows = max(0, room // small.height)
    kept = []
    for lines in details:
        if len(kept) + len(lines) > rows:
            break
        kept.extend(lines)
    if not kept and rows and details:
        kept.append(shorten(small, " ".join(details[0]), width))
    y += min((room - len(kept) * small.height) // 2, 8)
    canvas.paragraph(small, kept, x, y, colours.CARD_QUIET, paper)


def _details(font, view, note, width):
    # Each a list of lines, the most important first.
    texts = [note] if note else []
    if view.document:
        texts.append(_DOCUMENT + view.document)
    texts.extend(view.summary[:1])
    if view.issuer:
        texts.append("Issuer " + view.issuer)
    texts.extend(view.summary[1:])
    return [wrap_facts(font, text, width) for text in texts]


def _shown(font, view):
    # (family, given, note): the forms to show large, and the machine readable line or "".
    plain = (view.family_ascii + " " + view.given_ascii).strip()
    if not font.has(view.family + view.given):
        if plain and font.has(plain):
            return view.family_ascii, view.given_ascii, ""
        return view.family, view.given, ""
    if plain and _foreign(view.family + view.given):
        return view.family, view.given, "MRZ " + plain
    return view.family, view.given, ""


def _foreign(text):
    # Letters beyond Latin (which the fonts hold below U+0370 and from U+1E00): a passport transliterates them.
    return any(0x370 <= ord(letter) < 0x1E00 for letter in text)


def _fit(canvas, family, given, width, height, needed):
    """(font, font of the birth date, lines): the largest type in which the whole name fits beside the facts."""
    large = canvas.large
    medium = canvas.medium
    small = canvas.small
    two = [part for part in (family, given) if part]
    one = [", ".join(two)]
    # (font of the name, font of the birth date, name in two parts or one, lines a part may take)
    choices = (
        (large, large, two, 1),
        (large, large, two, 2),
        (large, large, one, 1),
        (medium, large, two, 1),
        (medium, medium, two, 1),
        (medium, medium, two, 2),
        (medium, medium, one, 3),
        (small, medium, two, 3),
        (small, medium, one, 4),
    )
    wrapped = {}
    for font in (large, medium, small):
        for text in two + one:
            wrapped[font, text] = wrap(font, text, width)
    # A name that is cut could hide the letter that differs: rather do without facts.
    for rows in (needed, 1, 0):
        for font, birth, parts, most in choices:
            lines = []
            for text in parts:
                lines.extend(wrapped[font, text])
            high = len(lines) * font.height + birth.height + rows * small.height
            if high <= height and max([len(wrapped[font, text]) for text in parts]) <= most:
                return font, birth, lines
    # Longer than any passport prints (ICAO gives 39 characters): cut, and show that it is cut.
    most = max(2, (height - medium.height - small.height) // small.height)
    lines = fill(small, family, width, most - most // 2 if given else most) if family else []
    if given:
        lines.extend(fill(small, given, width, most - len(lines)))
    return small, medium, lines
