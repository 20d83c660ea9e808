#!/usr/bin/env python3
"""test_kinds.py FIELDGUARD - neighbours on one cache line, and reads against writes, beside what is right"""
import os
import shutil
import sys
import tempfile
from pathlib import Path

import watched
from watched import running

import tap  # after watched, which says where it lies

SECONDS = 1


def told_of(program, way, *arguments):
    with running(program, way, 120) as process:
        return watched.run('-p', process.pid, '--for', SECONDS, '--json', *arguments, 'counts')


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


def main():
    why = watched.can_watch()
    if why or not shutil.which('gcc'):
        tap.skip('kinds', why or 'no gcc here')
        return tap.done()
    with tempfile.TemporaryDirectory() as name:
        program = watched.build('gcc', 'watch_line.c', Path(name) / 'line', '-g')
        test_sharing(program)
        test_reads(program)
    return tap.done()


if __name__ == '__main__':
    sys.exit(main())
