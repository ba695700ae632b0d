# Texts of systems that this scanner knows by sight and does not read: "unsupported" is not "forged".

from scanner.reasons import Refusal

_PREFIXES = (
    (b"NZCP:/", "New Zealand COVID pass"),
    (b"NL2:", "Dutch domestic pass"),
    (b"NL1:", "Dutch domestic pass"),
    (b"B64:", "DIVOC"),
)
_LINKS = (b"SHLINK:/", b"VHLINK:/")


def refuse_known(text):
    """Raise the Refusal that names the system of `text` (bytes); return if it is none of them."""
    start = text[:10].upper()
    for link in _LINKS:
        # A link may follow the address of a web viewer, behind "#".
        if start.startswith(link) or (start.startswith(b"HTTP") and b"#" + link.lower() in text):
            raise Refusal("needs_network", "health link")
    for prefix, name in _PREFIXES:
        if start.startswith(prefix):
            raise Refusal("unsupported_system", name)
    if text.startswith(b"PK\x03\x04"):
        raise Refusal("unsupported_system", "DIVOC")
