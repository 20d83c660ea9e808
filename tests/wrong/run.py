#!/usr/bin/env python3
"""run.py [--bless] FIELDGUARD [HEADER...] - every header here has wrong tags; are they told, and well?

Behind the first line of a header stands what `fieldguard gen` must say of it, `// expect: LINE:COLUMN: error: ...` (or
warning) for each. Nothing else may be said, nothing be written to standard output, and the exit status is 1. --bless
writes what is said now into the headers: read it before you keep it.
"""
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def said(fieldguard, header):
    result = subprocess.run([fieldguard, 'gen', '--dump-model', header.name], cwd=HERE, capture_output=True, text=True)
    lines = [line.removeprefix(header.name + ':') for line in result.stderr.splitlines()]
    return lines, result.stdout, result.returncode


def expected(header):
    return re.findall(r'^// expect: (.*)$', header.read_text(), re.M)


def bless(fieldguard, header):
    """The head moves the lines below it, so the number of lines is settled first."""
    first, body = re.sub(r'^// expect: .*\n', '', header.read_text(), flags=re.M).split('\n', 1)
    for _ in range(2):
        lines, _, _ = said(fieldguard, header)
        header.write_text(first + '\n' + ''.join(f'// expect: {line}\n' for line in lines) + body)


def main():
    arguments = sys.argv[1:]
    blessing = '--bless' in arguments
    arguments = [a for a in arguments if a != '--bless']
    fieldguard = str(Path(arguments[0]).resolve())
    headers = [HERE / Path(name).name for name in arguments[1:]] or sorted(HERE.glob('*.h'))
    if blessing:
        for header in headers:
            bless(fieldguard, header)
    failed = 0
    for number, header in enumerate(headers, 1):
        lines, out, status = said(fieldguard, header)
        want = expected(header)
        good = lines == want and want and not out and status == 1
        failed += not good
        print(f'{"" if good else "not "}ok {number} - {header.name}: {len(want)} messages')
        if not good:
            print(f'# exit status {status}, {len(out)} bytes on standard output')
            for line in want:
                print(f'# {"  " if line in lines else "- "}{line}')
            for line in lines:
                if line not in want:
                    print(f'# + {line}')
    print(f'1..{len(headers)}')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
