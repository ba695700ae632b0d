# A certificate that comes with a message (RFC 5280): its key, its time, what it may sign, and who vouches for it.
#
# Strict about everything that decides, blind to everything else: names and serial numbers are never taken apart,
# since deployed ones break rules that do not matter here. An extension that is critical and not understood refuses the
# certificate (4.2). Keys on the two curves of the messages only; authorities' own keys come from the trust list.

import hashlib

from micropython import const

from scanner.codec import der
from scanner.codec.der import BIT_STRING, INTEGER, OCTET_STRING, OID, SEQUENCE, Der
from scanner.crypto import p256, p384, rsa, sha384

# Object identifiers as they are encoded, without tag and length.
_EC_KEY = b"\x2a\x86\x48\xce\x3d\x02\x01"  # 1.2.840.10045.2.1
_P256 = b"\x2a\x86\x48\xce\x3d\x03\x01\x07"
_P384 = b"\x2b\x81\x04\x00\x22"
_PRIME_FIELD = b"\x2a\x86\x48\xce\x3d\x01\x01"
_RSA_SHA256 = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"
_RSA_PSS = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"
_ECDSA_SHA256 = b"\x2a\x86\x48\xce\x3d\x04\x03\x02"
_ECDSA_SHA384 = b"\x2a\x86\x48\xce\x3d\x04\x03\x03"
_SHA256 = b"\x60\x86\x48\x01\x65\x03\x04\x02\x01"
_MGF1 = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08"

_KEY_USAGE = b"\x55\x1d\x0f"
_BASIC = b"\x55\x1d\x13"
_AUTHORITY_KEY = b"\x55\x1d\x23"
_EXTENDED_USAGE = b"\x55\x1d\x25"
_DOCUMENT_TYPES = b"\x67\x81\x08\x01\x01\x06\x02"  # 2.23.136.1.1.6.2
_UNDERSTOOD = (_KEY_USAGE, _BASIC, _AUTHORITY_KEY, _EXTENDED_USAGE, _DOCUMENT_TYPES, b"\x55\x1d\x0e")

_VERSION = const(0xA0)
_EXTENSIONS = const(0xA3)
_BOOLEAN = const(0x01)
_SIZES = {"P-256": 32, "P-384": 48}
_MOST = const(4096)  # bytes; a code holds no more

# The primes of the curves, for keys that spell their curve out (SEC 1, C.2). The rest of what they spell is not used.
_PRIMES = {
    b"\xff\xff\xff\xff\x00\x00\x00\x01" + bytes(12) + b"\xff" * 12: "P-256",
    b"\xff" * 31 + b"\xfe\xff\xff\xff\xff" + bytes(8) + b"\xff" * 4: "P-384",
}


