"""watched.py - programs under `fieldguard watch`: built, run, watched, and what was told of them"""
import json
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PROGRAMS = ROOT / 'tests/programs'
FIELDGUARD = str(Path(sys.argv[1]).resolve())
sys.path.insert(0, str(ROOT / 'tests/cli'))


class Told:
    """What one watch said with --json."""

    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err
        lines = [json.loads(line) for line in out.splitlines() if line.startswith('{')]
        self.findings = [line for line in lines if line.get('final')]
        self.events = [line for line in lines if 'event' in line]
        self.ledger = next((line['ledger'] for line in lines if 'ledger' in line), None)

    def rules(self):
        """(field, rule) of each policy that was broken."""
        return {(one['field'], one['rule']) for one in self.findings if one['kind'] == 'policy'}

    def kinds(self):
        return {one['kind'] for one in self.findings}

    def fields(self):
        return {one['field'] for one in self.findings}

    def __str__(self):
        told = [str({key: one[key] for key in ('kind', 'field', 'count', 'text')}) for one in self.findings]
        return '\n'.join([f'exit status {self.status}', *told, str(self.ledger), self.err])


def command(*arguments):
    return [FIELDGUARD, 'watch', *map(str, arguments)]


def run(*arguments, before=(), **options):
    """`fieldguard watch` to its end. before: a command that runs it, as setpriv."""
    done = subprocess.run([*map(str, before), *command(*arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          stdin=subprocess.DEVNULL, text=True, timeout=60, check=False, **options)
    return Told(done.returncode, done.stdout, done.stderr)


def build(compiler, source, out, *flags):
    subprocess.run([compiler, *map(str, flags), '-O2', '-pthread', '-o', str(out), str(PROGRAMS / source)], check=True)
    return out


def build_go(source, out):
    subprocess.run(['go', 'build', '-o', str(out), str(PROGRAMS / source)], check=True, cwd=out.parent)
    return out


@contextmanager
def running(*arguments, **options):
    """A process that has said that it is ready, ended in the end."""
    with subprocess.Popen([*map(str, arguments)], stdout=subprocess.PIPE, text=True, **options) as process:
        try:
            process.ready = process.stdout.readline()
            yield process
        finally:
            process.kill()


def can_watch():
    """Returns: None, or why nothing can be watched here."""
    done = subprocess.run(command('--self-test'), capture_output=True, text=True, check=False)
    return (done.stderr.strip() or 'the self-test failed') if done.returncode == 2 else None
