# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What every script here shares. Source it first; it also sets the shell's safety options.

set -euo pipefail

# shellcheck disable=SC2034  # used by those who source this
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck disable=SC2034
cache=${WQLAB_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/wqlab}

# Status goes to stderr, with the time since the script began, so that stdout stays data.
say() { clear_line && printf '%s [%3d s] %s\n' "${0##*/}:" "$SECONDS" "$*" >&2; }
die() { clear_line && printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

# On a terminal the steps of scripts/lib/steps.sh are a line that is written over.
clear_line() { [[ ! ${WQLAB_STEP-} || ! -t 2 ]] || printf '\r\e[K' >&2; }

# release_of KDIR: what a kernel that is built there calls itself, or nothing. Debian's 6.1 headers say the version of
# their source in include/config/kernel.release.
release_of() { sed -n 's/^#define UTS_RELEASE "\(.*\)"$/\1/p' "$1/include/generated/utsrelease.h" 2>/dev/null || true; }

# is_module_for FILE RELEASE: may that kernel load it?
is_module_for() { grep -qaF "vermagic=$2 " "$1"; }

# room_for_guests: how many the memory is enough for; each has a gigabyte or two.
room_for_guests() { awk '/^MemAvailable/ { print int($2 / 2500000) }' /proc/meminfo; }

# guests_at_a_time: each keeps one core busy, too.
guests_at_a_time() {
    local room
    room=$(room_for_guests)
    echo $((room < 1 ? 1 : room < $(nproc) ? room : $(nproc)))
}

# The comment block at a script's head, after the licence, is its --help.
usage() { sed -n '3,/^[^#]/{s/^# \{0,1\}//p}' "$0"; }
