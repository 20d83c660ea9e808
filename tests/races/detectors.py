#!/usr/bin/env python3
"""detectors.py [--seconds N] [--watch-seconds N] [--only WORD]... [--keep FILE] [--write FILE] FIELDGUARD

The planted races of this folder and their right twins under the race detectors that there are, and under `fieldguard
watch`, in one table: how many races each finds, in how many right programs it reports one, how often its report has
the name of the field, and how much slower the program is. Each program runs once for --seconds; under watch for
--watch-seconds, or until the race is found. --keep: a file for what is known already, so that a broken run goes on
where it was. --write: the table in Markdown.

A race counts as found when a report names a function that writes the field; a report on a right twin is a false alarm
whatever it names.
"""
import argparse
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import namedtuple
from pathlib import Path

import run

# languages: of the programs; build: what races.build() is to be told; command: before the program; start: of a report
Detector = namedtuple('Detector', 'name languages build command start version')
TSAN = {'flags': ('-O2', '-g', '-fsanitize=thread')}
VALGRIND = {'flags': ('-O2', '-g', '-gdwarf-4')}
HISTORY = 'history_size=7'      # of TSan: with less it loses reports
OF_VALGRIND = ['--read-var-info=yes', '--fair-sched=try', '-q']
DETECTORS = [
    Detector('TSan (gcc)', ('c', 'cc'), TSAN, [], 'WARNING: ThreadSanitizer: data race', 'gcc --version'),
    Detector('TSan (clang)', ('c', 'cc'), {**TSAN, 'clang': True}, [], 'WARNING: ThreadSanitizer: data race',
             'clang --version'),
    Detector('Helgrind', ('c', 'cc'), VALGRIND, ['valgrind', '--tool=helgrind', *OF_VALGRIND], 'Possible data race',
             'valgrind --version'),
    # Without chasing, or a call is followed and the report names the caller alone.
    Detector('DRD', ('c', 'cc'), VALGRIND, ['valgrind', '--tool=drd', '--vex-guest-chase=no', *OF_VALGRIND],
             r'Conflicting (?:store|load)', 'valgrind --version'),
    Detector('go -race', ('go',), {'go_flags': ('-race',)}, [], 'WARNING: DATA RACE', 'go version'),
]
WATCH = 'fieldguard watch'
BUSY = 100000                   # rounds a second from which on a program is one that works without pause
PATIENCE = 40                   # seconds beyond its own that a program may take
FOUND, NAMED, FALSE, SILENT, NONE = 'found', 'named', 'FALSE', '', '-'


class Results:
    """Of each detector and case: what was found of the race and of its twin, and the twin's rounds a second."""

    def __init__(self, path):
        self.path = path
        self.of = json.loads(path.read_text()) if path and path.exists() else {}

    def get(self, detector, case, which):
        return self.of.get(f'{detector} {case["program"]}/{case["name"]} {which}')

    def put(self, detector, case, which, result):
        self.of[f'{detector} {case["program"]}/{case["name"]} {which}'] = result
        print(f'{detector}: {case["program"]}/{case["name"]} {which}: {result[0] or "silent"}', flush=True)
        if self.path:
            self.path.write_text(json.dumps(self.of, indent=0))


def rounds_of(text):
    rounds = re.search(r'(\d+) rounds', text)
    return int(rounds[1]) if rounds else None


def listen(command, program, case, which, seconds):
    """What a program and its detector print; as far as it came."""
    environment = {**os.environ, 'TSAN_OPTIONS': f'exitcode=0:{HISTORY}',
                   'GORACE': f'exitcode=0 {HISTORY}'}
    try:
        ended = subprocess.run([*command, program, case['name'], which, str(seconds)], capture_output=True, text=True,
                               errors='replace', env=environment, timeout=seconds + PATIENCE, check=False)
    except subprocess.TimeoutExpired as late:
        return ''.join(said.decode(errors='replace') for said in (late.stdout, late.stderr) if said)
    return ended.stdout + ended.stderr


def judge(detector, case, which, text):
    reports = re.split(detector.start, text)[1:]
    if not rounds_of(text) and not reports:
        return NONE
    if which == 'right':
        return FALSE if reports else SILENT
    functions = '|'.join(re.escape(name) for name in case['functions'])
    reports = [report for report in reports if re.search(rf'\b(?:{functions})(?!\w)', report)]
    if not reports:
        return SILENT
    fields = '|'.join(re.escape(re.split(r'[.\]]', field)[-1]) for field in case['fields'])
    return NAMED if any(re.search(rf'[\w\]]\.(?:{fields})\b(?!:)', report) for report in reports) else FOUND


def sides(case):
    return ('right',) if case.get('right_only') else ('racy', 'right')


