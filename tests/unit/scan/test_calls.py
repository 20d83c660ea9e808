#!/usr/bin/env python3
"""test_calls.py CALLS_DUMP PROGRAMS - where threads begin, and what they reach, as the programs' head comments say

`thread: FUNCTION KIND [guess]`: every one, and no other of the program's own; `reach: FUNCTION: OTHER...`: exactly
these.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / 'cli'))
import tap

DUMP, PROGRAMS = sys.argv[1], Path(sys.argv[2])


def expected(source):
    head = re.split(r'^(?:#include|package)', (PROGRAMS / source).read_text(), maxsplit=1, flags=re.MULTILINE)[0]
    threads = set(re.findall(r'^(?: \*|//) thread: (.*)$', head, re.MULTILINE))
    reach = {match[0]: set(match[1].split())
             for match in re.findall(r'^(?: \*|//) reach: (\S+): (.*)$', head, re.MULTILINE)}
    return threads, reach


def own(name, source):
    """Of the program, not of what it is linked with."""
    return name.startswith('main.') if source.endswith('.go') else not re.match(r'std::|__gthread', name)


def hold(program, source, label):
    result = subprocess.run([DUMP, program], capture_output=True, text=True, check=False)
    if not tap.equal(result.returncode, 0, f'{source} {label}: read', result.stderr):
        return
    want, want_reach = expected(source)
    got = {line for line in re.findall(r'^thread: (.*)$', result.stdout, re.MULTILINE) if own(line, source)}
    tap.equal(sorted(got), sorted(want), f'{source} {label}: where threads begin', result.stdout)
    for name, others in want_reach.items():
        reached = {match for match in re.findall(r'^reach: %s: (.*)$' % re.escape(name), result.stdout, re.MULTILINE)
                   if own(match, source)}
        tap.equal(sorted(reached), sorted(others), f'{source} {label}: what {name} reaches')


def main():
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / 'program'
        for source, compilers in (('threads.c', ('gcc', 'clang')), ('threads.cc', ('g++', 'clang++')),
                                  ('threads.go', ('go',))):
            for compiler in compilers:
                if not shutil.which(compiler):
                    tap.skip(f'{source} by {compiler}', f'no {compiler} here')
                    continue
                if compiler == 'go':
                    env = dict(os.environ)
                    env.setdefault('HOME', folder)
                    subprocess.run(['go', 'build', '-o', program, PROGRAMS / source], check=True, env=env)
                    hold(program, source, 'go')
                    continue
                for level in ('O0', 'O2'):
                    subprocess.run([compiler, '-g', '-' + level, '-pthread', '-o', program, PROGRAMS / source],
                                   check=True)
                    hold(program, source, f'{compiler}-{level}')
    return tap.done()


if __name__ == '__main__':
    sys.exit(main())
