#!/usr/bin/env python3
"""watch.py [--seconds S] [--pairs N] FIELDGUARD - what `fieldguard watch` costs the program that it watches

One running program, unwatched and watched in turns, by its own count of what it did: its rate in each watched turn
against the mean of the unwatched ones before and after, median and quartiles. The watch lasts for all of its turn, its
start and end too. Then a full trace of one field, and the memory that the watch took. What a hit costs is the
machine's: a trap of 0.6 us on one is 5 us on another. Each target says reached or MISSED; where it lies between the
quartiles nothing can be said, and that is said. An unwatched turn against its unwatched neighbours tells how steady the
program is by itself.
"""
import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
MODES = {'locked': 'two threads, one record under a mutex', 'own': 'two threads, a record each',
         'busy': 'two threads, a record each, 0.15 us of other work between',
         'calm': 'two threads, one record under a mutex, 20 us of other work between'}
SLOWDOWN, TRACE, MEMORY = 3.0, 1e6, 100.0


class Steady:
    """The program, and what it has said: (ns, fills)."""

    def __init__(self, program, mode):
        self.process = subprocess.Popen([program, mode], stdout=subprocess.PIPE, text=True)
        self.said = []
        threading.Thread(target=self.hear, daemon=True).start()
        time.sleep(0.5)

    def hear(self):
        for line in self.process.stdout:
            ns, fills = line.split()
            self.said.append((int(ns), int(fills)))

    def rate(self, begin, end):
        """Fills a second between two times of time.monotonic_ns."""
        inside = [said for said in self.said if begin <= said[0] <= end]
        return (inside[-1][1] - inside[0][1]) / (inside[-1][0] - inside[0][0]) * 1e9

    def end(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def watched(fieldguard, pid, seconds, *words):
    """Watches for so long. The ledger, and the most memory it had in MB."""
    with tempfile.NamedTemporaryFile('r') as output:
        command = [fieldguard, 'watch', '-p', str(pid), '--for', str(seconds), '--json', '--output', output.name,
                   *words]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        last = output.read().strip().split('\n')[-1]
    if process.returncode not in (0, 1) or '"ledger"' not in last:
        sys.exit(f'bench-watch: the watch ended with {process.returncode}')
    return json.loads(last)['ledger'], usage.ru_maxrss / 1024


def hit_us(fieldguard):
    """Price of a probe beside a store on this machine, by the self-test."""
    told = subprocess.run([fieldguard, 'watch', '--self-test', '--json'], capture_output=True, text=True, check=False)
    if told.returncode == 2:
        sys.exit(told.stderr)
    return {kind['kind']: kind['cost_ns'] for kind in json.loads(told.stdout)['kinds']}['nop'] / 1000


def told(what, value, unit, wanted, reached, spread=''):
    word = 'reached' if reached else 'MISSED ' if reached is False else 'unclear'
    print(f'  {word}  {what}: {value}{spread}, {wanted} {unit} wanted', flush=True)


def off(rate, before, after):
    """By how much a rate lies below those of the turns around it, in %."""
    return (1 - rate / ((before + after) / 2)) * 100


def slowdown(fieldguard, program, mode, options):
    steady = Steady(program, mode)
    spans, hits, spent, memory = [], 0, [], 0
    for turn in range(2 * options.pairs + 1):
        begin = time.monotonic_ns()
        if turn % 2:
            ledger, most = watched(fieldguard, steady.process.pid, options.seconds)
            hits, memory = hits + ledger['hits'], max(memory, most)
            spent.append(ledger['spent'] * 100)
        else:
            time.sleep(options.seconds)
        spans.append((begin, time.monotonic_ns()))
        time.sleep(0.3)
    rates = [steady.rate(*span) for span in spans]
    steady.end()
    slower = [off(rates[i], rates[i - 1], rates[i + 1]) for i in range(1, len(rates), 2)]
    by_itself = [abs(off(rates[i], rates[i - 2], rates[i + 2])) for i in range(2, len(rates) - 2, 2)]
    low, median, high = statistics.quantiles(slower, n=4) if len(slower) > 1 else slower * 3
    clear = None if low < SLOWDOWN < high or not hits else median <= SLOWDOWN
    told(f'{MODES[mode]}: slower by', f'{median:.1f} %', '% at most', SLOWDOWN, clear,
         f' (quartiles {low:.1f} to {high:.1f}; unwatched turns differ by up to {max(by_itself, default=0):.1f} %; '
         f'{statistics.median(spent):.1f} % by the ledger, {hits:,} hits)')
    return memory


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('fieldguard')
    parser.add_argument('--seconds', type=float, default=20)
    parser.add_argument('--pairs', type=int, default=5)
    options = parser.parse_args()
    memory = 0
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / 'steady'
        subprocess.run(['gcc', '-O2', '-g', '-std=gnu11', '-D_GNU_SOURCE', HERE / 'watch/steady.c', '-o', program,
                        '-pthread'], check=True)
        print(f'what watch costs, at its default budget ({options.pairs} turns of {options.seconds:g} s each):')
        for mode in MODES:
            memory = max(memory, slowdown(options.fieldguard, program, mode, options))
        print('a full trace of one field, each write an event:')
        steady = Steady(program, 'alone')
        ledger, most = watched(options.fieldguard, steady.process.pid, options.seconds, 'record.status')
        steady.end()
        rate = ledger['hits'] / ledger['seconds']
        told('writes a second', f'{rate / 1e6:.2f} M', 'M at least', TRACE / 1e6, rate >= TRACE,
             f' (a hit that only counts costs {hit_us(options.fieldguard):.2f} us on this machine)')
        lost = ledger['hits'] - ledger['events'] - ledger['dropped']
        told('writes that are neither events nor counted as dropped', f'{lost:,}', 'at most', 0, lost <= 0,
             f' ({ledger["dropped"]:,} dropped)')
    told('memory', f'{max(memory, most):.0f} MB', 'MB at most', MEMORY, max(memory, most) <= MEMORY)


if __name__ == '__main__':
    main()
