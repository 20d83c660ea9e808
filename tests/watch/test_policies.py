#!/usr/bin/env python3
"""test_policies.py FIELDGUARD LIBRARY - policies held against live programs, wrong ones and their right twins

The tags are in the binary (clang), in the note of generated code, or in a policy file (gcc, Go).
"""
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import watched
from watched import PROGRAMS, ROOT

import tap  # after watched, which says where it lies

ALL_BROKEN = {('state', 'states'), ('seq', 'owner'), ('opened', 'once'), ('views', 'atomic')}
C_POLICY = '''order.state   atomic states:"created>paid>shipped"
order.seq     owner
order.opened  once
order.views   atomic
'''
GO_POLICY = '''main.order.seq     owner
main.order.opened  once
main.order.views   atomic
'''
SECONDS = 0.6


def watch_both(name, program, want, *arguments):
    """A program's wrong way breaks just what is wanted; its right way nothing."""
    with watched.running(program, 'wrong', 120) as process:
        told = watched.run('-p', process.pid, '--for', SECONDS, '--json', *arguments)
    tap.ok(told.status == 1 and told.rules() == want, f'{name}: what is broken', told.rules(), told)
    with watched.running(program, 'right', 120) as process:
        right = watched.run('-p', process.pid, '--for', SECONDS, '--json', *arguments)
    tap.ok(right.status == 0 and right.kinds() <= {'sharing'} and right.ledger['hits'] > 100,
           f'{name}: the right twin', right)
    return told


def test_c(folder):
    include = f'-I{ROOT}/include'
    policy = folder / 'c.policy'
    policy.write_text(C_POLICY)
    program = watched.build('gcc', 'watch_policies.c', folder / 'by_file', '-g', include)
    told = watch_both('gcc, a policy file', program, ALL_BROKEN, '--policy', policy, 'order')
    state = next((one for one in told.findings if one.get('rule') == 'states'), None)
    tap.ok(state and (state['old'], state['new']) == ('STATE_PAID', 'STATE_CREATED') and
           'STATE_PAID -> STATE_CREATED' in state['said'],
           'states: old and new', state)
    if not shutil.which('clang-14'):
        tap.skip('tags in the binary', 'no clang-14 here')
        return
    program = watched.build('clang-14', 'watch_policies.c', folder / 'by_tags', '-g', include)
    watch_both('clang, tags in the binary', program, ALL_BROKEN, 'order')


def test_go(folder):
    if not shutil.which('go'):
        tap.skip('Go', 'no go here')
        return
    policy = folder / 'go.policy'
    policy.write_text(GO_POLICY)
    program = watched.build_go('watch_policies.go', folder / 'by_go')
    told = watch_both('Go', program, ALL_BROKEN - {('state', 'states')}, '--policy', policy, 'main.order')
    tap.ok(all(all(one['goroutines']) for one in told.findings), 'Go: by goroutine', told)


def test_form(folder, library):
    """The lock of a group is known from the note that generated code leaves."""
    subprocess.run([watched.FIELDGUARD, 'gen', '-o', folder, '--include-as', 'watch_form.h',
                    PROGRAMS / 'watch_form.h', '--',
                    f'-I{ROOT}/include'], check=True)
    program = folder / 'form'
    subprocess.run(['gcc', '-std=gnu11', '-g', '-O2', '-pthread', f'-I{ROOT}/include', f'-I{PROGRAMS}', f'-I{folder}',
                    '-o',
                    program, PROGRAMS / 'watch_form.c', folder / 'watch_form.fg.c', library, '-lm'], check=True)
    told = watch_both('a generated form', program, {('group_money.fields.amount', 'mutex=money')}, 'account_shared')
    bare = [one for one in told.findings if one['kind'] == 'policy']
    tap.ok(len(bare) == 1 and bare[0]['sites'][-1]['function'] == 'pay_bare',
           '... at the place that has no lock, once', told)


def main():
    why = watched.can_watch()
    if why or not shutil.which('gcc'):
        tap.skip('policies', why or 'no gcc here')
        return tap.done()
    with tempfile.TemporaryDirectory() as name:
        test_c(Path(name))
        test_go(Path(name))
        test_form(Path(name), sys.argv[2])
    return tap.done()


if __name__ == '__main__':
    sys.exit(main())
