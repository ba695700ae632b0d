#!/usr/bin/env bash
# A scanner's first day, with every command a technician and a supervisor need: keys, provisioning, fifty travellers, a
# new list that drops an issuer, and the journal that proves it all. The scanner is a virtual one on a real serial port;
# with a board, leave out `gatepost sim` and the pictures, and name the board's port.
#
#     docs/day.sh [FOLDER]        everything it makes stays in FOLDER (default: a new temporary one)
#
# tests/integration/test_day.py runs it and checks what it says.
set -euo pipefail

folder=${1:-$(mktemp -d)}
mkdir -p "$folder"
cd "$folder"
say() { printf '\n== %s\n' "$*"; }

say "keys: the authority's, a technician's, a supervisor's; two countries that issue certificates"
gatepost keys new authority -o authority --no-passphrase
for role in technician supervisor; do
    gatepost keys new role --role $role --name "The $role" --authority authority/authority.key.pem \
        --days 30 -o $role --no-passphrase
done
for country in PT DE; do
    gatepost keys new issuer --country $country -o $country --no-passphrase
done

say "lists: the first trusts both countries, the second has dropped DE"
sign() { gatepost trust bundle "${@:2}" --key authority/authority.key.pem --version "$1" -o "list-$1.gatepost"; }
sign 1 PT/dsc.crt.pem DE/dsc.crt.pem
sign 2 PT/dsc.crt.pem

say "rules: who may pass this gate; they are tested before they are signed"
cat >gate.toml <<'END'
name = "Gate 1"
use = ["codes.toml"]

[lists]
accepted = ["comirnaty", "spikevax", "vaxzevria", "jcovden"]

[proof.vaccinated]
says = "the last dose of an accepted product, 14 to 270 days ago"
kinds = ["vaccination"]
when = ["target is covid", "product in accepted", "dose >= doses", "date 14 to 270 days ago"]

[[test]]
name = "thirteen days are not enough"
at = 2026-03-14T12:00:00Z
certificate = { kind = "vaccination", target = "840539006", product = "EU/1/20/1528", dose = 2, doses = 2, date = "2026-03-01" }
expect = "rules_not_met"
END
gatepost policy check gate.toml
gatepost policy pack gate.toml --key authority/authority.key.pem -o rules.gatepost

say "fifty travellers from PT, two from DE"
mkdir -p pictures
traveller() { gatepost issue hc1 --key "$1/dsc.key.pem" --issuer "$1" --given "Traveller $2" --png "pictures/$1-$2.png"; }
export -f traveller
{ seq -f 'PT %g' 50; seq -f 'DE %g' 2; } | xargs -P 2 -L 1 bash -c 'traveller "$0" "$1"'

say "a blank scanner is plugged in"
mkfifo sim.in
gatepost sim --flash scanner.img --quiet <sim.in >sim.out &
exec 3>sim.in
trap 'echo quit >&3; wait' EXIT
until grep -q '^port ' sim.out; do sleep 0.2; done
GATEPOST_PORT=$(sed -n 's/^port //p' sim.out)
export GATEPOST_PORT
show() { # pictures, one after the other, and wait for as many verdicts
    local before count
    before=$(wc -l <sim.out)
    printf '%s\n' "$@" >&3
    until count=$(wc -l <sim.out) && [ $((count - before)) -ge $# ]; do sleep 0.1; done
    tail -n $# sim.out | cut -d: -f1 | sort | uniq -c
}

say "it becomes ours, and is sealed"
gatepost device provision gate-1 --authority authority/authority.pub.pem --role technician/technician.role \
    --supervisor supervisor/supervisor.role --bundle list-1.gatepost --bundle rules.gatepost
gatepost device hello

say "fifty scans, and one from DE, which is trusted"
show pictures/PT-*.png
show pictures/DE-1.png

say "DE's key is dropped: a new list over the cable"
gatepost device push list-2.gatepost --role technician/technician.role
show pictures/DE-2.png

say "an older list is refused"
if gatepost device push list-1.gatepost --role technician/technician.role; then exit 1; fi

say "the journal: collected, verified, and freed on the scanner"
gatepost logs pull --role supervisor/supervisor.role -o logs
gatepost logs verify logs/*.journal
gatepost logs show logs/*.journal --key supervisor/supervisor.key.pem
gatepost logs export logs/*.journal --key supervisor/supervisor.key.pem -o journal.csv

say "no name is in the journal, nor on the scanner's flash"
if grep -qi Traveller journal.csv scanner.img; then exit 1; fi
echo none
