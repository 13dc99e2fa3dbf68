#!/bin/sh
# git_description.sh ROOT: a header with the commit that ROOT stands at, as `--version` tells it: a tag or the number
# of a commit, and its day. From git where ROOT is a checkout, also a worktree; where it was made by `git archive`,
# from the file that git filled in then. Empty where neither knows.
root=$1
commit=
if [ -z "$(git -C "$root" rev-parse --show-prefix 2>&1)" ]; then # not a folder in somebody else's checkout
    commit="$(git -C "$root" describe --tags --always), $(git -C "$root" log -1 --format=%cs)"
else
    read -r commit <"$root/packaging/commit"
    case $commit in *Format*) commit= ;; esac
fi
printf '#pragma once\ninline constexpr const char* k_git_description = "%s";\n' "$commit"
