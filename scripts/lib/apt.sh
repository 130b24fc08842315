# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154  # what common.sh sets
# apt with a state of its own in our cache: it can look into suites that this machine has not configured (a bare
# debootstrap has no security suite, nobody has the next release's backports) and changes nothing of the machine's apt.

source "$root/scripts/lib/progress.sh"

apt_state=$cache/apt
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
architectures=(amd64) # whose packages there are; one without a word is of the first

# private_apt apt-get|apt-cache ARGUMENT...
private_apt() {
    local tool=$1
    shift
    # The sandbox user of a root's apt could not write in our cache; signatures are checked as ever.
    "$tool" -o Dir::State="$apt_state" -o Dir::State::status="$apt_state/status" -o Dir::Cache="$apt_state/cache" \
        -o Dir::Etc::sourcelist="$apt_state/sources.list" -o Dir::Etc::sourceparts=- \
        -o APT::Architecture="${architectures[0]}" "${architectures[@]/#/-oAPT::Architectures::=}" \
        -o APT::Sandbox::User=root -o Acquire::Languages=none -o APT::Get::List-Cleanup=0 -o APT::Status-Fd=1 "$@"
}

# mirror main|security: where this machine gets Debian from. apt itself reads its sources for us, in both their formats.
mirror() {
    local uri release security='' main=''
    # shellcheck disable=SC2016  # apt's own variables
    while read -r uri release; do
        [[ -n $main || $release == *-* ]] || main=$uri
        [[ -n $security || $release != *-security ]] || security=$uri
    done < <(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' |
        grep -E '^[a-z+]+:.*/debian')
    [[ -n $main$security ]] || die "apt has no Debian archive configured: add one to /etc/apt/sources.list"
    case $1 in
        main) echo "${main:-${security/debian-security/debian}}" ;;
        security) echo "${security:-$(sed -E 's|/debian(/.*)?$|/debian-security\1|' <<<"$main")}" ;;
    esac
}

# use_suites SUITE...: makes apt's private lists those of these suites, freshly read. Ours alone until fetch_packages is
# done.
use_suites() {
    local suite from
    [[ -r $keyring ]] || die "$keyring is missing: install debian-archive-keyring"
    mkdir -p "$apt_state"/{lists/partial,cache/archives/partial}
    exec 9>"$apt_state/.lock"
    flock 9
    : >"$apt_state/status"
    for suite; do
        [[ $suite == *-security ]] && from=security || from=main
        echo "deb [signed-by=$keyring arch=$(IFS=, && echo "${architectures[*]}")] $(mirror $from) $suite main"
    done >"$apt_state/sources.list"
    with_progress "reading package lists of $*" private_apt apt-get update || die "cannot read the package lists of $*"
}

# fetch_packages DIR PACKAGE...: downloads the packages and unpacks them under DIR, installing nothing.
fetch_packages() {
    local dir=$1 debs
    shift
    debs=$(mktemp -d "$apt_state/debs.XXXXXX")
    (cd "$debs" && with_progress "downloading" private_apt apt-get download "$@") || die "cannot download $*"
    unpack "$debs" "$dir"
}

# fetch_with_dependencies DIR PACKAGE...: the same, and all that the packages depend on.
fetch_with_dependencies() {
    local dir=$1 debs
    shift
    debs=$(mktemp -d "$apt_state/debs.XXXXXX")
    mkdir "$debs/partial"
    with_progress "downloading" private_apt apt-get install -y --no-install-recommends --download-only \
        -o Dir::Cache::archives="$debs" -o Debug::NoLocking=1 "$@" || die "cannot download $*"
    unpack "$debs" "$dir"
}

# unpack DEBS DIR: and removes DEBS. The lists are anybody's again.
unpack() {
    local package
    mkdir -p "$2"
    for package in "$1"/*.deb; do
        dpkg-deb -x "$package" "$2"
    done
    rm -rf "$1"
    exec 9>&-
}
