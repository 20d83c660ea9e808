#!/usr/bin/env python3
"""test_truth.py ROOT BUILD SITES_DUMP full|quick - the analyser's sites against the truth, with the thresholds
that hold

full: fieldguard itself, its benchmarks, generated code and the programs of hard cases, by clang -O2, judged by what
the compiler's IR says of each store; then those programs by gcc, judged by a run. quick: the programs of hard cases
alone.
"""
import json
import multiprocessing
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / 'cli'))
import compare
import tap
import traced
import truth

ROOT, BUILD, DUMP, FULL = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4] == 'full'
PROGRAMS = ROOT / 'tests/programs'
HARD = ('records', 'chains', 'loops')
UNLINKED = ['-Wl,--unresolved-symbols=ignore-all', '-Wl,-z,muldefs']

# Precision and recall in per cent, of heap and global stores to fields.
LIMITS = {'C': (99.7, 96.0), 'generated C': (99.7, 96.0), 'C++': (99.0, 85.0)}
PRECISION_RUN, RECALL_RUN = 99.0, 90.0
GCC = ('gcc -O0', 'gcc -O2', 'gcc -O3', 'gcc -O2 -flto')


def built_sources(wanted):
    """[(path, flags)] of the sources that meson compiles and whose path holds one of the words."""
    with open(BUILD / 'compile_commands.json', encoding='utf-8') as f:
        commands = json.load(f)
    found = {}
    for command in commands:
        path = os.path.normpath(os.path.join(command['directory'], command['file']))
        relative = os.path.relpath(path, BUILD if path.startswith(str(BUILD)) else ROOT)
        if not path.endswith('.c') or not wanted(relative) or path in found or not os.path.exists(path):
            continue
        flags = [f for f in shlex.split(command['command']) if f.startswith(('-I', '-D', '-std', '-isystem'))]
        flags = ['-I' + os.path.join(command['directory'], f[2:]) if f.startswith('-I') else f for f in flags]
        found[path] = flags + ['-O2', '-g']
    return list(found.items())


def corpus():
    """[(name, compiler, files)]"""
    ret = [(name, 'clang-14', [(str(PROGRAMS / (name + '.c')), ['-std=gnu11', '-O2', '-g'])]) for name in HARD]
    ret.append(('classes', 'clang++-14', [(str(PROGRAMS / 'classes.cc'), ['-std=c++17', '-O2', '-g'])]))
    if FULL:
        golden = ['-std=gnu11', '-O2', '-g', '-I' + str(ROOT / 'include'), '-I' + str(ROOT / 'tests/golden')]
        generated = sorted((ROOT / 'tests/golden').glob('*.fg.c'))
        ret.append(('generated', 'clang-14', [(str(p), golden) for p in generated]))
        ret.append(('bench', 'clang-14', built_sources(lambda p: p.startswith('bench/') and not p.endswith('.fg.c'))))
        ret.append(('fieldguard', 'clang-14', built_sources(lambda p: p.startswith('src/'))))
    return [entry for entry in ret if entry[2]]


def sites_of(binary):
    done = subprocess.run([DUMP, binary], capture_output=True, text=True, check=False)
    if done.returncode:
        raise truth.Failed('sites_dump %s: %s' % (binary, done.stderr))
    return done.stdout.splitlines()


def add(total, part):
    for key, n in part.items():
        total[key] = total.get(key, 0) + n


def shares(of):
    """(precision, recall) in per cent."""
    fields = of['right'] + of['wrong'] + of['missed'] + of['scalar'] + of['storage']
    claimed = of['right'] + of['wrong']
    return 100.0 * of['right'] / max(claimed, 1), 100.0 * of['right'] / max(fields, 1)


def wrong_lines(verdicts):
    return ['%s:%d pc %x truth %s+%d answer %s+%s' % (s['file'], s['line'], s['pc'], s['type'], s['offset'], a['type'],
                                                     a['offset'])
            for verdict, s, a in verdicts if verdict == 'wrong' and s['where'] != 'stack']


