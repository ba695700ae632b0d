# One vocabulary for vaccines and results, whatever code a scheme writes: the names of the EU's value sets, which a
# post's rules are written in. A code that is not here stays as it was, behind the name of its system.

COVID = "840539006"  # SNOMED CT, as the EU and WHO name the disease

# CDC, "CVX codes": vaccines against COVID-19 that say which product it was; those of children and the bivalent ones are
# told apart by their dose.
_CVX = {
    "207": "EU/1/20/1507",
    "208": "EU/1/20/1528",
    "210": "EU/1/21/1529",
    "211": "EU/1/21/1618",
    "212": "EU/1/20/1525",
    "217": "EU/1/20/1528",
    "218": "EU/1/20/1528",
    "219": "EU/1/20/1528",
    "221": "EU/1/20/1507",
    "227": "EU/1/20/1507",
    "228": "EU/1/20/1507",
    "229": "EU/1/20/1507",
    "300": "EU/1/20/1528",
    "301": "EU/1/20/1528",
    "302": "EU/1/20/1528",
    "502": "Covaxin",
    "505": "Sputnik-V",
    "506": "Convidecia",
    "510": "BBIBP-CorV",
    "511": "CoronaVac",
    "213": "",
    "500": "",
}
# Brand names, as ICAO's messages and Israel's write them among other words.
_BRANDS = {
    "comirnaty": "EU/1/20/1528",
    "spikevax": "EU/1/20/1507",
    "vaxzevria": "EU/1/21/1529",
    "jcovden": "EU/1/20/1525",
    "nuvaxovid": "EU/1/21/1618",
    "covaxin": "Covaxin",
    "covishield": "Covishield",
    "coronavac": "CoronaVac",
    "sputnik": "Sputnik-V",
}
# Makers make other vaccines as well: their names say which one only where no other name stands with them.
_MAKERS = {
    "pfizer": "EU/1/20/1528",
    "moderna": "EU/1/20/1507",
    "astrazeneca": "EU/1/21/1529",
    "janssen": "EU/1/20/1525",
}
_BESIDE = ("biontech", "oxford", "covid", "19", "covid19", "vaccine", "mrna", "inc", "biotech")
# SNOMED CT: detected / not detected, positive / negative, reactive / not, the virus itself; LOINC's answers.
_RESULTS = {
    "260373001": "positive",
    "10828004": "positive",
    "11214006": "positive",
    "840533007": "positive",
    "LA11882-0": "positive",
    "LA6576-8": "positive",
    "260415000": "negative",
    "260385009": "negative",
    "131194007": "negative",
    "LA11883-8": "negative",
    "LA6577-6": "negative",
}


def from_cvx(code):
    """(product, target) of a CVX code; the target is "" where the code is for another disease, or unknown."""
    known = _CVX.get(code)
    return known or "CVX " + code, "" if known is None else COVID


def from_brand(name):
    """The product of a brand name, or of its maker alone; or the name as it is."""
    letters = [letter if letter.isalpha() or letter.isdigit() else " " for letter in name.lower()]
    words = "".join(letters).split()
    brands = [_BRANDS[word] for word in words if word in _BRANDS]
    if not brands:
        others = [word for word in words if word not in _BESIDE]
        brands = [_MAKERS.get(word, "") for word in others]
    return brands[0] if brands and brands.count(brands[0]) == len(brands) and brands[0] else name


def result(code):
    """ "negative", "positive" or "unclear"."""
    return _RESULTS.get(code, "unclear")
