#!/usr/bin/env python3
"""test_rights.py FIELDGUARD - who may not watch, and what can't be watched: exit status 2, and a line that says why"""
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import watched
from watched import running

import tap  # after watched, which says where it lies

NOBODY = ('setpriv', '--reuid=65534', '--regid=65534', '--clear-groups')
WANTED = {'CAP_BPF', 'CAP_PERFMON', 'CAP_SYS_PTRACE'}


def with_rights(*names):
    """Nobody, with these rights."""
    rights = ','.join(f'+{name}' for name in names)
    return (*NOBODY, f'--inh-caps={rights}', f'--ambient-caps={rights}')


def refused(told, *words):
    """One line, an exit status, nothing on standard output."""
    return (told.status == 2 and not told.out and len(told.err.splitlines()) == 1 and
            all(word in told.err for word in words))


def missing(told):
    return {name for name in WANTED if f'{name},' in told.err or f'{name};' in told.err}


def test_rights(folder, program):
    """Somebody who is not root needs our program where he may read it."""
    folder.chmod(0o755)
    ours = folder / 'fieldguard'
    shutil.copy(watched.FIELDGUARD, ours)
    watched.FIELDGUARD = str(ours)
    with running(program, 'steady', 120) as process:
        what = ('-p', process.pid, '--for', 0.2, '--json', 'item')
        told = watched.run(*what, before=NOBODY)
        tap.ok(refused(told, 'root') and missing(told) == WANTED, 'nobody: each right that is missing is named', told)
        told = watched.run('item', '--', program, 'steady', 1, before=NOBODY)
        tap.ok(refused(told) and missing(told) == WANTED, '... for a command too', told)
        told = watched.run(*what, before=with_rights('bpf', 'sys_ptrace'))
        tap.ok(refused(told) and missing(told) == {'CAP_PERFMON'}, 'one right is missing', told)
        told = watched.run(*what, before=with_rights('bpf', 'perfmon'))
        tap.ok(refused(told, 'CAP_SYS_PTRACE', str(process.pid)), 'a process of another user', told)
        told = watched.run(*what, before=with_rights('bpf', 'perfmon', 'sys_ptrace'))
        tap.ok(told.status == 0 and told.ledger['hits'] > 100, 'these three are enough', told)
        told = watched.run('--self-test', before=NOBODY)
        tap.ok(refused(told) and missing(told) == WANTED, 'the self-test', told)


def build_other(folder):
    """A program for another machine's registers: 32 bits. Returns: None: it can't be built here."""
    source = folder / 'other.s'
    # pause(), for ever.
    source.write_text('.globl _start\n_start: mov $29,%eax\nint $0x80\njmp _start\n')
    done = [subprocess.run(command, stderr=subprocess.DEVNULL, check=False, cwd=folder).returncode
            for command in (['as', '--32', '-o', 'other.o', source],
                            ['ld', '-m', 'elf_i386', '-o', 'other', 'other.o'])]
    return None if any(done) else folder / 'other'


def test_other(folder):
    other = build_other(folder)
    try:
        process = subprocess.Popen([other]) if other else None
    except OSError:
        process = None
    if not process:
        tap.skip('a 32-bit program', 'none can be built or run here')
        return
    with process:
        told = watched.run('-p', process.pid)
        tap.ok(refused(told, '32-bit', str(process.pid)), 'a 32-bit process', told)
        process.kill()
    told = watched.run('--', other)
    tap.ok(refused(told, '32-bit'), 'a 32-bit command', told)


def test_targets(folder, program):
    told = watched.run('-p', 2 ** 22 - 1)
    tap.ok(refused(told, 'no process'), 'a process that is not there', told)
    # Where /proc shows them, 2 is the one that makes all others.
    kernel = 2
    if Path('/proc/2/comm').exists() and Path('/proc/2/comm').read_text() == 'kthreadd\n':
        tap.ok(refused(watched.run('-p', kernel), 'kernel'), 'a thread of the kernel')
    text = folder / 'text'
    text.write_text('just words\n')
    tap.ok(refused(watched.run('--', text), str(text)), 'a file that is no program')
    text.chmod(0o755)
    told = watched.run('--', text)
    tap.ok(told.status == 2 and 'has debug information' in told.err, 'words that the shell takes', told)
    bare = watched.build('gcc', 'watch_life.c', folder / 'bare', '-s')
    with running(bare, 'steady', 120) as process:
        tap.ok(refused(watched.run('-p', process.pid), '-g'), 'a process without debug information')
    told = watched.run('--json', '--output', folder / 'out', '--', bare, 'first', 0)
    tap.ok(told.status == 2 and '-g' in told.err, 'a command without debug information', told)
    told = watched.run('--json', '--output', folder / 'out', 'itme.price', '--', program, 'first', 0)
    tap.ok(told.status == 2 and 'item' in told.err,
           'a command, and a type that nothing in it has: the nearest is named', told)


def main():
    why = watched.can_watch()
    if why or not shutil.which('gcc'):
        tap.skip('rights', why or 'no gcc here')
        return tap.done()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        program = watched.build('gcc', 'watch_life.c', folder / 'life', '-g')
        test_targets(folder, program)
        test_other(folder)
        if os.geteuid() == 0 and shutil.which('setpriv'):
            test_rights(folder, program)
        else:
            tap.skip('rights', 'these are taken away from root, by setpriv')
    return tap.done()


if __name__ == '__main__':
    sys.exit(main())
