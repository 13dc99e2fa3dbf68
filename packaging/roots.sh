# shellcheck shell=bash
# Bare systems in which packages are tried, made by debootstrap once and kept under build/roots. Sourced after
# .ci/setup.sh, with `root` set; needs root's rights and the package archive that this machine uses.

roots=${CAROUSEL_ROOTS:-$root/build/roots}

# bare_root SUITE PACKAGES FOLDER: a fresh copy of a minimal system of that suite, with packages (joined by commas).
bare_root() {
    ((EUID == 0)) || fail "A bare system is made by debootstrap, which needs root's rights."
    install_missing debootstrap
    local suite=$1 packages=$2 copy=$3 kept=$roots/$1 archive
    if [[ ! -e $kept/made_of || $(<"$kept/made_of") != "$packages" ]]; then
        say "making a bare $suite"
        archive=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | head -n 1)
        rm -rf "$kept"
        mkdir -p "$roots"
        debootstrap --variant=minbase ${packages:+--include="$packages"} "$suite" "$kept" \
            "${archive:-http://deb.debian.org/debian}" >"$roots/$suite.log" 2>&1 ||
            fail "debootstrap could not make a $suite; the whole log: $roots/$suite.log"
        printf '%s\n' "$packages" >"$kept/made_of"
    fi
    [[ ! $copy ]] || cp -a "$kept/." "$copy"
}

# in_root FOLDER COMMAND...: runs a command in it, with no word of the surroundings.
in_root() {
    local folder=$1
    shift
    chroot "$folder" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DEBIAN_FRONTEND=noninteractive "$@"
}

# What every package must do where it is installed: tries COMMAND, the program as it is called there, in FOLDER.
try_program() {
    local folder=$1 program=$2
    in_root "$folder" "$program" --version &&
        in_root "$folder" sh -c "cd /tmp && $program train --steps 20 --layers 1 --hidden-size 16 --quiet --threads 1 &&
            $program generate --length 60 --seed 1 && $program models && $program inspect verse >/dev/null" || return 1
    # Encodings, normalisation, graphemes and packed books need the data of ICU and libraries that may be missing.
    in_root "$folder" sh -c "mkdir -p /tmp/texts && cd /tmp/texts && cat >text.txt && $program train text.txt --unit grapheme \
        --normalize nfkc --steps 1 --layers 1 --hidden-size 8 --quiet --threads 1" <"$root/corpora/polyglot.txt" || return 1
    # A ready model, where some come with it, writes from any folder before anything was trained.
    ls "$root"/models/ready/*.carousel >/dev/null 2>&1 || return 0
    in_root "$folder" sh -c "cd / && $program generate --length 60 --seed 1"
}
