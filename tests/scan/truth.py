#!/usr/bin/env python3
"""truth.py - what each machine store of a clang-built program writes, by the compiler's own word

    truth.py --out DIR/NAME [--cc clang-14] [--flags "-O2 -g ..."] [--link "..."] FILE...

The IR after optimisation is printed, every store in it gets a line number of its own, and code is generated from
it; the line table then leads from each machine store to its IR store, whose TBAA tag or getelementptr names the
field. Code is generated from the unchanged IR too: that program, DIR/NAME, is the one to analyse, and the code of
both must be the same to the byte. DIR/NAME.truth.json gets {"stores": [...], "types": ...}.

A store: pc, width, where (heap, global, stack), type, offset (array items folded into the first), chains (every
struct on the way down to the bytes, see types_di), weak (the type's name is without template arguments), spread
(offset is that of the IR store, of `spread` bytes; the machine store is smaller or larger and lies somewhere in or
about it), ir, file, line. type None: the compiler's word names no field. Machine stores that no IR store accounts
for (spills, arguments) are not listed.
"""
import argparse
import json
import multiprocessing
import os
import re
import shlex
import subprocess
import sys

from llvm_ir import Module, NAME, split_top, typed, unquote
from machine import Code, Lines
from types_di import Types, bare, without_arguments

STORE = re.compile(r'\s+(?:%' + NAME + r' = )?(?:store|atomicrmw|cmpxchg|(?:tail |musttail |notail )?call '
                   r'(?:void )?.*@llvm\.(?:mem(?:cpy|move|set)|masked\.store))\b')
FIRST_LINE = 1000000


class Failed(Exception):
    pass


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise Failed('%s\n%s' % (' '.join(command), done.stderr))
    return done.stdout


