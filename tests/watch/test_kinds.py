#!/usr/bin/env python3
"""test_kinds.py FIELDGUARD - neighbours on one cache line, reads against writes, fills that mix, beside what is right"""
import os
import shutil
import sys
import tempfile
from pathlib import Path

import watched
from watched import running

import tap  # after watched, which says where it lies

SECONDS = 1


def told_of(program, way, *arguments, of='counts'):
    with running(program, way, 120) as process:
        return watched.run('-p', process.pid, '--for', SECONDS, '--json', *arguments, of)


def test_sharing(program):
    told = told_of(program, 'sharing')
    if len(os.sched_getaffinity(0)) > 1:
        one = next((one for one in told.findings if one['kind'] == 'sharing'), None)
        tap.ok(one and {one['field'], one['field2']} == {'sent', 'received'} and one['count'] > 100,
               'neighbours share a cache line',
               told)
    else:
        tap.skip('neighbours', 'one processor alone has no cache line to share')
    tap.ok(told.status == 0 and told.kinds() <= {'sharing'}, 'sharing alone is no reason for exit status 1', told)
    told = told_of(program, 'apart')
    tap.ok(told.status == 0 and not told.findings and told.ledger['hits'] > 100,
           'fields 64 bytes apart share nothing', told)


def test_reads(program):
    told = told_of(program, 'reads', '--reads')
    conflicts = [one for one in told.findings if one['kind'] == 'conflict']
    if len(os.sched_getaffinity(0)) > 1:
        tap.ok(told.status == 1 and conflicts, 'a read while another thread writes', told)
    tap.ok(all(sorted(side['access'] for side in one['accesses']) == ['read', 'write'] for one in conflicts),
           'one side reads, the other writes: no read is called a write', told, [one['accesses'] for one in conflicts])
    told = told_of(program, 'reads')
    tap.ok(told.status == 0 and not told.findings, 'without --reads nothing is said of reads', told)
    told = told_of(program, 'locked', '--reads')
    tap.ok(told.status == 0 and not told.findings and told.ledger['hits'] > 100, 'a read with the lock', told)


def test_mixed(program):
    """Each write is locked, so that none of the two can be held while the other comes: only before the lock."""
    told = told_of(program, 'apart', of='order')
    if len(os.sched_getaffinity(0)) > 1:
        one = next((one for one in told.findings if one['kind'] == 'mixed'), None)
        tap.ok(told.status == 1 and one and {one['field'], one['field2']} == {'user', 'cents'},
               'two fills run into one another', told)
        tap.ok(told.ledger['pauses'] == 2 and told.ledger['paused'] > 0 and told.ledger['paused_ns'] > 0,
               '... threads were held before both locks', told)
    tap.ok('conflict' not in told.kinds(), '... no write is a conflict', told)
    tap.ok(told.ledger['sites_attached'] == 4 and told.ledger['own_seconds'] > 0.01,
           '... places before locks are no write sites', told)
    tap.equal(told.ledger['hits'], told.ledger['events'] + told.ledger['dropped'], '... nor are their hits writes')
    told = told_of(program, 'whole', of='order')
    tap.ok(told.status == 0 and told.kinds() <= {'sharing'} and told.ledger['hits'] > 100 and
           not told.ledger['pauses'], 'one lock for each fill: nothing is suspected', told)


def main():
    why = watched.can_watch()
    if why or not shutil.which('gcc'):
        tap.skip('kinds', why or 'no gcc here')
        return tap.done()
    with tempfile.TemporaryDirectory() as name:
        program = watched.build('gcc', 'watch_line.c', Path(name) / 'line', '-g')
        test_sharing(program)
        test_reads(program)
        test_mixed(watched.build('gcc', 'watch_fills.c', Path(name) / 'fills', '-g'))
    return tap.done()


if __name__ == '__main__':
    sys.exit(main())
