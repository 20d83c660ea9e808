#!/usr/bin/env python3
"""test_gen.py FIELDGUARD - `fieldguard gen` as a user runs it: options, files written, exit statuses, the dumped model"""
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
FIELDGUARD = str(Path(sys.argv[1]).resolve())
ORDER = ROOT / 'examples/orders/order.h'
COLUMNS = ['name', 'json_name', 'kind', 'shape', 'c_type', 'offset_bits', 'size_bits', 'type_size', 'signed', 'fixed_n',
           'chars_n', 'enum', 'struct', 'count', 'counts', 'converted', 'other']
SMALL = '#include <fieldguard/annotate.h>\nstruct small { int x FG(json:"x"); };\n'
points = failed = 0


def ok(condition, name, detail=''):
    global points, failed
    points += 1
    failed += not condition
    print(f'{"ok" if condition else "not ok"} {points} - {name}')
    if not condition:
        for line in str(detail).splitlines():
            print(f'# {line}')


def gen(*arguments, cwd=None, stdout=subprocess.PIPE, env=None):
    return subprocess.run([FIELDGUARD, 'gen', *map(str, arguments)], cwd=cwd, stdout=stdout, stderr=subprocess.PIPE,
                          text=True, env=env)


def fails(name, status, words, *arguments, **how):
    result = gen(*arguments, **how)
    ok(result.returncode == status and re.search(words, result.stderr) and not result.stdout, name,
       f'exit {result.returncode}\n{result.stdout}\n{result.stderr}')


def test_usage(folder):
    result = gen('--help')
    ok(result.returncode == 0 and '--dump-model' in result.stdout and not result.stderr, '--help')
    result = gen('--version')
    ok(result.returncode == 0 and re.fullmatch(r'fieldguard \d+\.\d+\.\d+\n', result.stdout), '--version')
    fails('no header', 2, '^fieldguard: gen: no header; ')
    fails('an unknown option', 2, 'no such option: --what', '--what', ORDER)
    fails('a compiler flag that is no option', 2, 'stand behind --', '-iwhat', ORDER)
    fails('an option without its value', 2, 'lacks its value: -o', ORDER, '-o')
    fails('a line size that is none', 2, '64 or 128: 32', '--line-size', 32, ORDER)
    fails('--include-as for two headers', 2, 'for one header', '--include-as', 'x.h', ORDER, ORDER)
    fails('a header that is missing', 2, r'^fieldguard: none\.h: No such file or directory$', 'none.h', cwd=folder)
    fails('a folder for a header', 2, r': Is a directory$', folder)
    fails('a folder that is missing', 2, r'none.*: No such file or directory$', '-o', folder / 'none', ORDER)
    other = subprocess.run([FIELDGUARD, 'grow'], capture_output=True, text=True)
    ok(other.returncode == 2 and "'grow' is no verb" in other.stderr, 'an unknown verb')
    with open('/dev/full', 'w') as full:
        result = gen('--dump-model', ORDER, stdout=full)
    ok(result.returncode == 2 and 'No space left' in result.stderr, 'a full disk under --dump-model', result.stderr)
    fails('a full disk under --depfile', 2, '/dev/full: No space left', '-o', folder, '--depfile', '/dev/full', ORDER)


