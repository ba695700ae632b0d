# Codes of no scheme that this scanner verifies: what they are, as far as their text tells, so that a person is told.
#
# Nothing here says that a code is genuine or forged: this scanner cannot know. What a policy makes of it is the judge's
# affair. The forms are those that issuers' own programs write: DIVOC (a zip file, bare, in Base64, or its JSON-LD as it
# is), ICAO's seals in binary (Doc 9303, part 13: DC, then the version), France's 2D-DOC, Hong Kong's vaccination record
# (HKSARG|VAC) and venue code (HKEN:0), Switzerland's certificate light (LT1:), Korea's COOV (identifiers did:infra of
# its chain, in a JWT or JSON), the links of SMART Health Cards and of WHO.

from scanner.codec import base64url
from scanner.reasons import Refusal

_PREFIXES = (
    (b"NZCP:/", "New Zealand COVID pass"),
    (b"NL2:", "Dutch domestic pass"),
    (b"LT1:", "Swiss certificate light"),
    (b"B64:", "DIVOC"),
    (b"HKSARG|VAC", "Hong Kong vaccination record"),
    (b"HKEN:0", "Hong Kong venue code"),
    (b"DC04FR", "French 2D-DOC"),
)
_LINKS = (b"SHLINK:/", b"VHLINK:/")
_WEB = (b"HTTP://", b"HTTPS://")
# Envelopes of which one version is read here; the character behind the name is the version.
_VERSIONED = (b"HC", b"ITH")
_COOV = b"did:infra:"
_NAME = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-."


def refusal(text):
    """The Refusal that names what `text` (bytes) is.

    unsupported_system: a system that is known and not verified here; needs_network: a link to a certificate;
    unknown_code: neither, with what little there is to say in `detail`.
    """
    start = text[:12].upper()
    web = start.startswith(_WEB)
    for link in _LINKS:
        # A link may follow the address of a web viewer, behind "#".
        if start.startswith(link) or (web and b"#" + link.lower() in text):
            return Refusal("needs_network", "health link")
    name = _system(text, start, web)
    if name:
        return Refusal("unsupported_system", name)
    return Refusal("unknown_code", _described(text, start, web))


def _system(text, start, web):
    for prefix, name in _PREFIXES:
        if start.startswith(prefix):
            return name
    for envelope in _VERSIONED:
        at = len(envelope)
        if start.startswith(envelope) and start[at + 1 : at + 2] == b":" and start[at] in b"023456789":
            return "%s, another version of %s1" % (start[: at + 1].decode(), envelope.decode())
    if text.startswith(b"PK\x03\x04"):
        return "DIVOC"
    if text[:1] == b"\xdc" and text[1:2] in (b"\x02", b"\x03"):
        return "ICAO visible digital seal"
    if web:
        return "COOV, Korea" if b"coov" in _host(text).split(b".") else ""
    if text[:1] == b"{":
        return _credential(text)
    if text[:3] == b"eyJ" and text.count(b".") == 2:
        json = _payload(text)
        return _credential(json) or ("signed web token (JWT)" if json[:1] == b"{" else "")
    return ""


def _credential(json):
    # A look at the words alone: who can verify none of it need not read it.
    if _COOV in json:
        return "COOV, Korea"
    if b'"@context"' not in json or b"Credential" not in json:
        return ""
    return "DIVOC" if b"/vaccination" in json or b"divoc" in json else "verifiable credential (JSON-LD)"


def _payload(token):
    try:
        return base64url.decode(token.split(b".")[1])
    except ValueError:
        return b""


def _described(text, start, web):
    if web:
        return "web address, " + _host(text).decode()
    if not text:
        return "empty"
    for byte in text:
        if byte >= 127 or byte < 9:
            return "data that is no text"
    colon = start.find(b":")
    if colon > 0 and _all_of(start[:colon], _NAME):
        return "unknown prefix " + text[: colon + 1].decode()
    return "text"


def _host(address):
    """The host in a web address, as far as it is one: 40 letters at most, and nothing that could be a secret."""
    end = start = address.find(b"//") + 2
    while end < len(address) and end - start < 40 and address[end] in _NAME:
        end += 1
    return address[start:end].lower()


def _all_of(text, letters):
    for byte in text:  # noqa: SIM110 - a generator is another allocation
        if byte not in letters:
            return False
    return True
