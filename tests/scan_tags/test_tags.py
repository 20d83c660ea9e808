#!/usr/bin/env python3
"""test_tags.py TAGS_DUMP FIELDGUARD SOURCE_ROOT - tags that binaries carry, and tags of policy files

A header's code is generated, compiled and linked in every way that could lose the note; each binary must give the
same tags. Then policy files, right and wrong; then notes with bytes changed, which never crash the reader.
"""
import os
import random
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'cli'))
import tap  # noqa: E402

HEADER = '''#include <fieldguard/annotate.h>
#include <stdint.h>
enum order_status { ORDER_CREATED, ORDER_PAID };
struct money {
	int64_t cents FG(json:"cents");
	char currency[4] FG(json:"currency");
} FG(local);
struct order {
	uint64_t id FG(json:"id" key);
	struct { int32_t hits FG(json:"hits,atomic"); };
	enum order_status status FG(json:"status,atomic" states:"created>paid");
	struct money amount FG(json:"amount,mutex=money");
	uint32_t plain;
};
'''
MAIN = '''#include "order.fg.h"
#include <stdio.h>
struct other { long counter; char text[24]; struct order *order; unsigned bits : 3; };
struct other other;
struct order_shared shared;
int main(void)
{
	struct order order = {.id = 1};
	other.order = &order;
	order_merge(&shared, &order, NULL, NULL);
	return !other.order;
}
'''
WANT = '''struct money FG(local)
struct money.cents FG(json:"cents")
struct money.currency FG(json:"currency")
struct order.id FG(json:"id" key)
struct order.status FG(json:"status,atomic" states:"created>paid")
struct order.amount FG(json:"amount,mutex=money")
generated struct money money_* -
generated struct order order_* struct order_shared n=id,hits,status,amount snapshot=snapshot:id ''' \
    'group_money=mutex:amount ' \
    '''atomics.hits=atomic:hits atomics.status=atomic:status
model fine: 2 structs
compared 2, differences 0
'''
WAYS = [
    ('-O0', '-g'), ('-O2', '-g'), ('-O2', '-g', '-flto'), ('-O2', '-g', '-fPIE', '-pie'), ('-O2', '-g', '-no-pie'),
    ('-O2', '-g', '-ffunction-sections', '-fdata-sections', '-Wl,--gc-sections'), ('-O1', '-g', '-fsanitize=address'),
]


class Work:
    def __init__(self, dump, fieldguard, root, folder):
        self.dump_exe, self.fieldguard, self.root, self.folder = dump, fieldguard, root, folder

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), 'wb' if isinstance(text, bytes) else 'w') as f:
            f.write(text)
        return self.path(name)

    def run(self, *args):
        done = subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors='replace',
                              cwd=self.folder, timeout=120)
        return done.returncode, done.stdout

    def compile(self, compiler, flags, name, shared):
        """Generated code needs no library to be linked where nothing runs."""
        kind = ['-shared', '-fPIC'] if shared else ['-Wl,--unresolved-symbols=ignore-all']
        include = '-I' + os.path.join(self.root, 'include')
        return self.run(compiler, '-std=gnu11', '-D_GNU_SOURCE', include, *kind, *flags, 'main.c', 'order.fg.c',
                        '-o', name)

    def dump(self, *args):
        return self.run(self.dump_exe, *args)


def test_ways(work):
    for compiler in filter(shutil.which, ('gcc', 'clang-14')):
        for flags in WAYS + [('-O2', '-g', '-shared')]:
            name = compiler + ''.join(flags).replace(',', '')
            status, text = work.compile(compiler, [f for f in flags if f != '-shared'], name, '-shared' in flags)
            if not tap.ok(status == 0, f'{name}: compiles', text):
                continue
            tap.equal(work.dump(name), (0, WANT), f'{name}: tags')
        # strip --strip-debug leaves the note, and the debug file has the types.
        work.run('objcopy', '--only-keep-debug', name, name + '.debug')
        work.run('strip', '--strip-all', name)
        work.run('objcopy', '--add-gnu-debuglink=' + name + '.debug', name)
        tap.equal(work.dump(name), (0, WANT), f'{name}: stripped, with a debug file')


RIGHT = '''# what the file may hold
other.counter   atomic\t\t# the policy alone
struct other.text  json:"text,mutex=m"
[order]
status  atomic states:"created>paid"
plain   json:"plain # no comment,owner"
*       shared
'''
WRONG = [
    ('order.colour atomic\n', "p:1:1: error: struct order has no field 'colour'"),
    ('order.plian atomic\n', "p:1:1: error: struct order has no field 'plian'; did you mean 'plain'?"),
    ('\n  order.plain atomc\n', "p:2:15: error: 'plain': unknown word 'atomc'"),
    ('order.plain\n', "p:1:12: error: 'order.plain' has no words behind it"),
    ('plain atomic\n', "p:1:1: error: 'plain' names no type"),
    ('[order\nplain atomic\n', "p:1:1: error: '[order' has no ] at its end"),
    ('[]\n', "p:1:1: error: [] names no type"),
    ('[order]\nmoney.cents owner\n', "p:2:1: error: 'money.cents': a line below [order] names a field alone"),
    ('order.plain atomic\n[struct order]\nplain owner\n',
     "p:3:1: error: 'struct order.plain' stands twice; first on line 1"),
    ('other.text atomic\n',
     "p:1:12: error: 'text': atomic needs an integer, bool, enum or pointer of at most 8 bytes, not char [24]"),
    ('other.bits atomic\n', "not a bit-field"),
    ('order.plain \x01\n', 'p:1:13: error: byte 0x01 is a control character'),
    (b'order.plain at\0omic\n', 'p: holds a NUL byte'),
    (b'order.\xff atomic\n', 'p:1:7: error: byte 0xff'),
    ('order.plain json:"a\n', 'is not closed'),
    ('.plain atomic\n', "p:1:1: error: '.plain' is no TYPE.FIELD"),
]


