#!/usr/bin/env python3
"""test_writes.py FIELDGUARD QUICKSTART - `fieldguard writes` as a user runs it

The programs of tests/programs are compiled by gcc and clang, without optimisation and with it. Their head comments say
what has to be found: `types:` whose every store is told, `expect [COMPILER-LEVEL pattern]:` one store, as TYPE.FIELD,
function, width and how; `finding:` what --check has to say of a field and function.
"""
import fnmatch
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import tap

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PROGRAMS = ROOT / 'tests/programs'
FIELDGUARD = str(Path(sys.argv[1]).resolve())
QUICKSTART = str(Path(sys.argv[2]).resolve())
SITE = {'type', 'field', 'file', 'line', 'column', 'function', 'pc', 'width', 'how', 'confidence', 'where', 'why',
        'can_tear', 'can_tear_with_others', 'read', 'modifies', 'bitfield', 'indexed', 'offset', 'global', 'by',
        'split_first', 'fill_first', 'fields', 'inline'}
LEDGER = {'selected', 'functions', 'functions_without_debug', 'functions_given_up', 'instructions', 'bytes_not_decoded',
          'units_left_out', 'stores', 'loads', 'heap', 'global', 'stack', 'where_unknown', 'attributed',
          'stack_attributed', 'unknown', 'why'}
INCLUDE = ['-I' + str(ROOT / 'include'), '-I' + str(ROOT / 'examples/orders')]


