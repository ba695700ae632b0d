"""Names of vaccines: a brand says which one, its maker only where no other name stands beside it."""

from __future__ import annotations

import pytest

NAMES = [
    ("Comirnaty", "EU/1/20/1528"),
    ("COMIRNATY Original/Omicron BA.4-5", "EU/1/20/1528"),
    ("AstraZeneca Vaxzevria", "EU/1/21/1529"),
    ("Pfizer", "EU/1/20/1528"),
    ("Pfizer-BioNTech COVID-19 Vaccine", "EU/1/20/1528"),
    ("COVID-19 Vaccine Moderna", "EU/1/20/1507"),
    ("Sputnik V", "Sputnik-V"),
    ("Pfizer Trumenba", "Pfizer Trumenba"),
    ("Pfizer Prevnar 20", "Pfizer Prevnar 20"),
    ("Moderna mRESVIA", "Moderna mRESVIA"),
    ("AstraZeneca FluMist", "AstraZeneca FluMist"),
    ("Comirnaty, Spikevax", "Comirnaty, Spikevax"),
    ("Pfizer Moderna", "Pfizer Moderna"),
    ("Comirnatyx", "Comirnatyx"),
    ("COVID-19 vaccine", "COVID-19 vaccine"),
    ("", ""),
    ("疫苗", "疫苗"),
]


@pytest.mark.parametrize("name, product", NAMES, ids=range(len(NAMES)))
def test_names(mp, name, product):
    assert mp.call("scanner.credentials.products:from_brand", name) == product