def test_policy(work, binary):
    work.write('p', RIGHT)
    status, text = work.dump(binary, 'p')
    tap.equal(status, 0, 'a right policy file', text)
    for line in ('struct other.counter FG(json:",atomic")', 'struct other.text FG(json:"text,mutex=m")',
                 'struct order FG(shared)', 'struct order.plain FG(json:"plain # no comment,owner")',
                 'struct order.status FG(json:"status,atomic" states:"created>paid")'):
        tap.ok(line in text.splitlines(), f'it gives {line}', text)
    tap.ok('warning' not in text, 'and agrees with the note', text)
    work.write('p', 'order.status once\nnosuch.field atomic\n')
    status, text = work.dump(binary, 'p')
    tap.ok(status == 0 and
           "warning: struct order.status: the policy is 'atomic' by .note.fieldguard and 'once' by p:1; the latter holds"
           in text, 'a policy file that disagrees: both are said', text)
    tap.ok("p:2:1: the binary has no struct 'nosuch'" in text, 'a type that is not there', text)
    tap.ok('struct order.status FG(json:",once")' in text.splitlines(), 'the policy file holds', text)
    for source, message in WRONG:
        work.write('p', source)
        status, text = work.dump(binary, 'p')
        tap.ok(status == 2 and message in text, f'wrong: {message}', status, text)
    tap.equal(work.dump(binary, 'absent'), (2, 'absent: No such file or directory\n'), 'no such policy file')
    status, text = work.dump(binary, '.')
    tap.ok(status == 2 and 'is a folder' in text, 'a folder for a policy file', text)
    work.write('p', ''.join(f'order.f{i} atomic\n' for i in range(1000)))
    status, text = work.dump(binary, 'p')
    tap.ok(status == 2 and text.startswith('p: has 1000 errors\np:1:1: error'), 'many errors are counted', text)


def test_hostile(work, binary):
    with open(work.path(binary), 'rb') as f:
        good = f.read()
    at = good.index(b'fieldguard\0\0fieldguard 1\n') - 12
    size = int.from_bytes(good[at + 4:at + 8], 'little')

    def held(name, change):
        bytes_ = bytearray(good)
        change(bytes_)
        work.write('bad', bytes(bytes_))
        status, text = work.dump('bad')
        return tap.ok(status in (0, 2), f'hostile: {name}', status, text), text

    def put(offset, data):
        def change(bytes_):
            bytes_[at + offset:at + offset + len(data)] = data
        return change

    for offset in (0, 4):
        for value in (1, 11, 0x7fffffff, 0xfffffffc, 0xffffffff):
            held(f'word {offset // 4} is {value:#x}', put(offset, value.to_bytes(4, 'little')))
    _, text = held('another version', put(24, b'fieldguard 9'))
    tap.ok('of a version that this fieldguard' in text, 'another version is said', text)
    _, text = held('no number', put(24 + len('fieldguard 1\n'), b's xx'))
    tap.ok('is broken' in text, 'a broken line is said', text)
    _, text = held('a size that the struct has not', put(24 + len('fieldguard 1\n'), b's 17'))
    tap.ok('is for another layout' in text, 'another layout is said', text)
    chance = random.Random(4)
    crashed = []
    for i in range(150):
        bytes_ = bytearray(good)
        for _ in range(chance.randrange(1, 5)):
            where = at + chance.randrange(24 + size)
            bytes_[where] = chance.choice((0, 0xff, 0x20, 0x0a, 0x22, chance.randrange(256)))
        work.write('bad', bytes(bytes_))
        status, text = work.dump('bad')
        if status not in (0, 2):
            crashed.append((i, status, text))
    tap.ok(not crashed, '150 notes with bytes changed', crashed)


def main():
    dump, fieldguard, root = (os.path.abspath(arg) for arg in sys.argv[1:])
    with tempfile.TemporaryDirectory() as folder:
        work = Work(dump, fieldguard, root, folder)
        work.write('order.h', HEADER)
        work.write('main.c', MAIN)
        status, text = work.run(fieldguard, 'gen', 'order.h', '--', '-I' + os.path.join(root, 'include'))
        if tap.ok(status == 0, 'generated', text):
            test_ways(work)
            test_policy(work, 'gcc-O2-g')
            test_hostile(work, 'gcc-O2-g')
    return tap.done()


if __name__ == '__main__':
    sys.exit(main())
