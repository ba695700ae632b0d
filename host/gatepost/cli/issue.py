"""`gatepost issue`: certificates for demonstrations, tests and other people's scanners."""

from __future__ import annotations

import argparse

from gatepost.cli import issue_hc1, issue_israel, issue_ith1, issue_shc, issue_vdsnc

NAME = "issue"
HELP = "make certificates"


EXAMPLES = """\
examples:
  gatepost issue hc1 --key issuer/dsc.key.pem --png card.png
      an EU vaccination certificate; each scheme has examples of its own: gatepost issue hc1 --help
  gatepost issue shc --key issuer/dsc.key.pem --issuer https://health.example/cards --png card.png
      a SMART Health Card
  gatepost issue vdsnc --authority issuer/csca.key.pem --new-csca csca.crt.pem --png proof.png
      an ICAO VDS-NC, with its passport authority
  gatepost issue ith1 --key issuer/dsc.key.pem --reading utopia.reading --new-reading --png sealed.png
      a sealed travel certificate; a status code: gatepost issue status --help
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = EXAMPLES
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    kinds = parser.add_subparsers(dest="scheme", required=True, metavar="SCHEME")
    for scheme in (issue_hc1, issue_shc, issue_vdsnc, issue_israel, issue_ith1):
        scheme.add_arguments(kinds)


def run(args: argparse.Namespace) -> int:
    return args.issue(args)
