#!/usr/bin/env python3
"""test_programs.py SCAN_DUMP PROGRAMS - what scan says of small programs, by each compiler and in each form of DWARF

The programs stand in tests/programs/scan_*; lines of their head comment that begin with "= " must be said. "=5 ": where
the variant's name holds a 5, and so on.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', '..', 'cli'))
import tap  # noqa: E402

C = ['-g', '-O0']
VARIANTS = [
    # program, name of the variant, compiler and flags
    ('scan_types.c', 'gcc dwarf 4', ['gcc', '-gdwarf-4'] + C),
    ('scan_types.c', 'gcc dwarf 5', ['gcc', '-gdwarf-5'] + C),
    ('scan_types.c', 'gcc dwarf 5 optimised', ['gcc', '-gdwarf-5', '-g', '-O2']),
    ('scan_types.c', 'gcc dwarf 5 lto', ['gcc', '-gdwarf-5', '-g', '-O2', '-flto']),
    ('scan_types.c', 'gcc dwarf 4 type units', ['gcc', '-gdwarf-4', '-fdebug-types-section'] + C),
    ('scan_types.c', 'gcc dwarf 5 type units', ['gcc', '-gdwarf-5', '-fdebug-types-section'] + C),
    ('scan_types.c', 'gcc dwarf 5 compressed', ['gcc', '-gdwarf-5', '-gz=zlib'] + C),
    ('scan_types.c', 'gcc dwarf 4 compressed the old way', ['gcc', '-gdwarf-4', '-gz=zlib-gnu'] + C),
    ('scan_types.c', 'clang dwarf 4', ['clang-14', '-gdwarf-4'] + C),
    ('scan_types.c', 'clang dwarf 5', ['clang-14', '-gdwarf-5'] + C),
    ('scan_types.c', 'clang dwarf 5 optimised', ['clang-14', '-gdwarf-5', '-g', '-O2']),
    ('scan_types.c', 'clang dwarf 4 type units', ['clang-14', '-gdwarf-4', '-fdebug-types-section'] + C),
    ('scan_types.c', 'clang dwarf 5 type units', ['clang-14', '-gdwarf-5', '-fdebug-types-section'] + C),
    ('scan_types.c', 'gcc dwarf 64 bit 5', ['gcc', '-gdwarf-5', '-gdwarf64'] + C),
    ('scan_cold.c', 'gcc dwarf 4', ['gcc', '-gdwarf-4', '-g', '-O2']),
    ('scan_cold.c', 'gcc dwarf 5', ['gcc', '-gdwarf-5', '-g', '-O2']),
    ('scan_classes.cpp', 'g++ dwarf 4', ['g++', '-gdwarf-4'] + C),
    ('scan_classes.cpp', 'g++ dwarf 5', ['g++', '-gdwarf-5'] + C),
    ('scan_classes.cpp', 'g++ dwarf 4 type units', ['g++', '-gdwarf-4', '-fdebug-types-section'] + C),
    ('scan_classes.cpp', 'g++ dwarf 5 type units', ['g++', '-gdwarf-5', '-fdebug-types-section'] + C),
    ('scan_classes.cpp', 'clang++ dwarf 5', ['clang++-14', '-gdwarf-5'] + C),
    ('scan_classes.cpp', 'clang++ dwarf 5 type units', ['clang++-14', '-gdwarf-5', '-fdebug-types-section'] + C),
    ('scan_pair.go', 'go', ['/usr/bin/go', 'build']),
    ('scan_pair.go', 'go not compressed', ['/usr/bin/go', 'build', '-ldflags=-compressdwarf=false']),
    ('scan_shape.rs', 'rustc', ['/usr/bin/rustc', '-g', '-O']),
    ('scan_shape.rs', 'rustc debug', ['/usr/bin/rustc', '-g']),
]


def normal(line):
    """One spelling for C's integers: gcc says "long int" where clang says "long"."""
    line = re.sub(r'\blong unsigned int\b', 'unsigned long', line)
    line = re.sub(r'\b(short|long) int\b', r'\1', line)
    return re.sub(r'\b(\d+)[ul]+\b', r'\1', line)


def expected(source, variant):
    lines = []
    with open(source) as text:
        for line in text:
            found = re.match(r' \* =(\S*) (.*)$', line)
            if found and found.group(1) in variant:
                lines.append(found.group(2))
            if line.startswith(' */'):
                break
    return lines


