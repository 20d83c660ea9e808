#!/usr/bin/env python3
"""pow5.py OUT - writes the table of 128-bit powers of five

Entry q stands for 5**q, scaled by a power of two to 2**127 <= x < 2**128. As in D. Lemire, "Number Parsing at a
Gigabyte per Second" (Software: Practice and Experience 51, 2021), section 5: rounded down, but for -27 <= q < 0 rounded
up, so that a quotient that is a whole number comes out as one.
"""
import sys

MIN, MAX = -342, 324


def entry(q):
    if q >= 0:
        power = 5**q
        shift = 128 - power.bit_length()
        return power << shift if shift >= 0 else power >> -shift
    power = 5**-q
    quotient = (1 << (127 + power.bit_length())) // power
    assert quotient.bit_length() == 128
    return quotient + 1 if q >= -27 else quotient


def main():
    with open(sys.argv[1], "w") as out:
        out.write("/* Written by pow5.py. */\n")
        out.write('#include "internal.h"\n\n')
        out.write("const uint64_t pow5_table[POW5_MAX - POW5_MIN + 1][2] = {\n")
        for q in range(MIN, MAX + 1):
            x = entry(q)
            out.write("\t{%#018x, %#018x}, /* %d */\n" % (x >> 64, x & (2**64 - 1), q))
        out.write("};\n")


main()
