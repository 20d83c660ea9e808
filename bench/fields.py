#!/usr/bin/env python3
"""Writes lists of fields, as C macros, from the tagged structs of some headers.

    fields.py HEADER... > fields.h

Every library in the benchmark fills the same structs. So that no field of one is forgotten, the code that does it is
made from these lists by the preprocessor (dom.h, peer_simdjson.cc):

    FIELDS_twitter_url(F)  is  F(twitter_url, STR, url, "url", 0) ... F(twitter_url, FIXED_U32, indices, "indices", 2)

with the struct, what the field is, its member, its name outside and an argument: the items of a fixed array, the struct
that a field holds, the molds of a char[N]. STRUCTS(S) names each struct, an inner one before what holds it. This is no
parser of C: it knows the layout of our own headers (one field a line), and stops at what it does not know.
"""
import re
import sys

SCALARS = {"bool": "BOOL", "int32_t": "I32", "uint32_t": "U32", "int64_t": "I64", "uint64_t": "U64", "double": "F64",
           "struct fg_str": "STR"}
FIELD = re.compile(r"^\t(?P<type>(?:struct |enum )?\w+) (?P<ptr>\*?)(?P<name>\w+)(?:\[(?P<n>\d+)\])?\s+FG\((?P<tag>.*)\);")
MOLDS = {"trim": 1, "lower": 2, "upper": 4}


def classify(match, options, words):
    """The kind and the argument of one field."""
    ctype, pointer, fixed = match["type"], match["ptr"], match["n"]
    counted = any(o.startswith("count=") for o in options)
    record = ctype[7:] if ctype.startswith("struct ") and ctype != "struct fg_str" else None
    if ctype == "char":
        mold = re.search(r'mold:"([^"]*)"', words)
        bits = sum(MOLDS[m] for m in mold[1].split(",")) if mold else 0
        return ("CUT" if "truncate" in options else "CHARS"), bits
    if ctype.startswith("enum "):
        return "ENUM", ctype[5:]
    if record:
        if counted:
            return ("MAP" if "map" in options else "ARRAY"), record
        return ("POINTER" if pointer else "OBJECT"), record
    kind = "TIME" if "time" in options else SCALARS[ctype]
    if "string" in options:
        return "QUOTED_" + kind, 0
    if fixed:
        return "FIXED_" + kind, fixed
    if counted:
        return "ARRAY_" + kind, 0
    return ("P" + kind if pointer else kind), 0


def read_header(path, structs):
    name = None
    for line in open(path, encoding="utf-8"):
        start = re.match(r"^struct (\w+) \{", line)
        if start:
            name = start[1]
            structs[name] = []
        elif line.startswith("}"):
            name = None
        elif name and "FG(" in line:
            match = FIELD.match(line)
            if not match:
                sys.exit(f"{path}: a field of a form that is not known here: {line.strip()}")
            words = match["tag"]
            json = re.search(r'json:"([^"]*)"', words)
            outside, *options = json[1].split(",") if json else [match["name"]]
            kind, argument = classify(match, options, words)
            role = "MAPKEY" if "mapkey" in words else "MAPVALUE" if "mapvalue" in words else None
            structs[name].append((role, kind, match["name"], outside, argument))


def write(structs):
    print("/* made by bench/fields.py */")
    for name, fields in structs.items():
        for role, tag in ((None, "FIELDS"), ("MAPKEY", "MAPKEY"), ("MAPVALUE", "MAPVALUE")):
            rows = [f'F({name}, {kind}, {member}, "{outside}", {argument})'
                    for r, kind, member, outside, argument in fields if r == role]
            if rows or not role:
                print(f"#define {tag}_{name}(F)" + "".join(" \\\n\t" + row for row in rows))
        print(f"enum {{ {', '.join(f'AT_{name}_{f[2]}' for f in fields if not f[0])}{', ' if any(not f[0] for f in fields) else ''}"
              f"COUNT_{name} }};\n")
    maps = {f[4] for fields in structs.values() for f in fields if f[1] == "MAP"}
    values = {name for name, fields in structs.items() if any(f[0] == "MAPVALUE" for f in fields)}
    print("#define STRUCTS(S)" + "".join(f" \\\n\tS({n})" for n in structs if n not in values))
    print("#define MAPS_OF_OBJECTS(S)" + "".join(f" \\\n\tS({n})" for n in structs if n in maps - values))
    print("#define MAPS_OF_VALUES(S)" + "".join(f" \\\n\tS({n})" for n in structs if n in maps & values))


def main():
    structs = {}
    for path in sys.argv[1:]:
        read_header(path, structs)
    write(structs)


main()
