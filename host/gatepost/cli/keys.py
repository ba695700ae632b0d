"""`gatepost keys`: keys of a deployment's authority, of its staff, of issuers, and those exchanged with partners."""

from __future__ import annotations

import argparse

from gatepost.cli import keys_exchange, keys_new, keys_show

NAME = "keys"
HELP = "make, inspect and exchange keys"

EXAMPLES = """\
examples:
  gatepost keys new authority -o authority/
      the key that signs what scanners of this deployment load; asks for a passphrase
  gatepost keys new issuer --country DE --alg PS256 -o issuer/ --demonstration --no-passphrase
      a country's signing authority and document signer, for demonstrations
  gatepost keys new role --role technician --name "Ana Sousa" --authority authority/authority.key.pem -o ana/
      a technician's key and the authority's certificate for it
  gatepost keys new role --role supervisor --name "Li Wei" --authority authority.key.pem --public li.pub.pem -o li/
      the certificate alone, for a key that its holder made and keeps
  gatepost keys new role --role technician --name "Ana Sousa" --to-sign authority.pub.pem -o ana/
      the certificate is unsigned: gatepost trust sign and attach make it a technician.role
  gatepost keys new reading --country UT -o ut/
      what opens our sealed certificates (docs/ith1.md); several may be valid at a time
  gatepost keys new recipient -o pt/
      what other authorities seal their packages to; send them recipient.pub.pem, and tell them its fingerprint
  gatepost keys package --to pt/recipient.pub.pem --fingerprint HEX --country UT --name "Utopia Health" \\
      --signing ut/dsc.crt.pem --reading ut/UT-*.reading --key ut/authority.key.pem -o ut.package
  gatepost keys accept ut.package --key pt/recipient.key.pem --fingerprint HEX --country UT -o partners/ut
      the first package of Utopia; later ones need neither fingerprint nor country
  gatepost keys inspect issuer/dsc.crt.pem
  gatepost keys fingerprint pt/recipient.pub.pem
  gatepost keys public authority/authority.key.pem > authority.pub.pem
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = EXAMPLES
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    keys_new.add_arguments(actions)
    keys_show.add_arguments(actions)
    keys_exchange.add_arguments(actions)


def run(args: argparse.Namespace) -> int:
    actions = {
        "new": keys_new.run,
        "inspect": keys_show.inspect,
        "fingerprint": keys_show.fingerprint,
        "public": keys_show.public,
        "package": keys_exchange.package,
        "accept": keys_exchange.accept,
    }
    return actions[args.action](args)