def writes(*arguments, env=None, cwd=None):
    return subprocess.run([FIELDGUARD, 'writes', *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, env=env, cwd=cwd)


def compile_c(folder, compiler, level, source, *more):
    """Returns: the program, not meant to run; None where the compiler is absent."""
    if not shutil.which(compiler):
        tap.skip(f'{source} by {compiler}', f'no {compiler} here')
        return None
    program = folder / f'{Path(source).stem}-{compiler}-{level}'
    subprocess.run([compiler, '-g', '-' + level, *INCLUDE, '-I' + str(folder), '-pthread', '-o', program,
                    PROGRAMS / source, *more], check=True)
    return program


def compile_go(folder, source):
    if not shutil.which('go'):
        tap.skip(source, 'no go here')
        return None
    program = folder / (source + '.program')
    env = dict(os.environ)
    env.setdefault('HOME', str(folder))
    subprocess.run(['go', 'build', '-o', program, PROGRAMS / source], check=True, env=env)
    return program


def head_lines(source, word):
    """(pattern, text) of each line `word [pattern]: text` in the head comment."""
    head = re.split(r'^(?:#include|package)', (PROGRAMS / source).read_text(), maxsplit=1, flags=re.MULTILINE)[0]
    return [(match.group(1) or '*', match.group(2).strip())
            for match in re.finditer(r'^(?: \*|//) ' + word + r'(?: ([^\s:]+))?:(?!:) (.*)$', head, re.MULTILINE)]


def read_json(text):
    lines = [json.loads(line) for line in text.splitlines()]
    return lines[:-1], lines[-1]['ledger']


def bare(name):
    return re.sub(r'^(struct|union|class) ', '', name)


def name_of(site):
    return bare(site['type']) + ('.' + site['field'] if site['field'] else '')


def hold(program, source, label):
    """Every store of the types that the program names, and no other."""
    types = set(head_lines(source, 'types')[0][1].split())
    want = Counter(text for pattern, text in head_lines(source, 'expect') if fnmatch.fnmatch(label, pattern))
    result = writes('--json', program)
    if not tap.equal((result.returncode, result.stderr), (0, ''), f'{source} {label}: read'):
        return
    sites, ledger = read_json(result.stdout)
    # main only calls, and makes static objects.
    got = Counter(f"{name_of(site)} {site['function']} {site['width']} {site['how']}" for site in sites
                  if site['type'] and bare(site['type']) in types and site['function'] != 'main')
    tap.ok(got == want and want, f'{source} {label}: every store', 'missing: %s' % (want - got),
           'too many: %s' % (got - want))
    tap.ok(all(set(site) == SITE for site in sites) and set(ledger) == LEDGER, f'{source} {label}: members',
           sites[:1], ledger)
    tap.ok(ledger['stores'] == len(sites) == ledger['selected'] and
           ledger['attributed'] + ledger['unknown'] == ledger['stores'] == ledger['heap'] + ledger['global'] +
           ledger['stack'] + ledger['where_unknown'] and sum(ledger['why'].values()) == ledger['unknown'],
           f'{source} {label}: the ledger adds up', ledger)
    tap.ok(all((site['type'] is None) == (site['why'] is not None) for site in sites),
           f'{source} {label}: what is unknown says why')


def test_stores(folder):
    for source, compilers in (('pair.c', ('gcc', 'clang')), ('stores.c', ('gcc', 'clang')),
                              ('stores.cc', ('g++', 'clang++'))):
        for compiler in compilers:
            for level in ('O0', 'O1', 'O2') if source == 'pair.c' else ('O0', 'O2'):
                program = compile_c(folder, compiler, level, source)
                if program:
                    hold(program, source, f'{compiler}-{level}')
    program = compile_c(folder, 'g++', 'O2', 'given.cc')
    if program:
        hold(program, 'given.cc', 'g++-O2')
    for source in ('pair.go', 'stores.go'):
        program = compile_go(folder, source)
        if program:
            hold(program, source, 'go')


def test_pair(folder):
    for program, query in ((folder / 'pair-gcc-O1', 'Pair.A'), (folder / 'pair.go.program', 'main.Pair.A'),
                           (folder / 'pair.go.program', 'Pair.A')):
        if not program.exists():
            continue
        text = writes(program, query, '--asm', '--source').stdout
        tap.ok(re.search(r'^    2 stores one behind another fill .*can tear between fields', text, re.MULTILINE) and
               re.search(r'p[.>-]+A = 1;?\n +0x[0-9a-f]+  mov qword ptr \[r..\], 0x01\n', text) and
               re.search(r'p[.>-]+B = 2;?\n +0x[0-9a-f]+  mov qword ptr \[r..\+0x08\], 0x02\n', text),
               f'{program.name} {query}: two stores, can tear, their assembly', text)
        tap.ok('looked at ' in text and '\033' not in text, f'{program.name} {query}: closes with what was looked at',
               text)


def test_selection(program):
    def fields(*queries):
        result = writes('--json', program, *queries)
        if result.returncode:
            return result.stderr
        return sorted({name_of(site) for site in read_json(result.stdout)[0]})

    tap.equal(fields('choice'), ['choice.half', 'choice.whole'], 'a type')
    tap.equal(fields('union choice.half'), ['choice.half', 'choice.whole'][:1], 'a field, with the keyword')
    tap.equal(fields('order.tier', 'bits'), ['bits.few', 'order', 'order.tier'], 'several')
    tap.equal(fields('customer.age'), ['customer.age', 'order', 'order.customer.age'],
              'an inner field, also where it is written through the outer struct')
    tap.equal(fields('order.customer.age'), ['order', 'order.customer.age'], 'a path')
    tap.equal(fields('order.place.y'), ['order', 'order.place.y'], 'a path through a struct without a name')
    tap.equal(fields('order.inner_*'), ['order', 'order.inner_x'], 'a pattern of fields')
    tap.equal(fields('cho*'), ['choice.half', 'choice.whole'], 'a pattern of types')
    for query, words in (('ordr', "no type 'ordr' in .*; did you mean 'struct order'"),
                         ('order.tire', "'struct order' has no field 'tire'; did you mean 'tier'"),
                         ('ordr.tier', ".*; did you mean 'struct order'"),
                         ('zebracorn', "no struct or union 'zebracorn' in ")):
        result = writes(program, query)
        tap.ok(result.returncode == 2 and re.search('^fieldguard: ' + words, result.stderr) and not result.stdout and
               result.stderr.count('\n') == 1, f'{query}: exit 2 and the nearest name', result)


def test_filters(program):
    sites, ledger = read_json(writes('--json', '--function', 'set_*', program, 'order').stdout)
    tap.ok(sites and all(site['function'].startswith('set_') for site in sites) and ledger['selected'] == len(sites),
           '--function', sites)
    tap.equal(len(read_json(writes('--json', '--file', 'nothing.c', program, 'order').stdout)[0]), 0, '--file, none')
    tap.ok(read_json(writes('--json', '--file', 'stores.c', program, 'order').stdout)[0], '--file, by its last part')
    sites = read_json(writes('--json', '--reads', program, 'order.total').stdout)[0]
    tap.ok(any(site['read'] for site in sites) and any(not site['read'] for site in sites), '--reads', sites)
    sites = read_json(writes('--json', '--asm', '--source', program, 'order.id').stdout)[0]
    tap.ok(all(site['assembly'] and site['source'] for site in sites), '--asm and --source in JSON', sites)
    one = writes('--json', '--threads', '1', program).stdout
    tap.equal(writes('--json', '--threads', '3', program).stdout, one, '--threads changes nothing')
    text = writes(program).stdout
    line = re.search(r'^ +\d+ +0 +\d+ +\d+/\d+  yes +struct order  \(', text, re.MULTILINE)
    tap.ok(line and 'types are written' in text, 'without a type: one line a type', text)
    tap.ok('struct bits' not in writes('--min', '2', program).stdout, '--min leaves out what has few', text)


def test_inner(folder):
    """A store is told of the inner struct's field too, with the functions that were inlined."""
    source = folder / 'inlined.c'
    source.write_text('struct in { long a; };\nstruct out { long before; struct in in; };\nlong g;\n'
                      'static inline __attribute__((always_inline)) void set(struct in *in, long v) { in->a = v; }\n'
                      '__attribute__((noinline)) void outer(struct out *o) { set(&o->in, g); }\n'
                      'int main(void) { static struct out o; outer(&o); return (int)o.in.a; }\n')
    program = folder / 'inlined'
    subprocess.run(['gcc', '-g', '-O2', '-o', program, source], check=True)
    sites = [site for site in read_json(writes('--json', program, 'in.a').stdout)[0] if site['function'] == 'outer']
    tap.ok(len(sites) == 1 and 'struct in.a' in sites[0]['fields'] and
           [frame['function'] for frame in sites[0]['inline']] == ['set', 'outer'], 'inlined: the field and the calls',
           sites)
    tap.ok('in set, inlined into outer at ' in writes(program, 'in.a').stdout, 'inlined: told in text')


def test_names(folder):
    """Names that stand for several types."""
    source = folder / 'two.cc'
    source.write_text('namespace one { struct item { int a; }; }\nnamespace two { struct item { long a; }; }\n'
                      'one::item x;\ntwo::item y;\nint main(int c, char **) { x.a = c; y.a = c; }\n')
    subprocess.run(['g++', '-g', '-o', folder / 'two', source], check=True)
    result = writes(folder / 'two', 'item')
    tap.ok(result.returncode == 2 and "could be 'one::item'" in result.stderr and "could be 'two::item'" in result.stderr
           and not result.stdout, 'a short name of two types: both are told, none is taken', result)
    sites = read_json(writes('--json', folder / 'two', 'two::item').stdout)[0]
    tap.equal([(site['type'], site['width']) for site in sites], [('two::item', 8)], 'one of them by its full name')
    for number, members in ((1, 'int a;'), (2, 'long b; int a;')):
        (folder / f'same{number}.c').write_text(f'struct same {{ {members} }} g{number};\nvoid set{number}(int c);\n'
                                               f'void set{number}(int c) {{ g{number}.a = c; }}\n')
    (folder / 'same.c').write_text('void set1(int c), set2(int c);\nint main(void) { set1(1); set2(2); }\n')
    subprocess.run(['gcc', '-g', '-o', folder / 'same', *(folder / f'same{n}.c' for n in ('', 1, 2))], check=True)
    sites = read_json(writes('--json', folder / 'same', 'same.a').stdout)[0]
    tap.equal([site['offset'] for site in sites], [0, 8], 'two different types of one name: both')


def test_terminal(program):
    """Colours on a terminal, and none where nobody looks; the line of progress is taken away."""
    controller, terminal = os.openpty()
    subprocess.run([FIELDGUARD, 'writes', str(program), 'order'], stdout=terminal, stderr=subprocess.DEVNULL,
                   check=True, env={**os.environ, 'TERM': 'xterm', 'NO_COLOR': ''})
    os.close(terminal)
    tap.ok(b'\033[1m' in os.read(controller, 65536), 'a terminal gets colours')
    os.close(controller)
    result = writes(program, 'order')
    tap.ok('\033' not in result.stdout and not result.stderr, 'a pipe gets none')


def check(program, *arguments):
    result = writes('--check', '--json', program, *arguments)
    if result.returncode not in (0, 1):
        return result, [], {}
    return (result, *read_json(result.stdout))


def policy_file(folder, source):
    """The policies of a program's head as a file."""
    path = folder / (source + '.policy')
    path.write_text(''.join(text + '\n' for _, text in head_lines(source, 'policy')))
    return path


def hold_findings(program, source, label, *options):
    want = sorted(text for _, text in head_lines(source, 'finding'))
    result, findings, ledger = check(program, *options)
    got = sorted(f"{one['finding']} {bare(one['type'])}.{one['field']} {one['function']}" for one in findings)
    tap.equal(got, want, f'{source} {label}: findings', result.stderr)
    tap.ok(result.returncode == 1 and ledger.get('findings') == len(want), f'{source} {label}: exit 1, counted', ledger)
    text = writes('--check', program, *options)
    lines = re.findall(r"^\S+:\d+:\d+: warning: '.*' .*$", text.stdout, re.MULTILINE)
    tap.ok(len(lines) == len(want) and text.returncode == 1 and f'{len(want)} findings: ' in text.stdout,
           f'{source} {label}: in compiler form', text.stdout, text.stderr)


def test_check(folder):
    generated = subprocess.run([FIELDGUARD, 'gen', '-o', folder, '--include-as', 'order.h',
                                ROOT / 'examples/orders/order.h'])
    tap.equal(generated.returncode, 0, 'order.fg.h is generated')
    # Nobody runs it: what the library would add is not needed.
    unlinked = [folder / 'order.fg.c', '-Wl,--unresolved-symbols=ignore-all']
    for compiler in ('gcc', 'clang'):
        for level in ('O0', 'O2'):
            program = compile_c(folder, compiler, level, 'shared.c', *unlinked)
            if program:
                hold_findings(program, 'shared.c', f'{compiler}-{level}')
    for level in ('O0', 'O2'):
        program = compile_c(folder, 'clang', level, 'policies.c')
        if program:
            hold_findings(program, 'policies.c', f'clang-{level}')
            only = check(program, 'order.amount')[1]
            tap.equal([one['function'] for one in only], ['pay_bare'], f'policies.c {level}: one field')
        for compiler, source in (('gcc', 'policies.c'), ('g++', 'policies.cc'), ('clang++', 'policies.cc')):
            program = compile_c(folder, compiler, level, source)
            if program:
                hold_findings(program, source, f'{compiler}-{level}', '--policy', policy_file(folder, source))
    program = compile_go(folder, 'policies.go')
    if program:
        hold_findings(program, 'policies.go', 'go', '--policy', policy_file(folder, 'policies.go'))
    for name in ('kinds', 'part', 'rules'):
        header = ROOT / f'tests/golden/{name}.h'
        subprocess.run([FIELDGUARD, 'gen', '-o', folder, '--include-as', header.name, header, '--', *INCLUDE],
                       check=True)
        for compiler, level in (('gcc', 'O2'), ('clang', 'O0')):
            library = folder / f'{name}-{compiler}.so'
            subprocess.run([compiler, '-g', '-' + level, '-shared', '-fPIC', *INCLUDE, '-I' + str(header.parent),
                            '-o', library, folder / f'{name}.fg.c'], check=True)
            result, findings, ledger = check(library)
            tap.ok(result.returncode == 0 and not findings and ledger['held'] > 2 and ledger['shared_forms'] > 0,
                   f'{name}.h {compiler}-{level}: nothing is found in generated code', result.stdout, result.stderr)
    result, findings, ledger = check(QUICKSTART)
    tap.ok(result.returncode == 0 and not findings and ledger['held'] > 5 and ledger['shared_forms'] > 0,
           'examples/orders: nothing is found in generated code', result.stdout, result.stderr)
    tap.ok(writes('--check', QUICKSTART).stdout.startswith('0 findings: '), 'without findings: says what was held')


def test_refusals(folder, program):
    def fails(name, words, *arguments):
        result = writes(*arguments)
        tap.ok(result.returncode == 2 and re.search('^fieldguard: ' + words, result.stderr) and not result.stdout and
               result.stderr.count('\n') == 1, name, result)

    fails('no binary', 'writes: no binary; ')
    fails('an unknown option', 'writes: no such option: --what', '--what', program)
    fails('an option without its value', 'writes: an option lacks its value: --file', program, '--file')
    fails('--threads 0', 'writes: --threads is a number', '--threads', '0', program)
    fails('--min of words', 'writes: --min is a number', '--min', 'x', program)
    fails('--check of loads', 'writes: --check is about stores', '--check', '--reads', program)
    fails('no such file', '.*No such file', folder / 'absent')
    fails('no ELF file', '.*not an ELF', __file__)
    stripped = folder / 'stripped'
    subprocess.run(['strip', '-o', stripped, program], check=True)
    fails('no debug information: how to get it', '.*-g', stripped)
    fails('--check without tags', '.*no field has a tag with a policy', '--check', folder / 'pair-gcc-O2')
    result = writes('--help')
    tap.ok(result.returncode == 0 and '--reads' in result.stdout and not result.stderr, '--help')


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        test_stores(folder)
        test_pair(folder)
        test_selection(folder / 'stores-gcc-O0')
        test_filters(folder / 'stores-gcc-O0')
        test_inner(folder)
        test_names(folder)
        test_terminal(folder / 'stores-gcc-O0')
        test_check(folder)
        test_refusals(folder, folder / 'stores-gcc-O0')
    return tap.done()


if __name__ == '__main__':
    sys.exit(main())
