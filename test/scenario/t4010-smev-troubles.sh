#!/bin/sh
# Whatever SMEV does wrong: afterwards no effect is missing, none is there
# twice but with the same MessageID and the same bytes.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/scenario/packets.sh
. "$(dirname "$0")/packets.sh"
# shellcheck source=test/scenario/troubles.sh
. "$(dirname "$0")/troubles.sh"

trouble 'slow answers' 'fault delay 300 times 6'
trouble 'answers later than we wait' 'fault delay 2500 on SendRequest from rs-50 times 1' 'fault delay 2500 on SendResponse times 1'
trouble 'answers dropped' 'fault drop on SendRequest from rs-50 times 2' 'fault drop on SendResponse times 1' 'fault drop on GetRequest times 1'
trouble 'half answers' 'fault garbage on SendRequest from rs-50 times 1' 'fault garbage on SendResponse times 1' 'fault garbage on GetResponse times 1' 'fault garbage on GetRequest times 1'
trouble 'delivered twice' 'fault duplicate on GetRequest times 1' 'fault duplicate on GetResponse times 1'
trouble 'confirmations lost' 'fault lose-ack on Ack times 2'
judge_all 'in the end'
ctl verify-journal >/dev/null && ok 'the journal is whole' || not_ok 'the journal is not whole'
finish