def test_files(folder):
    out = folder / 'out put'
    out.mkdir()
    result = gen('-o', out, '--depfile', out / 'd', ORDER)
    ok(result.returncode == 0 and not result.stdout and not result.stderr, 'a header is taken', result.stderr)
    ok(sorted(p.name for p in out.iterdir()) == ['d', 'order.fg.c', 'order.fg.h'],
       'what is written, and nothing beside it')
    ok((out / 'order.fg.h').stat().st_mode & 0o777 == 0o666 & ~current_umask(), 'with the rights of any other file')
    rule = (out / 'd').read_text()
    targets, sources = rule.split(':', 1)
    escaped = str(out).replace(' ', '\\ ')
    ok(targets == f'{escaped}/order.fg.h {escaped}/order.fg.c', 'the rule names both files, blanks escaped', rule)
    ok('order.h' in sources and 'annotate.h' in sources and 'stdint.h' in sources, 'and every file that was read', rule)
    ok(len(sources.split('\\\n')) == len(set(sources.split('\\\n'))), 'each once')
    include = re.search(r'#include "(.*order\.h)"', (out / 'order.fg.h').read_text()).group(1)
    ok(not include.startswith('/') and (out / include).samefile(ORDER), 'the header is included by its path from there')
    before = {p: (p.stat().st_mtime_ns, p.stat().st_ino) for p in out.iterdir()}
    gen('-o', out, '--depfile', out / 'd', ORDER)
    ok(all(before[p] == (p.stat().st_mtime_ns, p.stat().st_ino) for p in out.iterdir()),
       'what is unchanged stays untouched')
    gen('-o', out, '--include-as', 'my/order.h', '--line-size', 128, ORDER)
    ok('#include "my/order.h"' in (out / 'order.fg.h').read_text(), '--include-as')
    ok('128' in (out / 'order.fg.h').read_text(), '--line-size')


def current_umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_refused(folder):
    """A header with findings leaves what was written before as it was."""
    out = folder / 'refused'
    out.mkdir()
    header = out / 'small.h'
    header.write_text(SMALL)
    ok(gen('small.h', cwd=out).returncode == 0, 'the current folder is the default')
    before = (out / 'small.fg.c').read_text()
    header.write_text(SMALL.replace('json', 'jsn'))
    fails('a wrong tag', 1, r"^small\.h:2:22: error: 'x': unknown word 'jsn'; did you mean 'json'\?$", 'small.h', cwd=out)
    header.write_text(SMALL.replace('int x', 'unknown_type x'))
    fails('an error of clang', 1, r"^small\.h:2:16: error: unknown type name 'unknown_type'$", 'small.h', cwd=out)
    ok((out / 'small.fg.c').read_text() == before, 'and what was written stays')
    header.write_text(SMALL + 'unknown_type x;\n' * 30)
    result = gen('small.h', cwd=out)
    ok(result.returncode == 1 and 15 < len(result.stderr.splitlines()) <= 22, 'no more than the first 20 errors',
       result.stderr)
    (out / 'good.h').write_text(SMALL.replace('small', 'good'))
    (out / 'bad.h').write_text(SMALL.replace('json', 'jsn'))
    fails('one bad header of two', 1, 'bad.h:2:22', 'bad.h', 'good.h', cwd=out)
    ok((out / 'good.fg.h').exists() and not (out / 'bad.fg.h').exists(), 'the good one is written')


def test_flags(folder):
    (folder / 'inc').mkdir()
    (folder / 'inc/part.h').write_text('#define NAME part\n')
    header = folder / 'flags.h'
    header.write_text('#include <part.h>\n' + SMALL.replace('small', 'NAME') + '#ifndef WANTED\n#error no\n#endif\n'
                      '#if __STDC_VERSION__ != 199901\n#error std\n#endif\n')
    names = {}
    for name, flags in {'as options': ['-I', 'inc', '-DWANTED', '-std=c99'],
                        'joined': ['-Iinc', '-D', 'WANTED', '-std=c99'],
                        '-isystem': ['-isystem', 'inc', '-DWANTED', '-std=c99'],
                        'behind --': ['--', '-Iinc', '-DWANTED', '-std=c99']}.items():
        arguments = ['--dump-model', 'flags.h', *flags] if flags[0] == '--' else \
            ['--dump-model', *flags, 'flags.h']
        result = gen(*arguments, cwd=folder)
        names[name] = json.loads(result.stdout)['structs'][0]['name'] if result.returncode == 0 else result.stderr
        ok(names[name] == 'part', f'compile flags {name}', names[name])
    fails('without them', 1, "'part.h' file not found", 'flags.h', cwd=folder)
    (folder / 'db').mkdir()
    entry = {'directory': str(folder), 'file': 'flags.c',
             'arguments': ['gcc', '-Iinc', '-D', 'WANTED', '-std=c99', '-Wno-such-thing', '-fno-such-flag', '-O2', '-c',
                           '-o', 'flags.o', 'flags.c']}
    (folder / 'db/compile_commands.json').write_text(json.dumps([entry]))
    result = gen('--dump-model', '-p', 'db', 'flags.h', cwd=folder)
    ok(result.returncode == 0, 'flags of the source beside it, out of compile_commands.json', result.stderr)
    entry['arguments'][1] = '-Inowhere'
    own = dict(entry, file='flags.h', arguments=['gcc', '-Iinc', '-DWANTED', '-std=c99', 'flags.h'])
    (folder / 'db/compile_commands.json').write_text(json.dumps([entry, own]))
    result = gen('--dump-model', '--compile-commands', 'db', 'flags.h', cwd=folder)
    ok(result.returncode == 0, "the header's own entry goes first", result.stderr)
    (folder / 'db/compile_commands.json').write_text('[]')
    result = gen('--dump-model', '-p', 'db', 'flags.h', cwd=folder)
    ok(result.returncode == 2 and 'db' in result.stderr, 'an empty compile_commands.json', result.stderr)
    result = gen('--dump-model', '-p', 'nowhere', 'flags.h', cwd=folder)
    ok(result.returncode == 2 and 'nowhere: no compile_commands.json' in result.stderr, 'a missing one', result.stderr)