def try_detector(detector, cases, seconds, results):
    tool = detector.command or [detector.version.split()[0]]
    if not shutil.which(tool[0]):
        print(f'{detector.name}: not on this machine')
        return
    wanted = [(case, which) for case in cases if case['program'] in detector.languages for which in sides(case)]
    wanted = [one for one in wanted if not results.get(detector.name, *one)]
    if not wanted:
        return
    with tempfile.TemporaryDirectory() as folder:
        programs = run.build(Path(folder), only=detector.languages, **detector.build)
        for case, which in wanted:
            text = listen(detector.command, programs[case['program']], case, which, seconds)
            results.put(detector.name, case, which, [judge(detector, case, which, text), rounds_of(text)])


def try_plain(cases, seconds, programs, results):
    for case in cases:
        if not results.get('plain', case, 'right'):
            text = listen([], programs[case['program']], case, 'right', seconds)
            results.put('plain', case, 'right', ['', rounds_of(text)])


def try_watch(fieldguard, cases, seconds, programs, results):
    for case in cases:
        program = programs[case['program']]
        if not case.get('right_only') and not results.get(WATCH, case, 'racy'):
            one = run.Run(fieldguard, program, case, 'racy', seconds)
            results.put(WATCH, case, 'racy', [NAMED if one.first_after is not None else SILENT, None])
        if not results.get(WATCH, case, 'right'):
            results.put(WATCH, case, 'right', watch_right(fieldguard, program, case, seconds))


def watch_right(fieldguard, program, case, seconds):
    """What watch says of a right twin, and how much slower that is, or None where it pauses."""
    verdict, watched = watch_all(fieldguard, program, case, seconds)
    if not is_busy(rounds_of(listen([], program, case, 'right', 0.5)), 0.5):
        return [verdict, None]
    alone = speed(program, case, seconds / 3)[0]
    return [verdict, alone / watched if alone and watched else None]


def watch_all(fieldguard, program, case, seconds):
    """The verdict on a right twin from its start to its end, and its speed."""
    with tempfile.TemporaryFile('w+') as lines:
        watched, status = speed(program, case, seconds, [fieldguard, 'watch', '--json'], lines)
        lines.seek(0)
        records = [json.loads(line) for line in lines]
    if status not in (0, 1) or not any('ledger' in record for record in records):
        return NONE, watched
    return FALSE if any(record.get('kind') in run.RACE_KINDS for record in records) else SILENT, watched


def speed(program, case, seconds, watch=(), output=subprocess.DEVNULL):
    """
    Rounds of the right twin for each second of processor time that it had, so that others on the machine don't matter;
    and the exit status of the watch.
    """
    with subprocess.Popen([program, case['name'], 'right', str(seconds)], stdout=subprocess.PIPE, text=True) as target:
        watcher = subprocess.Popen([*watch, '-p', str(target.pid)], stdout=output, stderr=subprocess.DEVNULL) \
            if watch else None
        rounds = rounds_of(target.stdout.read())
        _, status, used = os.wait4(target.pid, 0)
        target.returncode = os.waitstatus_to_exitcode(status)
        watched = watcher.wait() if watcher else 0
    return (rounds / (used.ru_utime + used.ru_stime) if rounds else None), watched


def is_busy(rounds, seconds):
    return rounds is not None and rounds / seconds > BUSY


def slowdowns(name, cases, seconds, results):
    """Of the twins that work without pause."""
    ratios = []
    for case in cases:
        mine, plain = results.get(name, case, 'right'), results.get('plain', case, 'right')
        if mine and mine[1] and is_busy(plain[1], seconds):
            ratios.append(mine[1] if name == WATCH else plain[1] / mine[1])
    return sorted(ratios)


def factor(ratio):
    return f'{ratio:.2f}' if ratio < 2 else f'{ratio:.1f}' if ratio < 10 else f'{ratio:.0f}'


def summary(name, cases, seconds, results):
    """One row: detector, races found, mixed records found, false alarms, field named, slowdown."""
    racy = [(case, results.get(name, case, 'racy')[0]) for case in cases if results.get(name, case, 'racy')]
    right = [results.get(name, case, 'right')[0] for case in cases if results.get(name, case, 'right')]
    if not right:
        return None

    def found(kind):
        verdicts = [verdict for case, verdict in racy if case.get('kind', 'conflict') == kind]
        return f'{sum(verdict in (FOUND, NAMED) for verdict in verdicts)} of {len(verdicts)}'
    ratios = slowdowns(name, cases, seconds, results)
    slower = f'{factor(statistics.median(ratios))} times, at most {factor(ratios[-1])}' if ratios else '-'
    named = sum(verdict == NAMED for _, verdict in racy)
    return [name, found('conflict'), found('mixed'), f'{right.count(FALSE)} of {len(right)}',
            f'{named} of {sum(verdict in (FOUND, NAMED) for _, verdict in racy)}', slower]


