"""`gatepost device`: find scanners on the serial ports, make them somebody's, and look after them."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gatepost.cli import filing, readingkeys, roleholder
from gatepost.device import selection
from gatepost.errors import GatepostError, about
from gatepost.printable import printable, say, say_json

if TYPE_CHECKING:
    from gatepost.device.discovery import Found
    from gatepost.trust.bundle import Bundle

NAME = "device"
HELP = "find scanners, provision them, and look after them"

EXAMPLES = """\
examples:
  gatepost device list
      every scanner on a USB port, and every virtual one that runs here
  gatepost device hello --name gate-3
      what one scanner says of itself
  gatepost device provision gate-3 --authority authority.pub.pem --role ana/technician.role \\
      --supervisor li/supervisor.role --bundle list.gatepost
      a blank scanner becomes yours: its key, name, readers of its journal, clock and list; then it is sealed
  gatepost device provision gate-3 --image scanner.bin --port /dev/ttyACM0 ...
      a board out of the box: its flash is written first (gatepost image makes the file)
  gatepost device push list.gatepost --name gate-3 --role ana/technician.role
  gatepost device clock --role ana/technician.role
  gatepost device config --rename gate-4 --role ana/technician.role
  gatepost device explain --role li/supervisor.role
      the steps to the verdict that is on the screen, there; once more for the next page
  gatepost device reading utopia.reading --fingerprint FINGERPRINT --role ana/technician.role
  gatepost device seal --role ana/technician.role
  gatepost device unseal --name gate-4 --role ana/technician.role --yes
      wipes keys, lists and journal first

The scanner is the only one that is found, or the one that --name, --port or $GATEPOST_PORT choose. A role is a
certificate (gatepost keys new role) with its private key beside it: ana/technician.role, ana/technician.key.pem.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")

    def action(name: str, words: str, role: bool = True) -> argparse.ArgumentParser:
        each = actions.add_parser(name, help=words, description=words[:1].upper() + words[1:] + ".")
        selection.add_arguments(each)
        if role:
            roleholder.add_arguments(each)
        each.add_argument("--json", action="store_true")
        return each

    action("list", "show every scanner that answers, and every port that does not", role=False)
    action("hello", "show what a scanner says of itself", role=False)

    provision = action("provision", "make a blank scanner yours: authority, name, clock, lists, seal")
    provision.add_argument("new_name", metavar="NAME", help="what it will be called")
    provision.add_argument(
        "--authority", type=Path, required=True, metavar="FILE", help="its authority's public key"
    )
    provision.add_argument(
        "--supervisor", type=Path, action="append", default=[], metavar="ROLE",
        help="certificate of somebody who may read its journal; none: it keeps no journal",
    )  # fmt: skip
    provision.add_argument(
        "--bundle", type=Path, action="append", default=[], metavar="FILE", help="bundle to begin with"
    )
    provision.add_argument(
        "--image", type=Path, metavar="FILE", help="write this flash image to the board first"
    )
    provision.add_argument(
        "--board", default="waveshare-esp32-s3-touch-lcd-2", metavar="NAME", help="the image's board"
    )
    provision.add_argument("--no-seal", action="store_true", help="leave it open, for development")

    push = action("push", "bring a bundle to a scanner; only what it lacks travels")
    push.add_argument("bundle", type=Path, metavar="BUNDLE")

    clock = action("clock", "set a scanner's clock to this computer's")
    clock.add_argument("--show", action="store_true", help="only say how far it is off; needs no role")

    reading = action(
        "reading", "give a scanner the reading keys of sealed certificates; they replace those before"
    )
    reading.add_argument("keys", type=Path, nargs="+", metavar="READING", help="files with reading keys")
    reading.add_argument(
        "--fingerprint", required=True, metavar="TEXT",
        help="of the scanner's key, as `device provision` said: no other scanner gets the secrets",
    )  # fmt: skip
    reading.add_argument(
        "--version", type=int, metavar="N", help="of this set; it only rises (default: the time now)"
    )
    readingkeys.add_passphrase(reading)

    config = action("config", "give a scanner another name, or its journal other readers")
    config.add_argument("--rename", metavar="NAME")
    config.add_argument(
        "--supervisor", type=Path, action="append", default=[], metavar="ROLE",
        help="these certificates' holders read its journal from now on",
    )  # fmt: skip
    config.add_argument(
        "--authority", type=Path, metavar="FILE", help="check the certificates with this public key"
    )

    action("explain", "have a scanner's screen show the steps to its verdict, page by page; for supervisors")
    action("seal", "close a scanner: it answers nothing but signed requests")
    unseal = action("unseal", "wipe all that is this deployment's from a scanner, and open it")
    unseal.add_argument("--yes", action="store_true", help="do not ask")


