#!/usr/bin/env bash
# test_install.sh SOURCE BUILD - installs into a folder of its own and uses it as a stranger would: by pkg-config
set -u
source=$1 build=$2
. "$source/tests/tap.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work$(meson introspect "$build" --buildoptions | python3 -c '
import json, sys
print(next(option["value"] for option in json.load(sys.stdin) if option["name"] == "prefix"))')

tap 'meson install' meson install -C "$build" --no-rebuild --quiet --destdir "$work"
pc=$(find "$prefix" -name fieldguard.pc)
libdir=$(dirname "$(dirname "$pc")")
export PKG_CONFIG_PATH=$libdir/pkgconfig PKG_CONFIG_SYSROOT_DIR=$work

for header in "$source"/include/fieldguard/*.h; do
	tap "${header##*/} is installed" cmp "$header" "$prefix/include/fieldguard/${header##*/}"
done
tap 'a library to link' test -e "$libdir/libfieldguard.so"
tap 'a library to run' test -e "$libdir/libfieldguard.so.0"
tap 'an archive' test -e "$libdir/libfieldguard.a"
tap 'a man page' test -s "$prefix/share/man/man1/fieldguard.1"
tap_eq "$(pkg-config --modversion fieldguard)" "$(sed -n "s/^ *version : '\(.*\)',/\1/p" "$source/meson.build")" \
	'fieldguard.pc gives the version'

# A careful user: every warning is an error.
careful=("${CC:-cc}" -std=gnu11 -Wall -Wextra -Wconversion -Wshadow -Werror)
# shellcheck disable=SC2207 # pkg-config's flags are words
cflags=($(pkg-config --cflags fieldguard)) shared=($(pkg-config --libs fieldguard))
# shellcheck disable=SC2207
static=($(pkg-config --static --libs fieldguard))
for header in "$source"/include/fieldguard/*.h; do
	echo "#include <fieldguard/${header##*/}>" >"$work/alone.c"
	tap "${header##*/} compiles alone" "${careful[@]}" -fsyntax-only "${cflags[@]}" "$work/alone.c"
done

# Away from the sources: the command finds its headers where it was installed.
cp "$source/examples/orders/order.h" "$source/tests/install/service.c" "$work"
cd "$work" || exit 2
tap 'the command runs' "$prefix/bin/fieldguard" --version
tap 'it finds the lab' "$prefix/bin/fieldguard" lab 3 --only guarded --for 0.1
tap 'it generates' "$prefix/bin/fieldguard" gen order.h -- "${cflags[@]}"
tap 'a program with the shared library' "${careful[@]}" "${cflags[@]}" -o shared service.c order.fg.c "${shared[@]}"
tap 'a program with the archive' "${careful[@]}" "${cflags[@]}" -static -o static service.c order.fg.c "${static[@]}"
tap 'the first runs' env LD_LIBRARY_PATH="$libdir" ./shared
tap 'the second runs' ./static
tap_done