class Certificate:
    """kind "P-256" or "P-384", x, y: its key; not_before, not_after: seconds since 1970; authority_key: the key id of
    who signed it, b"" if it names none; serial: bytes; usages: its extended key usages or None, usages_critical;
    documents: ICAO's document types, a list of bytes, or None; may_sign, is_authority: bools.

    ValueError where the bytes are no such certificate.
    """

    def __init__(self, data):
        if len(data) > _MOST:
            raise ValueError("certificate too large")
        outer = Der(data)
        whole = outer.enter(SEQUENCE)
        outer.close()
        start = whole.at
        body = whole.enter(SEQUENCE)
        self.signed = bytes(data[start : whole.at])
        self._algorithm = whole.raw(SEQUENCE)
        self._signature = whole.bits()
        whole.close()
        self.usages = self.documents = None
        self.usages_critical = False
        self.authority_key = b""
        self.may_sign = True
        self.is_authority = False
        self._read_body(body)

    def is_signed_by(self, key):
        """Whether `key`, a KeyRecord, signed this. ValueError for an algorithm that is not ours or not the key's."""
        algorithm = Der(self._algorithm).enter(SEQUENCE)
        name = algorithm.content(OID)
        if name == _RSA_SHA256 and key.kind == "RSA":
            return rsa.verify_pkcs1(key.n, key.e, hashlib.sha256(self.signed).digest(), self._signature)
        if name == _RSA_PSS and key.kind == "RSA":
            salt = _pss_salt(algorithm)
            return rsa.verify_pss(key.n, key.e, hashlib.sha256(self.signed).digest(), self._signature, salt)
        if name == _ECDSA_SHA256 and key.kind == "P-256":
            raw = der.ecdsa_signature(self._signature, 32)
            return p256.verify(key.x, key.y, hashlib.sha256(self.signed).digest(), raw)
        if name == _ECDSA_SHA384 and key.kind in _SIZES:
            raw = der.ecdsa_signature(self._signature, _SIZES[key.kind])
            digest = sha384.digest(self.signed)
            return (p256 if key.kind == "P-256" else p384).verify(key.x, key.y, digest, raw)
        raise ValueError("algorithm of the certificate's signature")

    def _read_body(self, body):
        if body.peek() == _VERSION:
            version = body.enter(_VERSION)
            if version.content(INTEGER) != b"\x02":
                raise ValueError("certificate of another version")
            version.close()
        else:
            raise ValueError("certificate of another version")
        self.serial = body.content(INTEGER)
        if body.raw(SEQUENCE) != self._algorithm:
            raise ValueError("two signature algorithms")
        body.element(SEQUENCE)  # issuer
        times = body.enter(SEQUENCE)
        self.not_before, self.not_after = times.time(), times.time()
        times.close()
        body.element(SEQUENCE)  # subject
        self._read_key(body.enter(SEQUENCE))
        while body.peek() in (0x81, 0x82):  # unique identifiers
            body.skip()
        if body.peek() == _EXTENSIONS:
            holder = body.enter(_EXTENSIONS)
            extensions = holder.enter(SEQUENCE)
            holder.close()
            self._read_extensions(extensions)
        body.close()

    def _read_key(self, info):
        algorithm = info.enter(SEQUENCE)
        if algorithm.content(OID) != _EC_KEY:
            raise ValueError("key that is on no curve")
        self.kind = _curve(algorithm)
        algorithm.close()
        point = info.bits()
        info.close()
        size = _SIZES[self.kind]
        if len(point) != 2 * size + 1 or point[0] != 4:
            raise ValueError("point of a key")
        self.x = point[1 : size + 1]
        self.y = point[size + 1 :]

    def _read_extensions(self, extensions):
        seen = []
        while extensions.peek() >= 0:
            extension = extensions.enter(SEQUENCE)
            name = extension.content(OID)
            critical = False
            if extension.peek() == _BOOLEAN:
                # DER leaves a FALSE out; some certificates do not.
                critical = extension.content(_BOOLEAN) != b"\x00"
            value = Der(extension.content(OCTET_STRING))
            extension.close()
            if name in seen:
                raise ValueError("an extension twice")
            seen.append(name)
            if name == _KEY_USAGE:
                content = value.content(BIT_STRING)
                self.may_sign = len(content) > 1 and content[1] & 0x80 != 0  # digitalSignature
            elif name == _BASIC:
                basic = value.enter(SEQUENCE)
                self.is_authority = basic.peek() == _BOOLEAN and basic.content(_BOOLEAN) != b"\x00"
            elif name == _AUTHORITY_KEY:
                identifier = value.enter(SEQUENCE)
                self.authority_key = identifier.content(0x80) if identifier.peek() == 0x80 else b""
            elif name == _EXTENDED_USAGE:
                self.usages = _all(value.enter(SEQUENCE), OID)
                self.usages_critical = critical
            elif name == _DOCUMENT_TYPES:
                listed = value.enter(SEQUENCE)
                listed.content(INTEGER)
                kinds = listed.enter(der.SET)
                self.documents = []
                while kinds.peek() >= 0:
                    self.documents.append(kinds.content(kinds.peek()))
            elif critical and name not in _UNDERSTOOD:
                raise ValueError("a critical extension that is not understood")


def _all(elements, tag):
    found = []
    while elements.peek() >= 0:
        found.append(elements.content(tag))
    return found


def _curve(algorithm):
    if algorithm.peek() == OID:
        name = algorithm.content(OID)
        kind = "P-256" if name == _P256 else "P-384" if name == _P384 else None
    else:
        # Doc 9303, part 12, has authorities spell their curve out, and some signers do so too.
        parameters = algorithm.enter(SEQUENCE)
        parameters.content(INTEGER)
        field = parameters.enter(SEQUENCE)
        kind = _PRIMES.get(field.natural()) if field.content(OID) == _PRIME_FIELD else None
    if kind is None:
        raise ValueError("curve of a key")
    return kind


def _pss_salt(algorithm):
    """Bytes of salt of RSASSA-PSS parameters (RFC 4055, 3.1) that name SHA-256 and MGF1 with it. ValueError."""
    parameters = algorithm.enter(SEQUENCE)
    hashed = parameters.enter(0xA0).enter(SEQUENCE)
    generator = parameters.enter(0xA1).enter(SEQUENCE)
    salt = parameters.enter(0xA2).natural()
    if (
        hashed.content(OID) != _SHA256
        or generator.content(OID) != _MGF1
        or generator.enter(SEQUENCE).content(OID) != _SHA256
        or len(salt) != 1
    ):
        raise ValueError("parameters of a signature")
    return salt[0]
