#!/usr/bin/env python3
"""compare.py - precision and recall of the analyser's sites against the truth of truth.py

    compare.py [--wrong] [--missed] [--extra] [--limit N] TRUTH.json [SITES.jsonl]     (no file: standard input)

Right: the answer names the struct that the truth names, at its offset, or one around or inside it at the same leaf,
or one that begins with all its members (a common header that is cast to). Wrong: it names something else. Missed:
it names nothing, or has no site there. Precision = right / (right + wrong); recall = right / (right + wrong +
missed). The truth's stores without a field (through a plain int *, say) count in neither; share is what is
attributed of all stores that are not to the stack, those without a field in the truth too.
"""
import argparse
import json
import re
import sys

from machine import Code
from types_di import Types, bare, without_arguments


SCALAR = []                 # an answer that names a plain type: attributed, but no claim of a field


def address(value):
    return int(value, 0) if isinstance(value, str) else value


class Answers:
    def __init__(self, stream, truth):
        self.types = Types()
        self.types.layouts, self.types.by_name = truth['layouts'], truth['names']
        self.sites = {}
        for line in stream:
            if line.startswith('{'):
                site = json.loads(line)
                if not site.get('read'):
                    self.sites[address(site['pc'])] = site

    def keys(self, name):
        keys = self.types.by_name.get(name, [])
        if not keys and '<' in name:
            plain = without_arguments(name)
            keys = [k for n, ks in self.types.by_name.items() if without_arguments(n) == plain for k in ks]
        return keys

    def chains(self, site):
        """Chains of an answer, and whether it is one at all."""
        if not site or not site.get('type') and not site.get('field') or site.get('why') and not site.get('field'):
            return None
        name = bare(site.get('type') or '')
        keys = self.keys(name) if name else []
        plain = not re.match(r'(const |volatile )*(struct|union|class) [^*]*$', site.get('type') or 'struct ')
        if not keys and not site.get('field') and plain:
            return SCALAR
        ret = []
        offset = site.get('offset')
        for key in keys:
            at = self.types.resolve_path(key, site['field']) if offset is None else offset
            if at is not None:
                ret += [c for c in self.types.chains(key, at) if c]
        if not ret:
            field = (site.get('field') or '').split('.')[-1].split('[')[0]
            ret = [[(name, offset or 0, field, False)]]
        return ret


def same(names, others, weak):
    """One of the two chains begins inside the other: the same leaf, seen from further out or in."""
    def step(link):
        return (without_arguments(link[0]) if weak else link[0], link[1])
    a, b = [step(s) for s in names], [step(s) for s in others]
    return a[0] in b or b[0] in a


def right(truth, chains, types=None):
    """Is one of the answer's chains about the bytes the truth is about?"""
    weak = truth['weak']
    true_chains = truth['chains'] or [[(truth['type'], truth['offset'], '', False)]]
    for answer in chains:
        for chain in true_chains:
            if same(chain, answer, weak):
                return True
            if types and tuple(chain[0][1:]) == tuple(answer[0][1:]) and types.begins_with(answer[0][0], chain[0][0]):
                return True
            if truth.get('spread') and near(chain, answer, truth['spread'], weak, truth['width']):
                return True
    return False


def near(chain, answer, spread, weak, width):
    """A store that is larger or smaller than its IR store lies somewhere about it, in the same struct."""
    for name, offset, *_ in chain:
        for other, at, *_ in answer:
            if (without_arguments(name) == without_arguments(other) if weak else name == other) and \
                    offset - width < at < offset + max(spread, 1):
                return True
    return False


def in_storage(chains):
    """The answer ends in an array of bytes, in which the truth's object was built: std::map's nodes are such."""
    return any(len(chain) > 1 and chain[-1][3] for chain in chains)


def padding(store):
    """A copy that the optimiser took apart writes bytes of no field too."""
    return bool(store.get('chains')) and not any(chain[-1][2] for chain in store['chains'])


def judge(truth, answers):
    """[(verdict, store, site)] of the stores that the truth names a field of"""
    ret = []
    for store in truth['stores']:
        site = answers.sites.get(store['pc'])
        chains = answers.chains(site)
        if store['type'] is None or padding(store):
            ret.append(('nothing' if chains is None else 'other', store, site))
        elif not chains:
            ret.append(('no site' if not site else 'missed' if chains is None else 'scalar', store, site))
        elif right(store, chains, answers.types):
            ret.append(('right', store, site))
        else:
            ret.append(('storage' if in_storage(chains) else 'wrong', store, site))
    return ret


