#!/usr/bin/env python3
"""test_watch_faces.py STAND_IN FIELDGUARD - what `fieldguard watch` takes and says, before an engine that makes it up

What the engine really sees is for test_watch.py. Here are options, errors, exit statuses, text, JSON, the record,
signals, and the terminal view, looked at through tmux. tests/cli/watch_stand_in.c says what each number of a process
stands for.
"""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import tap

STAND_IN = str(Path(sys.argv[1]).resolve())
FIELDGUARD = str(Path(sys.argv[2]).resolve())
PLACE = {'function', 'file', 'line', 'address', 'module', 'inlined'}
FINDING = {'kind', 'type', 'field', 'sites', 'threads', 'old', 'new', 'count', 'first_ns', 'last_ns', 'object',
           'accesses',
           'stacks', 'text', 'final'}
EVENT = {'event', 'time_ns', 'type', 'field', 'object', 'address', 'old', 'new', 'thread', 'site'}
LEDGER = {'program', 'pid', 'threads_max', 'findings', 'sites_found', 'sites_unknown', 'sites_neighbour',
          'sites_stepped',
          'sites_call', 'sites_points', 'refused', 'sites_left_out', 'bulk_found', 'bulk_known', 'fields_atomic',
          'modules', 'modules_bare', 'frees', 'sites_attached', 'sites_hit', 'sites_hot', 'sites_silenced', 'hits',
          'events', 'dropped', 'faults', 'holds', 'hold_ns', 'caught',
          'pauses', 'paused', 'paused_ns', 'own_seconds', 'overlaps_seen', 'points_aimed', 'point_hits',
          'points_missed', 'objects_seen',
          'objects_shared', 'windows', 'attach_failed', 'seconds', 'budget', 'spent', 'attached_share', 'writers_max',
          'chance_100', 'complete', 'target_ended', 'target_exit', 'target_signal', 'limits'}
FIRST = ('order.status written by thread 12 (orders.c:42, set_status) '
         'while thread 13 (orders.c:88, cancel) was writing it; '
         'paid -> created')