def check_truth(folder):
    """The table by the compiler's word. Returns: the hard programs' truths, for the runs."""
    totals, wrong, truths = {}, {}, {}
    print('# ' + compare.HEADER)
    for name, cc, files in corpus():
        made = truth.make(os.path.join(folder, name), cc, UNLINKED, files)
        sites = sites_of(made['binary'])
        verdicts = compare.judge(made, compare.Answers(sites, made))
        print('# ' + truth.summary(made))
        for line in compare.tables(name, verdicts):
            print('# ' + line)
        kind = 'C++' if '++' in cc else 'generated C' if name == 'generated' else 'C'
        add(totals.setdefault(kind, {}), compare.count(verdicts, ('heap', 'global')))
        wrong.setdefault(kind, []).extend(wrong_lines(verdicts))
        if name in HARD:
            truths[name] = made
        if name == 'records':
            check_comparison(made, sites)
        sys.stdout.flush()
    for kind, of in totals.items():
        precision, recall = LIMITS[kind]
        got = shares(of)
        print('# ' + compare.row('all ' + kind, 'both', of))
        tap.ok(got[0] >= precision, '%s, clang -O2: precision %.2f %%, at least %.1f' % (kind, got[0], precision),
               *wrong[kind])
        tap.ok(got[1] >= recall, '%s, clang -O2: recall %.2f %%, at least %.1f' % (kind, got[1], recall))
    return truths


def check_comparison(made, sites):
    """The comparison itself: answers moved by one byte, or left out, must not pass."""
    moved = [json.dumps({**site, 'offset': site['offset'] + 64}) for site in map(json.loads, sites)]
    of = compare.count(compare.judge(made, compare.Answers(moved, made)), ('heap', 'global'))
    tap.ok(shares(of)[0] < 30, 'answers that are off by 64 bytes are found wrong', of)
    of = compare.count(compare.judge(made, compare.Answers([], made)), ('heap', 'global'))
    tap.ok(shares(of)[1] == 0, 'answers that are not there are missed', of)


def run_one(job):
    folder, name, command, made = job
    binary = os.path.join(folder, name + '-' + command.replace(' ', ''))
    subprocess.run([*command.split(), '-g', '-w', '-no-pie', '-o', binary, str(PROGRAMS / (name + '.c'))], check=True)
    return '%s, %s' % (name, command), traced.check(made, sites_of(binary), binary)[0]


def check_runs(folder, truths):
    jobs = [(folder, name, command, made) for command in GCC for name, made in truths.items()]
    n = {'right': 0, 'wrong': 0, 'missed': 0, 'storage': 0}
    wrong = []
    with multiprocessing.Pool() as pool:
        for name, verdicts in pool.imap(run_one, jobs):
            print('# ' + traced.row(name, verdicts))
            for verdict, pc, hits, site in verdicts:
                n[verdict] += 1
                if verdict == 'wrong':
                    wrong.append('%s pc %x line %s truth %s answer %s+%s' % (
                        name, pc, site['line'], hits[:2], site['type'], site['offset']))
    precision = 100.0 * n['right'] / max(n['right'] + n['wrong'], 1)
    recall = 100.0 * n['right'] / max(sum(n.values()), 1)
    tap.ok(precision >= PRECISION_RUN, 'gcc, by runs: precision %.2f %%, at least %.1f' % (precision, PRECISION_RUN),
           *wrong)
    tap.ok(recall >= RECALL_RUN, 'gcc, by runs: recall %.2f %%, at least %.1f' % (recall, RECALL_RUN))


def main():
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        try:
            truths = check_truth(folder)
            check_runs(folder, truths)
        except truth.Failed as failed:
            tap.ok(False, 'programs and their truth are made', failed)
    return tap.done()


if __name__ == '__main__':
    sys.exit(main())
