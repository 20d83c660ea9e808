"""machine.py - the stores of a binary as llvm-objdump shows them, and its line table

Nothing of it is the analyser's.
"""
import bisect
import re
import subprocess

WIDTHS = {'byte': 1, 'word': 2, 'dword': 4, 'qword': 8, 'tbyte': 10, 'xword': 10,
          'xmmword': 16, 'ymmword': 32, 'zmmword': 64}
READ_ONLY = re.compile(r'(lock )?(v?u?comi?s[sd]|cmp$|test|push|call|jmp|bt$|mul|imul|div|idiv|prefetch|nop|lea|'
                       r'fld|fild|fadd|fsub|fmul|fdiv|fcom|fi?add|fi?mul|fi?sub|fi?div|ldmxcsr|verr|verw|'
                       r'vptest|ptest|j|loop|ud|endbr)')
STRINGS = re.compile(r'(?:rep \s*)?(movs|stos)([bwdq])?\b')


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


class Store:
    def __init__(self, pc, text, width, memory):
        self.pc, self.text, self.width, self.memory = pc, text, width, memory

    def base(self):
        """Base and index registers, and the displacement."""
        inner = self.memory
        match = re.search(r'([+-]) (0x[0-9a-f]+|\d+)$', inner)
        displacement = 0
        if match:
            displacement = int(match.group(2), 0) * (-1 if match.group(1) == '-' else 1)
            inner = inner[:match.start()].strip()
        return inner, displacement

    def on_stack(self):
        return bool(re.search(r'\b(rsp|rbp)\b', self.memory))


def classify(pc, text):
    """A Store for an instruction that writes memory, else None; calls are none."""
    text = re.sub(r'\s+', ' ', text.split('#')[0].split('<')[0]).strip()
    match = STRINGS.match(text)
    if match and 'xmm' not in text and 'ptr' in text:
        width = WIDTHS.get(re.search(r'(\w+) ptr', text).group(1), 0)
        return Store(pc, text, 0 if text.startswith('rep') else width, 'rdi')
    plain = re.sub(r'^(lock|rep|repne|notrack|data16) ', '', text)
    mnemonic, _, operands = plain.partition(' ')
    if mnemonic.startswith('lock'):
        mnemonic, _, operands = operands.partition(' ')
    if READ_ONLY.match(mnemonic) or not operands:
        return None
    first = operands if mnemonic.startswith('xchg') else operands.split(',')[0]
    match = re.search(r'(?:(\w+) ptr )?(?:\w\w:)?\[([^\]]*)\]', first)
    if not match:
        return None
    return Store(pc, text, WIDTHS.get(match.group(1), 0), match.group(2))


class Code:
    """Instructions of the text sections: pc -> text, in order."""

    def __init__(self, path):
        out = output_of('llvm-objdump-14', '-d', '--no-show-raw-insn', '-M', 'intel', '--no-leading-headers', path)
        self.text, self.functions, self.names = {}, [], []
        self.stores, self.calls = [], {}
        prefix = None       # a lock stands in a line of its own
        for line in out.split('\n'):
            match = re.match(r'\s*([0-9a-f]+):\s+(.*)', line)
            if match:
                pc, text = int(match.group(1), 16), match.group(2).replace('\t', ' ').strip()
                if text in ('lock', 'rep', 'repne', 'notrack'):
                    prefix = (pc, text)
                    continue
                if prefix:
                    (pc, text), prefix = (prefix[0], prefix[1] + ' ' + text), None
                self.text[pc] = text
                store = classify(pc, text)
                if store:
                    self.stores.append(store)
                elif text.startswith(('call', 'jmp')):
                    target = re.search(r'<([^>+]*)(?:@plt)?>', text)
                    self.calls[pc] = target.group(1).split('@')[0] if target else ''
                continue
            match = re.match(r'([0-9a-f]+) <(.*)>:', line)
            if match:
                self.functions.append(int(match.group(1), 16))
                self.names.append(match.group(2))
        self.order = sorted(self.text)

    def function_at(self, pc):
        at = bisect.bisect_right(self.functions, pc) - 1
        return self.names[at] if at >= 0 else '?'

    def around(self, pc, before=8, after=2):
        at = bisect.bisect_left(self.order, pc)
        return ['%s %6x: %s' % ('=>' if p == pc else '  ', p, self.text[p])
                for p in self.order[max(0, at - before):at + after + 1]]


class Lines:
    """The line table: row_at(pc) -> (line, file)."""

    def __init__(self, path):
        out = output_of('llvm-dwarfdump-14', '--debug-line', path)
        rows, self.ends, files, directories = [], [], {}, {}
        for line in out.split('\n'):
            match = re.match(r'0x([0-9a-f]{16})\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(.*)', line)
            if match:
                end = 'end_sequence' in match.group(7)
                rows.append((int(match.group(1), 16), -1 if end else int(match.group(2)),
                             files.get(int(match.group(4)), '?')))
                continue
            match = re.match(r'file_names\[\s*(\d+)\]', line)
            if match:
                at = int(match.group(1))
            elif line.startswith('debug_line['):
                files, directories = {}, {}
            elif re.match(r'\s+name: "', line):
                files[at] = line.split('"')[1]
        # of rows at one address the last counts, but an end before a beginning
        rows = [(pc, n, line, name) for n, (pc, line, name) in enumerate(rows)]
        rows.sort(key=lambda r: (r[0], r[2] != -1, r[1]))
        self.pcs, self.rows = [r[0] for r in rows], [(r[2], r[3]) for r in rows]

    def at(self, pc):
        i = bisect.bisect_right(self.pcs, pc) - 1
        return self.rows[i] if i >= 0 else (-1, '?')
