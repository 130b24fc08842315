#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The workqueue conformance suite as a kselftest: KTAP on stdout; exit 0 kept, 1 broken, 4 skipped.

ksft_skip=4

skip() {
	echo "1..0 # SKIP $1"
	exit $ksft_skip
}

[ "$(id -u)" = 0 ] || skip "only root may"
command -v wqctl >/dev/null || skip "wqctl is not installed"

loaded=
if [ ! -d /sys/module/wqlab ]; then
	modprobe -q wqlab || skip "there is no module wqlab for this kernel"
	loaded=1
fi

wqctl check --ktap "$@"
status=$?

[ -z "$loaded" ] || rmmod wqlab
case $status in
0 | 1) exit $status ;;
*) exit $ksft_skip ;;
esac
