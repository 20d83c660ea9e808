#!/usr/bin/env python3
"""test_exports.py SOURCE LIBRARY - libfieldguard.so exports what the public headers declare FG_API, no
more and no less, under one version, and needs libc alone"""
import re
import subprocess
import sys
from pathlib import Path

COMMENT = re.compile(r'/\*.*?\*/|//[^\n]*', re.DOTALL)
DECLARED = re.compile(r'^FG_API\b[^;(=]*?\b(\w+)\s*(?:\(|\[|;)', re.MULTILINE)


def declared(source):
    """Names that the headers export."""
    names = set()
    for header in (source / 'include' / 'fieldguard').glob('*.h'):
        names.update(DECLARED.findall(COMMENT.sub(' ', header.read_text())))
    return names


def said(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def main():
    source, library = Path(sys.argv[1]), sys.argv[2]
    exported = {}
    for line in said('nm', '-D', '--defined-only', library).splitlines():
        symbol, _, version = line.split()[-1].partition('@@')
        if version:
            exported[symbol] = version
    needed = re.findall(r'\(NEEDED\).*\[(.*)\]', said('readelf', '-d', library))
    wanted = declared(source)
    points = [
        ('the headers declare something', [] if wanted else ['nothing found']),
        ('nothing is exported that no header declares', sorted(set(exported) - wanted)),
        ('all that the headers declare is exported', sorted(wanted - set(exported))),
        ('all of it has version FIELDGUARD_0', sorted(name for name in exported if exported[name] != 'FIELDGUARD_0')),
        ('libc is all that it needs', [name for name in needed if name != 'libc.so.6']),
    ]
    for number, (name, faults) in enumerate(points, 1):
        print(f'{"not ok" if faults else "ok"} {number} - {name}')
        for fault in faults:
            print(f'# {fault}')
    print(f'1..{len(points)}')
    return 1 if any(faults for _, faults in points) else 0


if __name__ == '__main__':
    sys.exit(main())
