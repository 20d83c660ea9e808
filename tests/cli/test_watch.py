#!/usr/bin/env python3
"""test_watch.py FIELDGUARD - `fieldguard watch` as a user runs it, on programs that run

Skipped where the kernel or our rights do not let anybody watch. How faces look is for test_watch_faces.py; what
programs go through under watch, for tests/watch; what is caught and what is not, over many of them, for tests/races.
"""
import json
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import tap

HERE = Path(__file__).resolve().parent
PROGRAMS = HERE.parent / 'programs'
FIELDGUARD = str(Path(sys.argv[1]).resolve())


def watch(*arguments):
    return subprocess.run([FIELDGUARD, 'watch', *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          stdin=subprocess.DEVNULL, text=True, timeout=60, check=False)


def compiled(folder, name, *flags):
    program = folder / name
    subprocess.run(['gcc', *flags, '-O2', '-pthread', '-o', program, PROGRAMS / 'watch_orders.c'], check=True)
    return program


@contextmanager
def running(program, *arguments):
    """A process that is past its start, ended in the end."""
    with subprocess.Popen([program, *map(str, arguments)], stdout=subprocess.PIPE, text=True) as process:
        try:
            process.stdout.readline()
            yield process
        finally:
            process.kill()


def ledger_of(result):
    return json.loads(result.stdout.splitlines()[-1])['ledger']


# ---- errors --------------------------------------------------------------------------------------------------------

def test_errors(folder, program):
    bare = compiled(folder, 'bare', '-s')
    with subprocess.Popen(['true']) as process:
        process.wait()
    result = watch('-p', process.pid)
    tap.ok(result.returncode == 2 and str(process.pid) in result.stderr and not result.stdout,
           'a process that has ended',
           result.stderr)
    result = watch('--for', 1, '--', folder / 'nowhere')
    tap.ok(result.returncode == 2 and 'nowhere' in result.stderr, 'a command that is none', result.stderr)
    with running(bare, 'still', 120) as process:
        result = watch('-p', process.pid, '--for', 1)
        tap.ok(result.returncode == 2 and '-g' in result.stderr, 'a program without debug information', result.stderr)
    with running(program, 'still', 120) as process:
        result = watch('-p', process.pid, '--for', 1, 'ordre.status')
        tap.ok(result.returncode == 2 and 'order' in result.stderr, 'a type that is not there: the nearest is named',
               result.stderr)
        result = watch('-p', process.pid, '--for', 1, 'order.state')
        tap.ok(result.returncode == 2 and 'status' in result.stderr, 'a field that is not there: the nearest is named',
               result.stderr)
        result = watch('-p', process.pid, '--for', 1, '--policy', folder / 'nowhere')
        tap.ok(result.returncode == 2 and 'nowhere' in result.stderr, 'a policy file that is not there', result.stderr)


# ---- findings ------------------------------------------------------------------------------------------------------

def conflict_in(text):
    lines = [json.loads(line) for line in text.splitlines()]
    return next((line for line in lines if line.get('kind') == 'conflict' and line['field'] == 'status' and
                 {site['function'] for site in line['sites']} == {'set_paid', 'set_cancelled'}), None)


def test_race(program):
    with running(program, 'race', 120) as process:
        result = watch('-p', process.pid, '--for', 3, '--json', 'order.status')
        found = conflict_in(result.stdout)
        if tap.ok(result.returncode == 1 and found, 'a race is caught', result.stdout[-3000:], result.stderr):
            tap.ok(found['type'] == 'order' and {found['old'], found['new']} <= {'CREATED', 'PAID', 'CANCELLED', None},
                   '... values by name', found)
            tap.ok(len({thread['tid'] for thread in found['threads']}) == 2, '... two threads', found)
            tap.ok(all(site['file'].endswith('watch_orders.c') and site['line'] for site in found['sites']),
                   '... places', found)
            tap.ok(any(place['function'] in ('pay', 'cancel') for stack in found['stacks'] for place in stack),
                   '... stacks', found['stacks'])
        result = watch('-p', process.pid, '--for', 3, 'order.status')
        tap.ok(result.returncode == 1 and re.search(
            r'^order\.status written by thread \d+ \(watch_orders\.c:\d+, set_\w+\) while thread \d+ '
            r'\(watch_orders\.c:\d+, set_\w+\) was writing it', result.stdout, re.MULTILINE),
            '... in words', result.stdout)


def test_no_race(program):
    with running(program, 'locked', 120) as process:
        result = watch('-p', process.pid, '--for', 2, 'order')
        tap.ok(result.returncode == 0 and 'No conflict was caught. A race of' in result.stdout,
               'with a lock: no finding',
               result.stdout)
    with running(program, 'still', 120) as process:
        result = watch('-p', process.pid, '--for', 1, 'order')
        tap.ok(result.returncode == 0 and 'Nothing was exercised' in result.stdout, 'nobody writes: that is said',
               result.stdout)


def test_trace(folder, program):
    record = folder / 'record'
    with running(program, 'locked', 120) as process:
        result = watch('-p', process.pid, '--for', 1.5, '--json', '--trace', '--no-holds', '--record', record,
                       'order.status')
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    events = [line for line in lines if 'event' in line]
    tap.ok(len(events) > 100 and {event['site']['function'] for event in events} == {'set_paid', 'set_cancelled'},
           'trace: every write', events[:3])
    tap.ok({event['new'] for event in events} <= {'PAID', 'CANCELLED', None} and
           sum(event['new'] is not None for event in events) > len(events) / 2, 'trace: values by name', events[:3])
    tap.ok(len({event['thread'] for event in events}) == 2 and len({event['object'] for event in events}) == 1,
           'trace: two threads, one object', events[:3])
    times = [event['time_ns'] for event in events]
    tap.ok(times == sorted(times), 'trace: in the order of time')
    ledger = ledger_of(result)
    tap.ok(ledger['dropped'] == 0 and ledger['events'] >= len(events) and ledger['holds'] == 0, 'trace: ledger', ledger)
    writers = [json.loads(line) for line in record.read_text().splitlines()]
    writers = [line for line in writers if 'writes' in line]
    tap.ok(len(writers) == 2 and sum(line['writes'] for line in writers) == len(events), 'record: writers', writers)
    result = subprocess.run([FIELDGUARD, 'layout', '--observed', record, program, 'order'], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, check=False)
    tap.ok('by the recording' in result.stdout, 'record: layout reads it', result.stdout, result.stderr)


# ---- how it begins and ends ----------------------------------------------------------------------------------------

def test_command(folder, program):
    output = folder / 'output'
    result = watch('order.status', '--json', '--output', output, '--', program, 'race', 3)
    tap.ok(result.stdout.startswith('ready\n') and re.search(r'order 7 is \d', result.stdout),
           'a command has its own standard output', result.stdout, result.stderr)
    text = output.read_text()
    tap.ok(result.returncode == 1 and conflict_in(text), '... and is watched to its end', text[-2000:])
    ledger = json.loads(text.splitlines()[-1])['ledger']
    tap.equal((ledger['target_ended'], ledger['target_exit'], ledger['target_signal']), (True, 0, None),
              '... which is told')


def test_ends(program):
    with running(program, 'race', 120) as target:
        with subprocess.Popen([FIELDGUARD, 'watch', '-p', str(target.pid), 'order.status'], stdout=subprocess.PIPE,
                              text=True) as process:
            process.stdout.readline()
            time.sleep(0.5)
            process.send_signal(signal.SIGINT)
            text = process.stdout.read()
            tap.ok(process.wait(20) in (0, 1) and 'watched ' in text, 'SIGINT ends it with the ledger', text)
        tap.equal(target.poll(), None, '... and the program runs on')
        with subprocess.Popen([FIELDGUARD, 'watch', '-p', str(target.pid), 'order.status'], stdout=subprocess.PIPE,
                              text=True) as process:
            process.stdout.readline()
            time.sleep(0.5)
            process.kill()
        time.sleep(0.2)
        tap.equal(target.poll(), None, 'after SIGKILL, too')
        with subprocess.Popen([FIELDGUARD, 'watch', '-p', str(target.pid), 'order.status'], stdout=subprocess.PIPE,
                              text=True) as process:
            process.stdout.readline()
            target.kill()
            text = process.stdout.read()
            tap.ok(process.wait(20) in (0, 1) and 'which has ended' in text, 'it ends with the program', text)


def test_view(folder, program):
    tmux = ['tmux', '-S', str(folder / 'tmux'), '-f', '/dev/null']
    with running(program, 'race', 120) as process:
        subprocess.run([*tmux, 'new-session', '-d', '-x', '120', '-y', '30',
                        f'{FIELDGUARD} watch -p {process.pid} order; sleep 60'], check=True)
        try:
            for keys, words in (((), 'order.status '), ((), '1 finding'), (('q',), 'watched ')):
                if keys:
                    subprocess.run([*tmux, 'send-keys', *keys], check=True)
                for _ in range(200):
                    text = subprocess.run([*tmux, 'capture-pane', '-p'], stdout=subprocess.PIPE, text=True,
                                          check=True).stdout
                    if words in text:
                        break
                    time.sleep(0.1)
                tap.ok(words in text, f'the terminal view: {words}', text)
        finally:
            subprocess.run([*tmux, 'kill-server'], check=False)


def main():
    tested = watch('--self-test')
    if tested.returncode == 2 or not shutil.which('gcc'):
        tap.skip('watch', tested.stderr.strip() or 'no gcc here')
        return tap.done()
    tap.ok(' sound ' in tested.stdout, 'self-test', tested.stdout)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        program = compiled(folder, 'orders', '-g', '-fno-omit-frame-pointer')
        test_errors(folder, program)
        test_race(program)
        test_no_race(program)
        test_trace(folder, program)
        test_command(folder, program)
        test_ends(program)
        if shutil.which('tmux'):
            test_view(folder, program)
    return tap.done()


if __name__ == '__main__':
    sys.exit(main())
