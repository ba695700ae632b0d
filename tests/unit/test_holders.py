"""Whether two certificates are of one person: those who are must match in every spelling, and nobody else."""

from __future__ import annotations

import unicodedata

import pytest

SETUP = """
from scanner.credentials.claims import Claims
from scanner.rules.holders import Holder

class Key:
    country = "UT"
    name = "Ministry"

def holder(members, born="1980-02-29", document=None):
    claims = Claims("HC1", Key())
    claims.birth = born
    for name, value in zip(("family", "given", "family_ascii", "given_ascii"), members):
        setattr(claims, name, value)
    if document is not None:
        claims.facts = {"document": document}
    return Holder(claims, b"saltsalt")

def same(one, other):
    both = one.same_as(other), other.same_as(one)
    assert both[0] == both[1], "it depends on who comes first"
    return both[0]
"""
HERE = "holders"

# (family, given[, family and given as in the machine readable zone])
ONE_PERSON = [
    [("Novak", "Jan"), ("NOVAK", "JAN")],
    [("Müller", "Zoë"), ("MÜLLER", "ZOË")],
    [("Müller", "Zoë"), ("MUELLER", "ZOE")],
    [("Müller", "Zoë"), ("MULLER", "ZOE")],
    [("Müller", "Zoë", "MUELLER", "ZOE"), ("mu\u0308ller", "zoe\u0308")],
    [("Müller", "Zoë", "MUELLER", "ZOE"), ("", "", "MUELLER<LIND", "ZOE<MARIE")],
    [("Sørensen", "Søren Åse"), ("SOERENSEN", "SOEREN<AASE")],
    [("Sørensen", "Åse"), ("SORENSEN", "ASE")],
    [("Strauß", "Jürgen"), ("STRAUSS", "JUERGEN")],
    [("STRAUẞ", "JÜRGEN"), ("strauß", "jürgen")],
    [("Þórðardóttir", "Æsa"), ("THORDARDOTTIR", "AESA")],
    [("Dvořák", "Květa"), ("DVOŘÁK", "KVĚTA")],
    [("Łukasiewicz", "Wojciech"), ("LUKASIEWICZ", "WOJCIECH")],
    [("Şahin", "İbrahim"), ("ŞAHİN", "IBRAHIM")],
    [("Ionescu", "Ștefan"), ("IONESCU", "Ştefan")],
    [("Nguyễn", "Văn Anh"), ("NGUYỄN", "VĂN ANH")],
    [("Иванов", "Пётр"), ("ИВАНОВ", "ПЁТР")],
    [("Papadopoulos", "Nikos"), ("Παπαδοπουλος", "Νικος", "PAPADOPOULOS", "NIKOS")],
    [("Novak", "Jan"), ("Dr. Novak", "Prof Jan")],
    # Middle names and second family names come and go, and change places.
    [("Mustermann", "Erika Dorothea"), ("MUSTERMANN<GABLER", "ERIKA")],
    [("Mustermann-Gabler", "Anne-Marie"), ("Gabler", "Annemarie")],
    [("García López", "María del Carmen"), ("LOPEZ<GARCIA", "MARIA CARMEN")],
    [("García López", "María"), ("García", "María")],
    [("DE SOUZA", "MARIA"), ("SOUZA", "MARIA")],
    [("da Silva", "João M"), ("DA<SILVA", "JOAO")],
    [("van der Berg", "Anna"), ("VANDERBERG", "ANNA")],
    [("van der Berg", "Anna"), ("Berg", "Anna Sophie")],
    [("O'Brien", "Sean"), ("OBRIEN", "SEAN")],
    [("O’Brien", "Seán"), ("O'BRIEN", "SEAN")],
    [("AL SAUD", "OMAR BIN HASSAN"), ("ALSAUD", "OMAR")],
    [("Smith", "Anna Mary"), ("Smith", "Mary")],
    # Names of nothing but particles and initials: equal as a whole.
    [("LE", "VAN"), ("Le", "Van")],
    [("王", "伟"), ("王", "伟", "WANG", "WEI")],
    [("SILVA", "M"), ("Silva", "M.")],
    [("N" * 200, "Jan"), ("n" * 200, "Jan")],
    # All in one field.
    [("Anna van der Berg", ""), ("van der Berg, Anna", "")],
    [("Jan Novak", ""), ("Novak", "Jan")],
    [("Novák, O'Brien, Jan", ""), ("Novak", "Jan")],
    [("Erika Mustermann-Gabler", ""), ("Mustermann", "Erika Maria")],
    [("Erika Maria Mustermann", ""), ("Mustermann", "Erika")],
    [("Le Van", ""), ("LE", "VAN")],
    [("", "Jan Novak"), ("NOVAK JAN", "")],
    [("Zoë Müller", "", "MUELLER<<ZOE", ""), ("MULLER", "ZOE")],
]
TWO_PERSONS = [
    [("Novak", "Jan"), ("Novak", "Pavel")],
    [("Novak", "Jan"), ("Svoboda", "Jan")],
    [("Novak", "Jan"), ("Jan", "Novak")],
    # Particles are shared by half a country, initials by half a family.
    [("van der Berg", "Anna"), ("van der Linden", "Anna")],
    [("DE SOUZA", "MARIA"), ("DE JESUS", "MARIA")],
    [("DA SILVA", "MARIA"), ("DA COSTA", "MARIA")],
    [("AL", "MOHAMMED BIN ALI"), ("AL SAUD", "OMAR BIN HASSAN")],
    [("AL", "OMAR"), ("AL SAUD", "OMAR")],
    [("HASSAN", "ABDUL RAHMAN"), ("HASSAN", "ABDUL AZIZ")],
    [("EL FASSI", "YOUSSEF"), ("EL IDRISSI", "YOUSSEF")],
    [("O'Brien", "Sean"), ("O'Connor", "Sean")],
    [("D'Angelo", "Lucia"), ("D'Amico", "Lucia")],
    [("SILVA", "M"), ("SILVA", "JOAO M")],
    [("SILVA", "M"), ("SILVA", "MARIA")],
    [("王", "伟"), ("王", "芳")],
    [("王", "伟"), ("李", "伟")],
    # Twins.
    [("Novak", "Eva Maria"), ("Novak", "Anna Maria")],
    [("Novak", "Eva-Maria"), ("Novak", "Anna Maria Rosa")],
    # Two spellings of a name are one name.
    [("Müller", "", "MUELLER", ""), ("Müller", "Hans", "MUELLER", "HANS")],
    [("Müller", "", "MUELLER", ""), ("Müller", "", "MUELLER", "")],
    [("", "Zoë", "", "ZOE"), ("Müller", "Zoë", "MUELLER", "ZOE")],
    # All in one field.
    [("Anna van der Berg", ""), ("van der Linden, Jan", "")],
    [("Anna van der Berg", ""), ("van der Linden", "Anna")],
    [("Anna de Souza", ""), ("Anna de Jesus", "")],
    [("Eva Maria Novak", ""), ("Anna Maria Novak", "")],
    [("Eva Maria Novak", ""), ("Novak", "Anna Maria")],
    [("Eva Maria", ""), ("Novak", "Eva Maria")],
    [("Jan", ""), ("Novak", "Jan")],
    [("Jan Jan", ""), ("Novak", "Jan")],
    [("Novak", ""), ("Novak", "")],
    [("Dr", "Dr"), ("Dr", "Dr")],
    [("", ""), ("", "")],
    # Longer than any name.
    [("N" * 201, "Jan"), ("N" * 201, "Jan")],
    [("Novak", "Jan " * 51), ("Novak", "Jan")],
]


