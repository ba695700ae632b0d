# Names as what can be compared: words in capital letters, whatever their spelling.
#
# One certificate writes Müller, the next MÜLLER, the machine readable zone MUELLER, and a clerk without the key MULLER.
# So every word has two forms: without its marks, and as ICAO Doc 9303-3 (section 6) writes it. MicroPython's upper()
# knows ASCII alone, so Latin letters are folded here; of other scripts capitals and small letters stay apart, except
# Greek and Cyrillic without marks.

from micropython import const

_MOST = const(200)  # letters of a name; schemas allow 80, a passport prints 39
_BETWEEN = "<-'’`´.,;/()"
_MARKS = ("\u0300", "\u036f")  # that combine with the letter before
_DIAERESIS = "\u0308"

# Some issuers write titles among the names; they name nobody.
TITLES = ("DR", "PROF", "MR", "MRS", "MS", "MISS", "SIR", "ING", "MAG", "DIPL", "PHD", "JR", "SR")

# Words that many families share and that tell nobody apart: alone they are no evidence.
PARTICLES = (
    "ABD", "ABDEL", "ABDUL", "ABOU", "ABU", "AF", "AL", "AV", "BEN", "BIN", "BINT", "BINTI", "BT", "BTE", "DA", "DAL",
    "DALLA", "DAS", "DE", "DEI", "DEL", "DELLA", "DELLE", "DEN", "DER", "DES", "DI", "DO", "DOS", "DU", "EL", "HET",
    "IBN", "LA", "LAS", "LE", "LES", "LO", "LOS", "MAC", "MC", "OF", "OP", "OULD", "SAINT", "SAN", "SANT", "SANTA",
    "ST", "TE", "TEN", "TER", "TOT", "UL", "UM", "UMM", "UND", "VAN", "VANDEN", "VANDER", "VER", "VOM", "VON", "ZU",
    "ZUM", "ZUR",
)  # fmt: skip

# The letters from U+00C0 on, without their marks; "." is none. Small letters of Latin-1 lie 32 behind the capitals.
_LATIN_1 = "AAAAAA.CEEEEIIIIDNOOOOO.OUUUUY."
_LATIN_A = (
    "AAAAAACCCCCCCCDDDDEEEEEEEEEEGGGGGGGGHHHHIIIIIIIIII..JJKKKLLLLLLLLLLNNNNNNNNNOOOOOO"
    "..RRRRRRSSSSSSSSTTTTTTUUUUUUUUUUUUWWYYYZZZZZZS"
)
_LETTERS = {
    "Æ": "AE", "æ": "AE", "Þ": "TH", "þ": "TH", "ß": "SS", "ẞ": "SS", "ÿ": "Y", "Ĳ": "IJ", "ĳ": "IJ", "Œ": "OE",
    "œ": "OE", "Ə": "E", "ə": "E", "Ș": "S", "ș": "S", "Ț": "T", "ț": "T", "Ơ": "O", "ơ": "O", "Ư": "U", "ư": "U",
    "ς": "Σ",
}  # fmt: skip
# Where Doc 9303 writes two letters for one with a mark.
_TWO = {
    "Ä": "AE",
    "ä": "AE",
    "Å": "AA",
    "å": "AA",
    "Ö": "OE",
    "ö": "OE",
    "Ø": "OE",
    "ø": "OE",
    "Ü": "UE",
    "ü": "UE",
}


def words(name):
    """[(without marks, as in the machine readable zone)] of each word of a name that is no title, in capitals.

    None of a name that is too long for one: comparing it would take long, and cutting it could make two names one.
    """
    if len(name) > _MOST:
        return []
    for mark in _BETWEEN:
        name = name.replace(mark, " ")
    found = []
    for word in name.split():
        both = _folded(word)
        if both[0] and both[0] not in TITLES:
            found.append(both)
    return found


def tells(word):
    """Whether a word in capitals says something of who it is: neither a particle nor an initial does."""
    # A character of East Asia is a name, and no initial.
    return word not in PARTICLES and (len(word) > 1 or word >= "\u2e80")


def _folded(word):
    bare = zone = ""
    for letter in word:
        if _MARKS[0] <= letter <= _MARKS[1]:
            if letter == _DIAERESIS and bare[-1:] in ("A", "O", "U"):
                zone += "E"
            continue
        plain = _capital(letter)
        bare += plain
        zone += _TWO.get(letter, plain)
    return bare, zone


def _capital(letter):
    code = ord(letter)
    if code < 0x80:
        return letter.upper()
    if letter in _LETTERS:
        return _LETTERS[letter]
    if 0xC0 <= code < 0x100:
        plain = _LATIN_1[(code - 0xC0) & 31]
        return letter if plain == "." else plain
    if 0x100 <= code < 0x180:
        return _LATIN_A[code - 0x100]
    if 0x1E00 <= code < 0x1F00:
        return chr(code - (code & 1))  # a capital and its small letter are neighbours
    if 0x3B1 <= code <= 0x3C9 or 0x430 <= code <= 0x44F:
        return chr(code - 32)
    if 0x450 <= code <= 0x45F:
        return chr(code - 80)
    return letter
