"""`gatepost`: finds the commands and runs one.

A command is a module beside this one with NAME, HELP, add_arguments(parser) and run(args), and perhaps DESCRIPTION and
EXAMPLES for its help. Each is imported apart, so
that one with a missing library leaves the others working and says what it lacks only when it is called.
"""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import sys
import traceback
from collections.abc import Sequence
from types import ModuleType

import gatepost
from gatepost import cli
from gatepost.cli import filing, helping
from gatepost.errors import GatepostError
from gatepost.printable import say

DEBUG = "GATEPOST_DEBUG"

EXAMPLES = """\
examples:
  gatepost demo
      see the scanner judge certificates that it makes itself; needs nothing
  gatepost scan photo.jpg --trust list.gatepost
      judge a picture
  gatepost COMMAND --help
      more of each

exit codes:
  0  done; of scans: every one PASS        3  of scans: some CHECK, none REFUSE
  1  an error, told on standard error      4  of scans: some REFUSE
  2  arguments that make no sense          5  of scans: in some picture no code was found
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code. Nothing but --help and usage errors raises SystemExit."""
    parser = argparse.ArgumentParser(
        prog="gatepost",
        description="An offline checkpoint scanner for health and travel certificates: its tools and its simulator.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"gatepost {gatepost.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in _module_names():
        _add(commands, name)
    args = parser.parse_args(arguments)
    try:
        filing.apart(args)
        return int(args.run(args) or 0)
    except GatepostError as error:
        # Of several lines the later ones are indented: none of them passes for a sentence of its own.
        first, *more = str(error).split("\n")
        say(f"gatepost: {first}", file=sys.stderr)
        for line in more:
            say(f"    {line}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read the output has left; the interpreter must not complain about it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:  # noqa: BLE001 - the edge: a person gets a sentence
        if os.environ.get(DEBUG):
            traceback.print_exc()
        say(
            f"gatepost: a fault of this program: {type(error).__name__}: {error} ({DEBUG}=1 shows where)",
            file=sys.stderr,
        )
        return 1


def _module_names() -> list[str]:
    return sorted(each.name for each in pkgutil.iter_modules(cli.__path__) if each.name != "main")


def _add(commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str) -> None:
    """Add the command of one module, if it is one."""
    try:
        module: ModuleType = importlib.import_module(f"{cli.__name__}.{name}")
    except ImportError as error:
        reason = str(error)
        parser = commands.add_parser(name, help=f"not available: {reason}", add_help=False)
        parser.add_argument("rest", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
        parser.set_defaults(run=lambda _: _unavailable(name, reason))
        return
    if hasattr(module, "NAME"):
        parser = commands.add_parser(
            module.NAME,
            help=module.HELP,
            description=getattr(module, "DESCRIPTION", module.HELP[:1].upper() + module.HELP[1:] + "."),
            epilog=getattr(module, "EXAMPLES", None),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.add_arguments(parser)
        helping.complete(parser)
        parser.set_defaults(run=module.run)


def _unavailable(name: str, reason: str) -> int:
    raise GatepostError(f"the command {name!r} is not available in this installation: {reason}")


if __name__ == "__main__":
    sys.exit(main())
