#!/usr/bin/env python3
"""test.py [--suite SUITE]... [RUN...] - every test in every configuration, and one summary

A run is a configuration of config/ with the suites that matter in it: RUNS below, without a name all but those of
ON_REQUEST. Each is configured and built by scripts/bootstrap.sh and tested by `meson test`; what the tests said comes
from meson's log. The last line counts TAP test points over all runs. Exit: 0, or 1 when a point failed, a build failed
or nothing ran.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import time
from collections import Counter, namedtuple
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# configuration: of config/; suites: to run (empty: all); without: suites left out; wrapper: runs each test
Run = namedtuple('Run', 'name configuration suites without wrapper')
# Only where it is named: what it adds is not worth its time in every run of everything.
ON_REQUEST = ['clang', 'tsan-clang']
VALGRIND = 'valgrind --quiet --leak-check=full --errors-for-leak-kinds=definite,possible --error-exitcode=99'
RUNS = [
    Run('gcc', 'dev', [], [], None),
    Run('asan', 'asan', [], ['style', 'install', 'model', 'code', 'watch', 'usdt', 'bench'], None),
    Run('tsan', 'tsan', ['unit', 'torture'], ['alone'], None),
    Run('valgrind', 'dev', ['valgrind'], [], VALGRIND),
    Run('clang', 'clang', [], ['style', 'model', 'code', 'scan', 'watch', 'usdt', 'bench', 'install', 'cli'], None),
    Run('tsan-clang', 'tsan-clang', ['torture'], [], None),
]
SANITIZED = ['asan', 'tsan', 'tsan-clang']
ENVIRONMENT = {
    'ASAN_OPTIONS': 'abort_on_error=0:detect_stack_use_after_return=1:allocator_may_return_null=1',
    'UBSAN_OPTIONS': 'print_stacktrace=1:halt_on_error=1',
    'TSAN_OPTIONS': 'second_deadlock_stack=1',
}
POINT = re.compile(r'(not )?ok\b\s*\d*\s*-?\s*([^#]*)(?:#\s*(SKIP)\S*\s*(.*))?', re.IGNORECASE)
STDERR_LINES = 200


class Tally:
    """Points passed and failed, tests that failed with their words, reasons of what was skipped."""

    def __init__(self):
        self.passed = 0
        self.failed = 0
        self.skipped = Counter()
        self.failures = []          # (test, text)

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped.update(other.skipped)

    def fail(self, test, text, points=1):
        self.failed += points
        self.failures.append((test, text))


def read_tap(test, lines, tally):
    """Counts one test's points. Returns: (points seen, points failed, the failed ones with their diagnostics)."""
    points = failed = 0
    told, failing = [], False
    for line in lines:
        match = POINT.match(line)
        if match:
            points += 1
            failing = bool(match.group(1))
            if failing:
                failed += 1
                told.append(line)
            elif match.group(3):
                reason = match.group(4).strip() or match.group(2).strip() or 'no reason given'
                tally.skipped[f'{test}: {reason}'] += 1
            else:
                tally.passed += 1
        elif line.startswith('1..0'):
            tally.skipped[f'{test}: {line.partition("#")[2].strip().removeprefix("SKIP").strip() or "all of it"}'] += 1
            points += 1
        elif failing and line.startswith('#'):
            told.append(line)
        elif line.startswith('Bail out!'):
            told.append(line)
    return points, failed, told


def read_test(entry, tally):
    """One test of meson's log into the tally."""
    name = entry['name'].rpartition(' / ')[2]
    points, failed, told = read_tap(name, entry.get('stdout', '').splitlines(), tally)
    if entry['result'] == 'OK' or (entry['result'] == 'SKIP' and points):
        if not points:
            tally.passed += 1
        return
    if entry['result'] == 'SKIP':
        tally.skipped[f'{name}: it said so'] += 1
        return
    if not failed:
        status = entry['returncode']
        what = f'signal {-status}' if status < 0 else f'exit status {status}'
        told.insert(0, f'{entry["result"].lower()} after {points} points: {what}')
        if not points:
            told += entry.get('stdout', '').splitlines()[-STDERR_LINES:]
    told += entry.get('stderr', '').splitlines()[-STDERR_LINES:]
    tally.fail(name, '\n'.join(told), failed or 1)