class Rewriter:
    """Gives every IR store of a module its own line, and remembers what it writes."""

    def __init__(self, module, types, unit, first_line):
        self.module, self.types, self.line = module, types, first_line
        self.identifiers = types.read_module(module, unit)
        self.unit = unit
        self.stores = {}    # line -> store
        self.next_node = max(module.metadata) + 1
        self.added = []

    def rewrite(self):
        out, function, subprogram, block = [], None, None, 0
        for line in self.module.lines:
            if line.startswith('define '):
                function = unquote(re.search(r'@(' + NAME + r')\(', line).group(1))
                match = re.search(r'!dbg !(\d+)', line)
                subprogram = match.group(1) if match else None
            elif re.match(NAME + ':', line):
                block += 1
            elif function and subprogram and STORE.match(line):
                line = self.one(line, function, subprogram, block)
            elif line == '}':
                function = None
            out.append(line)
        return '\n'.join(out + self.added) + '\n'

    def one(self, line, function, subprogram, block):
        match = re.search(r'!dbg !(\d+)', line)
        place = self.module.node(match.group(1)) if match else {'line': '0', 'scope': '!' + subprogram}
        number, self.line = self.line, self.line + 1
        inlined = ', inlinedAt: ' + place['inlinedAt'] if 'inlinedAt' in place else ''
        self.added.append('!%d = !DILocation(line: %d, column: 1, scope: %s%s)' %
                          (self.next_node, number, place['scope'], inlined))
        store = self.describe(line.strip(), function)
        store.update(unit=self.unit, function=function, block=block, line=int(place.get('line', 0)),
                     file=self.file(place['scope']), ir=re.sub(r', !dbg.*', '', line.strip())[:300])
        self.stores[number] = store
        tag = '!dbg !%d' % self.next_node
        self.next_node += 1
        return line[:match.start()] + tag + line[match.end():] if match else line + ', ' + tag

    def file(self, scope):
        for _ in range(30):
            node = self.module.node(scope)
            if node is None:
                return ''
            if 'file' in node:
                return self.module.node(node['file'])['filename']
            scope = node.get('scope', '!-1')
        return ''

    def describe(self, text, function):
        body = re.sub(r'^%' + NAME + r' = ', '', text)
        if '@llvm.' in body:
            return self.call(body, function)
        parts = split_top(body)
        if body.startswith('store'):
            value_type, _ = typed(re.sub(r'^store (atomic )?(volatile )?', '', parts[0]))
            pointer = parts[1]
        else:
            pointer = re.sub(r'^(atomicrmw|cmpxchg) (weak )?(volatile )?(\w+ (?=[^ ]*\*))?', '', parts[0])
            value_type, _ = typed(parts[1])
        pointer = re.sub(r' syncscope.*| (unordered|monotonic|release|seq_cst|acq_rel|acquire)$', '', pointer)
        pointer_type, value = typed(pointer)
        width = self.module.layout.size_align(value_type)[0]
        place = self.module.place(function, pointer_type, value)
        store = self.field(place)
        store.update(kind='store', width=width, where=place.where, base=str(place.base))
        match = re.search(r'!tbaa !(\d+)', text)
        if match:
            self.tag(store, self.module.node(match.group(1)))
        return store

    def call(self, body, function):
        at = body.index('(', body.index('@llvm.'))
        arguments = split_top(body[at + 1:body.rindex(')')])
        masked = 'masked.store' in body
        pointer_type, value = typed(arguments[1 if masked else 0])
        place = self.module.place(function, pointer_type, value)
        store = self.field(place)
        size = self.module.layout.size_align(typed(arguments[0])[0])[0] if masked else typed(arguments[2])[1]
        store.update(kind='masked' if masked else 'bulk', where=place.where, base=str(place.base),
                     width=int(size) if str(size).isdigit() else 0)
        return store

    def field(self, place):
        """What getelementptr says."""
        if place.name is None:
            return {'type': None, 'offset': 0, 'keys': [], 'weak': False}
        name = re.sub(r'\.base$', '', re.sub(r'(\.\d+)+$', '', unquote(place.name)))
        name = re.sub(r'^(struct|class|union)\.', '', name)
        weak = False
        name = '' if re.fullmatch(r'anon|.*::anon|.*\(anon.*', name) else bare(name)
        keys = self.types.by_name.get(name, [])
        if not keys and name:       # default arguments are left out there
            plain, weak = without_arguments(name), True
            keys = [k for n, ks in self.types.by_name.items() if without_arguments(n) == plain for k in ks]
        size = self.module.layout.size_align(place.name)[0]
        keys = [k for k in keys if k.startswith(self.unit + ':') and self.types.layouts[k]['size'] == size]
        return {'type': name, 'offset': place.offset, 'keys': keys if name else [], 'weak': weak, 'by': 'gep'}

    def tag(self, store, node):
        """What a struct-path tag says, where there is one: it goes before getelementptr."""
        if len(node) < 3 or node[0] == node[1]:
            return
        base = self.module.node(node[0])
        if len(base) <= 3 and not (len(base) == 3 and self.is_struct(base)):
            return
        name = unquote(base[0])
        offset = int(node[2].split()[1])
        if name.startswith('_ZTS'):
            keys = [self.identifiers[name]] if name in self.identifiers else []
            name = self.types.layouts[keys[0]]['name'] if keys else store['type']
            if name is None:
                return
        else:
            keys = [k for k in self.types.by_name.get(bare(name), []) if k.startswith(self.unit + ':')]
        if not name:        # an anonymous struct: getelementptr knows its typedef
            return
        outer = store['type']
        store.update(type=bare(name), offset=offset, keys=keys, weak=False, by='tbaa', gep=[outer, store['offset']])

    def is_struct(self, base):
        inner = self.module.node(base[1])
        return unquote(base[0]) in self.types.by_name or unquote(base[0]) in self.identifiers or \
            unquote(inner[0]) not in ('omnipotent char', 'Simple C++ TBAA', 'Simple C/C++ TBAA')


def machine_stores(code, lines, known):
    """[(machine store, IR store)], and the IR stores that have none."""
    by_line = {}
    for store in code.stores:
        line = lines.at(store.pc)[0]
        if line in known:
            by_line.setdefault(line, []).append(store)
    calls = {}
    for pc, name in code.calls.items():
        line = lines.at(pc)[0]
        if line in known and known[line]['kind'] == 'bulk' and re.match(r'mem(cpy|set|move)$', name):
            calls.setdefault(line, []).append(pc)
    return by_line, calls


