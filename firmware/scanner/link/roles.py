# Role certificates: the authority's word that a key is a technician's or a supervisor's.
#
# A scanner holds no list of people: the certificate comes with the session, and its short life is what takes a role
# back. COSE_Sign1 over {format, role, key, name, serial, not_before, not_after}.

from micropython import const

from scanner.codec import cbor
from scanner.signed import Point, Signed

CONTENT_TYPE = "application/vnd.gatepost.role+cbor"
LIMIT = const(1024)  # bytes

TECHNICIAN = "technician"
SUPERVISOR = "supervisor"
AUTHORITY = "authority"
_ROLES = (TECHNICIAN, SUPERVISOR, AUTHORITY)


class Role:
    """A certificate taken apart, its signature not yet verified. ValueError for any other bytes.

    role, name, serial (8 bytes), key (a Point), not_before and not_after (unix seconds, both inside).
    """

    def __init__(self, certificate):
        if len(certificate) > LIMIT:
            raise ValueError("certificate too long")
        self._signed = Signed(certificate, CONTENT_TYPE)
        fields = cbor.decode(self._signed.payload)
        if not isinstance(fields, dict) or fields.get("format") != 1 or fields.get("role") not in _ROLES:
            raise ValueError("certificate of another kind")
        key, serial = fields.get("key"), fields.get("serial")
        if not isinstance(key, bytes) or not isinstance(serial, bytes) or len(serial) != 8:
            raise ValueError("certificate without key or serial")
        if not isinstance(fields.get("name"), str):
            raise ValueError("certificate without a name")
        for field in ("not_before", "not_after"):
            if type(fields.get(field)) is not int:
                raise ValueError("certificate without " + field)
        self.role = fields["role"]
        self.name = fields["name"]
        self.serial = serial
        self.key = Point(key)
        self.not_before = fields["not_before"]
        self.not_after = fields["not_after"]

    def is_by(self, authority):
        """Whether the authority (65 bytes) signed it."""
        return self._signed.is_by(Point(authority))