def test_model(folder):
    result = gen('--dump-model', HERE / 'kinds.h')
    ok(result.returncode == 0 and not result.stderr, 'a header of every kind is read', result.stderr)
    model = json.loads(result.stdout)
    lines = [' '.join([record['name']] + [json.dumps(field[column]).strip('"') for column in COLUMNS])
             for record in model['structs'] for field in record['fields']]
    want = (HERE / 'kinds.txt').read_text().splitlines()
    ok(lines == want, 'every field is what it is known to be',
       '\n'.join(f'- {line}' for line in want if line not in lines) + '\n' +
       '\n'.join(f'+ {line}' for line in lines if line not in want))
    ok(model['enums'][1]['items'][0]['value'] == 2**64 - 1, 'an enumerator of 64 bits')
    order = [record['name'] for record in model['structs']]
    ok(order.index('point_type') < order.index('shapes') > order.index('numbers'),
       'structs stand behind those they hold')
    asserts = ['#include "%s"' % (HERE / 'kinds.h')]
    for record in model['structs']:
        asserts.append(f'_Static_assert(sizeof({record["c_name"]}) == {record["size"]}, "size");')
        asserts.append(f'_Static_assert(_Alignof({record["c_name"]}) == {record["align"]}, "align");')
        for field in record['fields']:
            if not field['bitfield']:
                asserts.append(f'_Static_assert(8 * offsetof({record["c_name"]}, {field["name"]}) == '
                               f'{field["offset_bits"]}, "{field["name"]}");')
    source = folder / 'asserts.c'
    source.write_text('\n'.join(asserts) + '\n')
    compiled = subprocess.run(['gcc', '-fsyntax-only', '-I', ROOT / 'include', source], capture_output=True, text=True)
    ok(compiled.returncode == 0, 'gcc agrees on every size and offset', compiled.stderr)


def test_colours(folder):
    """Only on a terminal: standard error is a pseudo-terminal here."""
    (folder / 'red.h').write_text(SMALL.replace('json', 'jsn'))
    for name, want, more in [('a terminal', True, {}), ('NO_COLOR', False, {'NO_COLOR': '1'}),
                             ('TERM=dumb', False, {'TERM': 'dumb'})]:
        ours, theirs = os.openpty()
        environment = {key: value for key, value in os.environ.items() if key != 'NO_COLOR'}
        environment.update({'TERM': 'xterm', **more})
        subprocess.run([FIELDGUARD, 'gen', 'red.h'], cwd=folder, stderr=theirs, env=environment)
        os.close(theirs)
        said = os.read(ours, 4096).decode()
        os.close(ours)
        ok(('\033[' in said) == want and 'unknown word' in said, f'colours: {name}', said)


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        for test in (test_usage, test_files, test_refused, test_flags, test_model, test_colours):
            test(folder)
    print(f'1..{points}')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
