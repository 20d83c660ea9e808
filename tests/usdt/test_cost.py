#!/usr/bin/env python3
"""test_cost.py FIELDGUARD SOURCE_ROOT LIBRARY [--time PAIRS] - what points cost that nobody watches

Compiles cost.c with FG_USDT and without, and counts the instructions of each way to write, by callgrind. With --time
it also runs the two programs in turns, PAIRS times a way, and prints the median of the ratios. Speaks TAP; the table
is its comments.
"""
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

fieldguard, root, library = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
pairs = int(sys.argv[sys.argv.index('--time') + 1]) if '--time' in sys.argv else 0
here = root / 'tests/usdt'
TIMES = 1000
# A load, a test and a branch, or a nop; and what it takes to keep what they need until then. Loops around them are not
# unrolled any more, which shows in the shortest.
EXTRA_MAX = 12
# Points that one write passes, where it is more than one: a group each, or a scalar.
POINTS = {'merge_most': 9}


def run(*args, **options):
    return subprocess.run([str(a) for a in args], check=True, capture_output=True, text=True, **options).stdout


def compile_both(compiler, folder):
    for name, flags in ('plain', []), ('pointed', ['-DFG_USDT']):
        run(compiler, '-std=gnu11', '-O2', *flags, f'-I{root}/include', f'-I{here}', f'-I{folder}', here / 'cost.c',
            folder / 'told.fg.c', library, '-lm', '-lpthread', '-o', folder / name)


def counts(folder, name):
    """way -> instructions a time, callees included"""
    out = folder / 'callgrind.out'
    run('valgrind', '--tool=callgrind', f'--callgrind-out-file={out}', folder / name, TIMES)
    text = run('callgrind_annotate', '--inclusive=yes', '--threshold=100', out)
    found = re.findall(r'^ *([\d,]+) .*:run_(\w+)', text, re.MULTILINE)
    return {way: int(n.replace(',', '')) / TIMES for n, way in found}


def time_ratio(folder, way):
    """Median over pairs of the times with points by the times without, in turns of either order"""
    ratios, alone = [], []
    for i in range(pairs):
        order = ('plain', 'pointed') if i % 2 else ('pointed', 'plain')
        took = {name: float(run(folder / name, 200000 if way == 'publish' else 3000000, way)) for name in order}
        ratios.append(took['pointed'] / took['plain'])
        alone.append(took['plain'])
    return statistics.median(ratios), statistics.median(alone)


def main():
    if not shutil.which('valgrind') or not shutil.which('callgrind_annotate'):
        print('1..0 # SKIP needs valgrind')
        return 0
    compilers = list(filter(shutil.which, ('gcc', 'clang-14')))
    failed = 0
    for number, compiler in enumerate(compilers, 1):
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            run(fieldguard, 'gen', '-o', folder, '--include-as', 'told.h', here / 'told.h', '--', f'-I{root}/include')
            compile_both(compiler, folder)
            plain, pointed = counts(folder, 'plain'), counts(folder, 'pointed')
            print(f'# {compiler}: instructions a write      plain  with points' + ('   time' if pairs else ''))
            for way in plain:
                timed = '   %.3f of %6.1f ns' % time_ratio(folder, way) if pairs else ''
                print(f'#   {way:24} {plain[way]:12.1f} {pointed[way]:12.1f}{timed}')
            extra = {way: (pointed[way] - plain[way]) / POINTS.get(way, 1) for way in plain}
            worst = max(extra, key=extra.get)
            holds = len(plain) == 15 and 0 < extra[worst] <= EXTRA_MAX
            failed += not holds
            print(f"{'ok' if holds else 'not ok'} {number} - {compiler}: an unwatched point is at most {EXTRA_MAX} "
                  f'instructions; of {worst} {extra[worst]:.1f}')
    print(f'1..{len(compilers)}')
    return failed > 0


if __name__ == '__main__':
    sys.exit(main())
