#!/bin/sh
# archive.sh FOLDER OUT.a BORDER.a ROOM.a...: one object of the border and what it needs of the rooms, in which every name
# but those of include/carousel.h is its own: whoever links it meets none of the house's names.
set -eu
folder=$1 out=$2 border=$3
shift 3
mkdir -p "$folder"
object=$folder/carousel.o
# shellcheck disable=SC2086
${CXX:-c++} -r -nostdlib -o "$object" -Wl,--whole-archive "$border" -Wl,--no-whole-archive \
    -Wl,--start-group "$@" -Wl,--end-group
objcopy --wildcard --keep-global-symbol='carousel_*' "$object"
rm -f "$out"
ar rcsD "$out" "$object"
