#!/bin/sh
# Keys on a token, with a program, and several of them: what is sent is signed
# well whatever becomes of one, and a new key takes over at its moment.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
keys=$KONTINGENT_TEST_KEYS
"$source/scripts/make-keys" "$keys"

utc() {
	date -u -d "$1" +%Y-%m-%dT%H:%M:%SZ
}

# delivered NAME FILE: a packet is applied, and all of it goes to SMEV
delivered() {
	post "$2" demo-school-key -H 'Prefer: wait=30' >/dev/null
	if wait_for 40 all_delivered; then
		ok "$1"
	else
		not_ok "$1: $(ctl queue | tr '\n' ' ')"
	fi
}

signer_pid() {
	sed -n 's/.*event=ready role=signer index=0 pid=\([0-9]*\).*/\1/p' "$work/kontingentd.log" | tail -n 1
}

# A token, by its module of PKCS#11, with the sandbox on.
printf '1234\n' >"$work/pin"
chmod 600 "$work/pin"
KONTINGENT_TOKEN_KEY=$keys/caller.key
export KONTINGENT_TOKEN_KEY
DEMO_CONF=$(cat <<CONF
key "token" {
	use = {"system"}
	cert = "$keys/caller.pem"
	module = "$build/gost_module.so"
	token = "token"
	object = "key"
	pin_file = "$work/pin"
	since = "$(utc now)"
}
CONF
)
export DEMO_CONF
start_region
expect "-n finds the keys right" 0 "$("$build/kontingentd" -c "$work/kontingentd.conf" -n >/dev/null 2>&1; echo $?)"
delivered 'signed by a token' "$source/demo/school.xml"
delivered 'and again' "$source/demo/learners.xml"
expect_grep 'it was the token' 'event=key use=system name=token result=active' "$work/kontingentd.log"

# A PIN that others may read is refused before anything changes.
chmod 644 "$work/pin"
"$build/kontingentd" -c "$work/kontingentd.conf" -n >"$work/check" 2>&1
expect_grep 'a PIN that others may read is refused' 'KEY_PIN' "$work/check"
stop_region

# A program, which dies while it is needed; and one that takes over later.
cat >"$work/program" <<CONF
#!/bin/sh
echo \$\$ >>$work/program.pids
exec "$source/etc/key-command-openssl" "$keys/caller.key"
CONF
chmod +x "$work/program"
OPENSSL_CONF=$KONTINGENT_OPENSSL_CONF
export OPENSSL_CONF
DEMO_CONF=$(cat <<CONF
key "program" {
	use = {"system"}
	cert = "$keys/caller.pem"
	command = {"$work/program"}
	since = "$(utc now)"
}
CONF
)
rm -rf "$work/state" "$work/kontingentd.log"
start_region
delivered 'signed by a program' "$source/demo/school.xml"
expect_grep 'it was the program' 'event=key use=system name=program result=active' "$work/kontingentd.log"
kill -9 "$(tail -n 1 "$work/program.pids")"
delivered 'the program died: another one is started' "$source/demo/learners.xml"
expect "it was started anew" true "$([ "$(wc -l <"$work/program.pids")" -gt 1 ] && echo true)"
expect_grep 'the loss is told' 'code=KEY_LOST' "$work/kontingentd.log"

# Settings whose key can't sign are refused, and change nothing.
cp "$work/kontingentd.conf" "$work/good.conf"
sed "s|keys/caller.key|keys/zags.key|" "$work/good.conf" >"$work/kontingentd.conf"
before=$(signer_pid)
kill -HUP "$daemon_pid"
wait_for 20 grep -q 'event=reload result=refused code=KEY_MISMATCH' "$work/kontingentd.log" &&
    ok 'a key that is not of its certificate is refused' || not_ok 'a key that is not of its certificate is not refused'
expect 'and changes nothing' "$before" "$(signer_pid)"
cp "$work/good.conf" "$work/kontingentd.conf"

# One that takes over later, beside it.
cat >>"$work/kontingentd.conf" <<CONF
key "later" {
	use = {"system"}
	cert = "$keys/caller.pem"
	file = "$keys/caller.key"
	since = "$(utc 'now + 10 seconds')"
}
CONF
kill -HUP "$daemon_pid"
wait_for 30 grep -q 'event=reload result=done' "$work/kontingentd.log" || not_ok 'reload'
before=$(signer_pid)
if wait_for 40 grep -q 'event=key use=system name=later result=active' "$work/kontingentd.log"; then
	ok 'the later key takes over at its moment'
else
	not_ok 'the later key takes over at its moment'
fi
expect 'without a restart' "$before" "$(signer_pid)"
expect 'the balance is right' true "$(balance right)"
finish