@pytest.fixture
def compare(mp):
    mp.run(SETUP, HERE)
    return lambda source, **given: mp.run(source, HERE, **given)


def test_one_person_is_known_in_another_spelling(compare):
    found = compare("result = [same(holder(one), holder(other)) for one, other in rows]", rows=ONE_PERSON)
    assert [row for row, matched in zip(ONE_PERSON, found, strict=True) if not matched] == []


def test_two_persons_are_two(compare):
    found = compare("result = [same(holder(one), holder(other)) for one, other in rows]", rows=TWO_PERSONS)
    assert [row for row, matched in zip(TWO_PERSONS, found, strict=True) if matched] == []


@pytest.mark.parametrize(
    ("one", "other", "matches"),
    [
        ("1980-02-29", "1980-02-29", True),
        ("1980-02-29", "1980-02-29 00:00", True),
        ("1980-02-29", "1980-02-29t00:00:00", True),
        ("1980-02-29", "1980-02-29T00:00:00Z", True),
        ("1980-02-29", " 1980-02-29", True),
        ("1980-02-29", "1980-02-28", False),
        ("1980-02", "1980-02", False),
        ("1980", "1980", False),
        ("", "", False),
        ("29.02.1980", "29.02.1980", False),
    ],
)
def test_the_day_of_birth_must_be_known_and_agree(compare, one, other, matches):
    found = compare(
        "result = same(holder(name, one), holder(name, other))", name=("Novak", "Jan"), one=one, other=other
    )
    assert found is matches


@pytest.mark.parametrize(
    ("one", "other", "matches"),
    [
        ("X1234567", "ZZ999999", False),
        ("X1234567", "x 123-4567", True),
        ("X1234567", None, True),
        (None, None, True),
        (1234567, "1234567", True),
        (1234567, 1234568, False),
        ("X1234567", "", True),
        ("X1234567", ["ZZ"], True),
    ],
)
def test_documents_that_differ_are_two_persons(compare, one, other, matches):
    source = "result = same(holder(name, document=one), holder(name, document=other))"
    assert compare(source, name=("Novak", "Jan"), one=one, other=other) is matches


def test_every_latin_letter_has_its_capital(compare):
    letters = [chr(code) for code in (*range(0xC0, 0x180), *range(0x1E00, 0x1E96), *range(0x1EA0, 0x1F00))]
    letters = [letter for letter in letters if letter not in "×÷" and len(letter.upper()) == 1]
    found = compare(
        "from scanner.rules.names import words\nresult = [words(each) == words(other) for each, other in rows]",
        rows=[(letter, letter.upper()) for letter in letters],
    )
    assert [each for each, equal in zip(letters, found, strict=True) if not equal] == []


def test_a_letter_with_a_mark_is_the_letter(compare):
    """Held against Unicode's decompositions, of Latin-1 and Latin Extended-A."""
    letters = {chr(code): unicodedata.normalize("NFD", chr(code)) for code in range(0xC0, 0x180)}
    letters = {each: parts[0].upper() for each, parts in letters.items() if len(parts) == 2}
    found = compare(
        "from scanner.rules.names import words\nresult = [words(each)[0][0] for each in rows]",
        rows=list(letters),
    )
    assert found == list(letters.values())
    assert len(letters) > 150
