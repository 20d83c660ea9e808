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
tap_eq "$(pkg-config --modversion fieldguard)" "$(sed -n "s/^ *version : '\(.*\)',/\1/p" "$source/meson.build")" \
	'fieldguard.pc gives the version'

compile() { # OUTPUT FLAGS... : with every warning an error, as a careful user has it
	# shellcheck disable=SC2046 # pkg-config's flags are words
	"${CC:-cc}" -std=c11 -Wall -Wextra -Wconversion -Wshadow -Wpedantic -Werror \
		-o "$@" $(pkg-config --cflags fieldguard) "$source/tests/install/user.c"
}
for header in "$source"/include/fieldguard/*.h; do
	tap "${header##*/} compiles alone" compile /dev/null -fsyntax-only -include "fieldguard/${header##*/}"
done
# shellcheck disable=SC2046
{
	tap 'a program with the shared library' "${CC:-cc}" -o "$work/shared" "$source/tests/install/user.c" \
		$(pkg-config --cflags --libs fieldguard)
	tap 'a program with the archive' "${CC:-cc}" -static -o "$work/static" "$source/tests/install/user.c" \
		$(pkg-config --static --cflags --libs fieldguard)
}
tap 'the first runs' env LD_LIBRARY_PATH="$libdir" "$work/shared"
tap 'the second runs' "$work/static"
tap 'the command runs' env -u LD_LIBRARY_PATH "$prefix/bin/fieldguard" --version
tap_done
