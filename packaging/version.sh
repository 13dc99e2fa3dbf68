# shellcheck shell=bash
# What a release is called: `version`, 0.1.0 or, between releases, 0.1.0~git20261127.9826a79, which sorts before it.
# Sourced with `root` set.
version=$(sed -n "s/^ *version: '\(.*\)',/\1/p" "$root/meson.build")
if ! git -C "$root" describe --exact-match --tags >/dev/null 2>&1; then
    commit=$(git -C "$root" log -1 --format=%cd.%h --date=format:%Y%m%d 2>/dev/null)
    version=$version${commit:+~git$commit}
fi
