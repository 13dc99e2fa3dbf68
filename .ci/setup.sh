# shellcheck shell=bash
# What the launcher, tests/run and .ci/run share: packages, configuration, build. Sourced with `root`
# set to the checkout. Everything said here goes to standard error, and nothing reads standard input,
# which may be the text of a command.

packages=(g++ meson ninja-build pkg-config
    libboost-program-options-dev libboost-serialization-dev libxtensor-dev libxtensor-blas-dev
    libopenblas-serial-dev libicu-dev libarchive-dev libxml2-dev libgcrypt20-dev libfmt-dev nlohmann-json3-dev)
test_packages=(doctest-dev nodejs unicode-data)
libraries='a C++20 compiler (g++ 12 or newer), meson >= 1.0, ninja, pkg-config, Boost.Program_options,
Boost.Serialization, xtensor, xtensor-blas, OpenBLAS with its headers, ICU, libarchive, libxml2, libgcrypt, fmt, nlohmann-json;
for the tests also doctest, Node.js and the Unicode character database'

# Sanitizers: with assertions, and with so little optimisation that traces can be read. Warnings are errors elsewhere; that they
# are here too, without any, has ccache find the kernels. Without MPI, as most people build.
# shellcheck disable=SC2034
sanitized=(--werror -Dwarning_level=0 -Doptimization=1 -Ddebug=false -Db_ndebug=false -Db_lundef=false -Dmpi=disabled)

build=${CAROUSEL_BUILD:-$root/build/release}
log=$build.log

trap 'printf "\n" >&2; exit 130' INT
trap 'exit 143' TERM

say() { printf 'carousel: %s\n' "$*" >&2; }
fail() { say "$@"; exit 1; }

# Ends the program with the last lines of the log.
fail_with_log() {
    tail -n 40 "$log" >&2
    fail "$1 The whole log: $log (removing ${log%/*} starts afresh)"
}

# One at a time: a second start waits here until the first has built.
lock() {
    mkdir -p "$(dirname "$build")" && exec 9>>"$build.lock" || return 1
    command -v flock >/dev/null || return 0
    flock -n 9 || { say "waiting for another start that is building"; flock 9; }
}
unlock() { exec 9>&-; }

# The packages among "$@" that are not installed.
missing_packages() {
    local state package
    local -A installed
    while read -r state package; do
        [[ $state == installed ]] && installed[$package]=1
    done < <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null)
    for package; do [[ ${installed[$package]:-} ]] || echo "$package"; done
}

# Installs what is missing among "$@". Where there is no apt the build itself finds out.
install_missing() {
    command -v apt-get >/dev/null && command -v dpkg-query >/dev/null || return 0
    local missing as_root=()
    mapfile -t missing < <(missing_packages "$@")
    ((${#missing[@]})) || return 0
    if ((EUID)); then
        command -v sudo >/dev/null ||
            fail "Missing packages, and no sudo to install them. As root: apt-get install ${missing[*]}"
        as_root=(sudo)
    fi
    say "installing with apt-get: ${missing[*]}"
    local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300)
    "${apt[@]}" update </dev/null >"$log" 2>&1 || say "apt-get update failed, trying with the lists at hand"
    "${apt[@]}" install -y --no-install-recommends "${missing[@]}" </dev/null >>"$log" 2>&1 ||
        fail_with_log "apt-get could not install ${missing[*]}."
}

# What the folder was configured for: another checkout path or a new package starts it afresh.
configuration() { printf '%s\n' "$root" "${packages[*]}"; }

is_configured() {
    [[ -f $build/build.ninja && -f $build/configured_for ]] &&
        [[ $(<"$build/configured_for") == "$(configuration)" ]]
}

# configure OPTION...: packages first, then a fresh build folder. Four files at a time are one for the compiler, which
# reads what they include once: that is half of its work.
configure() {
    install_missing "${packages[@]}"
    command -v meson >/dev/null || fail "There is no meson. This needs: $libraries."
    say "configuring"
    [[ ! -e $build || -d $build/meson-private || -z $(ls -A "$build") ]] ||
        fail "$build is in the way: it is not a build folder of meson."
    rm -rf "$build"
    meson setup --unity on --unity-size 4 "$@" "$build" "$root" </dev/null >"$log" 2>&1 || {
        command -v apt-get >/dev/null || say "This needs: $libraries."
        fail_with_log "The build could not be configured."
    }
    configuration >"$build/configured_for"
}

# set_up_tests OPTION...: as configure, and with the tests; a folder without them gets them added.
set_up_tests() {
    install_missing "${packages[@]}" "${test_packages[@]}"
    if ! is_configured; then
        configure -Dtests=true "$@"
    elif [[ ! -e $build/with_tests ]]; then
        meson configure -Dtests=true "$build" </dev/null >"$log" 2>&1 ||
            fail_with_log "The tests could not be added to the build."
    fi
    : >"$build/with_tests"
}

# Compilers at once: one for each core, as long as each finds a gigabyte of memory.
jobs_at_once() {
    local cores memory=
    cores=$(nproc 2>/dev/null || echo 2)
    [[ -r /proc/meminfo ]] && memory=$(awk '/^MemAvailable/ { print int($2 / 1000000) }' /proc/meminfo)
    echo $((${memory:-$cores} < cores ? (${memory:-1} > 0 ? memory : 1) : cores))
}

# compile TARGET...: brings the targets up to date and shows how far it is. False when that fails.
compile() {
    local line begun='' ninja
    ninja=$(command -v ninja || command -v ninja-build)
    NINJA_STATUS='[%f/%t] ' "$ninja" -C "$build" -j "$(jobs_at_once)" "$@" </dev/null 2>&1 |
        tee "$log" | while IFS= read -r line; do
            [[ $line =~ ^\[([0-9]+)/([0-9]+)\]\ (Compiling|Linking|Generating) ]] || continue
            if [[ -t 2 ]]; then
                printf '\r\033[Kcarousel: building, %s of %s' "${BASH_REMATCH[@]:1:2}" >&2
            elif [[ ! $begun ]]; then
                say "building, ${BASH_REMATCH[2]} steps"
            fi
            begun=yes
        done
    local failed=${PIPESTATUS[0]}
    [[ ! -t 2 ]] || printf '\r\033[K' >&2
    return "$failed"
}