def spans(stores, width):
    """Offsets of several stores that together write `width` bytes about one base; None where that can't be told."""
    bases = [s.base() for s in stores]
    if len({b for b, _ in bases}) != 1 or not all(s.width for s in stores):
        return None
    low = min(d for _, d in bases)
    high = max(d + s.width for (_, d), s in zip(bases, stores))
    return [d - low for _, d in bases] if high - low == width else None


def entries(by_line, calls, known, types):
    gone = {}               # IR stores without a machine store, by where they stand and what they write
    for line, store in known.items():
        if line not in by_line and line not in calls and store['kind'] == 'store':
            gone.setdefault(neighbourhood(store), []).append(store)
    for line, stores in by_line.items():
        ir = known[line]
        # a spill has no line of its own and takes that of what stands before it
        if ir['where'] != 'stack' and any(not s.on_stack() for s in stores):
            stores = [s for s in stores if not s.on_stack() or ir['where'] == 'global']
        elif ir['where'] != 'stack' and len(stores) > 1:
            stores = [s for s in stores if s.width == ir['width']] or stores
        for offset, spread, store in placement(stores, ir, gone):
            yield entry(store.pc, store.width, ir, offset, spread, types, ir['kind'])
    for line, pcs in calls.items():
        for pc in pcs:
            yield entry(pc, 0, known[line], 0, 0, types, 'call')


def placement(stores, ir, gone):
    """(offset relative to the IR store, spread, machine store)"""
    if len(stores) == 1 and stores[0].width == ir['width']:
        return [(0, 0, stores[0])]
    offsets = spans(stores, ir['width']) if len(stores) > 1 else None
    if offsets:
        return [(o, 0, s) for o, s in zip(offsets, stores)]
    ret = []
    for store in stores:
        if ir['kind'] == 'store' and store.width > ir['width'] > 0:
            low = merged_start(store.width, ir, gone)
            ret.append((low, 0, store) if low is not None else (0, ir['width'], store))
        elif store.width == ir['width']:    # the same store in several copies: tail duplication
            ret.append((0, 0, store))
        else:
            ret.append((0, max(ir['width'], 1), store))
    return ret


def neighbourhood(store):
    return tuple(store[k] for k in ('unit', 'function', 'block', 'base', 'type'))


def merged_start(width, ir, gone):
    """Stores of one block to neighbouring bytes became one: where it begins; None where that is not clear."""
    parts = {ir['offset']: ir['width']}
    for store in gone.get(neighbourhood(ir), []):
        parts[store['offset']] = store['width']
    starts = [s for s in parts if ir['offset'] - width < s <= ir['offset'] and covered(parts, s, width)]
    return starts[0] - ir['offset'] if len(starts) == 1 else None


def covered(parts, start, width):
    at = start
    while at < start + width:
        if at not in parts:
            return False
        at += parts[at]
    return at == start + width


def entry(pc, width, ir, offset, spread, types, kind):
    at = ir['offset'] + offset
    ret = {'pc': pc, 'width': width, 'where': ir['where'], 'type': ir['type'], 'offset': at, 'kind': kind,
           'weak': ir['weak'], 'file': ir['file'], 'line': ir['line'], 'ir': ir['ir'], 'function': ir['function']}
    if spread:
        ret['spread'] = spread
    if kind == 'call':
        ret['bytes'] = ir['width']
    if ir['type'] is not None:
        # a unit that knows an object as extern alone describes no type of it: another unit does
        keys = ir['keys'] or (types.by_name.get(ir['type'], []) if ir['type'] else [])
        chains = [c for k in keys for c in types.chains(k, at) if c]
        ret['chains'] = list(map(list, {tuple(c) for c in chains}))
    return ret