def watch(*arguments, program=STAND_IN, **more):
    return subprocess.run([program, 'watch', *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          stdin=subprocess.DEVNULL, text=True, timeout=30, check=False, **more)


def read_json(text):
    """Returns: findings when first seen, findings at the end, events, the ledger."""
    lines = [json.loads(line) for line in text.splitlines()]
    findings = [line for line in lines if 'kind' in line]
    return ([line for line in findings if not line['final']], [line for line in findings if line['final']],
            [line for line in lines if 'event' in line], lines[-1]['ledger'])


# ---- what is asked ---------------------------------------------------------------------------------------------------

WRONG = [
    ((), 'no program'),
    (('order',), 'no program'),
    (('-p', '7', '--', 'true'), 'not both'),
    (('--',), 'no command behind --'),
    (('-p', 'x'), 'number of a process: x'),
    (('-p', '0'), 'number of a process: 0'),
    (('-p', '-1'), 'number of a process'),
    (('-p', '99999999999'), 'number of a process'),
    (('-p',), 'lacks its value'),
    (('-p', '7', '--budget', '0'), 'percent'),
    (('-p', '7', '--budget', '101%'), 'percent'),
    (('-p', '7', '--budget', 'nan'), 'percent'),
    (('-p', '7', '--budget', '2x'), 'percent'),
    (('-p', '7', '--budget', '1e1'), 'percent'),
    (('-p', '7', '--for', '0'), 'seconds'),
    (('-p', '7', '--for', '1h'), 'seconds'),
    (('-p', '7', '--threads', '0'), '1 to 1024'),
    (('-p', '7', '--nonsense'), 'no such option: --nonsense'),
    (('-p', '7', '--sampled'), 'named types'),
    (('-p', '7', '--view', '--json'), '--view goes without'),
    (('-p', '7', '--view'), 'needs a terminal'),
    (('--self-test', '-p', '7'), 'watches no program'),
]


def test_usage():
    for arguments, words in WRONG:
        result = watch(*arguments)
        tap.ok(result.returncode == 2 and words in result.stderr and not result.stdout and
               result.stderr.count('\n') == 1 and result.stderr.startswith('fieldguard: watch: '),
               'refused: watch ' + ' '.join(arguments), result.stderr)
        if arguments and '--for' not in arguments and '7' not in arguments:
            tap.equal(watch(*arguments, program=FIELDGUARD).stderr, result.stderr, '... by the command itself, too')
    for arguments in (('--help',), ('-h',), ('-p', 'x', '--help')):
        result = watch(*arguments)
        wanted = (2, False) if 'x' in arguments else (0, True)
        tap.equal((result.returncode, 'usage: fieldguard watch' in result.stdout), wanted, ' '.join(arguments))
    tap.ok(all(len(line) <= 120 for line in watch('--help').stdout.splitlines()), 'help fits 120 columns')
    tap.ok(re.fullmatch(r'fieldguard [\d.]+\n', watch('--version').stdout), '--version')
    tap.ok(' watch ' in subprocess.run([FIELDGUARD, '--help'], stdout=subprocess.PIPE, text=True, check=True).stdout,
           '`fieldguard --help` lists it')


def test_errors(folder):
    result = watch('-p', 11)
    tap.equal((result.returncode, result.stdout, result.stderr),
              (2, '', 'fieldguard: watch: process 11: there is none\n'),
              'what the engine says of what it could not do')
    result = watch('-p', 12, '--json')
    tap.ok(result.returncode == 2 and 'broke off: Input/output error' in result.stderr, 'a watch that breaks off',
           result)
    tap.ok('ledger' in json.loads(result.stdout.splitlines()[-1]), '... still tells its ledger')
    for option in ('--record', '--output'):
        result = watch('-p', 7, '--for', 0.1, option, folder / 'none/file')
        tap.ok(result.returncode == 2 and 'No such file' in result.stderr, f'{option} where there is no folder', result)
        if os.path.exists('/dev/full'):
            result = watch('-p', 7, '--for', 0.1, option, '/dev/full')
            tap.ok(result.returncode == 2 and 'No space left' in result.stderr, f'{option} on a full disk', result)


# ---- what is said ----------------------------------------------------------------------------------------------------

def test_text():
    result = watch('-p', 7, '--for', 0.9)
    lines = result.stdout.splitlines()
    tap.equal((result.returncode, result.stderr), (1, ''), 'findings: exit status 1')
    tap.equal(lines[0], 'watching /usr/bin/orders (process 7): 813 of 1,234 sites that write its fields',
              'what is watched')
    tap.equal(lines[2], FIRST, 'a conflict in one line')
    tap.equal(lines[3:9], ['    object 0x7f0000001000', '    thread 13 "worker-3" wrote order.status: created -> cancelled',
                           '        cancel (/src/orders/orders.c:88)',
                           '        handle (/src/orders/main.c:25), inlined into',
                           '        worker (/src/orders/main.c:99)', '        handle (/src/orders/main.c:26)'],
              '... its evidence, the stack as far as it is one')
    for name, words in (('goroutines', 'main.Pair.A written by goroutine 18 (pair.go:14, main.writeNonAtomic) while '
                         'goroutine 17 (pair.go:14, main.writeNonAtomic) was writing it; 3 -> 4'),
                        ('a read',
                         'order.status read by thread 14 (look.c:2, look) while thread 12 (orders.c:42, set_status) '
                         'was writing it; paid -> created'),
                        ('mixed', 'order.amount_cents and order.currency of one object come from two fills: thread 12 '
                         '(fill.c:7, fill) and thread 13 (fill.c:7, fill) filled it at the same time; '),
                        ('owner, by a library',
                         'order.customer.name has the rule owner and was written by a second thread: '
                         'thread 13 (main.c:25, handle, through libc.so.6), after thread 12 ("odd"?.c:3, rename); now "bob"'),
                        ('mutex',
                         'order.amount_cents has the rule mutex=money and was written without its lock by thread 12 '
                         '(money.c:19, refund); 1 -> 2'),
                        ('states',
                         'order.status has the rule states and was given a change that is not allowed, by thread 12 '
                         '(orders.c:42, set_status); paid -> created is not in the list'),
                        ('sharing',
                         'order.status and order.amount_cents lie on one cache line and are written in turns, by '
                         'thread 12 (orders.c:42, set_status) and thread 13 (money.c:19, refund); '
                         '5000 changes of hands')):
        tap.ok(any(line.startswith(words) for line in lines), f'in words: {name}', *lines)
    tap.ok('8 findings' in lines
           and any(re.match(r'  conflict  \d+ times  +order\.status  cancel ', line) for line in lines),
           'all of them at the end, with counts')
    tap.ok('\033' not in result.stdout, 'no colours where there is no terminal')
    for words in ('  sites      1,234 found: 813 with a probe (800 beside the store, 10 on it, 3 at calls), '
                  '421 refused',
                  '             21 refused: locked', '             400 refused: only by single steps',
                  '  bulk       10 of 40 bulk writes (memcpy and its like) have no known field: 25 %',
                  '  cost       1.23 % of the program\'s processor time, of 2.00 % allowed; 2.3 s of our own; '
                  '7 threads at most',
                  '  pauses     3 threads held before locks, for 0.2 ms in all: '
                  'two fills may run into one another there',
                  '  limits     no hardware watchpoints: writes that no site covers go unseen'):
        tap.ok(words in lines, 'ledger: ' + words.split()[0] + ' ' + words.split()[1], *lines[-14:])
    tap.ok('No conflict' not in result.stdout, 'a conflict was caught, so nothing else is said')


def test_meaning():
    for pid, status, words in ((8, 0, 'Nothing was exercised: '), (9, 0, 'with a probability of 98.7 %.'),
                               (13, 0, 'No write could be held'), (10, 0, 'No conflict was caught.')):
        result = watch('-p', pid, '--for', 0.15)
        tap.ok(result.returncode == status and words in result.stdout.splitlines()[-1], f'no conflict: {words}',
               result.stdout)
    tap.ok('--no-holds' in watch('-p', 9, '--for', 0.1, '--no-holds').stdout, 'no conflict: none was looked for')
    result = watch('--for', 5, 'order', 'main.Pair', '--', 'program', '--for', '9')
    tap.ok(result.returncode == 1 and 'process 4242' in result.stdout and
           'which ended by signal 9 (Killed)' in result.stdout, 'a command, which ends', result.stdout[-900:])
    result = watch('--for', 0.1, '--', 'program')
    tap.ok('the command runs on as process 4242' in result.stderr, 'a command that outlives the watch is named')


def test_json():
    result = watch('-p', 7, '--for', 1, '--json', '--trace', 'order', '--budget', '1.5%')
    fresh, final, events, ledger = read_json(result.stdout)
    tap.equal((result.returncode, result.stderr, len(fresh), len(final)), (1, '', 8, 8), 'findings, first and last')
    more = {'mixed': {'field2', 'said'}, 'sharing': {'field2'}, 'policy': {'rule'}}
    tap.ok(all(set(one) - {'said', 'goroutines'} == (FINDING | more.get(one['kind'], set())) - {'said'}
               for one in fresh + final), 'members of findings', *[set(one) ^ FINDING for one in fresh])
    tap.ok(all(set(place) == PLACE for one in fresh for places in [one['sites'], *one['stacks']] for place in places),
           'members of places')
    tap.equal(fresh[0]['text'], FIRST, 'the sentence')
    tap.equal([site['function'] for site in fresh[0]['sites']], ['cancel', 'set_status'], 'who was held stands first')
    tap.equal((fresh[0]['type'], fresh[0]['field'], fresh[0]['old'], fresh[0]['new'], fresh[0]['count']),
              ('order', 'status', 'paid', 'created', 1), 'type, field, values')
    tap.ok(final[0]['count'] > 1 and final[0]['final'], 'the count at the end', final[0]['count'])
    tap.equal([one.get('goroutines') for one in fresh[:2]], [None, [17, 18]], 'goroutines, only of Go')
    tap.equal([one['rule'] for one in fresh if one['kind'] == 'policy'], ['owner', 'mutex=money', 'states'], 'rules')
    tap.ok({'write', 'read'} >= {event['event'] for event in events} and
           all(set(event) - {'goroutine'} == EVENT for event in events), 'members of events', events[:1])
    tap.equal([event['field'] for event in events[:5]], ['status', 'amount_cents', 'currency', 'A', 'amount_cents'],
              'an event a field, where one store writes two')
    tap.ok(set(ledger) == LEDGER, 'members of the ledger', set(ledger) ^ LEDGER)
    tap.equal((ledger['budget'], ledger['refused'], ledger['target_exit']),
              (0.015, {'locked': 21, 'only by single steps': 400}, None), 'values of the ledger')
    tap.equal(read_json(watch('-p', 8, '--for', 0.1, '--json').stdout)[3]['chance_100'], None, 'no chance is null')


def test_files(folder):
    record, output = folder / 'record', folder / 'output'
    result = watch('-p', 7, '--for', 0.6, '--record', record, '--output', output)
    tap.equal((result.returncode, result.stdout, result.stderr), (1, '', ''), '--output and --record')
    tap.ok(FIRST in output.read_text().splitlines(), '... our lines')
    lines = [json.loads(line) for line in record.read_text().splitlines()]
    writers = [line for line in lines if 'writes' in line]
    tap.ok([(line['type'], line['field'], line['thread']) for line in writers] ==
           [('order', 'status', 12), ('order', 'amount_cents', 13), ('order', 'currency', 13), ('main.Pair', 'A', 13)],
           '... who wrote what', writers)
    tap.ok('ledger' in lines[-1] and sum('kind' in line for line in lines) >= 16,
           '... findings, first and last, the ledger')
    if shutil.which('gcc'):
        source = folder / 'order.c'
        source.write_text('struct order { int status; long amount_cents; char currency[4]; } order;\n'
                          'int main(void) { return 0; }\n')
        subprocess.run(['gcc', '-g', '-o', folder / 'order', source], check=True)
        result = subprocess.run([FIELDGUARD, 'layout', '--observed', record, folder / 'order', 'order'],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
        tap.ok('by the recording' in result.stdout and 'thread 12' in result.stdout, 'layout reads the record',
               result.stdout, result.stderr)


def test_tested():
    result = watch('--self-test')
    tap.ok(result.returncode == 1 and re.search(r'^sse store +refused +12 +0 +1', result.stdout, re.MULTILINE) and
           re.search(r'^watchpoint +not tried .*no debug registers here$', result.stdout, re.MULTILINE),
           '--self-test', result.stdout)
    kinds = json.loads(watch('--self-test', '--json').stdout)['kinds']
    tap.equal([kind['kind'] for kind in kinds if not kind['sound']], ['sse store', 'watchpoint'], '--self-test --json')


# ---- how it ends -----------------------------------------------------------------------------------------------------

def test_signals():
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        with subprocess.Popen([STAND_IN, 'watch', '-p', '9'], stdout=subprocess.PIPE, text=True) as process:
            process.stdout.readline()
            process.send_signal(number)
            text = process.stdout.read()
            tap.ok(process.wait(10) == 0 and 'probability' in text, f'{number.name} ends it with the ledger', text)
    with subprocess.Popen([STAND_IN, 'watch', '-p', '7', '--trace'], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True) as process:
        process.stdout.readline()
        process.stdout.close()
        words = process.stderr.read()
        tap.ok(process.wait(10) == 2 and 'Broken pipe' in words, 'it ends when nobody reads any more', words)


# ---- the terminal view -----------------------------------------------------------------------------------------------

class Terminal:
    """A command in a terminal of tmux, whose screen can be read."""
    opened = 0

    def __init__(self, folder, *arguments, size=(100, 30)):
        Terminal.opened += 1
        self.tmux = ['tmux', '-S', str(folder / f'tmux{Terminal.opened}'), '-f', '/dev/null']
        self.status = folder / 'status'
        self.status.unlink(missing_ok=True)
        words = ' '.join(f"'{word}'" for word in arguments)
        script = (f'stty -g >{folder}/before; {words}; status=$?; stty -g >{folder}/after; '
                  f'echo $status >{self.status}; exec sleep 100')
        env = {name: value for name, value in os.environ.items() if name not in ('TMUX', 'NO_COLOR')}
        env['LC_ALL'] = 'C.UTF-8'
        subprocess.run([*self.tmux, 'new-session', '-d', '-x', str(size[0]), '-y', str(size[1]), script], check=True,
                       env=env)

    def keys(self, *names):
        subprocess.run([*self.tmux, 'send-keys', *names], check=True)

    def screen(self):
        return subprocess.run([*self.tmux, 'capture-pane', '-p'], stdout=subprocess.PIPE, text=True, check=True).stdout

    def resize(self, width, height):
        subprocess.run([*self.tmux, 'resize-window', '-x', str(width), '-y', str(height)], check=True)

    def wait(self, holds, name, seconds=10):
        """One test point: the screen comes to hold what is wanted."""
        end = time.monotonic() + seconds
        text = self.screen()
        while not holds(text) and time.monotonic() < end:
            time.sleep(0.05)
            text = self.screen()
        tap.ok(holds(text), name, text)
        return text

    def ended(self):
        """Returns: the exit status, None where there is none within 10 s."""
        for _ in range(200):
            if self.status.exists() and self.status.read_text().strip():
                return int(self.status.read_text())
            time.sleep(0.05)
        return None

    def close(self):
        subprocess.run([*self.tmux, 'kill-server'], check=False, stderr=subprocess.DEVNULL)


def fields(text):
    """Names in the table, from above."""
    rows = text.splitlines()[3:]
    return [row.split()[0] for row in rows if re.match(r' \S+ +[\d,.]+ +\d+ +[\d,]+ +[\d.]+ %', row)]


def test_view(folder):
    terminal = Terminal(folder, STAND_IN, 'watch', '-p', '7')
    try:
        text = terminal.wait(lambda text: '8 findings' in text and len(fields(text)) > 10, 'view: a table and findings')
        head = text.splitlines()[0]
        tap.ok('orders (process 7)' in head and '7 threads' in head and 'of 2.00 %' in head, 'view: head', head)
        tap.equal(fields(text)[:3], ['order.status', 'order.amount_cents', 'order.currency'], 'view: by rate')
        tap.ok('order.status written by thread 12' in text, 'view: findings in words')
        terminal.keys('s')
        terminal.wait(lambda text: 'sort: conflicts' in text and fields(text)[:2] == ['order.status', 'main.Pair.A'],
                      'view: s sorts by conflicts')
        terminal.keys('s', 's')
        terminal.wait(lambda text: 'sort: name' in text and fields(text) == sorted(fields(text)) and fields(text),
                      'view: by name')
        terminal.keys('/', 'P', 'A', 'I', 'R')
        terminal.wait(lambda text: fields(text) == ['main.Pair.A', 'main.Pair.B'] and 'filter: PAIR' in text,
                      'view: / filters')
        terminal.keys('Escape')
        terminal.wait(lambda text: len(fields(text)) > 10, 'view: Esc drops the filter')
        terminal.keys('End')
        terminal.wait(lambda text: 'order.status' in fields(text)[-1:], 'view: End scrolls to the last')
        terminal.keys('p')
        terminal.wait(lambda text: 'PAUSED' in text, 'view: p pauses')
        terminal.keys('p', 'Tab', 'Down', 'Enter')
        terminal.wait(lambda text: text.startswith('main.Pair.A written by goroutine 18') and 'first:' in text,
                      'view: Enter shows a finding')
        terminal.resize(60, 12)
        terminal.wait(lambda text: text.splitlines()[0] == 'main.Pair.A written by goroutine 18 (pair.go:14,' and
                      'q back' in text.splitlines()[11], 'view: follows the size')
        terminal.keys('NPage')
        terminal.wait(lambda text: 'goroutine 18 on thread 20' in text, 'view: a finding scrolls')
        terminal.keys('q')
        terminal.wait(lambda text: 'findings' in text and 'fieldguard watch' in text.splitlines()[0],
                      'view: q goes back')
        terminal.resize(20, 5)
        terminal.wait(lambda text: 'fieldguard' in text, 'view: a very small terminal')
        terminal.resize(160, 60)
        terminal.keys('q')
        tap.equal(terminal.ended(), 1, 'view: q ends it')
        text = terminal.screen()
        tap.ok('8 findings' in text and 'watched /usr/bin/orders' in text,
               'view: findings and ledger are printed behind it',
               text)
        tap.equal((folder / 'after').read_text(), (folder / 'before').read_text(), 'view: the terminal is as it was')
    finally:
        terminal.close()


def test_view_ends(folder):
    """However it ends, the terminal is given back."""
    for name, pid, keys in (('Ctrl-C', '9', ('C-c',)), ('two of them', '9', ('C-c', 'C-c')), ('an error', '12', ()),
                            ('time', '9', ())):
        terminal = Terminal(folder, STAND_IN, 'watch', '-p', pid, *(('--for', '0.7') if name == 'time' else ()))
        try:
            terminal.wait(lambda text: 'fieldguard watch' in text or 'broke off' in text, f'view: begins ({name})')
            if keys:
                terminal.keys(*keys)
            status = terminal.ended()
            tap.ok(status in ({'an error': (2,), 'two of them': (0, 130)}.get(name, (0,))), f'view: ended by {name}',
                   status)
            text = terminal.screen()
            tap.ok('q quit' not in text, f'view: is gone ({name})', text)
            tap.equal((folder / 'after').read_text(), (folder / 'before').read_text(),
                      f'view: the terminal is as it was ({name})')
        finally:
            terminal.close()


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        test_usage()
        test_errors(folder)
        test_text()
        test_meaning()
        test_json()
        test_files(folder)
        test_tested()
        test_signals()
        if shutil.which('tmux'):
            test_view(folder)
            test_view_ends(folder)
        else:
            tap.skip('the terminal view', 'no tmux here')
    return tap.done()


if __name__ == '__main__':
    sys.exit(main())
