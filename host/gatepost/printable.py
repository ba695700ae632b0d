"""What commands print, so that no text from outside can act on the terminal.

Names in certificates, bundles, journals and devices are other people's: an escape sequence in one would colour or move
what stands around it, a newline would begin a line of its own, and a mark of direction would turn what follows. Each is
shown as Python writes it (`\\x1b`, `\\n`, `\\u202e`); letters of every script stay as they are.
"""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from rich.text import Text

_JOINERS = (
    "\u200c\u200d"  # Persian and Indian names are written with them; they only shape the letters beside them
)


def printable(text: str) -> str:
    """One line for a terminal: control, format and private characters shown, not sent."""
    return _shown(text, lambda letter: letter.encode("unicode_escape").decode())


def say(line: object = "", file: TextIO | None = None, flush: bool = False) -> None:
    """Print one line, whatever it holds."""
    print(printable(str(line)), file=file or sys.stdout, flush=flush)


def say_json(value: Any, **options: Any) -> None:
    """Print JSON, for programs and for people who look: what `printable` would show is escaped as JSON escapes."""
    for line in json.dumps(value, **{"ensure_ascii": False, **options}).split("\n"):
        print(_shown(line, lambda letter: json.dumps(letter)[1:-1] if letter > "\x7f" else "\\u007f"))


def cell(text: object, style: str = "") -> Text:
    """A table's cell: no control characters, and no markup of rich's."""
    from rich.text import Text  # noqa: PLC0415 - most commands print no table

    return Text(printable(str(text)), style)


def _shown(text: str, escaped: Callable[[str], str]) -> str:
    if text.isprintable():
        return text
    return "".join(each if _harmless(text, at) else escaped(each) for at, each in enumerate(text))


def _harmless(text: str, at: int) -> bool:
    letter = text[at]
    if letter in _JOINERS:
        return 0 < at < len(text) - 1 and _is_letter(text[at - 1]) and _is_letter(text[at + 1])
    return letter.isprintable() or unicodedata.category(letter) == "Zs"


def _is_letter(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LM"
