"""The help of each action: its description, and those of its group's examples that show it. No command of its own.

A group has its examples in one place, where they read as a day's work; an action repeats what is its own, so that
neither is written twice and none is without.
"""

from __future__ import annotations

import argparse


def complete(parser: argparse.ArgumentParser) -> None:
    """Give every action below `parser` what it lacks of description and examples."""
    for group in parser._actions:
        if not isinstance(group, argparse._SubParsersAction):
            continue
        words = {each.dest: each.help or "" for each in group._choices_actions}
        for name, action in group.choices.items():
            if not action.description and words.get(name):
                action.description = words[name][:1].upper() + words[name][1:] + "."
            if not action.epilog:
                action.epilog = _of(action.prog, parser.epilog or "")
                action.formatter_class = argparse.RawDescriptionHelpFormatter
            complete(action)


def _of(command: str, examples: str) -> str | None:
    """The examples of one command: the lines that begin with it, and those below that are set in."""
    found: list[str] = []
    taken = False
    for line in examples.splitlines():
        if line.startswith("  gatepost "):
            taken = f"{line} ".startswith(f"  {command} ")
        elif not line.startswith("    "):
            taken = False
        if taken:
            found.append(line)
    return "\n".join(["examples:", *found, ""]) if found else None