def run(args: argparse.Namespace) -> int:
    actions = {
        "list": _list, "hello": _hello, "provision": _provision, "push": _push, "clock": _clock, "config": _config,
        "explain": _explain, "reading": _reading,
        "seal": _seal, "unseal": _unseal,
    }  # fmt: skip
    return actions[args.action](args)


def _list(args: argparse.Namespace) -> int:
    from gatepost.device import report

    found = selection.chosen(args)
    if args.json:
        _json([{"port": each.port, "hello": each.hello, "problem": each.problem} for each in found])
    elif any(each.hello is not None for each in found):
        report.console().print(report.scanners_table(found))
    for each in found if not args.json else ():
        if each.hello is None:
            say(f"gatepost: {about(each.port, each.problem)}", file=sys.stderr)
    return 0 if any(each.hello is not None for each in found) else 1


def _hello(args: argparse.Namespace) -> int:
    from gatepost.device import report

    found = selection.one(args)
    if args.json:
        _json({"port": found.port, "hello": found.hello})
        return 0
    for name, value in {"port": found.port, **report.facts(found.hello or {})}.items():
        say(f"{name + ':':<12} {value}")
    return 0


def _provision(args: argparse.Namespace) -> int:
    from gatepost.device import provision
    from gatepost.keys.files import load_authority
    from gatepost.keys.roles import read_role

    authority = load_authority(args.authority)
    technician = roleholder.load(args)
    read_role(technician.certificate, authority)
    plan = provision.Plan(
        authority,
        technician,
        args.new_name,
        provision.load_supervisors(args.supervisor, authority),
        [_bundle(path, authority) for path in args.bundle],
        not args.no_seal,
    )
    found = _flash(args) if args.image else selection.one(args)
    with _open(found) as client:
        done = provision.provision(client, plan, lambda words: _say(args, words))
    if args.json:
        _json({"port": found.port, **done})
    else:
        say(f"{plan.name} is ready; its key is {provision.fingerprint(done['device'])}")
    return 0


def _flash(args: argparse.Namespace) -> Found:
    """Write the image, and find the scanner that starts from it."""
    from gatepost import boards
    from gatepost.device import discovery
    from gatepost.image import building, esptool

    if len(args.port) != 1:
        raise GatepostError("--image needs the board's port: --port")
    board = boards.load(args.board)
    made = building.read(filing.load(args.image))
    if made.program.get(building.BOARD_FILE, b"").decode("utf-8", "replace") != board.driver:
        raise GatepostError(f"{args.image} is for another board than {board.name}")
    esptool.write_flash(args.port[0], board.chip, args.image)
    _say(args, f"wrote {args.image}")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        # The port that comes back after the start may have another name.
        for found in discovery.find([*args.port, *discovery.candidates()]):
            if found.hello is not None and not found.hello.get("provisioned"):
                return found
        time.sleep(1)
    raise GatepostError(
        "the flash is written, but no blank scanner answers: press RESET and provision it by its port"
    )


def _push(args: argparse.Namespace) -> int:
    bundle = _bundle(args.bundle)
    with _session(args) as client:
        from gatepost.device import report

        with report.bar(args.json) as shown:
            task = shown.add_task(
                printable(f"{bundle.kind} bundle {bundle.version}"), total=len(bundle.content)
            )
            pushed = client.push(bundle, lambda here, _: shown.update(task, completed=here))
    if args.json:
        _json(pushed.__dict__)
    elif pushed.already:
        say(f"{pushed.kind} bundle {pushed.version} was there already")
    else:
        say(
            f"{pushed.kind} bundle {pushed.version} is active; {pushed.sent} of {pushed.size} bytes travelled"
        )
    return 0


