# What a genuine certificate says, the same for every scheme: the one value that crosses from reading to judging.

from micropython import const

from scanner.reasons import Refusal

_MOST = const(24)  # entries


class Claims:
    """The content of a certificate whose signature a trusted key has verified.

    scheme "HC1", "SHC", "VDS-NC", "IL"; form "EU DCC", "WHO DVC"...; key: the KeyRecord that verified; issuer: its
    country, issuer_name: its name; family, given (any script) and family_ascii, given_ascii (ICAO 9303
    transliteration); birth: "" or a date of any precision; kind "vaccination", "test", "recovery", "domestic", "link",
    "antibody", "status" or None when there is not exactly one entry; kinds: those of all entries; entries:
    list of (kind, facts) of a scheme whose certificates may hold several, else []; facts: dict of product, maker, dose,
    doses, date, result, test_type, sampled, country, issuer, id, valid_from, valid_until, document... as far as known,
    else absent, and `series` of a vaccination of several doses: list of the facts of each, in order; issued, expires,
    not_before: seconds since 1970 or None; first_day, last_day: the first and the last day on which it is good at the
    post, as days since 1970, or None; payload: the decoded dict; revocation_ids: list of (hash type, first 16 bytes of
    the SHA-256 of an identifier); warnings: reason codes that make the verdict CHECK at best.
    """

    def __init__(self, scheme, key):
        self.scheme = scheme
        self.key = key
        self.issuer = key.country
        self.issuer_name = key.name
        self.form = ""
        self.family = ""
        self.given = ""
        self.family_ascii = ""
        self.given_ascii = ""
        self.birth = ""
        self.kind = None
        self.kinds = ()
        self.facts = {}
        self.entries = []
        self.issued = None
        self.not_before = None
        self.expires = None
        self.first_day = None
        self.last_day = None
        self.payload = None
        self.revocation_ids = []
        self.warnings = []

    def parts(self):
        """Each entry as Claims of its own, about the same holder by the same key; of a single entry, these Claims."""
        if not self.entries:
            return (self,)
        return [self.part(kind, facts) for kind, facts in self.entries]

    def part(self, kind, facts):
        """The same with this entry alone."""
        part = Claims(self.scheme, self.key)
        for name in self.__dict__:
            setattr(part, name, self.__dict__[name])
        part.kind = kind
        part.kinds = (kind,)
        part.facts = facts
        part.entries = []
        return part

    def hold(self, entries):
        """Take the entries of a certificate, (kind, facts) each, to which the facts so far are common. Refusal."""
        if len(entries) > _MOST:
            raise Refusal("too_large", "%d entries" % len(entries))
        common = self.facts
        for _, facts in entries:
            facts.update(common)
            for dose in facts.get("series", ()):
                dose.update(common)
        self.kinds = tuple([kind for kind, _ in entries])
        if len(entries) == 1:
            self.kind, self.facts = entries[0]
        else:
            self.entries = entries

    def warn(self, code):
        """Add a reason why a person has to look; PASS is then out of reach."""
        if code not in self.warnings:
            self.warnings.append(code)
