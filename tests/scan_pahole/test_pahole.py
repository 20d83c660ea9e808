#!/usr/bin/env python3
"""test_pahole.py SCAN_DUMP BINARY... - the layouts that scan reads are those that pahole prints

Every struct, union and class of each binary, member by member: name, offset, size, bit-fields, size of the whole,
holes.
The binaries are those given, and programs made here: structs of random members by each compiler, C++ classes, Go.
"""
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'cli'))
import tap  # noqa: E402

SCALARS = ['char', 'signed char', 'short', 'int', 'unsigned', 'long', 'long long', 'float', 'double', 'void *',
           'unsigned char', 'int *', 'enum tint', 'word_t', 'int (*)(int)', 'long double', '_Bool']
BITS = {'unsigned': 32, 'int': 32, 'unsigned char': 8, 'unsigned short': 16, 'unsigned long': 64, '_Bool': 1}
HEAD = re.compile(r'^(?:struct|union|class) (.+?) (?::.*)?\{$')
PLACE = re.compile(r'/\*\s*(\d+)(?::\s*(\d+))?\s+(\d+)\s*\*/')
NAME = re.compile(r'\(\*+\s*(\w+)\)|(?:\s|^|\*)([\w.$]+)\s*(?:\[[\d\]\[]*\])?\s*;$')
BIT_NAME = re.compile(r'(\w*):(\d+)\s*;$')


class Struct:
    def __init__(self, name):
        self.name, self.size, self.members, self.holes, self.opaque = name, 0, [], 0, False

    def key(self):
        return (self.size, tuple(self.members))


