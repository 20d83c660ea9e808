#!/usr/bin/env python3
"""terminal_svg.py [COLUMNS] < ANSI > SVG - a terminal's screen as a picture

Reads what `tmux capture-pane -e -p` prints: text with SGR sequences (colours, bold, reverse), one line a row.
"""
import re
import sys
from html import escape

WIDTH, HEIGHT, MARGIN = 8.4, 18, 12
PLAIN, GROUND = '#d8dee9', '#1d2129'
COLOURS = ['#3b4252', '#e06c75', '#98c379', '#e5c07b', '#61afef', '#c678dd', '#56b6c2', '#d8dee9']
SGR = re.compile(r'\x1b\[([0-9;]*)m')
OTHER = re.compile(r'\x1b(?:\[[0-9;?]*[A-Za-z]|\(.|[=>])|\x0e|\x0f')


class Pen:
    """What the sequences so far have set."""

    def __init__(self):
        self.reset()

    def reset(self):
        self.ink, self.ground, self.bold, self.dim, self.reverse = None, None, False, False, False

    def take(self, codes):
        numbers = [int(code or 0) for code in codes.split(';')]
        while numbers:
            number = numbers.pop(0)
            if number == 0:
                self.reset()
            elif number in (1, 22):
                self.bold, self.dim = number == 1, False
            elif number == 2:
                self.dim = True
            elif number in (7, 27):
                self.reverse = number == 7
            elif 30 <= number <= 37 or 90 <= number <= 97:
                self.ink = COLOURS[number % 10]
            elif 40 <= number <= 47 or 100 <= number <= 107:
                self.ground = COLOURS[number % 10]
            elif number in (38, 48):
                del numbers[:2 if numbers[:1] == [5] else 4]
            elif number == 39:
                self.ink = None
            elif number == 49:
                self.ground = None

    def colours(self):
        ink, ground = self.ink or PLAIN, self.ground
        return (ground or GROUND, ink) if self.reverse else (ink, ground)


def runs(line, pen):
    """(column, text, ink, ground, bold, dim) of each run of one look."""
    column = 0
    for i, part in enumerate(SGR.split(line)):
        if i % 2:
            pen.take(part)
            continue
        text = OTHER.sub('', part)
        if text:
            yield column, text, *pen.colours(), pen.bold, pen.dim
        column += len(text)


def draw(lines, columns):
    width, height = columns * WIDTH + 2 * MARGIN, len(lines) * HEIGHT + 2 * MARGIN
    yield (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
           f'viewBox="0 0 {width:.0f} {height:.0f}" font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" '
           f'font-size="14">')
    yield f'<rect width="100%" height="100%" rx="6" fill="{GROUND}"/>'
    pen = Pen()
    for row, line in enumerate(lines):
        y = MARGIN + row * HEIGHT
        for column, text, ink, ground, bold, dim in runs(line, pen):
            x, length = MARGIN + column * WIDTH, len(text) * WIDTH
            if ground:
                yield f'<rect x="{x:.1f}" y="{y}" width="{length:.1f}" height="{HEIGHT}" fill="{ground}"/>'
            if text.strip():
                look = (' font-weight="bold"' if bold else '') + (' opacity="0.6"' if dim else '')
                yield (f'<text x="{x:.1f}" y="{y + 13.5}" textLength="{length:.1f}" xml:space="preserve" '
                       f'fill="{ink}"{look}>{escape(text)}</text>')
    yield '</svg>'


def main():
    lines = sys.stdin.read().rstrip('\n').split('\n')
    width = max(len(OTHER.sub('', SGR.sub('', line))) for line in lines)
    columns = int(sys.argv[1]) if len(sys.argv) > 1 else width
    print('\n'.join(draw(lines, columns)))


if __name__ == '__main__':
    main()
