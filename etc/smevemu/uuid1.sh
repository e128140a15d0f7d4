#!/bin/sh
# A UUID of version 1, as MessageID has to be: the time, and chance.
t=$(($(date +%s%N) / 100 + 122192928000000000))
chance=$(od -An -N8 -tx1 /dev/urandom | tr -d ' \n')
printf '%08x-%04x-1%03x-8%.3s-%.12s\n' $((t & 0xffffffff)) $((t >> 32 & 0xffff)) \
    $((t >> 48 & 0xfff)) "$chance" "${chance#????}"