def _clock(args: argparse.Namespace) -> int:
    if args.show:
        found = selection.one(args)
        clock = (found.hello or {}).get("clock", {})
        off = round(clock.get("now", 0) - time.time())
        if args.json:
            _json({"off": off, "trusted": clock.get("trusted")})
        else:
            say(f"{off:+d} seconds from this computer's, {'trusted' if clock.get('trusted') else 'doubtful'}")
        return 0
    with _session(args) as client:
        now = client.set_clock()
    if args.json:
        _json({"now": now})
    else:
        say(f"set to {time.strftime('%Y-%m-%d %H:%M:%S UTC', time.gmtime(now))}")
    return 0


def _reading(args: argparse.Namespace) -> int:
    from gatepost.device.provision import fingerprint
    from gatepost.device.reading import check_environment, seal_to

    keys = readingkeys.load(args, args.keys)
    who = roleholder.load(args)
    with _open(selection.one(args)) as client, client.session(who.certificate, who.private) as session:
        if fingerprint(session.device) != args.fingerprint:
            raise GatepostError("this is another scanner: its key has not that fingerprint; nothing was sent")
        check_environment(client.hello(), keys)
        version = int(time.time()) if args.version is None else args.version
        done = client.set_reading_keys(seal_to(session.device, version, keys))
    if args.json:
        _json(done)
    else:
        say(f"reading keys: {done['keys']}, version {done['version']}")
    return 0


def _config(args: argparse.Namespace) -> int:
    from gatepost.device import provision
    from gatepost.keys.files import load_authority

    if not args.rename and not args.supervisor:
        raise GatepostError("nothing to change: --rename or --supervisor")
    authority = load_authority(args.authority) if args.authority else None
    supervisors = provision.load_supervisors(args.supervisor, authority) or None
    with _session(args) as client:
        client.configure(args.rename, supervisors)
        hello = client.hello()
    if args.json:
        _json({"name": hello["name"], "supervisors": [name for name, _ in supervisors or ()]})
        return 0
    if args.rename:
        say(f"it is {hello['name']} now")
    if supervisors:
        say(f"its journal is for {', '.join(name for name, _ in supervisors)} from now on")
    return 0


def _explain(args: argparse.Namespace) -> int:
    with _session(args) as client:
        page, pages = client.explain()
    if args.json:
        _json({"page": page, "pages": pages})
    else:
        say(f"page {page} of {pages} is on the screen")
    return 0


def _seal(args: argparse.Namespace) -> int:
    with _session(args) as client:
        client.seal()
        hello = client.hello()
    if args.json:
        _json({"name": hello["name"], "sealed": hello["sealed"]})
    else:
        say(f"{hello['name']} is sealed")
    return 0


def _unseal(args: argparse.Namespace) -> int:
    found = selection.one(args)
    label = found.label
    if not args.yes:
        if not sys.stdin.isatty():
            raise GatepostError("unseal wipes the scanner: say --yes")
        waiting = (found.hello or {}).get("journal", {})
        count = waiting.get("next", 0) - waiting.get("first", 0)
        if (
            input(
                printable(f"wipe {label}, with {count} records that were not collected? Type its name: ")
            ).strip()
            != label
        ):
            raise GatepostError("nothing was wiped")
    credentials = roleholder.load(args)
    with _open(found) as client:
        client.session(credentials.certificate, credentials.private)
        client.unseal()
    if args.json:
        _json({"port": found.port, "wiped": label})
    else:
        say(f"{label} is wiped and blank")
    return 0


def _session(args: argparse.Namespace) -> Any:
    """A client of the chosen scanner with the role's session open; closing it ends the session."""
    credentials = roleholder.load(args)
    client = _open(selection.one(args))
    try:
        client.session(credentials.certificate, credentials.private)
    except BaseException:
        client.close()
        raise
    return client


def _open(found: Found) -> Any:
    from gatepost.device import discovery

    return discovery.connect(found.port)


def _bundle(path: Path, authority: Any = None) -> Bundle:
    from gatepost.trust.bundle import read_bundle

    try:
        return read_bundle(filing.load(path), authority).check_signed()
    except GatepostError as error:
        raise GatepostError(about(path, error)) from None


def _say(args: argparse.Namespace, words: str) -> None:
    say(words, file=sys.stderr if args.json else sys.stdout, flush=True)


def _json(value: Any) -> None:
    say_json(value, indent=1, default=lambda each: bytes(each).hex())
