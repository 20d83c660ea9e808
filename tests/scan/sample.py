#!/usr/bin/env python3
"""sample.py - sites picked at random, to be read and judged by hand: for compilers whose word on each store we
don't have

    sample.py [--seed N] [--n N] [--only FILE-PART] [--context N] BINARY SITES.jsonl

Of the stores that are not to the stack: source line, instructions about it, and the answer. Run it where the
compiler ran: its names of source files may be relative. docs/scan-truth.md holds what such readings gave.
"""
import argparse
import json
import random

from machine import Code


def source_line(path, line, cache={}):
    if path not in cache:
        try:
            with open(path, encoding='utf-8', errors='replace') as f:
                cache[path] = f.read().split('\n')
        except OSError:
            cache[path] = []
    lines = cache[path]
    return lines[line - 1].strip() if 0 < line <= len(lines) else '?'


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--n', type=int, default=50)
    parser.add_argument('--only', default='', help='of source files whose path holds this')
    parser.add_argument('--context', type=int, default=8)
    parser.add_argument('binary')
    parser.add_argument('sites')
    options = parser.parse_args()
    with open(options.sites, encoding='utf-8') as f:
        sites = [json.loads(line) for line in f]
    sites = [s for s in sites if s['where'] != 'stack' and options.only in (s['file'] or '')]
    random.Random(options.seed).shuffle(sites)
    code = Code(options.binary)
    for n, site in enumerate(sorted(sites[:options.n], key=lambda s: s['pc'])):
        print('%d. %x %s %s:%d' % (n + 1, site['pc'], site['function'], site['file'], site['line']))
        print('    source: ' + source_line(site['file'] or '', site['line']))
        print('    answer: %s . %s  %s %s width %d%s' % (site['type'], site['field'], site['how'], site['confidence'],
                                                        site['width'], ' why: ' + site['why'] if site['why'] else ''))
        for line in code.around(site['pc'], options.context, 1):
            print('      ' + line)


if __name__ == '__main__':
    main()
