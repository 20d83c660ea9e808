"""llvm_ir.py - just enough of LLVM 14's textual IR to say what each store writes

Module(text): types with their layout, metadata, and per function the definitions by name. Module.place(function, value)
follows a pointer through getelementptr, casts and phis to where it points: (where, type name, offset).
"""
import re

NAME = r'(?:"(?:[^"\\]|\\.)*"|[-a-zA-Z$._0-9]+)'
OPEN, CLOSE = '([{<', ')]}>'


def split_top(text, separator=','):
    """Splits at separators that stand outside of brackets and quotes."""
    parts, depth, start, quoted = [], 0, 0, False
    for i, c in enumerate(text):
        if c == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif c in OPEN:
            depth += 1
        elif c in CLOSE:
            depth -= 1
        elif c == separator and depth == 0:
            parts.append(text[start:i].strip())
            start = i + 1
    parts.append(text[start:].strip())
    return [p for p in parts if p]


def closing(text, at):
    """Index of the bracket that closes the one at `at`."""
    depth, quoted = 0, False
    for i in range(at, len(text)):
        c = text[i]
        if c == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif c in OPEN:
            depth += 1
        elif c in CLOSE:
            depth -= 1
            if depth == 0:
                return i
    raise ValueError('unbalanced: ' + text)


def type_end(text):
    """Length of the type at the start of text."""
    i = 0
    if text[0] in '[{<':
        i = closing(text, 0) + 1
    else:
        i = re.match(r'%' + NAME + r'|[a-z0-9_]+', text).end()
    while True:
        match = re.match(r'\s*(?:addrspace\(\d+\))?\*|\s*\((?!.*\bto\b)', text[i:])
        if match and match.group().strip() == '(':
            i = closing(text, i + match.end() - 1) + 1
        elif match:
            i += match.end()
        else:
            return i


ATTRIBUTES = re.compile(r'\s*(?:noundef|nonnull|nocapture|readonly|writeonly|readnone|noalias|returned|inrange|'
                        r'signext|zeroext|immarg|align \d+|dereferenceable(?:_or_null)?\(\d+\)|'
                        r'sret\([^)]*\)|byval\([^)]*\))\s*')


def typed(text):
    """'i32* nonnull %x' -> ('i32*', '%x')"""
    text = text.strip()
    if text.startswith('inrange '):
        text = text[8:]
    end = type_end(text)
    value = text[end:].strip()
    while True:
        match = ATTRIBUTES.match(value)
        if not match or not match.end():
            return text[:end].strip(), value.strip()
        value = value[match.end():]


def unquote(name):
    """'%"class.std::x"' -> 'class.std::x'"""
    name = name.lstrip('%@!')
    if name.startswith('"'):
        name = re.sub(r'\\([0-9A-Fa-f]{2})', lambda m: chr(int(m.group(1), 16)), name[1:-1])
    return name


class Layout:
    """Sizes of LLVM types on x86-64."""

    def __init__(self):
        self.named = {}     # name -> body
        self.known = {}

    def size_align(self, name):
        if name not in self.known:
            self.known[name] = self._size_align(name)
        return self.known[name]

    def _size_align(self, name):
        if name.endswith('*'):
            return 8, 8
        match = re.fullmatch(r'i(\d+)', name)
        if match:
            size = (int(match.group(1)) + 7) // 8
            align = 1
            while align < size and align < 8:
                align *= 2
            return (size + align - 1) // align * align, align
        if name in ('half', 'float', 'double', 'x86_fp80', 'fp128', 'ptr'):
            return {'half': (2, 2), 'float': (4, 4), 'double': (8, 8), 'ptr': (8, 8)}.get(name, (16, 16))
        if name[0] == '%':
            return self.size_align(self.named.get(name, '{}')) if self.named.get(name) != 'opaque' else (0, 1)
        match = re.match(r'([\[<])(\d+) x (.*)[\]>]$', name)
        if match:
            size, align = self.size_align(match.group(3))
            if match.group(1) == '[':
                return size * int(match.group(2)), align
            size *= int(match.group(2))
            return size, size
        if name[0] in '{<':
            return self.fields(name)[1:]
        return 0, 1

    def fields(self, name):
        """[(offset, type)], size, align of a struct."""
        if name[0] == '%':
            name = self.named.get(name, '{}')
        packed = name.startswith('<{')
        parts = split_top(name[2:-2] if packed else name[1:-1])
        at, most, ret = 0, 1, []
        for part in parts:
            size, align = self.size_align(part)
            if packed:
                align = 1
            most = max(most, align)
            at = (at + align - 1) // align * align
            ret.append((at, part))
            at += size
        return ret, (at + most - 1) // most * most, most


class Place:
    """Where a pointer leads: where is heap, global or stack; name None: no struct is in sight."""

    def __init__(self, where, name=None, offset=0, base=None, exact=True, blind=False):
        self.where, self.name, self.offset, self.base, self.exact = where, name, offset, base, exact
        self.blind = blind      # moved by a displacement that hides what it points to


