#!/usr/bin/env python3
"""test_style.py ROOT - what the house asks of every source file; docs/ARCHITECTURE.md gives the reasons"""
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(sys.argv[1])
MAX_LINES, MAX_COLUMNS, TAB = 900, 120, 8
MAX_COLUMNS_LITERAL = 140       # of a line that only a string literal makes too long: text is not broken to be narrow

# A folder of src/ may include from these beside itself (and beside the system's headers); 'fieldguard' is include/.
MAY_INCLUDE = {
    'model': {'fieldguard'},
    'runtime': {'fieldguard'},
    'gen': {'model', 'fieldguard'},
    'scan': {'model', 'fieldguard'},
    'watch': {'model', 'scan', 'fieldguard'},
    'report': {'model', 'fieldguard'},
    'cli': {'model', 'gen', 'scan', 'watch', 'report', 'fieldguard'},
}
PUBLIC_MAY_INCLUDE = {'fieldguard'}
UNFINISHED = re.compile(r'\b(?:TO' r'DO|FIX' r'ME|XX' r'X)\b')
# A library never prints or ends the process.
LOUD = re.compile(r'\b(?:printf|fprintf|vprintf|vfprintf|puts|fputs|putchar|perror|exit|_exit|abort)\s*\(')
CHECKED = 'src/runtime/checked.c'       # what checked builds find is a bug in the program: told, and the end
INCLUDE = re.compile(r'\s*#\s*include\s*(<([^>]+)>|"([^"]+)")')
STRING = re.compile(r'"(?:\\.|[^"\\])*"')
GENERATED = re.compile(r'/expected/|\.fg\.[ch]$|^tests/wrong/.*\.h$')
API = re.compile(r'^FG_API\b[^;(]*?\b(\w+)\s*\(', re.MULTILINE)

count = failed = 0


def point(name, faults):
    """One test point: holds when there are no faults."""
    global count, failed
    count += 1
    failed += bool(faults)
    print(f'{"not ok" if faults else "ok"} {count} - {name}')
    for fault in faults:
        print(f'# {fault}')


def our_files():
    """What git tracks or would; all files where there is no git."""
    command = ['git', '-C', ROOT, 'ls-files', '-co', '--exclude-standard']
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        names = done.stdout.splitlines()
    else:
        paths = [path.relative_to(ROOT) for path in ROOT.rglob('*')]
        names = [str(path) for path in paths if not path.parts[0].startswith('build')]
    return sorted(name for name in names if (ROOT / name).is_file())


def is_text(name):
    """Sources and docs; not what tests hold as data."""
    if name.startswith('fuzz/corpus/'):
        return False
    return Path(name).suffix in ('.c', '.h', '.cc', '.py', '.sh', '.md', '.ini', '.map', '.1') or \
        Path(name).name in ('Makefile', 'meson.build', 'packages.txt')


def columns(line):
    return len(line.expandtabs(TAB))


def too_wide(line):
    width = columns(line)
    if width <= MAX_COLUMNS or (width <= MAX_COLUMNS_LITERAL and columns(STRING.sub('""', line)) <= MAX_COLUMNS):
        return None
    return f'{width} columns'


def strip_comments(text):
    """C text with its comments and strings blanked, lines kept."""
    pattern = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', re.DOTALL)
    return pattern.sub(lambda match: re.sub(r'[^\n]', ' ', match.group()), text)


def each_line(files, fault_of):
    """The faults that fault_of(line) tells, each with its place."""
    faults = []
    for name, text in files.items():
        for number, line in enumerate(text.split('\n'), 1):
            fault = fault_of(line)
            if fault:
                faults.append(f'{name}:{number}: {fault}')
    return faults


def includes(text):
    """(line, text in <> or None, text in "" or None) of each #include."""
    for number, line in enumerate(text.split('\n'), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(2), match.group(3)


def target_of(name, angled, quoted):
    """The folder whose header this is: one of MAY_INCLUDE, 'fieldguard', or None for the system's."""
    if angled:
        return 'fieldguard' if angled.startswith('fieldguard/') else None
    if quoted.startswith('fieldguard/'):
        return 'fieldguard'
    first = quoted.split('/')[0]
    if first in MAY_INCLUDE and '/' in quoted:
        return first
    parts = ((ROOT / name).parent / quoted).resolve()
    try:
        parts = parts.relative_to(ROOT.resolve()).parts
    except ValueError:
        return None
    return parts[1] if parts[0] == 'src' else 'fieldguard' if parts[0] == 'include' else parts[0]


def allowed_in_src(name):
    folder = name.split('/')[1]
    return MAY_INCLUDE.get(folder, set()) | {folder}


def include_faults(files, allowed_of):
    faults = []
    for name, text in files.items():
        allowed = allowed_of(name)
        for number, angled, quoted in includes(text):
            target = target_of(name, angled, quoted)
            if target and target not in allowed:
                faults.append(f'{name}:{number}: {angled or quoted} is of {target}, not {", ".join(sorted(allowed))}')
    return faults


def name_faults(files):
    """What the headers export starts with fg_."""
    faults = []
    for name, text in files.items():
        for match in API.finditer(strip_comments(text)):
            if not match.group(1).startswith('fg_'):
                faults.append(f'{name}: {match.group(1)} is public and does not start with fg_')
    return faults


def main():
    names = [name for name in our_files() if is_text(name)]
    files = {name: (ROOT / name).read_text(encoding='utf-8', errors='replace') for name in names}
    # What a generator made, and headers that are wrong on purpose, keep only some rules.
    written = {name: text for name, text in files.items() if not GENERATED.search(name)}
    code = {name: text for name, text in written.items() if not name.endswith('.md')}
    c_files = {name: text for name, text in written.items() if name.endswith(('.c', '.h'))}
    src = {name: text for name, text in c_files.items() if name.startswith('src/')}
    public = {name: text for name, text in c_files.items() if name.startswith('include/')}
    shipped = {name: strip_comments(text) for name, text in c_files.items()
               if name.startswith(('src/runtime/', 'include/')) and name != CHECKED}

    point(f'files have at most {MAX_LINES} lines',
          [f'{name}: {text.count(chr(10))} lines' for name, text in written.items() if text.count('\n') > MAX_LINES])
    point(f'lines have at most {MAX_COLUMNS} columns', each_line(code, too_wide))
    point('no line ends in white space', each_line(written, lambda line: line != line.rstrip() and 'trailing space'))
    point('files end with one newline',
          [name for name, text in written.items() if text and (not text.endswith('\n') or text.endswith('\n\n'))])
    point('every C file opens with a comment',
          [name for name, text in c_files.items() if not text.startswith('/*')])
    point('nothing is left unfinished', each_line(files, lambda line: UNFINISHED.search(line) and line.strip()))
    point('src/ keeps to its include rules', include_faults(src, allowed_in_src))
    point('public headers include one another and the system alone',
          include_faults(public, lambda name: PUBLIC_MAY_INCLUDE))
    point('public functions start with fg_', name_faults(public))
    point('the library never prints, exits or aborts',
          each_line(shipped, lambda line: LOUD.search(line) and line.strip()))
    print(f'1..{count}')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
