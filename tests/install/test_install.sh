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

# A careful user: every warning is an error, and there is debug information.
careful=("${CC:-cc}" -std=gnu11 -g -Wall -Wextra -Wconversion -Wshadow -Werror)
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

# What reads headers is a module: without it, or with another's, gen says so and the rest works.
refuses() { # WORDS COMMAND...
	local words=$1 said status=0
	shift
	said=$("$@" 2>&1) || status=$?
	echo "exit $status: $said"
	[ "$status" = 2 ] && [[ "$said" == "fieldguard: "*"$words"* ]]
}
module=$(find "$prefix" -name fieldguard-gen.so)
against=("$prefix/bin/fieldguard" layout shared --against order.h)
needed=$(readelf -d "$prefix/bin/fieldguard")
tap_eq "${needed//*libclang*/libclang}" "$needed" 'the command is not linked with libclang'
tap_eq "$(nm -D --defined-only "$module" | sed -n 's/.* [A-Z] \(.*@.*\)/\1/p')" 'fg_gen_module@@FIELDGUARD_GEN_0' \
	'the module exports one symbol'
tap 'layout --against takes the module' "${against[@]}" -- "${cflags[@]}"
mv "$module" "$module.away"
tap 'gen without its module' refuses "${module#"$prefix"}; build or install it" "$prefix/bin/fieldguard" gen order.h
tap 'layout --against without it' refuses "${module#"$prefix"}; build or install it" "${against[@]}"
tap 'layout without it' "$prefix/bin/fieldguard" layout shared order
echo 'const char *const fg_gen_module[8] = {"0.0.1 older"};' >older.c
echo 'FIELDGUARD_GEN_0 { global: fg_gen_module; };' >older.map
"${CC:-cc}" -shared -fPIC -o "$module" older.c -Wl,--version-script,older.map
tap 'gen with the module of another build' refuses 'belongs to another build of fieldguard (0.0.1 older, ' \
	"$prefix/bin/fieldguard" gen order.h
sed -i s/GEN_0/GEN_1/ older.map
"${CC:-cc}" -shared -fPIC -o "$module" older.c -Wl,--version-script,older.map
tap 'gen with a module of another version' refuses "fieldguard-gen.so can't be loaded: " \
	"$prefix/bin/fieldguard" gen order.h
echo 'no module' >"$module"
tap 'gen with what is no module' refuses "fieldguard-gen.so can't be loaded: " "$prefix/bin/fieldguard" gen order.h
tap_done
