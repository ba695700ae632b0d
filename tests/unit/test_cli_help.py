"""Every command has a description and an example in its help."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import pytest
from gatepost.cli import main


def leaves(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    groups = [each for each in parser._actions if isinstance(each, argparse._SubParsersAction)]
    if not groups:
        yield parser
    for group in groups:
        for each in group.choices.values():
            yield from leaves(each)


def commands() -> list[argparse.ArgumentParser]:
    parser = argparse.ArgumentParser(prog="gatepost")
    actions = parser.add_subparsers()
    for name in main._module_names():
        main._add(actions, name)
    return list(leaves(parser))


COMMANDS = commands()


def test_the_walk_finds_them():
    assert {"gatepost scan", "gatepost trust revocations import", "gatepost keys new"} <= {
        each.prog for each in COMMANDS
    }


@pytest.mark.parametrize("command", COMMANDS, ids=lambda each: each.prog)
def test_each_has_a_description_and_an_example(command):
    assert command.description and command.description.rstrip().endswith(".")
    assert "example" in (command.epilog or "") and f"\n  {command.prog} " in f"{command.epilog} ".replace(
        "\n", " \n"
    )
    assert f"  {command.prog}" in command.format_help()