def build_one(job):
    """One file's objects, plain and marked. Returns: its types, and its IR stores by line."""
    n, out, cc, (path, flags) = job
    stem, types = '%s.%d' % (out, n), Types()
    run(cc, *flags, '-w', '-emit-llvm', '-S', '-o', stem + '.ll', path)
    with open(stem + '.ll', encoding='utf-8', errors='surrogateescape') as f:
        module = Module(f.read())
    rewriter = Rewriter(module, types, str(n), FIRST_LINE * (n + 1))
    text = rewriter.rewrite()
    with open(stem + '.marked.ll', 'w', encoding='utf-8', errors='surrogateescape') as f:
        f.write(text)
    generate = [f for f in flags if not re.match(r'-[ID]|-std|-include|-W', f)]
    for kind in ('', '.marked'):
        run(cc, *generate, '-x', 'ir', '-Xclang', '-disable-llvm-passes', '-w', '-c', '-o', stem + kind + '.o',
            stem + kind + '.ll')
    return types.layouts, types.by_name, rewriter.stores


def build(out, cc, link, files):
    types, known = Types(), {}
    with multiprocessing.Pool() as pool:
        for layouts, names, stores in pool.imap(build_one, [(n, out, cc, f) for n, f in enumerate(files)]):
            types.layouts.update(layouts)
            known.update(stores)
            for name, keys in names.items():
                types.by_name.setdefault(name, []).extend(keys)
    for kind in ('', '.marked'):
        run(cc, '-o', out + kind, *['%s.%d%s.o' % (out, n, kind) for n in range(len(files))], *link)
    return types, known


def text_of(path, work):
    run('llvm-objcopy-14', '-O', 'binary', '--only-section=.text', path, work)
    with open(work, 'rb') as f:
        return f.read()


def make(out, cc, link, files, keep=False):
    """Builds the program `out` of files [(path, flags)]. Returns: its truth, which `out`.truth.json holds too."""
    types, known = build(out, cc, link, files)
    if text_of(out, out + '.bin') != text_of(out + '.marked', out + '.bin'):
        raise Failed('line numbers changed the code of %s' % out)
    code, lines = Code(out + '.marked'), Lines(out + '.marked')
    by_line, calls = machine_stores(code, lines, known)
    stores = sorted(entries(by_line, calls, known, types), key=lambda e: e['pc'])
    truth = {'binary': out, 'stores': stores, 'names': types.by_name, 'layouts': types.layouts, 'ir_stores': len(known),
             'gone': len(known) - len(set(by_line) | set(calls)),
             'unaccounted': unaccounted(code, lines, {s['pc'] for s in stores})}
    with open(out + '.truth.json', 'w') as f:
        json.dump(truth, f)
    if not keep:
        for n in range(len(files)):
            for kind in ('.ll', '.marked.ll', '.o', '.marked.o'):
                os.unlink('%s.%d%s' % (out, n, kind))
        os.unlink(out + '.bin')
    return truth


def unaccounted(code, lines, found):
    """Machine stores of the program's own code, not to the frame, that no IR store could be found for."""
    return [s.pc for s in code.stores if s.pc not in found and not s.on_stack() and lines.at(s.pc)[0] >= 0]


def summary(truth):
    return '%s: %d IR stores, %d machine stores, %d of them name a field; %d without an IR store' % (
        os.path.basename(truth['binary']), truth['ir_stores'], len(truth['stores']),
        sum(1 for s in truth['stores'] if s['type'] is not None), len(truth['unaccounted']))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--out', required=True)
    parser.add_argument('--cc', default='clang-14')
    parser.add_argument('--flags', default='-O2 -g')
    parser.add_argument('--link', default='')
    parser.add_argument('--keep', action='store_true', help='leave the IR and objects')
    parser.add_argument('files', nargs='+')
    options = parser.parse_args()
    flags = shlex.split(options.flags)
    print(summary(make(options.out, options.cc, shlex.split(options.link), [(f, flags) for f in options.files],
                       options.keep)))


if __name__ == '__main__':
    try:
        main()
    except Failed as failed:
        sys.exit('truth.py: %s' % failed)
