"""The order of loading: no import may nest deeply, because a board's C stack is small.

Found here by reading the sources, and not first on a board: which modules an import drags in, one inside the other.
"""

import ast
import os
import subprocess

import pytest
from harness.interpreter import FIRMWARE

DEEPEST = 3  # imports inside each other


def needs(module):
    """The modules of ours that `module` imports when it is loaded, in order."""
    path = FIRMWARE / (module.replace(".", "/") + ".py")
    found = []
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("scanner"):
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                is_module = (FIRMWARE / (inner.replace(".", "/") + ".py")).exists()
                found.append(inner if is_module else node.module)
    return found


def depth(module, loaded):
    """How deep the import of `module` nests, given what is loaded; marks what it loads."""
    if module in loaded:
        return 0
    loaded.add(module)
    return 1 + max((depth(each, loaded) for each in needs(module)), default=0)


def test_no_import_nests_deeply(mp64):
    order = mp64.run("from scanner import load\nresult = list(load._VISION + load._REST)")
    loaded = {"scanner.load"}
    deep = {module: depth(module, loaded) for module in [*order, "scanner.app"]}
    assert {module: found for module, found in deep.items() if found > DEEPEST} == {}


@pytest.mark.parametrize("entry", ["scanner.app", "scanner.rules.judge"])
def test_without_the_order_they_would(entry):
    assert depth(entry, set()) > DEEPEST


def test_the_order_loads(mp):
    mp.run("from scanner import load\nload.vision()\nload.rest()\nimport scanner.app")


ONE_PIECE = """
import gc
from scanner import load
load.vision()
load.rest()
gc.collect()
free = gc.mem_free()
bytearray(free * 95 // 100)
print(free)
"""


def test_loading_leaves_the_heap_in_one_piece(mp):
    done = subprocess.run(
        [*mp.command, "-X", "heapsize=1300K", "-c", ONE_PIECE],
        capture_output=True, text=True, check=False, env={**os.environ, "MICROPYPATH": str(FIRMWARE)},
    )  # fmt: skip
    assert done.stderr == ""
    assert int(done.stdout) > 500_000
