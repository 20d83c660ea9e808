#!/usr/bin/env python3
"""test_layout.py FIELDGUARD ROOT - `fieldguard layout`: text, JSON, pictures, differences, suggestions, wrong use"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import xml.dom.minidom
from pathlib import Path

import tap

FIELDGUARD, ROOT = sys.argv[1], Path(sys.argv[2])
FINE, FINDINGS, FAILED = range(3)
WORK = Path(tempfile.mkdtemp(prefix="fg-layout-"))


def layout(*arguments, **environment):
    command = [FIELDGUARD, "layout"] + [str(argument) for argument in arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=dict(os.environ, **environment))


def words(done):
    return "exit %d\n%s%s" % (done.returncode, done.stdout, done.stderr)


def compile_to(name, source, *flags, compiler=("gcc",)):
    target = WORK / name
    subprocess.run([*compiler, *flags, "-o", str(target), str(source)], check=True)
    return target


def types_of(*arguments):
    done = layout(*arguments, "--json")
    tap.equal(done.returncode, FINE, "--json %s" % " ".join(map(str, arguments[1:])), words(done))
    return {one["name"]: one for one in json.loads(done.stdout)["types"]}


def member(one, name):
    found = [row for row in one["rows"] if row.get("name") == name]
    return found[0] if found else {}


def test_rows(binary):
    types = types_of(binary)
    tap.ok({"struct holes", "struct bits", "union either", "struct flexible"} <= set(types), "every type is there", types)
    holes = types["struct holes"]
    tap.equal((holes["size"], holes["align"], holes["holes"], holes["hole_bytes"], holes["padding_bits"]), (32, 8, 2, 14, 0),
              "holes are found")
    tap.equal((member(holes, "d")["offset"], member(holes, "d")["size_bits"]), (24, 64), "a member's place")
    bits = types["struct bits"]
    tap.equal((bits["bitfields"], member(bits, "b")["offset_bits"], member(bits, "b")["size_bits"]), (4, 11, 7), "bit-fields")
    either = types["union either"]
    tap.equal((either["kind"], either["size"], either["holes"]), ("union", 8, 0), "a union")
    flexible = types["struct flexible"]
    tap.equal(member(flexible, "i").get("depth"), 1, "a union without a name is opened")
    tap.equal(member(flexible, "p"), {}, "one with a name is not")
    tap.equal(member(types_of(binary, "flexible", "--nested")["struct flexible"], "p").get("depth"), 2, "--nested: it is")


def test_text(binary):
    done = layout(binary, "flexible")
    tap.equal(done.returncode, FINE, "text", words(done))
    for line in ("(*hook)()", "const char", "*const names[4]", "rest[]", "(hole)", "who writes: nothing is known"):
        tap.ok(line in done.stdout, "text: %s" % line, done.stdout)
    tap.ok("\033" not in done.stdout, "no colours where there is no terminal")
    done = layout(binary)
    tap.ok("types with members" in done.stdout and "struct holes" in done.stdout, "of all types a summary first", words(done))
    tap.equal(done.stdout, layout(binary, "--threads", 1).stdout, "the same text each time")
    summary = layout(binary, "--summary")
    tap.ok(summary.stdout.count("\n") < done.stdout.count("\n") / 2, "--summary: a line a type", words(summary))
    tap.equal(sorted(types_of(binary, "*o*e[sd]")), ["struct holes", "struct moved"], "patterns")
    tap.equal(len(types_of(binary, "holes", "struct holes", "hol*")), 1, "a type that is named twice is shown once")


def test_suggestions(binary):
    def suggestion(name, way, **environment):
        done = layout(binary, name, "--suggest", "--json", **environment)
        one = json.loads(done.stdout)["types"][0]
        return [order for order in one["suggestions"] if order["way"] == way][0]

    pack = suggestion("holes", "pack")
    tap.equal((pack.get("size"), pack.get("checked")), (24, "compiled"), "packed, and compiled", pack)
    pack = suggestion("holes", "pack", CC="/nonexistent/cc")
    tap.equal(pack.get("checked"), "no compiler", "without a compiler it says so", pack)
    pack = suggestion("holes", "pack", CC="false")
    tap.ok("compiler" in pack.get("why_not", ""), "what the compiler refuses is no suggestion", pack)
    tap.ok("why_not" in suggestion("shut", "pack"), "a packed struct is left alone")
    tap.ok("why_not" in suggestion("either", "pack"), "a union too")
    tap.ok("nothing is known" in suggestion("counters", "separate")["why_not"], "who writes is not guessed")
    text = layout(binary, "holes", "--suggest").stdout
    tap.ok("24 bytes instead of 32 (checked by compiling it)" in text, "what it saves is told", text)


def test_observed(binary):
    recording = WORK / "seen.jsonl"
    recording.write_text('{"type":"counters","field":"hits","thread":7,"writes":100}\n\n'
                         '{"type":"counters","field":"hits","thread":7}\n'
                         '{"type":"struct counters","field":"misses","thread":8,"writes":3,"more":[1]}\n'
                         '{"type":"counters","field":"inner.q","thread":7}\n{"verdict":"something else"}\n')
    done = layout(binary, "counters", "--observed", recording, "--check")
    tap.equal(done.returncode, FINDINGS, "observed writers share a line: --check finds it", words(done))
    tap.ok("line 0: hits (thread 7) | misses (thread 8)" in done.stdout, "and it says who", done.stdout)
    tap.equal(layout(binary, "counters", "--observed", recording).returncode, FINE, "without --check nothing is a finding")
    done = layout(binary, "counters", "--observed", recording, "--suggest", "--json")
    one = json.loads(done.stdout)["types"][0]
    separate = one["suggestions"][1]
    tap.equal((separate.get("shared_lines"), separate.get("checked")), (0, "compiled"), "a separating order", one["suggestions"])
    tap.equal([part["basis"] for part in one["sharing"]][-1], "observed", "in JSON the recording stands last")
    tap.equal(layout(binary, "holes", "--observed", recording, "--check").returncode, FINE, "a type that it does not name")
    recording.write_text('{"type":"counters","field":"hits","thread":7,"writes":100}\n{"type":"counters"\n')
    done = layout(binary, "counters", "--observed", recording)
    tap.ok(done.returncode == FAILED and "seen.jsonl:2:" in done.stderr, "a broken line is told with its number", words(done))
    recording.write_text('{"a":1}\n')
    tap.equal(layout(binary, "counters", "--observed", recording).returncode, FAILED, "and a file of something else")


def test_picture(binary):
    target = WORK / "picture.svg"
    done = layout(binary, "holes", "bits", "either", "flexible", "counters", "--svg", target)
    tap.equal((done.returncode, done.stdout), (FINE, ""), "a picture, and no text", words(done))
    text = target.read_text(encoding="utf-8")
    tap.ok(xml.dom.minidom.parseString(text).documentElement.tagName == "svg", "it is XML")
    for part in ("struct holes", "misses", "line 1", "url(#hole)"):
        tap.ok(part in text, "the picture holds %s" % part)
    tap.equal(layout(binary, "holes", "--svg", WORK / "no" / "such.svg").returncode, FAILED, "a folder that is not there")
    wide = layout(binary, "counters", "--svg", target, "--line-size", 128)
    tap.ok(wide.returncode == FINE and "line 1" not in target.read_text(encoding="utf-8"), "lines of 128", words(wide))


def test_diff(binary):
    newer = compile_to("newer", ROOT / "tests/programs/layout.c", "-g", "-DNEWER")
    done = layout("--diff", binary, binary)
    tap.equal(done.returncode, FINE, "a binary and itself", words(done))
    done = layout("--diff", binary, newer)
    tap.equal(done.returncode, FINDINGS, "two that differ", words(done))
    for line in ("removed struct died", "added struct born", "changed struct moved", "- gone", "+ fresh", "~ name: offset 8 -> 12",
                 "~ count: 4 bytes -> 8 bytes, int -> int64_t"):
        tap.ok(line in done.stdout, "--diff: %s" % line, done.stdout)
    tap.ok("holes" not in done.stdout, "what is the same is not told")
    changes = json.loads(layout("--diff", binary, newer, "--json").stdout)
    tap.equal((changes["changes"], sorted(one["change"] for one in changes["types"])), (3, ["added", "changed", "removed"]),
              "--diff --json", changes)
    tap.equal(layout("--diff", binary, newer, "holes").returncode, FINE, "only the types that are named")
    tap.equal(layout("--diff", binary).returncode, FAILED, "one binary is too few")
    tap.equal(layout("--diff", binary, newer, "nobody").returncode, FAILED, "a type that neither has")


def test_against():
    header = WORK / "order.h"
    text = (ROOT / "examples/orders/order.h").read_text(encoding="utf-8")
    header.write_text(text)
    source = WORK / "order.c"
    source.write_text('#include "order.h"\nstruct order order;\nint main(void) { return (int)order.views; }\n')
    include = "-I%s" % (ROOT / "include")
    binary = compile_to("order", source, "-g", include)
    done = layout("--against", header, binary, "--", include)
    tap.equal(done.returncode, FINE, "a header and what was built from it", words(done))
    header.write_text(text.replace("int64_t amount_cents", "int32_t amount_cents"))
    done = layout("--against", header, binary, "--", include)
    tap.ok(done.returncode == FINDINGS and "order.h:" in done.stderr and "amount_cents" in done.stderr,
           "a field that has changed since", words(done))
    header.write_text("struct order { nonsense x; };\n")
    tap.equal(layout("--against", header, binary).returncode, FINDINGS, "a header that does not compile")
    tap.equal(layout("--against", WORK / "none.h", binary).returncode, FAILED, "one that is not there")


def test_tags():
    """Tags in the binary (clang writes them), and of a policy file."""
    policy = WORK / "counters.policy"
    policy.write_text("[struct counters]\nhits atomic hot\nmisses owner\nfar once\n")
    binary = WORK / "layout"
    done = layout("--policy", policy, binary, "counters", "--check")
    tap.ok(done.returncode == FINDINGS and "line 0: hits (atomic, hot) | misses (owner)" in done.stdout,
           "a policy file says who writes", words(done))
    one = json.loads(layout("--policy", policy, binary, "counters", "--suggest", "--json").stdout)["types"][0]
    separate = one["suggestions"][1]
    tap.equal((separate.get("shared_lines"), separate.get("checked")), (0, "compiled"), "and an order keeps them apart",
              separate)
    clang = shutil.which("clang-14") or shutil.which("clang")
    if not clang:
        tap.skip("tags in the binary", "no clang")
        return
    (WORK / "tags").mkdir()
    source = WORK / "tags" / "tagged.c"
    source.write_text('#include "order.h"\nstruct order order;\nint main(void) { return (int)order.views; }\n')
    include = ["-I%s" % (ROOT / "include"), "-I%s" % (ROOT / "examples/orders")]
    binary = compile_to("tagged", source, "-g", *include, compiler=(clang,))
    one = types_of(binary, "order")["struct order"]
    tap.equal(member(one, "views").get("tag"), "atomic hot", "a member's tag", one)
    tap.equal([(part["basis"], part["line_size"]) for part in one["sharing"]], [("tags", 64), ("tags", 128)], "by tags, twice")
    first = one["sharing"][0]["shared_lines"]
    tap.equal([line["line"] for line in first], [0, 2], "the lines that are shared", one["sharing"])
    writers = {part["path"]: part["writer_id"] for part in first[0]["members"]}
    tap.ok(writers["amount_cents"] == writers["currency"] != writers["views"] and first[0].get("hot"), "and by whom", first)
    tap.equal(layout(binary, "order", "--check").returncode, FINDINGS, "--check")
    target = WORK / "tagged.svg"
    layout(binary, "order", "--svg", target)
    tap.ok("! 5 writers" in target.read_text() and "atomic, hot" in target.read_text(), "in the picture")
    generated = WORK / "tags" / "generated"
    generated.mkdir()
    subprocess.run([FIELDGUARD, "gen", "-o", str(generated), str(ROOT / "examples/orders/order.h"), "--", *include],
                   check=True)
    source.write_text('#include "order.fg.h"\nstruct order_shared shared;\nstruct order order;\n'
                      "int main(void) { return (int)sizeof(shared) + (int)order.views; }\n")
    binary = compile_to("shared", source, "-g", "-I%s" % generated, *include, compiler=(clang,))
    done = layout(binary, "order", "order_shared", "--check")
    tap.equal(done.returncode, FINE, "what gen writes keeps writers apart", words(done))
    tap.ok("no false sharing" in done.stdout and "by the tags of its record" in done.stdout, "judged by its record",
           words(done))


def test_languages():
    if shutil.which("g++"):
        source = WORK / "classes.cc"
        source.write_text("struct Base { virtual ~Base() {} int a; char t; };\nstruct Empty {};\n"
                          "template <class T> struct Box : Base, Empty { char x; T value; int &ref; Box(int &r) : ref(r) {} };\n"
                          "int main() { int i = 0; Box<long> b(i); return b.a; }\n")
        one = list(types_of(compile_to("classes", source, "-g", compiler=("g++",)), "Box<*>").values())[0]
        tap.ok(one["language"] == "c++" and any(row.get("base") for row in one["rows"]), "C++: bases", one)
        tap.equal(member(one, "x").get("offset"), 13, "C++: in the base's padding", one)
        tap.ok(any(row.get("artificial") for row in one["rows"]), "C++: the pointer to virtual functions", one)
    else:
        tap.skip("C++", "no g++")
    if shutil.which("go"):
        source = WORK / "pair.go"
        source.write_text("package main\nimport \"fmt\"\ntype Pair struct { A bool; B string; C []int; D bool }\n"
                          "func main() { p := &Pair{}; fmt.Println(p) }\n")
        subprocess.run(["go", "build", "-o", str(WORK / "pair"), str(source)], check=True,
                       env=dict(os.environ, GO111MODULE="off", GOCACHE=str(WORK / "go"), GOFLAGS=""))
        one = types_of(WORK / "pair", "main.Pair")["main.Pair"]
        tap.equal((one["language"], one["size"], member(one, "C").get("type")), ("go", 56, "[]int"), "Go", one)
        text = layout(WORK / "pair", "main.Pair", "--suggest").stdout
        tap.ok("48 bytes instead of 56" in text, "Go's structs can be packed", text)
    else:
        tap.skip("Go", "no go")
    if os.access("/usr/bin/rustc", os.X_OK):
        source = WORK / "shape.rs"
        source.write_text("pub enum Shape { Circle { r: f64 }, Rect { w: f32, h: f32 }, Nothing }\nfn main() {\n"
                          "for s in [Shape::Circle { r: 1.0 }, Shape::Rect { w: 1.0, h: 2.0 }, Shape::Nothing] { match s {\n"
                          "Shape::Circle { r } => println!(\"{}\", r), Shape::Rect { w, h } => println!(\"{} {}\", w, h), _ => {} } } }\n")
        subprocess.run(["/usr/bin/rustc", "-g", "-o", str(WORK / "shape"), str(source)], check=True)
        one = types_of(WORK / "shape", "shape::Shape")["shape::Shape"]
        tap.equal((one["kind"], one["holes"]), ("variants", 0), "Rust: variants lie over one another", one)
        tap.ok(member(one, "Rect").get("variant") is not None and member(one, "w").get("depth") == 1, "each with its fields", one)
        text = layout(WORK / "shape", "shape::Shape", "--suggest").stdout
        tap.ok("Rust's compiler orders the fields itself" in text, "Rust orders by itself", text)
    else:
        tap.skip("Rust", "no rustc of the system")


def test_wrong_use(binary):
    done = layout(binary, "struct hols")
    tap.ok(done.returncode == FAILED and "did you mean 'struct holes'" in done.stderr, "the nearest name", words(done))
    done = layout(binary, "cuonters")
    tap.ok(done.returncode == FAILED and "'struct counters'" in done.stderr, "two letters swapped", words(done))
    for arguments in ([], [binary, "--nonsense"], [binary, "--line-size", 32], [binary, "--threads", 0], [binary, "--threads", "x"],
                      [binary, "nobody_*"], [binary, "zzzzzzzz"], [WORK / "none"], [ROOT / "README.md"],
                      [binary, "--svg", "x", "--json"], [binary, "--", "-I."], [binary, "--svg"]):
        done = layout(*arguments)
        tap.ok(done.returncode == FAILED and done.stderr.count("\n") == 1 and not done.stdout,
               "wrong: layout %s" % " ".join(map(str, arguments)), words(done))
    stripped = compile_to("stripped", ROOT / "tests/programs/layout.c")
    done = layout(stripped)
    tap.ok(done.returncode == FAILED and "-g" in done.stderr, "no debug information: how to get it", words(done))
    tap.ok(layout("--help").returncode == FINE and "--svg" in layout("--help").stdout, "--help")
    full = subprocess.run([FIELDGUARD, "layout", str(binary)], stdout=open("/dev/full", "w"), stderr=subprocess.PIPE, check=False)
    tap.equal(full.returncode, FAILED, "a full disk is told")


def main():
    binary = compile_to("layout", ROOT / "tests/programs/layout.c", "-g")
    test_rows(binary)
    test_text(binary)
    test_suggestions(binary)
    test_observed(binary)
    test_picture(binary)
    test_diff(binary)
    test_against()
    test_tags()
    test_languages()
    test_wrong_use(binary)
    shutil.rmtree(WORK, ignore_errors=True)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
