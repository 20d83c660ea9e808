#!/usr/bin/env python3
"""test_life.py FIELDGUARD - where programs under watch may come from, and all that may happen to them meanwhile

Each program checks its own results: it ends with 0 where they stayed right.
"""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import watched
from watched import running

import tap  # after watched, which says where it lies

LASTS = 120             # seconds that a program would go on, where nobody ends it


def functions(told):
    return {(one['site']['function'], os.path.basename(one['site']['module'])) for one in told.events}


def sees(name, process, *arguments, function='set_price'):
    """A running program's writes are seen, values and all."""
    told = watched.run('-p', process.pid, '--for', 0.3, '--json', '--trace', '--no-holds', *arguments, 'item.price')
    tap.ok(told.status == 0 and len(told.events) > 100 and {one for one, _ in functions(told)} == {function} and
           all(one['new'] in map(str, range(100)) for one in told.events if one['new'] is not None) and
           told.ledger['dropped'] == 0, name, functions(told), len(told.events), told)
    return told


# ---- where it comes from -------------------------------------------------------------------------------------------

def test_builds(folder, program):
    with running(program, 'steady', LASTS) as process:
        sees('a program at a random address', process)
    fixed = watched.build('gcc', 'watch_life.c', folder / 'fixed', '-g', '-no-pie')
    with running(fixed, 'steady', LASTS) as process:
        sees('a program at a fixed address', process)
    bare = watched.build('gcc', 'watch_life.c', folder / 'bare', '-g', '-Wl,--build-id')
    subprocess.run(['objcopy', '--only-keep-debug', bare, folder / 'bare.debug'], check=True)
    subprocess.run(['strip', bare], check=True)
    linked = folder / 'linked'
    subprocess.run(['objcopy', f'--add-gnu-debuglink={folder / "bare.debug"}', bare, linked], check=True)
    with running(linked, 'steady', LASTS) as process:
        sees('a stripped program whose debug file lies beside it', process)
    notes = subprocess.run(['readelf', '-n', bare], stdout=subprocess.PIPE, text=True, check=True).stdout
    identity = notes.partition('Build ID: ')[2].split()[0]
    at = folder / 'debug/.build-id' / identity[:2] / f'{identity[2:]}.debug'
    at.parent.mkdir(parents=True)
    (folder / 'bare.debug').rename(at)
    with running(bare, 'steady', LASTS) as process:
        sees('a stripped program whose debug file is found by its build id', process, '--debug-dir', folder / 'debug')


def test_libraries(folder):
    library = watched.build('gcc', 'watch_life_lib.c', folder / 'libitem.so', '-g', '-shared', '-fPIC')
    linked = watched.build('gcc', 'watch_life.c', folder / 'with_library', '-DLINKED', f'-L{folder}',
                           '-Wl,--no-as-needed',
                           '-litem', f'-Wl,-rpath,{folder}')
    with running(linked, 'library', LASTS) as process:
        told = sees('a library with debug information, in a program without', process, function='item_set_price')
        tap.equal(functions(told), {('item_set_price', 'libitem.so')}, '... told as the library\'s')
    later = watched.build('gcc', 'watch_life.c', folder / 'later', '-g')
    told = watched.run('--json', '--trace', '--no-holds', 'item.price', '--output', folder / 'out', '--', later,
                       'later', 3, library)
    told = watched.Told(told.status, (folder / 'out').read_text(), told.err)
    tap.ok(('item_set_price', 'libitem.so') in functions(told) and told.ledger['target_exit'] == 0,
           'a library that is opened while the watch runs', functions(told), told)


def test_places(folder, program):
    """A program that lies where we can't see its file under its name."""
    inside = folder / 'inside'
    inside.mkdir()
    script = f'mount -t tmpfs none {inside} && cp {program} {inside}/hidden && exec {inside}/hidden steady {LASTS}'
    if subprocess.run(['unshare', '-m', 'true'], check=False).returncode:
        tap.skip('a mount namespace', 'this may not be made here')
    else:
        with running('unshare', '-m', 'sh', '-c', script) as process:
            tap.ok(not (inside / 'hidden').exists(), 'the file is not there for us')
            sees('a program in another mount namespace', process)
    jail = folder / 'jail'
    jail.mkdir()
    watched.build('gcc', 'watch_life.c', jail / 'jailed', '-g', '-static', '-Wl,-w')
    with running('chroot', jail, '/jailed', 'steady', LASTS) as process:
        sees('a program in a chroot', process)
    copy = folder / 'deleted'
    shutil.copy(program, copy)
    with running(copy, 'steady', LASTS) as process:
        copy.unlink()
        sees('a program whose file was deleted', process)


