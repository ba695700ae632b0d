"""A copy of the firmware that notes which of its blocks were run, because MicroPython's builds have no `sys.settrace`.

A block is the body of a function, of a branch or of a loop. Each begins with one more statement: it sets the block's
byte in a table, and bodies of functions and loops count a step. Viper code, pixels, boards and the cable stay as they
are.
"""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

from harness.interpreter import FIRMWARE

# What a text meets on its way from the code to the screen.
COUNTED = ("codec", "credentials", "journal", "rules", "trust", "ui")
ALSO = ("crypto/cose.py", "crypto/rsa.py", "look.py", "scan_report.py")
NOT = ("ui/fonts", "journal/pull.py", "journal/segment.py", "journal/shelf.py", "trust/shards.py")
_COUNTS = "fuzz_counts"


def counted_firmware(folder: Path) -> list[str]:
    """Write the copy into `folder`; the places of its blocks, "module.py:line", in the order of the table."""
    places: list[str] = []
    for path in sorted((FIRMWARE / "scanner").rglob("*")):
        place = path.relative_to(FIRMWARE)
        if path.is_dir() or "__pycache__" in place.parts:
            continue
        target = folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".py" and _wanted(str(place.relative_to("scanner"))):
            target.write_text(
                _counted(path.read_text(encoding="utf-8"), place.name, places), encoding="utf-8"
            )
        else:
            shutil.copyfile(path, target)
    (folder / f"{_COUNTS}.py").write_text(f"seen = bytearray({len(places)})\nsteps = [0]\n")
    return places


def _wanted(place: str) -> bool:
    if any(place.startswith(each) for each in NOT):
        return False
    return place.split("/", maxsplit=1)[0] in COUNTED or place in ALSO


def _counted(source: str, name: str, places: list[str]) -> str:
    tree = ast.parse(source)
    _Blocks(name, places).visit(tree)
    tree.body.insert(0, ast.parse(f"from {_COUNTS} import seen as _fuzz_seen, steps as _fuzz_steps").body[0])
    return ast.unparse(ast.fix_missing_locations(tree))


class _Blocks(ast.NodeTransformer):
    def __init__(self, name: str, places: list[str]) -> None:
        self.name = name
        self.places = places
        self.inside = False

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        if any(
            isinstance(each, ast.Attribute) and each.attr in ("viper", "native")
            for each in node.decorator_list
        ):
            return node
        outside, self.inside = self.inside, True
        self.generic_visit(node)
        self.inside = outside
        node.body = self._noted(node.body, True)
        return node

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        if self.inside and not isinstance(node, (ast.FunctionDef, ast.Lambda, ast.IfExp, ast.ClassDef)):
            loop = isinstance(node, (ast.For, ast.While))
            for field in ("body", "orelse", "finalbody"):
                block = getattr(node, field, None)
                # `elif` is an `if` in `orelse`: its own bodies are noted.
                if isinstance(block, list) and block:
                    setattr(node, field, self._noted(block, loop and field == "body"))
        return node

    def _noted(self, block: list[ast.stmt], step: bool) -> list[ast.stmt]:
        number = len(self.places)
        self.places.append(f"{self.name}:{getattr(block[0], 'lineno', 0)}")
        source = f"_fuzz_seen[{number}] = 1" + ("\n_fuzz_steps[0] += 1" if step else "")
        return [*ast.parse(source).body, *block]