def ours(exe, binary):
    """{name without "struct ": [Struct]}"""
    types = defaultdict(list)
    got = subprocess.run([exe, '--types', binary], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if got.returncode:
        raise RuntimeError(got.stderr)
    current, spelled = None, None
    for line in got.stdout.splitlines():
        head = re.match(r'(.+): (?:size (\d+) align \d+|incomplete)$', line)
        if head:
            spelled = head.group(1)
            name = re.sub(r'^(struct|union|class) (?!\{)', '', spelled)
            current = Struct(name)
            current.size = int(head.group(2) or 0)
            types[name].append(current)
            continue
        found = re.match(r'([\w.$]*): (\d+)\+(\d+) (.*)$', line[len(spelled) + 1:])
        if found and line.startswith(spelled + '.'):
            flags = [f for f in ('virtual', 'base', 'bits') if f in found.group(4).split()]
            current.members.append((found.group(1), int(found.group(2)), int(found.group(3)), (flags + ['plain'])[0]))
    return types


def theirs(binary):
    """What pahole prints: [Struct]. A member that it can't print makes its struct opaque."""
    got = subprocess.run(['pahole', binary], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    structs, current, depth = [], None, 0
    for line in got.stdout.splitlines():
        head = HEAD.match(line)
        if head:
            current, depth = Struct(head.group(1)), 1
            structs.append(current)
            continue
        if not current:
            continue
        if '<ERROR' in line:
            current.opaque = True
        body = line.strip()
        if body.startswith('/* size:'):
            current.size = int(re.search(r'size: (\d+)', body).group(1))
        holes = re.search(r'sum holes: (\d+)', body)
        if holes and depth == 1:
            current.holes = int(holes.group(1))
        opens = body.endswith('{')
        closes = body.startswith('}')
        depth += opens - closes
        if depth == 0:
            current = None
        elif depth == 1 and not opens:
            member(current, body)
    return structs


def member(struct, body):
    place = PLACE.search(body)
    if not place or body.startswith('static '):
        return
    offset, bit, size = int(place.group(1)), place.group(2), int(place.group(3))
    code = re.sub(r'__attribute__\(\(.*?\)\)\)?', '', body[:place.start()]).strip()
    if '<ancestor>' in code:
        struct.members.append(('', offset * 8, size * 8, 'base'))
    elif bit is not None:
        found = BIT_NAME.search(code)
        struct.members.append((found.group(1), offset * 8 + int(bit), int(found.group(2)), 'bits'))
    else:
        found = NAME.search(code)
        name = (found.group(1) or found.group(2)) if found else ''
        struct.members.append((name, offset * 8, size * 8, 'plain'))


def holes_of(struct):
    """Bytes between members, the way pahole counts them: not behind the last one."""
    end = total = 0
    for _, offset, size, _ in sorted(struct.members, key=lambda m: (m[1], m[2])):
        if offset > end:
            total += offset - end
        end = max(end, offset + size)
    return total // 8


def same(mine, other):
    """Is that the same struct? Of an opaque one only the members that were printed are held against ours. pahole takes
    Go's functions for what they point to, and says sizes beyond the struct's end: their places are compared."""
    wild = {m[:2] for m in other.members if m[1] + m[2] > other.size * 8 > 0}
    if wild:
        return mine.size == other.size and sorted(m[:2] for m in mine.members) == sorted(m[:2] for m in other.members)
    if other.opaque:
        return set(other.members) <= set(mine.members)
    if other.size and mine.size != other.size:
        return False
    if sorted(mine.members) != sorted(other.members):
        return False
    plain = all(m[3] == 'plain' for m in mine.members)
    return not plain or not other.holes or holes_of(mine) == other.holes


def compare(exe, binary, label):
    mine, other = ours(exe, binary), theirs(binary)
    wrong = []
    for struct in other:
        candidates = mine.get(struct.name, [])
        if not any(same(candidate, struct) for candidate in candidates):
            wrong.append('%s: pahole says %s %r, scan %s' % (
                struct.name, struct.size, struct.members[:12],
                [(c.size, c.members[:12]) for c in candidates] or 'nothing'))
    members = sum(len(s.members) for s in other)
    tap.ok(not wrong and len(other) > 0, '%s: all %d structs with %d members are as pahole says'
           % (label, len(other), members), *wrong[:8])
    return mine, other


def random_structs(seed, n):
    """C text with n structs of random members, nested, packed and aligned ones among them."""
    roll = random.Random(seed)
    text = ['#include <stddef.h>', 'enum tint { RED, GREEN = 7 };', 'typedef unsigned long word_t;']
    for i in range(n):
        lines = []
        for k in range(roll.randint(1, 14)):
            lines.append('\t' + random_member(roll, i, 'm%d' % k))
        after = roll.choice([''] * 8 + [' __attribute__((packed))', ' __attribute__((aligned(32)))'])
        kind = 'union' if roll.random() < 0.1 else 'struct'
        text.append('%s %s%d {\n%s\n}%s;' % (kind, kind[0], i, '\n'.join(lines), after))
        text.append('typedef %s %s%d t%d;' % (kind, kind[0], i, i))
        text.append('t%d g%d;' % (i, i))
    text.append('int main(void) { return (int)sizeof(t0); }')
    return '\n'.join(text) + '\n'


def random_member(roll, i, name):
    what = roll.random()
    if what < 0.2:
        base = roll.choice(sorted(BITS))
        return '%s %s : %d;' % (base, name, roll.randint(1, BITS[base]))
    if what < 0.24:
        return 'unsigned : %d;' % roll.choice([0, 3, 17])
    if what < 0.36 and i:
        return 't%d %s%s;' % (roll.randrange(max(0, i - 6), i), name, roll.choice(['', '', '[2]']))
    if what < 0.42:
        return '%s { int a%s; %s b%s; };' % (
            roll.choice(['struct', 'union']), name, roll.choice(['char', 'long']), name)
    if what < 0.46:
        return 'struct { char a; %s b; } %s;' % (roll.choice(['short', 'long', 'double']), name)
    scalar = roll.choice(SCALARS)
    if scalar == 'int (*)(int)':
        return 'int (*%s)(int);' % name
    return '%s %s%s;' % (scalar, name, roll.choice(['', '', '', '[3]', '[2][5]']))


def build(directory, name, command, text):
    source = os.path.join(directory, name)
    with open(source, 'w') as out:
        out.write(text)
    binary = os.path.splitext(source)[0] + '.bin'
    made = subprocess.run(command + [source, '-o', binary], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if made.returncode:
        raise RuntimeError(made.stdout)
    return binary


CPP = '''
struct base { int x; char c; }; struct other { long q; virtual void f(); virtual ~other(); };
class order : public base, public other {
public: short s; enum class color : char { A, B } color; bool flag; int low : 4; unsigned high : 9;
    char tail; double d[3];
    static int count; void set(int v); void f() override; };
int order::count; void order::set(int v) { s = (short)v; count++; low = v & 3; } void order::f() { q = 1; }
void other::f() { q = 2; } other::~other() {}
union either { int a; double d; void *p; };
template <class T, int N> struct row { T v[N]; int used; };
row<long, 4> r; either e; order o;
int main() { o.set(1); r.used = 2; e.a = 1; return 0; }
'''
GO = '''package main
type Pair struct { A int8; B int64; Name string; S []int; M map[string]*Pair; I interface{}
    C chan int; Arr [3]int32; F bool }
type Inner struct { P Pair; Q *Inner; R [2]Pair }
var I Inner
var T Pair
func main() { I.P.A = 1; T.B = 2; println(I.P.A, T.B) }
'''


def made_here(exe, directory):
    text = random_structs(1, 400)
    for compiler in ['gcc', 'clang-14']:
        for version in ['4', '5']:
            label = '400 random structs by %s -gdwarf-%s' % (compiler, version)
            if not shutil.which(compiler):
                tap.skip(label, 'no ' + compiler)
                continue
            command = [compiler, '-g', '-gdwarf-' + version, '-fno-eliminate-unused-debug-types']
            mine, other = compare(exe, build(directory, 'random.c', command, text), label)
            tap.ok(len(other) >= 300, '%s: pahole prints most' % label, len(other))
            hidden = [n for n in mine if re.match(r'[su]\d+$', n) and n not in {s.name for s in other}]
            tap.ok(not hidden, '%s: none that pahole lacks' % label, hidden[:20])
    for name, compiler, text in [('classes.cpp', 'g++', CPP), ('classes.cpp', 'clang++-14', CPP)]:
        if shutil.which(compiler):
            compare(exe, build(directory, name, [compiler, '-g'], text), 'classes by ' + compiler)
        else:
            tap.skip('classes by ' + compiler, 'no ' + compiler)
    if shutil.which('/usr/bin/go'):
        os.environ['GOCACHE'] = os.path.join(directory, 'cache')
        os.environ['GO111MODULE'] = 'off'
        with open(os.path.join(directory, 'pair.go'), 'w') as out:
            out.write(GO)
        subprocess.run(['/usr/bin/go', 'build', '-o', 'pair.bin', 'pair.go'], cwd=directory, check=True)
        compare(exe, os.path.join(directory, 'pair.bin'), 'a Go program')
    else:
        tap.skip('a Go program', 'no Go')


def main():
    exe = os.path.abspath(sys.argv[1])
    if not shutil.which('pahole'):
        tap.skip('layouts beside pahole', 'no pahole')
        return tap.done()
    for binary in sys.argv[2:]:
        compare(exe, binary, os.path.basename(binary))
    with tempfile.TemporaryDirectory() as directory:
        made_here(exe, directory)
    return tap.done()


sys.exit(main())