def dump(exe, arguments):
    got = subprocess.run([exe] + arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    return got.returncode, [normal(line) for line in got.stdout.splitlines()], got.stderr


def check(exe, arguments, source, label):
    status, lines, said = dump(exe, arguments)
    if not tap.ok(status == 0 and not said, label + ': is read, and nothing is odd', said):
        return
    lost = [line for line in lines if line.endswith('is not found by its address')]
    tap.ok(not lost, label + ': each function is found by its addresses', *lost)
    have = set(lines)
    want = expected(source, label)
    missing = [line for line in want if line not in have]
    names = {line.split(':')[0].split('.')[0] for line in missing}
    near = [line for line in lines if line.split(':')[0].split('.')[0] in names][:30]
    tap.ok(want and not missing, '%s: all %d lines are said' % (label, len(want)), *missing, 'said of these:', *near)


def build(directory, programs, program, command):
    """Returns: the binary; None: no such compiler here, with the reason printed by the caller."""
    source = os.path.join(programs, program)
    binary = os.path.join(directory, os.path.splitext(program)[0] + '.bin')
    if not shutil.which(command[0]):
        return None
    environment = dict(os.environ, GOCACHE=os.path.join(directory, 'cache'), GO111MODULE='off')
    made = subprocess.run(command + ['-o', binary, source], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          env=environment)
    if made.returncode:
        raise RuntimeError(made.stdout)
    return binary


def debug_files(exe, directory, programs):
    """Debug information in a file of its own: beside the binary, in .debug, by build-id."""
    source = os.path.join(programs, 'scan_types.c')
    binary = build(directory, programs, 'scan_types.c', ['gcc', '-gdwarf-5', '-Wl,--build-id'] + C)
    notes = subprocess.run(['readelf', '-n', binary], stdout=subprocess.PIPE, text=True, check=True).stdout
    build_id = re.search(r'Build ID: (\w+)', notes).group(1)
    debug = os.path.join(directory, 'scan_types.debug')
    subprocess.run(['objcopy', '--only-keep-debug', binary, debug], check=True)
    subprocess.run(['strip', '--strip-all', binary], check=True)
    root = os.path.join(directory, 'root')
    status, _, said = dump(exe, ['--debug-dir', root, binary])
    tap.ok(status == 2 and 'no debug information' in said and '-dbgsym' in said, 'stripped: what to do is said', said)
    by_id = os.path.join(root, '.build-id', build_id[:2], build_id[2:] + '.debug')
    os.makedirs(os.path.dirname(by_id))
    shutil.copy(debug, by_id)
    check(exe, ['--debug-dir', root, binary], source, 'dwarf 5 by build-id')
    shutil.rmtree(root)
    subprocess.run(['objcopy', '--add-gnu-debuglink=' + debug, binary], check=True)
    check(exe, ['--debug-dir', root, binary], source, 'dwarf 5 by debug link')
    os.makedirs(os.path.join(directory, '.debug'))
    moved = os.path.join(directory, '.debug', 'scan_types.debug')
    shutil.move(debug, moved)
    check(exe, ['--debug-dir', root, binary], source, 'dwarf 5 by debug link in .debug')
    far = os.path.join(root, os.path.realpath(directory).lstrip('/'))
    os.makedirs(far)
    shutil.move(moved, far)
    check(exe, ['--debug-dir', root, binary], source, 'dwarf 5 by debug link in the debug folder')
    foreign = os.path.join(directory, 'scan_types.debug')
    shutil.move(build(directory, programs, 'scan_types.c', ['gcc', '-gdwarf-5', '-O3', '-g', '-Wl,--build-id']),
                foreign)
    binary = build(directory, programs, 'scan_types.c', ['gcc', '-gdwarf-5', '-Wl,--build-id'] + C)
    subprocess.run(['strip', '--strip-all', binary], check=True)
    subprocess.run(['objcopy', '--add-gnu-debuglink=' + foreign, binary], check=True)
    status, _, said = dump(exe, ['--debug-dir', os.path.join(directory, 'none'), binary])
    tap.ok(status == 2 and 'another build' in said, 'a debug file of another build is passed over, and that is said',
           status, said)


# What several units say of the same names.
UNITS = {
    'a.c': """struct data; struct node { struct node *next; struct data *d; }; struct same { int a; };
struct ring { struct link *first; }; struct link { struct ring *of; struct link *next; };
struct node a; struct same b; struct ring r; struct nowhere *n; struct twice *t;
int main(void) { return a.d != 0; }""",
    'b.c': """struct data { int x; }; struct node { struct node *next; struct data *d; }; struct same { int a; };
struct ring { struct link *first; }; struct link { struct ring *of; struct link *next; };
struct node a2; struct same b2; struct ring r2; struct data d; struct twice { int one; } t2;""",
    'c.c': """struct same { long a; }; struct deep { struct same *s; };
struct same c; struct deep e; struct twice { long two; } t3;""",
    'd.c': """struct same { int a; }; struct deep { struct same *s; }; struct deep e2; struct same d4;""",
}
UNITS_SAY = ['struct data: size 4 align 4', 'struct node: units 2', 'struct node.d: 64+64 struct data *',
             'struct same: units 3', 'struct same: units 1', 'struct same.a: 0+64 long', 'struct ring: units 2',
             'struct link: units 2', 'struct nowhere: incomplete', 'struct twice: incomplete',
             'struct twice.one: 0+32 int', 'struct twice.two: 0+64 long']


def units(exe, directory):
    for name, text in UNITS.items():
        with open(os.path.join(directory, name), 'w') as out:
            out.write(text)
    sources = [os.path.join(directory, name) for name in UNITS]
    for compiler, version in [('gcc', '4'), ('gcc', '5'), ('clang-14', '5')]:
        binary = os.path.join(directory, 'units.bin')
        label = 'types of several units, %s dwarf %s' % (compiler, version)
        if not shutil.which(compiler):
            tap.skip(label, 'no ' + compiler)
            continue
        # clang leaves out what no code or variable needs.
        flags = ['-g', '-gdwarf-' + version, '-fno-eliminate-unused-debug-types', '-o', binary]
        subprocess.run([compiler] + flags + sources, check=True, stderr=subprocess.DEVNULL)
        _, lines, said = dump(exe, [binary])
        missing = [line for line in UNITS_SAY if line not in lines]
        tap.ok(not missing, label, *missing, 'said:', *[line for line in lines if line.startswith('struct')])
        deep = [line for line in lines if line.startswith('struct deep: size')]
        tap.equal(len(deep), 2, label + ': two that differ only in what they point to stay two')
        _, one, _ = dump(exe, ['--threads', '1', binary])
        _, many, _ = dump(exe, ['--threads', '7', binary])
        tap.ok(one == many == lines, label + ': any number of threads says the same')


def dwz(exe, directory, programs):
    if not shutil.which('dwz'):
        tap.skip('debug information shared by dwz', 'no dwz')
        return
    source = os.path.join(programs, 'scan_types.c')
    binaries = []
    for name in ['one', 'two']:
        first = build(directory, programs, 'scan_types.c', ['gcc', '-gdwarf-5'] + C)
        binaries.append(os.path.join(directory, name))
        shutil.move(first, binaries[-1])
    common = os.path.join(directory, 'common.dwz')
    subprocess.run(['dwz', '-m', common] + binaries, check=True)
    if not os.path.exists(common):
        tap.skip('debug information shared by dwz', 'dwz found nothing to share')
        return
    check(exe, [binaries[1]], source, 'dwarf 5 shared by dwz')
    os.remove(common)
    status, _, said = dump(exe, [binaries[1]])
    tap.ok(status == 2 and 'dwz' in said, 'without the shared file: what is missing is said', said)


def main():
    exe, programs = os.path.abspath(sys.argv[1]), sys.argv[2]
    with tempfile.TemporaryDirectory() as directory:
        for program, name, command in VARIANTS:
            binary = build(directory, programs, program, command)
            label = '%s, %s' % (program, name)
            if binary:
                check(exe, [binary], os.path.join(programs, program), label)
            else:
                tap.skip(label, 'no ' + command[0])
    with tempfile.TemporaryDirectory() as directory:
        debug_files(exe, directory, programs)
    with tempfile.TemporaryDirectory() as directory:
        units(exe, directory)
    with tempfile.TemporaryDirectory() as directory:
        dwz(exe, directory, programs)
    return tap.done()


sys.exit(main())
