#!/usr/bin/env python3
"""traced.py - the analyser's sites against a run: every store of the program to a known object, by any compiler

    traced.py [--list] LAYOUTS.truth.json SITES.jsonl PROGRAM

valgrind's lackey tells each instruction and each address it stores to; the program itself says where its objects
lie (lines "object TYPE ADDRESS SIZE COUNT", tests/programs/objects.h). So each store into one of them has a type
and an offset. The layouts are those that truth.py found in the same source. PROGRAM must not be position
independent.
"""
import argparse
import bisect
import json
import re
import subprocess
import sys

from compare import Answers, in_storage, per_cent, right
from machine import Code
from types_di import bare


def code_ranges(path):
    """Only instructions of the program itself count."""
    code = Code(path)
    return code, code.order[0], code.order[-1]


def trace(program, low, high):
    """({pc: {(address, size)}}, in the order of their first coming, what the program printed)"""
    done = subprocess.Popen(['valgrind', '--tool=lackey', '--trace-mem=yes', '--log-fd=2', program],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors='replace')
    stores, pc, inside = {}, 0, False
    for line in done.stderr:
        if line.startswith('I  '):
            pc = int(line[3:line.index(',')], 16)
            inside = low <= pc <= high
        elif inside and line[0] == ' ' and line[1] in 'SM':
            address, _, size = line[3:].partition(',')
            stores.setdefault(pc, {}).setdefault((int(address, 16), int(size)), None)
    out = done.stdout.read()
    if done.wait() != 0:
        sys.exit('traced.py: %s failed under valgrind' % program)
    return stores, out


class Objects:
    def __init__(self, text):
        self.items = sorted((int(a, 16), bare(t), int(s), int(n)) for t, a, s, n in
                            re.findall(r'^object (.*) (0x[0-9a-f]+) (\d+) (\d+)$', text, re.M))
        self.starts = [i[0] for i in self.items]

    def at(self, address):
        """(type, offset in it)"""
        i = bisect.bisect_right(self.starts, address) - 1
        if i < 0:
            return None
        start, name, size, count = self.items[i]
        if address >= start + size * count and not (name == 'blob' or name == 'entry'):
            return None
        return (name, (address - start) % size) if address < start + size * count else None


def places(stores, objects):
    """{pc: [(type, offset)]}, in the order of their first coming, of the instructions
    that stored to known objects alone."""
    ret = {}
    for pc, events in stores.items():
        found = list(dict.fromkeys(objects.at(address) for address, _ in events))
        if found and None not in found:
            ret[pc] = found
    return ret


def judge(found, answers):
    """[(verdict, pc, places, site)]"""
    ret = []
    for pc, hits in sorted(found.items()):
        site = answers.sites.get(pc)
        chains = answers.chains(site)
        if not chains:
            ret.append(('missed', pc, hits, site))
            continue
        hits = hits[:1] if site.get('how') == 'bulk' else hits
        verdict = 'right'
        for name, offset in hits:
            truth = {'type': name, 'offset': offset, 'weak': False,
                     'chains': [c for k in answers.keys(name) for c in answers.types.chains(k, offset) if c]}
            if not right(truth, chains):
                verdict = 'storage' if in_storage(chains) else 'wrong'
        ret.append((verdict, pc, hits, site))
    return ret


def check(layouts, sites, program):
    code, low, high = code_ranges(program)
    stores, text = trace(program, low, high)
    return judge(places(stores, Objects(text)), Answers(sites, layouts)), code


def row(name, verdicts):
    n = {kind: sum(1 for v in verdicts if v[0] == kind) for kind in ('right', 'wrong', 'missed', 'storage')}
    missed = n['missed'] + n['storage']
    return '%-24s %-10s %7d %7d %7d %9s %9s' % (name, 'run', len(verdicts), n['wrong'], missed,
                                               per_cent(n['right'], n['right'] + n['wrong']),
                                               per_cent(n['right'], len(verdicts)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--list', action='store_true')
    parser.add_argument('layouts')
    parser.add_argument('sites')
    parser.add_argument('program')
    options = parser.parse_args()
    with open(options.layouts) as f, open(options.sites) as g:
        verdicts, code = check(json.load(f), g, options.program)
    for verdict, pc, hits, site in verdicts:
        if options.list and verdict != 'right':
            print('%s %x %s truth %s' % (verdict, pc, code.function_at(pc), sorted(hits)[:4]))
            if site:
                print('    answer: %s+%s %s line %s, %s why: %s' % tuple(
                    site.get(k) for k in ('type', 'offset', 'field', 'line', 'confidence', 'why')))
            for line in code.around(pc):
                print('      ' + line)
    print(row(options.program.split('/')[-1], verdicts))


if __name__ == '__main__':
    main()
