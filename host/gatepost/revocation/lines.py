"""Plain lists of withdrawn certificates, one identifier a line, and what only looks like one.

Every text consists of lines. If any of them would do, a damaged list would withdraw its own ruins and nobody else, and
say nothing: so each line has to be able to be an identifier, and one that cannot be ends the reading by its number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gatepost.errors import GatepostError
from gatepost.revocation.records import HASHED, HEADER, KINDS, Withdrawal, check, short_hash

SPACES = " \t\r\v\f"  # those that scanners strip
LONGEST = 100  # characters: a UVCI has 80 at most, and a country before it
RID = re.compile(r"([A-Za-z0-9_-]{1,24})(?:\.(\d{1,10}))?")
_IDENTIFIER = re.compile(r"\w[\w :/#.+*$%=@&~()'!?-]*")
_OWN = re.compile(rf"{HEADER.split()[0]}|({'|'.join(KINDS)})\s+[A-Z]+\s+[0-9a-fA-F]", re.IGNORECASE)
_CERTIFICATE = re.compile(r"(HC[0-9A-Z]:|shc:/|[A-Za-z0-9+]+://)", re.IGNORECASE)


class NoList(GatepostError):
    """A file of another sort, and not a list that is damaged."""


def identifier(scheme: str, kind: str, text: str, kid: bytes = b"", before: int = 0) -> Withdrawal:
    """The withdrawal of the certificate with this identifier. GatepostError where none can have it."""
    if kind in HASHED:
        raise GatepostError(f"a {kind} is no text: it is named by its hash, or by the certificate itself")
    text = text.strip(SPACES)
    why = unfit(kind, text)
    if why:
        raise GatepostError(f"no identifier of a certificate: {why}")
    if kind == "RID":
        match = RID.fullmatch(text)
        if match is not None and match[2]:
            text, before = match[1], int(match[2])
    return check(Withdrawal(scheme, kind, short_hash(text.encode()), kid, before))


def unfit(kind: str, text: str) -> str:
    """Why a text is no identifier of this kind; empty where it may be one."""
    if not text:
        return "it is empty"
    if _OWN.match(text):
        return f"it looks like a line of our own files, whose first line is {HEADER!r}"
    if text.startswith("-----"):
        return "it is a line of a PEM file"
    if text[0] in "{}[]\"'<>":
        return "it is a line of JSON or of another format"
    if _CERTIFICATE.match(text):
        return "it is the text of a code or an address, and not the identifier inside"
    words = text.split()
    if len(words) > 2 or (len(words) == 2 and not any(map(str.isdigit, text))):  # Iceland: 01 IS/ABC4556#8
        return "it is several words, as prose is"
    if kind == "RID":
        return "" if RID.fullmatch(text) else "a rid has 1 to 24 letters, digits, - and _"
    if len(text) > LONGEST:
        return f"it is longer than {LONGEST} characters"
    return "" if _IDENTIFIER.fullmatch(text) else "it has signs that no identifier has"


def read_lines(text: str, name: str, scheme: str, kind: str, kid: bytes) -> Iterator[Withdrawal]:
    """The withdrawals of a plain list; what begins with # is a remark. Spaces around an identifier are no part of it:
    scanners look for each without them as well.

    GatepostError, which names the line, where one cannot be an identifier: NoList where most cannot."""
    if "PRIVATE KEY-----" in text:
        raise NoList(f"{name} holds a private key, which is never read as a list of withdrawn certificates")
    lines = [(number, line.strip(SPACES)) for number, line in enumerate(text.split("\n"), 1)]
    lines = [(number, line) for number, line in lines if line and not line.startswith("#")]
    wrong = [(number, why) for number, line in lines if (why := unfit(kind, line))]
    if wrong:
        number, why = wrong[0]
        own = any(_OWN.match(line) for _, line in lines)
        foreign = not own and len(wrong) * 2 > len(lines)
        raise (NoList if foreign else GatepostError)(
            f"{name}, line {number}: no identifier of a withdrawn certificate: {why}"
        )
    alike = kind != "RID" and kind not in HASHED  # a million of them: what they share is checked once
    for number, line in lines[:1] if alike else lines:
        try:
            yield identifier(scheme, kind, line, kid)
        except GatepostError as error:
            raise GatepostError(f"{name}, line {number}: {error}") from None
    for _, line in lines[1:] if alike else ():
        yield Withdrawal(scheme, kind, short_hash(line.encode()), kid)
