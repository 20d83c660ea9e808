#!/usr/bin/env python3
"""run.py [--seconds N] [--short] [--compiler gcc|clang] [--only WORD]... FIELDGUARD - does watch find what is there?

Builds the cases of this folder, runs each racy one and its right twin under `fieldguard watch -p PID` at the default
budget, and holds what was found against races.json: the type, the fields that race, and the functions that write
them. A racy case is over when its finding has come; a right one is watched for all of the time. At least 95 % of the
races have to be found (all but one of a few): each is caught by chance. Of false alarms there is to be none. Prints
TAP.

--short: some of each kind. --compiler: of C and C++. --only: those whose name holds the word.
"""
import argparse
import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
SHORT = ['c/copied', 'c/two_locks', 'c/small', 'c/mixed', 'cc/progress', 'go/reflect']
BUILD = {                       # program -> compiler, and what comes before and after its flags
    'c': ['gcc', '-std=gnu11', '-D_GNU_SOURCE', 'harness.c', 'c_places.c', 'c_ways.c', 'c_locks.c', 'c_owners.c',
          '-pthread'],
    'cc': ['g++', '-std=c++17', '-x', 'c++', 'harness.c', 'races.cc', '-pthread'],
    'go': ['go', 'build'],
}
CLANG = {'gcc': 'clang', 'g++': 'clang++'}
RACE_KINDS = ('conflict', 'mixed', 'policy')
GRACE = 20                      # seconds that a watch may take to open and to close
MAY_MISS = 0.05                 # of the races; one at least, for each is caught by chance
SHORT_RIGHT = 1.5               # seconds that a right one is watched in the short form

count = failed = 0


def point(good, name, *notes):
    global count, failed
    count += 1
    failed += not good
    print(f'{"ok" if good else "not ok"} {count} - {name}', flush=True)
    for note in notes:
        print(f'# {note}', flush=True)


def build(folder, clang=False, flags=('-O2', '-g'), go_flags=(), only=tuple(BUILD)):
    """program -> path, for those whose compiler is there."""
    programs = {}
    for name, (compiler, *rest) in BUILD.items():
        compiler = CLANG.get(compiler, compiler) if clang else compiler
        if name not in only or not shutil.which(compiler):
            continue
        output = folder / f'races_{name}'
        command = [compiler, *rest, *go_flags, '-o', output, HERE / 'races.go'] if name == 'go' else \
            [compiler, *flags, *rest, '-o', output]
        environment = {**os.environ, 'GO111MODULE': 'off', 'GOFLAGS': '', 'GOCACHE': str(folder / 'gocache')}
        subprocess.run(command, cwd=HERE, env=environment, check=True)
        programs[name] = output
    return programs


class Run:
    """One case under watch: the findings that would be races, and the ledger."""

    def __init__(self, fieldguard, program, case, which, seconds):
        self.findings, self.ledger, self.first_after, self.words = [], None, None, ''
        self.target = subprocess.Popen([program, case['name'], which, str(seconds + GRACE)], stdout=subprocess.DEVNULL)
        time.sleep(0.2)
        with tempfile.TemporaryFile('w+') as errors:
            command = [fieldguard, 'watch', '-p', str(self.target.pid), '--for', str(seconds), '--json']
            self.watch = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
            self.began = time.monotonic()
            try:
                self.hear(case, which == 'racy', seconds)
            finally:
                self.watch.kill()
                self.status = self.watch.wait()
                self.target.kill()
                self.target.wait()
            errors.seek(0)
            self.words = errors.read().strip()

    def hear(self, case, until_found, seconds):
        ended = False
        while True:
            ready, _, _ = select.select([self.watch.stdout], [], [], seconds + GRACE)
            line = self.watch.stdout.readline() if ready else ''
            if not line:
                return
            record = json.loads(line)
            if 'ledger' in record:
                self.ledger = record['ledger']
            elif record.get('kind') in RACE_KINDS and not record.get('final'):
                self.findings.append(record)
                if until_found and not ended and is_it(record, case):
                    self.first_after = time.monotonic() - self.began
                    self.watch.send_signal(signal.SIGINT)
                    ended = True


def fields_of(finding):
    return {field for field in (finding.get('field'), finding.get('field2')) if field}