def run_quietly(command, **options):
    """Returns: (exit status, all that it said)."""
    done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors='replace', check=False, **options)
    return done.returncode, done.stdout


def fixed_addresses():
    """ThreadSanitizer of this age dies of a layout with more random bits than it knows: run without, where we may."""
    command = ['setarch', os.uname().machine, '-R']
    try:
        return command if run_quietly(command + ['true'])[0] == 0 else []
    except FileNotFoundError:
        return []


def test_run(run, suites, tally):
    """Tests one configuration that is built."""
    folder = ROOT / ('build' if run.configuration == 'dev' else f'build-{run.configuration}')
    base = f'testlog-{run.name}'
    for old in (folder / 'meson-logs').glob(f'{base}*'):
        old.unlink()
    command = ['meson', 'test', '-C', str(folder), '--no-rebuild', '--logbase', base]
    for suite in suites:
        command += ['--suite', suite]
    for suite in run.without:
        command += ['--no-suite', suite]
    if run.wrapper:
        command += ['--wrapper', run.wrapper]
    if run.wrapper or run.configuration in SANITIZED:
        command += ['--timeout-multiplier', '8']
    if run.configuration in SANITIZED:
        command = fixed_addresses() + command
    status, said = run_quietly(command, env={**ENVIRONMENT, **os.environ})
    for log in (folder / 'meson-logs').glob(f'{base}*.json'):      # meson adds a wrapper's name
        for line in log.open():
            read_test(json.loads(line), tally)
    if status and not tally.failures:
        tally.fail('meson test', said)


def do_run(run, suites):
    """Builds and tests one run, tells of it. Returns: its tally."""
    tally = Tally()
    print(f'{run.name:<11}', end='', flush=True)
    start = time.monotonic()
    status, said = run_quietly(['scripts/bootstrap.sh', run.configuration])
    built = time.monotonic()
    if status:
        tally.fail('build', said)
    else:
        test_run(run, suites, tally)
    done = time.monotonic()
    print(f'{tally.passed:7} passed {tally.failed:5} failed {sum(tally.skipped.values()):5} skipped'
          f'   {built - start:6.1f} s to build {done - built:6.1f} s to test', flush=True)
    for test, text in tally.failures:
        print(f'\n  FAILED {run.name}: {test}')
        print('\n'.join('    ' + line for line in text.splitlines()) + '\n', flush=True)
    return tally


def main():
    parser = argparse.ArgumentParser(description='every test in every configuration')
    parser.add_argument('--suite', action='append', default=[], help='only this suite (repeatable)')
    parser.add_argument('runs', nargs='*', metavar='RUN', help='of: ' + ', '.join(run.name for run in RUNS))
    arguments = parser.parse_args()
    unknown = set(arguments.runs) - {run.name for run in RUNS}
    if unknown:
        parser.error(f'no run named {", ".join(sorted(unknown))}')
    total, failed, start = Tally(), [], time.monotonic()
    for run in RUNS:
        if run.name not in (arguments.runs or [r.name for r in RUNS if r.name not in ON_REQUEST]):
            continue
        tally = do_run(run, arguments.suite or run.suites)
        total.add(tally)
        failed += [f'{run.name}: {test}' for test, _ in tally.failures]
    if total.skipped:
        print('\nskipped:')
        for reason, times in sorted(total.skipped.items()):
            print(f'  {reason}' + (f' ({times} times)' if times > 1 else ''))
    if failed:
        print('\nfailed:')
        for test in failed:
            print(f'  {test}')
    if not total.passed + total.failed:
        print('\nno test ran')
    print(f'\n{time.monotonic() - start:.0f} s in all')
    print(f'{total.passed} passed, {total.failed} failed, {sum(total.skipped.values())} skipped')
    return 0 if total.passed and not total.failed else 1


if __name__ == '__main__':
    sys.exit(main())
