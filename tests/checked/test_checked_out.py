#!/usr/bin/env python3
"""test_checked_out.py FIELDGUARD ROOT - compiled without FG_CHECKED, generated code is the machine code of code in
which the checks don't stand at all; with it, it isn't"""
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

CHECK = re.compile(r'^[ \t]*FG_(?:FILL|FILL_FIELD|OWNED|OWN|ONCE_BROKEN)\((?:[^;"]|"[^"]*")*\);\n', re.MULTILINE)
HEADERS = {'tests/golden/rules.h': 'rules', 'tests/golden/kinds.h': 'kinds', 'examples/orders/order.h': 'order',
           'tests/checked/checked.h': 'checked'}
count = failed = 0


def point(holds, name, *detail):
    global count, failed
    count += 1
    failed += not holds
    print(f'{"ok" if holds else "not ok"} {count} - {name}')
    for line in detail if not holds else ():
        print('#', line)


def machine_code(compiler, include, folder, name, *flags):
    """What objdump says of the code in folder, without the name of the file"""
    out = folder / f'{name}.o'
    subprocess.run([compiler, '-std=gnu11', '-O2', '-w', *flags, *include, f'-I{folder}', '-c', '-o', out,
                    folder / f'{name}.fg.c'], check=True)
    text = subprocess.run(['objdump', '-d', '-r', out], check=True, capture_output=True, text=True).stdout
    return text.replace(str(out), '').splitlines()


def without_checks(folder, name, to):
    """Copies the generated code without its checks. Returns: how many there were."""
    removed = 0
    for suffix in ('h', 'c'):
        text, n = CHECK.subn('', (folder / f'{name}.fg.{suffix}').read_text())
        if re.search(r'FG_(FILL|OWN|ONCE_BROKEN)', text):
            raise SystemExit(f'{name}.fg.{suffix}: a check that this test does not know')
        (to / f'{name}.fg.{suffix}').write_text(text)
        removed += n
    return removed


def main():
    fieldguard, root = sys.argv[1], Path(sys.argv[2])
    if not shutil.which('objdump'):
        print('1..0 # SKIP needs objdump')
        return 0
    for compiler in filter(shutil.which, ('gcc', 'clang-14')):
        for header, name in HEADERS.items():
            with tempfile.TemporaryDirectory() as with_checks, tempfile.TemporaryDirectory() as stripped:
                with_checks, stripped = Path(with_checks), Path(stripped)
                include = [f'-I{root}/include', f'-I{(root / header).parent}']
                subprocess.run([fieldguard, 'gen', '-o', with_checks, '--include-as', f'{name}.h', root / header, '--',
                                f'-I{root}/include'], check=True)
                removed = without_checks(with_checks, name, stripped)
                plain = machine_code(compiler, include, with_checks, name)
                bare = machine_code(compiler, include, stripped, name)
                checked = machine_code(compiler, include, with_checks, name, '-DFG_CHECKED')
                point(removed > 0 and len(plain) > 100,
                      f'{compiler}: {name}: {removed} checks, {len(plain)} lines of code')
                point(plain == bare, f'{compiler}: {name}: without FG_CHECKED they are nothing',
                      *[f'{a} | {b}' for a, b in zip(plain, bare) if a != b][:5])
                point(checked != bare, f'{compiler}: {name}: with it they are something')
    print(f'1..{count}')
    return failed > 0


if __name__ == '__main__':
    sys.exit(main())
