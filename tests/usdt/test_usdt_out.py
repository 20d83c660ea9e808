#!/usr/bin/env python3
"""test_usdt_out.py FIELDGUARD ROOT - compiled without FG_USDT, generated code is the machine code of code in which the
points don't stand at all; with it, it isn't"""
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / 'checked'))
import test_checked_out as checked  # noqa: E402

# What stands behind a look at the semaphore, from the inside out; then the points alone.
POINTS = [
    re.compile(r'^(\t*)if \(FG_WATCHED\(\w+\)\) \{\n(?:\1\t.*\n|\n)*\1\}\n', re.MULTILINE),
    re.compile(r'^\t*if \(FG_WATCHED\(\w+\)\)\n\t*\(void\)\w+_exchange_\w+\(shared, value\);\n\t*else\n', re.MULTILINE),
    re.compile(r'^\t*if \(FG_WATCHED\([^;]*;\n', re.MULTILINE),
    re.compile(r'^[ \t]*FG_PROBE\w*\([^;]*;\n', re.MULTILINE),
]
# The others of `checked out` have no point that these lack.
HEADERS = {'tests/usdt/told.h': 'told', 'tests/golden/rules.h': 'rules', 'examples/orders/order.h': 'order'}


def without_points(folder, name, to):
    """Copies the generated code without its points. Returns: how many places were cut."""
    removed = 0
    for suffix in ('h', 'c'):
        text = (folder / f'{name}.fg.{suffix}').read_text()
        for pattern in POINTS:
            text, n = pattern.subn('', text)
            removed += n
        if re.search(r'FG_(PROBE|WATCHED)', text):
            raise SystemExit(f'{name}.fg.{suffix}: a point that this test does not know')
        (to / f'{name}.fg.{suffix}').write_text(text)
    return removed


def compare(compiler, fieldguard, root, header, name, folder, stripped):
    include = [f'-I{root}/include', f'-I{(root / header).parent}']
    subprocess.run([fieldguard, 'gen', '-o', folder, '--include-as', f'{name}.h', root / header, '--',
                    f'-I{root}/include'], check=True)
    removed = without_points(folder, name, stripped)
    plain = checked.machine_code(compiler, include, folder, name)
    bare = checked.machine_code(compiler, include, stripped, name)
    pointed = checked.machine_code(compiler, include, folder, name, '-DFG_USDT')
    off = checked.machine_code(compiler, include, folder, name, '-DFG_USDT=0')
    checked.point(removed > 1 and len(plain) > 100,
                  f'{compiler}: {name}: {removed} places, {len(plain)} lines of code')
    checked.point(plain == bare and off == bare, f'{compiler}: {name}: without FG_USDT they are nothing',
                  *[f'{a} | {b}' for a, b in zip(plain, bare) if a != b][:5])
    checked.point(pointed != bare and any('_fg_semaphore' in line for line in pointed),
                  f'{compiler}: {name}: with it they are something')


def main():
    fieldguard, root = sys.argv[1], Path(sys.argv[2])
    if not shutil.which('objdump'):
        print('1..0 # SKIP needs objdump')
        return 0
    for compiler in filter(shutil.which, ('gcc', 'clang-14')):
        for header, name in HEADERS.items():
            with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as stripped:
                compare(compiler, fieldguard, root, header, name, Path(folder), Path(stripped))
    print(f'1..{checked.count}')
    return checked.failed > 0


if __name__ == '__main__':
    sys.exit(main())
