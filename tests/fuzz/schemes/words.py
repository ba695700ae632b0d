"""Names worth trying in the place of others: the texts and labels that stand in the firmware itself."""

from __future__ import annotations

import ast
from functools import cache
from typing import Any

from harness.interpreter import FIRMWARE

_LONGEST = 40


@cache
def words() -> list[Any]:
    """Texts and small numbers of the modules that read certificates."""
    found: set[Any] = set()
    for path in sorted((FIRMWARE / "scanner" / "credentials").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and not isinstance(node.value, bool):
                if isinstance(node.value, str) and 0 < len(node.value) <= _LONGEST:
                    found.add(node.value)
                elif isinstance(node.value, int) and node.value < 300:
                    found.update((node.value, -node.value))
    return sorted(found, key=repr)


@cache
def names() -> list[Any]:
    """The texts alone, for what has no other names."""
    return [each for each in words() if isinstance(each, str)]
