#!/bin/sh
# /healthz, /readyz and /metrics say what is.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/scenario/packets.sh
. "$(dirname "$0")/packets.sh"
start_region
# probe PATH: without a key
probe() {
	curl -s -o "$work/answer" -D "$work/head" -w '%{http_code}' --max-time 30 \
	    "http://127.0.0.1:$http_port$1"
}
metric() {
	sed -n "s/^$1 //p" "$work/answer"
}

expect 'it is alive' 200 "$(probe /healthz)"
expect 'it is ready' 200 "$(probe /readyz)"
expect 'and says so' true "$(jq -r .ready "$work/answer")"
expect 'no reason speaks against it' 0 "$(jq -r '.reasons | length' "$work/answer")"
post "$source/demo/school.xml" demo-school-key -H 'Prefer: wait=30' >/dev/null
post "$source/demo/learners.xml" demo-school-key -H 'Prefer: wait=30' >/dev/null
post "$source/demo/broken.xml" demo-school-key -H 'Prefer: wait=30' >/dev/null
wait_quiet 40 || not_ok 'the queues do not run empty'

expect 'metrics are answered' 200 "$(probe /metrics)"
expect_grep 'as Prometheus text' '^Content-Type: text/plain; version=0.0.4' "$work/head"
bad=$(grep -vE '^$|^# (HELP|TYPE) [a-z0-9_]+ |^[a-z][a-z0-9_]*(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? [-+0-9.eE]+(Inf|NaN)?$' "$work/answer" | head -n 3)
expect 'each line can be read' '' "$bad"
untyped=$(awk '/^# TYPE / { typed[$3] = 1; next } /^#/ || /^$/ { next }
    { name = $1; sub(/\{.*/, "", name); base = name; sub(/_(bucket|sum|count)$/, "", base)
      if (!(name in typed) && !(base in typed)) print name }' "$work/answer" | sort -u)
expect 'each figure has a type' '' "$untyped"
undescribed=$(awk '/^# HELP / { said[$3] = 1 } /^# TYPE / && !($3 in said) { print $3 }' "$work/answer")
expect 'and is described' '' "$undescribed"
expect 'no type stands twice' '' "$(grep '^# TYPE' "$work/answer" | sort | uniq -d)"
expect 'no figure stands twice' '' "$(grep -v '^#' "$work/answer" | sed 's/ [^ ]*$//' | sort | uniq -d)"
expect 'the store is up' 1 "$(metric kontingent_store_up)"
for state in accepted applied refused cancelled waiting held; do
	expect "$state of the balance" "$(balance $state)" "$(metric "kontingent_inbox{state=\"$state\"}")"
done
expect 'owed of the balance' "$(balance owed)" "$(metric 'kontingent_outbox{state="owed"}')"
expect 'delivered of the balance' "$(balance delivered)" "$(metric 'kontingent_outbox{state="delivered"}')"
expect 'no difference' '0 0' \
    "$(metric 'kontingent_balance_difference{side="in"}') $(metric 'kontingent_balance_difference{side="out"}')"
[ "$(balance refused)" = 1 ] && ok 'the broken packet is counted' || not_ok "refused $(balance refused)"
stop_daemon
expect 'a stopped daemon is not alive' 000 "$(probe /healthz || :)"
finish
