"""What must not be written in viper functions, because a MicroPython that Gatepost supports compiles it wrong.

All of these are silent: the code compiles, runs, and computes something else. Found in which compiler by running
samples, compiled by mpy-cross 1.24 to 1.29, on a Cortex-M3:

unary     -x and ~x of a local variable overwrite the variable, on every machine, up to 1.28.
index     p[i] of a ptr16 or ptr32, read or written, scales the variable i in its register, on Thumb and RV32, in
          1.26 and 1.27. Only the first three locals (arguments first) can lie in registers.
far jump  a conditional jump over 4 KB or more lands elsewhere, on Thumb, up to 1.26. Seen in the compiled code only.

Not refused, because that compiler is not supported on that machine (hardware/README.md): p[constant] = x stores the
wrong register on Xtensa in 1.25.
"""

from __future__ import annotations

import ast
from typing import NamedTuple

from harness import mpy_code

IN_REGISTERS = 3
FARTHEST = 4096 - 512  # bytes; other versions make the same code a little longer
_POINTERS = ("ptr8", "ptr16", "ptr32")
_CASTS = (*_POINTERS, "int", "uint")


class Fault(NamedTuple):
    """One place that must be written otherwise."""

    line: int
    function: str
    rule: str
    what: str


def faults(source: str) -> list[Fault]:
    """Of the source of a module: the rules `unary` and `index`."""
    tree = ast.parse(source)
    constants = set(_constants(tree))
    found: list[Fault] = []
    for function in _viper_functions(tree):
        names = _Locals(function)
        for node in ast.walk(function):
            if isinstance(node, ast.UnaryOp) and _changes_a_variable(node, constants):
                found.append(Fault(node.lineno, function.name, "unary", ast.unparse(node)))
            if isinstance(node, ast.Subscript) and names.scales_a_register(node):
                found.append(Fault(node.lineno, function.name, "index", ast.unparse(node)))
    return sorted(set(found))


def far_jumps(compiled: bytes) -> list[Fault]:
    """Of a module compiled for armv7m: conditional jumps that are too far, with the number of the function."""
    return [
        Fault(0, f"viper function {number}", "far jump", f"{jump} bytes at {at}")
        for number, code in enumerate(mpy_code.viper_functions(compiled))
        for at, jump in mpy_code.conditional_jumps(code)
        if abs(jump) >= FARTHEST
    ]


def _viper_functions(tree: ast.Module) -> list[ast.FunctionDef]:
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        and any(ast.unparse(decorator).split(".")[-1] == "viper" for decorator in node.decorator_list)
    ]


def _constants(tree: ast.Module) -> list[str]:
    # Names bound by const() are numbers to the compiler.
    return [
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and ast.unparse(node.value.func).split(".")[-1] == "const"
        for target in node.targets
        if isinstance(target, ast.Name)
    ]


def _changes_a_variable(node: ast.UnaryOp, constants: set[str]) -> bool:
    if not isinstance(node.op, (ast.USub, ast.Invert)):
        return False
    name = _bare(node.operand)
    return name is not None and name not in constants


def _bare(node: ast.expr) -> str | None:
    # The variable whose register the expression still is: casts and + make no code.
    while True:
        if isinstance(node, ast.Call) and len(node.args) == 1 and ast.unparse(node.func) in _CASTS:
            node = node.args[0]
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.UAdd):
            node = node.operand
        else:
            return node.id if isinstance(node, ast.Name) else None


class _Locals:
    """The local variables of a viper function: which may lie in registers, and which are pointers to what."""

    def __init__(self, function: ast.FunctionDef) -> None:
        arguments = [*function.args.posonlyargs, *function.args.args]
        order = [argument.arg for argument in arguments]
        self._kinds = {
            argument.arg: ast.unparse(argument.annotation) for argument in arguments if argument.annotation
        }
        stored = [n for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
        for name in sorted(stored, key=lambda n: (n.lineno, n.col_offset)):
            if name.id not in order:
                order.append(name.id)
        self._in_registers = set(order[:IN_REGISTERS])
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                self._kinds.setdefault(node.targets[0].id, self._kind(node.value))

    def scales_a_register(self, node: ast.Subscript) -> bool:
        index = _bare(node.slice)
        return index in self._in_registers and self._kind(node.value) in ("ptr16", "ptr32")

    def _kind(self, node: ast.expr) -> str:
        if isinstance(node, ast.Call) and ast.unparse(node.func) in _POINTERS:
            return ast.unparse(node.func)
        return self._kinds.get(node.id, "") if isinstance(node, ast.Name) else ""