def count(verdicts, where):
    """right, wrong, missed of plain stores; bulk calls apart."""
    of = {'right': 0, 'wrong': 0, 'missed': 0, 'scalar': 0, 'storage': 0, 'other': 0, 'nothing': 0}
    for verdict, store, _ in verdicts:
        if (store['kind'] == 'call') == (where == 'calls') and (where == 'calls' or store['where'] in where):
            of['missed' if verdict == 'no site' else verdict] += 1
    return of


def per_cent(part, whole):
    return '%6.2f' % (100.0 * part / whole) if whole else '     -'


HEADER = '%-24s %-10s %7s %7s %7s %9s %9s %9s' % (
    'program', 'stores', 'fields', 'wrong', 'missed', 'precision', 'recall', 'share')


def row(name, title, of):
    missed = of['missed'] + of['scalar'] + of['storage']
    claims = of['right'] + of['wrong']
    fields = claims + missed
    every = fields + of['other'] + of['nothing']
    return '%-24s %-10s %7d %7d %7d %9s %9s %9s' % (
        name, title, fields, of['wrong'], missed, per_cent(of['right'], claims),
        per_cent(of['right'], fields), per_cent(claims + of['scalar'] + of['storage'] + of['other'], every))


def tables(name, verdicts):
    return [row(name, title, count(verdicts, where)) for title, where in
            (('heap', ('heap',)), ('global', ('global',)), ('both', ('heap', 'global')), ('stack', ('stack',)),
             ('calls', 'calls'))]


def show(kind, store, site, code):
    print('%s %x %s at %s:%d  %s' % (kind, store['pc'], code.function_at(store['pc']), store['file'], store['line'],
                                     store['where']))
    print('    truth:  %s+%d %s %s%s' % (store['type'], store['offset'],
                                         ' | '.join('.'.join(s[2] for s in c) for c in store.get('chains') or []),
                                         store['kind'], ' merged or split' if store.get('spread') else ''))
    print('    ir:     ' + store['ir'])
    if site:
        print('    answer: %s+%s %s %s width %s confidence %s where %s why: %s' % tuple(
            site.get(k) for k in ('type', 'offset', 'field', 'how', 'width', 'confidence', 'where', 'why')))
    try:
        with open(store['file'], encoding='utf-8', errors='replace') as f:
            print('    source: ' + f.read().split('\n')[store['line'] - 1].strip())
    except (OSError, IndexError):
        pass
    for line in code.around(store['pc']):
        print('      ' + line)


def main():
    parser = argparse.ArgumentParser()
    for name in ('wrong', 'missed', 'extra', 'why'):
        parser.add_argument('--' + name, action='store_true')
    parser.add_argument('--limit', type=int, default=40)
    parser.add_argument('--where', default='heap,global')
    parser.add_argument('truth')
    parser.add_argument('sites', nargs='?')
    options = parser.parse_args()
    with open(options.truth) as f:
        truth = json.load(f)
    with open(options.sites) if options.sites else sys.stdin as stream:
        answers = Answers(stream, truth)
    verdicts = judge(truth, answers)
    wanted = [kind for kind, on in (('wrong', options.wrong), ('missed', options.missed), ('no site', options.missed),
                                    ('scalar', options.missed), ('storage', options.missed),
                                    ('other', options.extra)) if on]
    listed = [v for v in verdicts if v[0] in wanted and v[1]['where'] in options.where.split(',')]
    if listed:
        code = Code(truth['binary'])
        for verdict in listed[:options.limit]:
            show(*verdict, code)
    if options.why:
        whys = {}
        for verdict, store, site in verdicts:
            missed = verdict in ('missed', 'no site', 'scalar', 'storage')
            if missed and store['kind'] != 'call' and store['where'] != 'stack':
                why = (site or {}).get('why') or verdict
                whys[why] = whys.get(why, 0) + 1
        for why, n in sorted(whys.items(), key=lambda w: -w[1]):
            print('%6d  %s' % (n, why))
    print(HEADER)
    print('\n'.join(tables(re.sub(r'.*/', '', truth['binary'])[:24], verdicts)))


if __name__ == '__main__':
    main()
