# Whether two certificates are of one person, told by what a guard would compare: birth date, names, document.
#
# A certificate's names are kept as salted hashes, each spelling apart: its own letters, and those of the machine
# readable zone. Two spellings of one name are never two names.

from hashlib import sha256

from scanner.codec import iso8601
from scanner.rules.names import tells, words


class Holder:
    """Of `claims`: hashes under `salt`, in which nobody can be read.

    birth: b"" unless the day is stated; document: b"" where none is; family, given, both: lists of Spelling.
    """

    def __init__(self, claims, salt):
        self.birth = _hash(salt, _day(claims.birth))
        self.document = _hash(salt, _number((claims.facts or {}).get("document")))
        own = words(claims.family), words(claims.given)
        zone = words(claims.family_ascii), words(claims.given_ascii)
        self.family = [Spelling(each[0], salt) for each in (own, zone) if each[0]]
        self.given = [Spelling(each[1], salt) for each in (own, zone) if each[1]]
        # In one field they stand in any order.
        self.both = [Spelling(sorted(each[0] + each[1]), salt) for each in (own, zone) if each[0] or each[1]]

    def same_as(self, other):
        """Whether birth date and names agree, and no document speaks against it."""
        if not self.birth or self.birth != other.birth:
            return False
        if self.document and other.document and self.document != other.document:
            return False
        # A scheme may write all names into one field.
        if self.family and self.given and other.family and other.given:
            return _any(_families, self.family, other.family) and _any(_givens, self.given, other.given)
        if _any(_wholes, self.both, other.both):
            return True
        if self.family and self.given:
            return self._within(other)
        if other.family and other.given:
            return other._within(self)
        return _any(_parts, self.both, other.both)

    def _within(self, other):
        # Both of these names in the one field of the other.
        for whole in other.both:
            for family in self.family:
                shared = [name for name in whole.names if _holds(family.names, name)]
                rest = [name for name in whole.names if not _holds(family.names, name)]
                for given in self.given:
                    if (
                        shared
                        and given.names
                        and (_holds(rest, given.names[0]) or _holds_all(given.names, rest))
                    ):
                        return True
        return False


class Spelling:
    """words: how many; names: those that tell somebody apart, in order, each a tuple of hashes of its forms; whole: of
    all words joined, which bridges VANDERBERG and van der Berg."""

    def __init__(self, found, salt):
        self.words = len(found)
        self.names = [_forms(word, salt) for word in found if tells(word[0])]
        self.whole = _forms(["".join([word[form] for word in found]) for form in (0, 1)], salt)


def _families(one, other):
    """One family name in common: people marry, and Spain's second name is often left out."""
    return _equal(one.whole, other.whole) or bool([name for name in one.names if _holds(other.names, name)])


def _givens(one, other):
    return _equal(one.whole, other.whole) or _leads(one.names, other.names)


def _leads(one, other):
    # The first in common, or all of one among the other's: twins may share a second name.
    if not one or not other:
        return False
    return _equal(one[0], other[0]) or _holds_all(one, other) or _holds_all(other, one)


def _wholes(one, other):
    return one.words > 1 and _equal(one.whole, other.whole)


def _parts(one, other):
    """Two fields with all names: at least two names, and all of one among the other's."""
    few, many = (one.names, other.names) if len(one.names) < len(other.names) else (other.names, one.names)
    return bool([name for name in few if not _equal(name, few[0])]) and _holds_all(many, few)


def _any(agree, some, others):
    for one in some:
        for other in others:
            if agree(one, other):
                return True
    return False


def _holds(names, name):
    for each in names:  # noqa: SIM110 - a generator is another allocation
        if _equal(each, name):
            return True
    return False


def _holds_all(names, some):
    return bool(some) and not [name for name in some if not _holds(names, name)]


def _equal(one, other):
    # Each is written in one or two forms.
    return one[0] in other or one[-1] in other


def _forms(word, salt):
    bare, zone = word
    return (_hash(salt, bare),) if bare == zone else (_hash(salt, bare), _hash(salt, zone))


def _hash(salt, text):
    return sha256(salt + text.encode()).digest()[:8] if text else b""


def _day(birth):
    # As a count of days, so that no spelling of a date matters; "" where more than one day is meant.
    try:
        first, last = iso8601.span(birth.strip())
    except ValueError:
        return ""
    return str(first) if first == last else ""


def _number(document):
    # Spaces and hyphens of a number do not matter.
    if type(document) is int:
        document = str(document)
    if not isinstance(document, str):
        return ""
    return "".join([letter for letter in document.upper() if letter.isalpha() or letter.isdigit()])