class Module:
    def __init__(self, text):
        self.lines = text.split('\n')
        self.layout = Layout()
        self.metadata = {}
        self.functions = {}  # name -> {value: definition}
        self._read()

    def _read(self):
        function = None
        for line in self.lines:
            if function is not None:
                if line == '}':
                    function = None
                    continue
                match = re.match(r'\s+(%' + NAME + r') = (.*)', line)
                if match:
                    function[match.group(1)] = match.group(2)
            elif line.startswith('define '):
                name = re.search(r'@(' + NAME + r')\(', line).group(1)
                function = self.functions[unquote(name)] = {}
            elif line.startswith('!'):
                match = re.match(r'!(\d+) = (?:distinct )?(.*)', line)
                if match:
                    self.metadata[int(match.group(1))] = match.group(2)
            elif line.startswith('%'):
                match = re.match(r'(%' + NAME + r') = type (.*)', line)
                if match:
                    self.layout.named[match.group(1)] = match.group(2)

    def node(self, reference):
        """'!12' -> {'': kind, field: text}, or a list for a plain tuple."""
        text = self.metadata.get(int(reference.lstrip('!')))
        if text is None:
            return None
        if text.startswith('!{'):
            return split_top(text[2:-1])
        kind, _, rest = text.partition('(')
        ret = {'': kind.lstrip('!')}
        for part in split_top(rest[:-1]):
            key, _, value = part.partition(': ')
            ret[key] = unquote(value) if value.startswith('"') else value
        return ret

    def index_offset(self, source, indices):
        """Offset within the source element type; exact False where an index is variable (folded into item 0)."""
        offset, exact, current = 0, True, source
        for index in indices:
            value = typed(index)[1]
            if current[0] == '%' or current[0] == '{' or current.startswith('<{'):
                fields = self.layout.fields(current)[0]
                if int(value) >= len(fields):
                    return offset, False
                at, current = fields[int(value)]
                offset += at
            else:
                current = re.match(r'[\[<]\d+ x (.*)[\]>]$', current).group(1)
                if re.fullmatch(r'-?\d+', value):
                    offset += int(value) * self.layout.size_align(current)[0]
                else:
                    exact = False
        return offset, exact

    def place(self, function, pointer_type, value, depth=0):
        definitions = self.functions[function]
        if depth > 40:
            return Place('heap')
        if value.startswith('@'):
            return Place('global', base=value)
        text = definitions.get(value, '') if value.startswith('%') else value
        match = re.match(r'(?:getelementptr)(?: inbounds)? ?(.*)', text)
        if match:
            return self._gep(function, match.group(1), depth)
        match = re.match(r'(?:bitcast|addrspacecast) (.*)', text)
        if match:
            inner = match.group(1)
            if inner.startswith('('):
                inner = inner[1:closing(inner, 0)]
            source = inner[:inner.rindex(' to ')]
            source_type, source_value = typed(source)
            ret = self.place(function, source_type, source_value, depth + 1)
            if re.fullmatch(r'%' + NAME + r'\*', source_type) and ret.name is None and not ret.blind:
                ret.name, ret.offset = source_type[:-1], 0
                ret.base = ret.base or source_value
            return ret
        if text.startswith('alloca '):
            return Place('stack', base=value)
        if text.startswith('phi ') or text.startswith('select '):
            return self._merge(function, pointer_type, text, value, depth)
        return Place('heap', base=value)

    def _merge(self, function, pointer_type, text, value, depth):
        if text.startswith('phi '):
            values = [re.match(r'\[ (.*), %', p).group(1) for p in split_top(text[4 + type_end(text[4:]):])
                      if p.startswith('[')]
        else:
            values = [typed(p)[1] for p in split_top(text[7:])[1:3]]
        places = [self.place(function, pointer_type, v, depth + 8) for v in values
                  if v != value and v not in ('null', 'undef')]
        if not places:
            return Place('heap', base=value)
        first = places[0]
        where = first.where if all(p.where == first.where for p in places) else 'heap'
        same = all((p.name, p.offset) == (first.name, first.offset) for p in places)
        return Place(where, first.name if same else None, first.offset if same else 0, value, False)

    def _gep(self, function, text, depth):
        if text.startswith('('):
            text = text[1:closing(text, 0)]
        parts = [p for p in split_top(text) if not p.startswith('!')]
        source, (base_type, base), indices = parts[0], typed(parts[1]), parts[2:]
        under = self.place(function, base_type, base, depth + 1)
        offset, exact = self.index_offset(source, indices[1:])
        if source[0] == '%' and source[-1] != '*':
            if re.fullmatch(r'-?[1-9]\d*', typed(indices[0])[1]):
                # may be any displacement, written in this type's size: only a tag can tell
                return Place(under.where, base=base, blind=True)
            under.name, under.offset, under.exact, under.base = source, offset, exact, base
            return under
        if under.name is None:
            return under
        first = typed(indices[0])[1]
        if re.fullmatch(r'-?\d+', first):
            offset += int(first) * self.layout.size_align(source)[0]
        elif source == 'i8':
            under.name = None
            return under
        else:
            exact = False
        under.offset += offset
        under.exact = under.exact and exact
        if not 0 <= under.offset < max(1, self.layout.size_align(under.name)[0]):
            under.name, under.offset = None, 0
        return under
