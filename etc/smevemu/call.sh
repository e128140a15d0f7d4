#!/bin/sh
# One call of SMEV by curl and smevsign.
# usage: call.sh KEYS OPERATION <ELEMENTS
# KEYS: folder and name of key and certificate ("keys/caller"); the element that
# is signed has the Id "A", t: are the types and b: the basic types.
set -eu
u=urn://x-artefacts-smev-gov-ru/services/message-exchange/types v=${SMEV_VERSION:-1.1}
{
	printf '<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/" xmlns:t="%s" xmlns:b="%s">' "$u/$v" "$u/basic/$v"
	printf '<S:Body><t:%sRequest>%s</t:%sRequest></S:Body></S:Envelope>' "$2" "$(cat)" "$2"
} | smevsign sign --id A --key "$1.key" --cert "$1.pem" |
    curl -sS -H 'Content-Type: text/xml; charset=utf-8' --data-binary @- "${SMEV_URL:-http://127.0.0.1:7500}/smev/v$v/ws"