def test_namespace(program):
    """A program in a container, seen from another container around it."""
    outer = ('unshare', '-pf', '--kill-child', '--mount-proc')
    if subprocess.run([*outer, 'true'], check=False).returncode:
        tap.skip('a PID namespace', 'this may not be made here')
        return
    with running(*outer, program, 'steady', LASTS):
        inner = subprocess.run(['pgrep', '-f', f'^{program} steady'], stdout=subprocess.PIPE, text=True, check=True)
        sees('a program in a PID namespace', SimpleNamespace(pid=int(inner.stdout)))
    script = (f'unshare -pf {program} steady 20 & for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.2; '
              f'pgrep -f "^{program} steady" >/dev/null && break; done; '
              f'{" ".join(watched.command("--for", 1, "-p"))} $(pgrep -f "^{program} steady")')
    told = subprocess.run([*outer, 'sh', '-c', script], capture_output=True, text=True, check=False)
    tap.ok(told.returncode == 2 and 'a PID namespace below ours' in told.stderr,
           'one in a namespace below ours is refused, with what to do', told)


# ---- what happens to it --------------------------------------------------------------------------------------------

def watch_to_end(name, folder, program, *arguments, least=100):
    """Of a command: it ends well, under watch from its first instruction."""
    out = folder / 'out'
    done = watched.run('--json', '--output', out, 'item', '--', program, *arguments)
    told = watched.Told(done.status, out.read_text(), done.err)
    tap.ok(told.status == 0 and told.ledger['target_ended'] and told.ledger['target_exit'] == 0 and
           told.ledger['hits'] > least and told.kinds() <= {'sharing'}, name, told)
    return told


def test_lives(folder, program):
    watch_to_end('fork: neither is harmed', folder, program, 'fork', 1)
    watch_to_end('exec: the new program is watched', folder, program, 'exec', 1, least=1000)
    told = watch_to_end('a thousand threads a second', folder, program, 'churn', 1, least=10000)
    tap.ok(told.ledger['objects_seen'] >= 4 and told.ledger['dropped'] == 0, '... none dropped', told)
    out = folder / 'out'
    watched.run('--json', '--trace', '--no-holds', '--output', out, 'item.price', '--', program, 'first', 0)
    told = watched.Told(0, out.read_text(), '')
    tap.equal([one['new'] for one in told.events], [str(i) for i in range(100)],
              'each write from the first instruction on')
    tap.equal(told.ledger['complete'], True, '... and the ledger says so')


def test_ends(program):
    with running(program, 'steady', LASTS) as process:
        with subprocess.Popen(watched.command('-p', process.pid, '--json', '--trace', 'item'), stdout=subprocess.PIPE,
                              text=True) as watch:
            watch.stdout.readline()
            process.kill()
            out = watch.communicate(timeout=20)[0]
        told = watched.Told(watch.returncode, out, '')
        tap.ok(told.status == 0 and told.ledger['target_ended'], 'a program that is killed', told)
    done = watched.run('--json', 'item', '--', program, 'die', 0)
    tap.ok(done.status == 0 and done.ledger['target_signal'] == 9, 'a command that is killed: its signal is told', done)
    done = watched.run('--json', 'item', '--', program, 'unknown', 0, 'x')
    tap.ok(done.status == 0 and done.ledger['target_exit'] == 0, 'a command that ends at once', done)
    done = watched.run('--json', 'item', '--', program)
    tap.ok(done.status == 0 and done.ledger['target_exit'] == 2, 'a command that fails: the exit status is ours', done)


def text_of(pid, program):
    """The program's code in memory, and in its file."""
    for line in Path(f'/proc/{pid}/maps').read_text().splitlines():
        fields = line.split()
        if len(fields) == 6 and 'x' in fields[1] and fields[5] == str(program):
            begin, end = (int(part, 16) for part in fields[0].split('-'))
            with open(f'/proc/{pid}/mem', 'rb') as memory, open(program, 'rb') as file:
                memory.seek(begin)
                file.seek(int(fields[2], 16))
                kept = file.read(end - begin)
                return memory.read(end - begin)[:len(kept)], kept
    return None, b''


def test_kill(program):
    """kill -9 at whoever watches, from before the probes are there until long after."""
    with running(program, 'steady', LASTS) as process:
        for at_work, after in ((False, 0.3), (False, 0.6), (True, 0), (True, 0.1), (True, 0.3)):
            with subprocess.Popen(watched.command('-p', process.pid, '--json', '--trace', 'item'),
                                  stdout=subprocess.PIPE) as watch:
                if at_work:
                    watch.stdout.readline()
                time.sleep(after)
                tap.equal(watch.poll(), None, f'killed {after} s after {"the first write" if at_work else "its start"}')
                watch.send_signal(signal.SIGKILL)
        for _ in range(100):
            memory, file = text_of(process.pid, program)
            if memory == file:
                break
            time.sleep(0.05)
        tap.ok(memory == file and file, 'no breakpoint is left in the program\'s code')
        process.terminate()
        tap.equal(process.wait(20), 0, 'the program\'s results stayed right')


def main():
    why = watched.can_watch()
    if why or not shutil.which('gcc'):
        tap.skip('life', why or 'no gcc here')
        return tap.done()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        program = watched.build('gcc', 'watch_life.c', folder / 'life', '-g')
        test_builds(folder, program)
        test_libraries(folder)
        test_places(folder, program)
        test_namespace(program)
        test_lives(folder, program)
        test_ends(program)
        test_kill(program)
    return tap.done()


if __name__ == '__main__':
    sys.exit(main())
