"""types_di.py - struct layouts from the debug metadata of a module, and the chain of structs above a byte"""
import re


def bare(name):
    """A type's name for comparing: without its keyword and blanks."""
    if not name or re.search(r'[{(<](anonymous|unnamed)|{', name):
        return ''
    return re.sub(r'^((const|volatile|struct|union|class|enum) )+', '', name).replace(' ', '')


def without_arguments(name):
    """'std::pair<int, long>::x' -> 'std::pair::x'"""
    while True:
        shorter = re.sub(r'<[^<>]*>', '', name)
        if shorter == name:
            return name
        name = shorter


class Types:
    """By name, the different layouts of a name: {'size': bytes, 'members': [(name, offset, size, kind, target,
    count)]}, offset and size in bits.
    kind: 'struct' (target: key), 'array' (target: key or None, count: size of an item), '' (a leaf), 'bits'."""

    def __init__(self):
        self.layouts = {}   # key -> layout; a key is 'unit:node'
        self.by_name = {}   # bare name -> [key]

    def read_module(self, module, unit):
        self.module, self.unit = module, unit
        self.typedef_of = {}
        composites, typedefs = [], []
        for number, text in module.metadata.items():
            if text.startswith('!DIDerivedType(tag: DW_TAG_typedef'):
                node = module.node(str(number))
                if node.get('baseType', 'null') != 'null':
                    self.typedef_of.setdefault(int(node['baseType'][1:]), node.get('name'))
                    typedefs.append((number, node))
            elif text.startswith('!DICompositeType('):
                composites.append(number)
        identifiers = {}
        for number in composites:
            node = module.node(str(number))
            if node['tag'] not in ('DW_TAG_structure_type', 'DW_TAG_class_type', 'DW_TAG_union_type'):
                continue
            if 'DIFlagFwdDecl' in node.get('flags', ''):
                continue
            key = '%s:%d' % (unit, number)
            name = bare(self.qualified(number, node))
            self.layouts[key] = {'name': name, 'size': int(node.get('size', '0')) // 8, 'union': 'union' in node['tag'],
                                 'members': list(self.members(node))}
            self.by_name.setdefault(name, []).append(key)
            if 'identifier' in node:
                identifiers[node['identifier']] = key
        for number, node in typedefs:
            key = self.resolve(node['baseType'])[1]
            name = bare(self.qualified(number, node))
            if key in self.layouts and key not in self.by_name.get(name, []):
                self.by_name.setdefault(name, []).append(key)
        return identifiers

    def qualified(self, number, node):
        name = node.get('name') or self.typedef_of.get(number) or ''
        scope = node.get('scope')
        while name and scope and scope != 'null':
            outer = self.module.node(scope)
            if outer is None or outer[''] not in ('DINamespace', 'DICompositeType'):
                break
            name = (outer.get('name') or '(anonymous namespace)') + '::' + name
            scope = outer.get('scope')
        return name.replace('(anonymous namespace)::', '')

    def members(self, node):
        if node.get('elements', 'null') == 'null':
            return
        for reference in self.module.node(node['elements']):
            member = self.module.node(reference)
            if member is None or member[''] != 'DIDerivedType':
                continue
            if member['tag'] not in ('DW_TAG_member', 'DW_TAG_inheritance'):
                continue
            if 'StaticMember' in member.get('flags', ''):
                continue
            offset = int(member.get('offset', '0'))
            kind, target, count = self.resolve(member.get('baseType', 'null'))
            if 'BitField' in member.get('flags', ''):
                kind = 'bits'
            yield (member.get('name', ''), offset, int(member.get('size', '0')) or self.size(member.get('baseType')),
                   kind, target, count)

    def size(self, reference):
        """Bits."""
        node = self.module.node(reference) if reference and reference != 'null' else None
        if node is None:
            return 0
        if node.get('tag') == 'DW_TAG_array_type':      # without a size: a flexible array member
            return int(node.get('size', '0'))
        return int(node.get('size', '0')) or (self.size(node.get('baseType')) if 'baseType' in node else 0)

    def resolve(self, reference):
        node = self.module.node(reference) if reference != 'null' else None
        if node is None:
            return '', None, 0
        if node[''] == 'DIDerivedType' and 'pointer' not in node['tag'] and 'reference' not in node['tag']:
            return self.resolve(node.get('baseType', 'null')) if 'ptr_to' not in node['tag'] else ('', None, 0)
        if node[''] == 'DICompositeType':
            if node['tag'] == 'DW_TAG_array_type':
                kind, target, _ = self.resolve(node['baseType'])
                return 'array', target, self.size(node['baseType']) // 8
            if node['tag'] != 'DW_TAG_enumeration_type':
                return 'struct', '%s:%s' % (self.unit, reference[1:]), 0
        return '', None, 0

    def chains(self, key, offset, depth=0):
        """Every way down from a byte, outermost first: lists of (type name, offset with arrays folded, member name,
        whether that is an array of single bytes)."""
        layout = self.layouts.get(key)
        if layout is None or depth > 16:
            return [[]]
        flexible = any(m[3] == 'array' and not m[2] for m in layout['members'])
        if depth == 0 and layout['size'] and not flexible:      # a copy of several items goes on into the next one
            offset %= layout['size']
        found, inside = [], False
        for name, bits, size, kind, target, count in layout['members']:
            start = bits // 8
            end = (bits + size + 7) // 8
            flexible = kind == 'array' and size == 0
            if not (start <= offset < end or (flexible and offset >= start)):
                continue
            inside = True
            rest = offset - start
            if kind == 'array' and count:
                rest %= count
            for below in self.chains(target, rest, depth + 1) if target else [[]]:
                folded = below[0][1] if below else rest
                found.append([(layout['name'], start + folded, name, kind == 'array' and count == 1)] + below)
        return found if inside else [[(layout['name'], offset, '', False)]]

    def begins_with(self, longer, shorter):
        """Has the one struct every member of the other, in its place: a common header that is cast to?"""
        def members(name):
            return [set(tuple(m[:3]) for m in self.layouts[k]['members']) for k in self.by_name.get(name, [])]
        return any(few and few <= many for few in members(shorter) for many in members(longer))

    def resolve_path(self, key, path):
        """'in.b', 'in[].b' -> offset; None: no such path."""
        offset = 0
        for step in [s for s in re.sub(r'\[[^\]]*\]', '', path).split('.') if s]:
            hit = self.find(key, step)
            if hit is None:
                return None
            offset, key = offset + hit[0], hit[1]
        return offset

    def find(self, key, name):
        for member, bits, _, _, target, _ in self.layouts.get(key, {'members': []})['members']:
            if member == name:
                return bits // 8, target
            if not member and target:
                hit = self.find(target, name)
                if hit:
                    return bits // 8 + hit[0], hit[1]
        return None