def table(rows):
    """Markdown, in columns that a terminal shows as such."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = ['| ' + ' | '.join(cell.ljust(width) for cell, width in zip(row, widths)) + ' |' for row in rows]
    return '\n'.join([lines[0], '|' + '|'.join('-' * (width + 2) for width in widths) + '|', *lines[1:]])


def report(cases, seconds, results):
    names = [detector.name for detector in DETECTORS] + [WATCH]
    heads = ['', 'races found', 'mixed records found', 'false alarms', 'field named', 'slower']
    rows = [row for row in (summary(name, cases, seconds, results) for name in names) if row]
    names = [row[0] for row in rows]
    each = [['program', 'twin', *names]]
    for case in cases:
        for which in sides(case):
            verdicts = [results.get(name, case, which) for name in names]
            each.append([f'{case["program"]}/{case["name"]}', which, *(one[0] if one else NONE for one in verdicts)])
    return table([heads, *rows]), table(each)


def first_line(command):
    return subprocess.run(command.split(), capture_output=True, text=True, check=False).stdout.split('\n')[0]


WORDS = '''# fieldguard watch beside the race detectors

Written by `make races-table`. The programs are those of `tests/races`: {racy} that race and {right} twins that do
not, in C, C++ and Go; `tests/races/races.json` says what is to be found of each. {mixed} of them race by no
detector's meaning of the word: each write is locked, yet two threads fill one record at a time, so that it ends up
mixed.

{table}

- **races found**: a report names a function that writes the field that races. **False alarms**: right twins on which
  there is any report of a race.
- **field named**: of what was found, reports that have the field's name. Helgrind and DRD read the names of globals,
  and say `global_config.limit`; of what is on the heap they give the place where it was allocated.
- **slower**: the median, over the right twins that work without pause, of rounds in the same time; for watch of
  rounds in the same processor time, which says more of small differences. All but `fieldguard watch` need a program
  built for them, or run in them from its start; watch was attached to the one that ran already, built with `-O2 -g`,
  at its default budget.
- TSan reports what may race in the run that it sees, whether or not the two writes met; watch tells what it caught in
  the act. Helgrind and DRD know no atomics but those of locked instructions, so that they report right programs that
  hand over by a release store.
- TSan of clang and of Go, whose runtime is newer than gcc's, reports a race between two loops that never pause in one
  run and not in the next. It has the longest history here (`history_size=7`); with the default one it finds far fewer.

Each detector saw each program once, for {seconds:g} s; watch had at most {watch_seconds:g} s. On {machine}, Linux
{kernel}; {versions}.

## Program by program

`named`: found, with the field's name. `found`: found, without. `FALSE`: a report on a right program. `-`: not for this
detector, or no answer.

{each}
'''


def write(path, options, cases, results):
    summary_table, each = report(cases, options.seconds, results)
    versions = ', '.join(dict.fromkeys(first_line(detector.version) for detector in DETECTORS))
    path.write_text(WORDS.format(
        racy=sum(not case.get('right_only') for case in cases), right=len(cases), table=summary_table, each=each,
        mixed=sum(case.get('kind') == 'mixed' for case in cases), seconds=options.seconds, versions=versions,
        watch_seconds=options.watch_seconds, machine=f'{os.cpu_count()} processors',
        kernel=platform.release().split('-')[0]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('fieldguard')
    parser.add_argument('--seconds', type=float, default=2)
    parser.add_argument('--watch-seconds', type=float, default=10)
    parser.add_argument('--only', action='append', default=[])
    parser.add_argument('--keep', type=Path)
    parser.add_argument('--write', type=Path)
    options = parser.parse_args()
    fieldguard = str(Path(options.fieldguard).resolve())
    cases = [case for case in json.loads((run.HERE / 'races.json').read_text())
             if not options.only or any(word in f'{case["program"]}/{case["name"]}' for word in options.only)]
    results = Results(options.keep)
    with tempfile.TemporaryDirectory() as folder:
        programs = run.build(Path(folder))
        cases = [case for case in cases if case['program'] in programs]
        try_plain(cases, options.seconds, programs, results)
        for detector in DETECTORS:
            try_detector(detector, cases, options.seconds, results)
        why = run.may_watch(fieldguard)
        if why:
            print(f'no fieldguard watch here: {why}')
        else:
            try_watch(fieldguard, cases, options.watch_seconds, programs, results)
    print(report(cases, options.seconds, results)[0])
    if options.write:
        write(options.write, options, cases, results)
    return 0


if __name__ == '__main__':
    sys.exit(main())
