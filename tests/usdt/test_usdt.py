#!/usr/bin/env python3
"""test_usdt.py FIELDGUARD SOURCE_ROOT LIBRARY USDT_TRACE - generated code tells each of its writes

Generates from told.h, compiles told.c with FG_USDT in each way, and holds the points that USDT_TRACE reads against
readelf's, and what they tell against what told.c says of itself. LIBRARY: libfieldguard.a. Speaks TAP.
"""
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

WAYS = [('-O2',), ('-O0',), ('-O3', '-fPIC'), ('-O2', '-fno-pie', '-no-pie'), ('-O2', '-flto'), ('-Os',),
        ('-O2', '-ffunction-sections', '-Wl,--gc-sections')]
WARNINGS = ['-Wall', '-Wextra', '-Wshadow', '-Wconversion', '-Wundef', '-Werror']
fieldguard, root, library, tracer = sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4]
here = root / 'tests/usdt'
points = failed = 0


def ok(holds, name, *detail):
    global points, failed
    points += 1
    failed += not holds
    print(f"{'ok' if holds else 'not ok'} {points} - {name}", flush=True)
    for line in detail if not holds else ():
        print('#', line)
    return holds


def skip(name, reason):
    global points
    points += 1
    print(f'ok {points} - {name} # SKIP {reason}')


def run(*args):
    return subprocess.run([str(a) for a in args], capture_output=True, text=True, errors='replace')


def wanted():
    """The words behind /// in told.c, numbers in decimal"""
    lines = re.findall(r'/// (told.*)', (here / 'told.c').read_text())
    return [' '.join(str(int(w, 0)) if i else w for i, w in enumerate(line.split())) for line in lines]


def readelf(program):
    """What readelf says of its points, as USDT_TRACE lists them"""
    text = run('readelf', '-n', '-W', program).stdout
    found = re.findall(r'Provider: (\S*)\s+Name: (\S*)\s+Location: 0x(\w+), Base: 0x\w+, Semaphore: 0x(\w+)\s+'
                       r'Arguments:[ ]?(.*)', text)
    return [f'{p} {n} {pc} {semaphore} 1 {args}' for p, n, pc, semaphore, args in found]


def check(compiler, way, folder):
    title, program = ' '.join((compiler, *way)), folder / 'told'
    built = run(compiler, '-std=gnu11', '-g', *WARNINGS, *way, '-DFG_USDT', f'-I{root}/include', f'-I{here}',
                f'-I{folder}', here / 'told.c', folder / 'told.fg.c', library, '-lm', '-lpthread', '-o', program)
    if built.returncode and '-flto' in way and compiler != 'gcc':
        return skip(title, 'this compiler has no linker for -flto')
    if not ok(built.returncode == 0, f'{title}: compiled', *built.stderr.splitlines()[:20]):
        return
    listed = run(tracer, 'list', program).stdout.splitlines()
    theirs = readelf(program)
    ok(len(theirs) > 30 and listed[:-1] == theirs, f'{title}: the points that readelf lists, nops of one byte',
       *[f'{a} | {b}' for a, b in zip(listed, theirs) if a != b][:5], f'{len(listed)} lines, {len(theirs)} points')
    # Where the linker leaves functions out, their points are counted.
    ok(re.fullmatch(r'lost \d+ broken 0' if '-Wl,--gc-sections' in way else 'lost 0 broken 0', listed[-1]),
       f'{title}: none is broken', listed[-1])
    told = run(tracer, 'run', program)
    if told.returncode == 77:
        return skip(title, 'this machine does not let a program trace its child')
    got, want = told.stdout.splitlines(), wanted()
    ok(told.returncode == 0 and got == want, f'{title}: every write is told, with what it replaces',
       f'exit {told.returncode}', *[f'{a} | {b}' for a, b in zip(got, want) if a != b][:8], f'{len(got)} {len(want)}')
    quiet = run(tracer, 'quiet', program)
    got = quiet.stdout.splitlines()
    # What stands alone, without a look at the semaphore: an exchange, what is written once.
    ok(quiet.returncode == 0 and got == ['told 6 7 -9', 'told 12 0 -77'],
       f'{title}: unwatched, only the bare points are passed', *got[:8])


def main():
    if not shutil.which('readelf'):
        print('1..0 # SKIP needs readelf')
        return 0
    with tempfile.TemporaryDirectory() as folder:
        made = run(fieldguard, 'gen', '-o', folder, '--include-as', 'told.h', here / 'told.h', '--',
                   f'-I{root}/include')
        if ok(made.returncode == 0, 'generated', made.stderr):
            for compiler in filter(shutil.which, ('gcc', 'clang-14')):
                for way in WAYS:
                    check(compiler, way, Path(folder))
    print(f'1..{points}')
    return failed > 0


if __name__ == '__main__':
    sys.exit(main())
