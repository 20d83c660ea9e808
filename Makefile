# The front door: every target works in a fresh clone with nothing but git and make. Meson does the building; see
# docs/building.md for the configurations behind these names.
.PHONY: all run lab test bench bench-scan bench-watch pictures watch-pictures fuzz torture races races-table model \
	install clean help
.SILENT:

PREFIX ?= /usr/local
DESTDIR ?=
TARGET ?=
SECONDS ?= 60
COMPILER ?= gcc

all:
	scripts/bootstrap.sh dev:fieldguard dev:lab/fieldguard-lab

help:
	echo 'make            build build/fieldguard, and the lab'
	echo 'make run        a million updates through fieldguard and, beside it, the naive way'
	echo '                of your own: INPUT=file.ndjson HEADER=my.h TYPE=t KEY=id [CFLAGS=...]'
	echo 'make lab        three incidents, naive beside guarded: fieldguard lab 1, 2 and 3'
	echo 'make test       every test under gcc, clang, the sanitizers and valgrind'
	echo 'make bench      decoding and sharing, beside other libraries and locks'
	echo 'make bench-scan reading binaries, beside pahole'
	echo 'make bench-watch  what watch costs the program that it watches (as root)'
	echo 'make pictures   the pictures of structs in docs/pictures'
	echo 'make watch-pictures  what watch shows of incident 3, recorded in docs/pictures (as root)'
	echo 'make fuzz       libFuzzer on every target in fuzz/, 60 s each: TARGET=decode SECONDS=600'
	echo 'make torture    the torture tests under ThreadSanitizer, 60 s each: SECONDS=600'
	echo 'make races      fieldguard watch on planted races and their right twins (16 minutes, as root):'
	echo '                COMPILER=clang for C and C++ by clang'
	echo 'make races-table  the same beside TSan, Helgrind, DRD and go -race: docs/races.md (45 minutes)'
	echo 'make model      spin on every model in models/: all interleavings, and how many states those were'
	echo 'make install    into /usr/local: PREFIX=... DESTDIR=...'
	echo 'make clean      remove the build folders'

run:
	scripts/bootstrap.sh dev
	run/run.py --input '$(INPUT)' --header '$(HEADER)' --type '$(TYPE)' --key '$(KEY)' --cflags '$(CFLAGS)'

lab: all
	for number in 1 2 3; do build/fieldguard lab $$number && echo || exit; done

test:
	scripts/bootstrap.sh
	scripts/test.py

bench:
	bench/run.sh

bench-scan:
	scripts/bootstrap.sh dev:fieldguard bench:fieldguard
	bench/scan.py build-bench/fieldguard build/fieldguard

bench-watch:
	scripts/bootstrap.sh dev:fieldguard
	bench/watch.py build/fieldguard

pictures:
	scripts/bootstrap.sh dev:fieldguard dev:examples/orders/quickstart
	scripts/pictures.sh build

watch-pictures:
	scripts/bootstrap.sh dev
	scripts/watch_pictures.sh build

fuzz:
	scripts/bootstrap.sh fuzz
	scripts/fuzz.sh '$(SECONDS)' $(TARGET)

torture:
	scripts/bootstrap.sh
	FG_TORTURE_SECONDS='$(SECONDS)' scripts/test.py --suite torture tsan tsan-clang

races:
	scripts/bootstrap.sh dev:fieldguard
	tests/races/run.py --compiler '$(COMPILER)' build/fieldguard

races-table:
	scripts/bootstrap.sh dev:fieldguard
	tests/races/detectors.py --write docs/races.md build/fieldguard

model:
	scripts/bootstrap.sh
	scripts/model.sh

install: all
	meson configure build --prefix '$(PREFIX)'
	scripts/bootstrap.sh dev
	meson install -C build --no-rebuild --quiet --destdir '$(DESTDIR)'
	[ -n '$(DESTDIR)' ] || [ "$$(id -u)" != 0 ] || ldconfig

clean:
	rm -rf build build-*/
