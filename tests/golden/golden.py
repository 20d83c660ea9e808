#!/usr/bin/env python3
"""Generates from one header, compares with the text kept beside it, compiles it with all compilers, runs its check.

usage: golden.py FIELDGUARD SOURCE_ROOT LIBRARY COMPILER SANITIZERS NAME
LIBRARY is libfieldguard.so, built by COMPILER with -fsanitize=SANITIZERS ("none": without). NAME.h stands beside this
file, with NAME.fg.h, NAME.fg.c (not where the text is too long to be kept) and, where the generated code is to be run,
NAME.main.c. Speaks TAP.
"""
import difflib
import os
import shutil
import subprocess
import sys
import tempfile

STRICT = ['-std=gnu11', '-Wall', '-Wextra', '-Wshadow', '-Wconversion', '-Wstrict-prototypes', '-Wmissing-prototypes',
          '-Wvla', '-Wundef', '-Werror']
# What else a program is made of.
LINKS = {'kinds': ['part']}
NOT_KEPT = ['wide']
FOLDER = os.path.dirname(os.path.abspath(__file__))


class Tap:
    points = failed = 0

    def ok(self, held, name, detail=''):
        self.points += 1
        self.failed += not held
        print(f"{'ok' if held else 'not ok'} {self.points} - {name}")
        for line in [] if held else detail.splitlines()[:40]:
            print('#', line)
        sys.stdout.flush()
        return held

    def done(self):
        print(f'1..{self.points}')
        return 1 if self.failed else 0


def run(*args):
    done = subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors='replace')
    return done.returncode, done.stdout


def generate(fieldguard, root, name, folder):
    return run(fieldguard, 'gen', '-o', folder, '--include-as', name + '.h', os.path.join(FOLDER, name + '.h'),
               '--', '-I' + os.path.join(root, 'include'), '-std=gnu11')


def compare(tap, name, folder):
    for suffix in ('.fg.h', '.fg.c'):
        with open(os.path.join(folder, name + suffix)) as f:
            got = f.read()
        if name not in NOT_KEPT:
            with open(os.path.join(FOLDER, name + suffix)) as f:
                want = f.read()
            diff = ''.join(difflib.unified_diff(want.splitlines(True), got.splitlines(True), 'kept', 'generated'))
            tap.ok(got == want, f'{name}{suffix} as kept',
                   diff + '\nrun tests/golden/update.sh if the new text is right\n')
        long = [i + 1 for i, line in enumerate(got.split('\n')) if len(line.expandtabs(8)) > 120]
        tap.ok(not long, f'{name}{suffix} has lines of at most 120 columns', str(long))


def build(tap, compiler, root, library, sanitize, name, folder, define=()):
    flags = STRICT + [*define, '-D_GNU_SOURCE', '-O2', '-g', '-I' + os.path.join(root, 'include'), '-I' + folder,
                      '-I' + FOLDER,
                      '-I' + os.path.dirname(FOLDER)]
    title = ' '.join([compiler, *define])
    objects = []
    for part in [name] + LINKS.get(name, []):
        objects.append(os.path.join(folder, f'{part}.{compiler}.o'))
        status, text = run(compiler, *flags, *sanitize, '-c', os.path.join(folder, part + '.fg.c'), '-o', objects[-1])
        tap.ok(status == 0, f'{title}: {part}.fg.c without a warning', text)
    alone = os.path.join(folder, 'alone.c')
    with open(alone, 'w') as f:
        f.write(f'#include "{name}.fg.h"\n#include "{name}.fg.h"\nint alone(void);\nint alone(void)\n{{\n\treturn 0;\n}}\n')
    status, text = run(compiler, *flags, '-c', alone, '-o', alone + '.o')
    tap.ok(status == 0, f'{title}: {name}.fg.h alone, twice', text)
    main = os.path.join(FOLDER, name + '.main.c')
    if not os.path.exists(main):
        return
    program = os.path.join(folder, f'{name}.{compiler}')
    status, text = run(compiler, *flags, *sanitize, main, *objects, '-L' + library, '-lfieldguard', '-lm', '-lpthread',
                       '-Wl,-rpath,' + library, '-o', program)
    if tap.ok(status == 0, f'{title}: {name}.main.c linked', text):
        status, text = run(program)
        failed = '\n'.join(line for line in text.splitlines() if not line.startswith('ok'))
        tap.ok(status == 0, f'{title}: {name} runs as expected', failed)


def main():
    fieldguard, root, library, compiler, sanitizers, name = sys.argv[1:]
    library = os.path.dirname(os.path.abspath(library))
    sanitize = [] if sanitizers == 'none' else ['-fsanitize=' + sanitizers, '-fno-sanitize-recover=all']
    tap = Tap()
    with tempfile.TemporaryDirectory() as folder:
        status, text = generate(fieldguard, root, name, folder)
        for link in LINKS.get(name, []):
            generate(fieldguard, root, link, folder)
        if tap.ok(status == 0, f'generated from {name}.h', text):
            compare(tap, name, folder)
            # A sanitized library goes with the compiler that it was built by.
            compilers = [compiler] if sanitize else ['gcc', 'clang', 'clang-14']
            for each in compilers:
                if shutil.which(each) and (each != 'clang-14' or not shutil.which('clang')):
                    build(tap, os.path.basename(each), root, library, sanitize, name, folder)
                    build(tap, os.path.basename(each), root, library, sanitize, name, folder, ['-DFG_USDT'])
    return tap.done()


if __name__ == '__main__':
    sys.exit(main())