def in_place(finding, case):
    """Is it of the fields that race, and between functions that write them?"""
    functions = {re.split('[.:]', site['function'])[-1] for site in finding['sites'] if site.get('function')}
    named = finding['type'].replace('long int', 'long') == case['type']    # gcc's word for it
    return named and fields_of(finding) <= set(case['fields']) and \
        functions <= set(case['functions'])


def is_it(finding, case):
    return finding['kind'] == case.get('kind', 'conflict') and bool(fields_of(finding)) and in_place(finding, case)


def is_strange(finding, case):
    """Not what was planted: of other fields or functions, or a conflict of what each write has a lock for."""
    return not in_place(finding, case) or finding['kind'] == 'conflict' and case.get('kind') == 'mixed'


def told(finding):
    fields = [finding.get('field')] + ([finding['field2']] if finding.get('field2') else [])
    functions = ', '.join(str(site.get('function')) for site in finding['sites'])
    return f'{finding["kind"]} {finding["type"]}.{"/".join(map(str, fields))} ({functions})'


def of_ledger(run):
    if not run.ledger:
        return f'no ledger: {run.words}'
    keys = ('sites_attached', 'sites_hit', 'sites_hot', 'windows', 'hits', 'events', 'dropped', 'holds', 'caught',
            'pauses', 'paused', 'overlaps_seen', 'points_aimed', 'point_hits', 'spent')
    known = [key for key in keys if isinstance(run.ledger.get(key), (int, float))]
    return ', '.join(f'{key} {run.ledger[key]:.3g}' for key in known)


def judge(case, which, run):
    """What is to be printed of a run: (good, note)."""
    name = f'{case["program"]}/{case["name"]} {which}'
    if which == 'racy':
        found = run.first_after is not None
        strange = [told(finding) for finding in run.findings if is_strange(finding, case)]
        note = f'found in {run.first_after:.1f} s' if found else f'MISSED; {of_ledger(run)}'
        print(f'# {name}: {note}', flush=True)
        point(not strange and run.ledger is not None, f'{name}: nothing that is not there',
              *(f'wrongly: {text}' for text in strange))
    else:
        found = bool(run.findings)
        point(not found and run.ledger is not None, f'{name}: silent',
              *([told(finding) + ' ' + finding.get('text', '') for finding in run.findings] + [of_ledger(run)]))
    return found


def may_watch(fieldguard):
    """Why watch can't run here; '': it can."""
    tried = subprocess.run([fieldguard, 'watch', '--self-test'], capture_output=True, text=True, check=False)
    return '' if tried.returncode in (0, 1) else (tried.stderr.strip() or 'the self-test failed').split('\n')[-1]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('fieldguard')
    parser.add_argument('--seconds', type=float, default=10)
    parser.add_argument('--short', action='store_true')
    parser.add_argument('--compiler', choices=['gcc', 'clang'], default='gcc')
    parser.add_argument('--only', action='append', default=[])
    options = parser.parse_args()
    fieldguard = str(Path(options.fieldguard).resolve())
    why = may_watch(fieldguard)
    if why:
        print(f'1..0 # SKIP {why}')
        return 0
    found = wrong = racy = right = 0
    with tempfile.TemporaryDirectory() as folder:
        programs = build(Path(folder), options.compiler == 'clang')
        for case in json.loads((HERE / 'races.json').read_text()):
            name = f'{case["program"]}/{case["name"]}'
            if options.short and name not in SHORT or options.only and not any(word in name for word in options.only):
                continue
            if case['program'] not in programs:
                print(f'ok - {name} # SKIP no compiler for it')
                continue
            for which in ('right',) if case.get('right_only') else ('racy', 'right'):
                seconds = SHORT_RIGHT if which == 'right' and options.short else options.seconds
                run = Run(fieldguard, programs[case['program']], case, which, seconds)
                hit = judge(case, which, run)
                racy, found = racy + (which == 'racy'), found + (which == 'racy' and hit)
                right, wrong = right + (which == 'right'), wrong + (which == 'right' and hit)
    point(racy - found <= max(1, MAY_MISS * racy),
          f'{found} of {racy} races found within {options.seconds:g} s, {wrong} false alarms in {right} right programs')
    print(f'1..{count}')
    return failed != 0


if __name__ == '__main__':
    sys.exit(main())
