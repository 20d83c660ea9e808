#!/usr/bin/env python3
"""Atomic accessors are the instruction that handwritten C11 gives, and one only.

usage: test_instructions.py SOURCE_ROOT BUILD_FOLDER_OF_torture.fg.h
Compiles accessors.c by gcc and clang at -O2 and compares each generated_X with handwritten_X, instruction by
instruction.
"""
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

root, generated = Path(sys.argv[1]), Path(sys.argv[2])
points = failed = 0


def ok(holds, name, *detail):
    global points, failed
    points += 1
    failed += not holds
    print(f"{'ok' if holds else 'not ok'} {points} - {name}")
    if not holds:
        for line in detail:
            print("#", line)


def functions(compiler, folder):
    """name -> instructions, addresses of the code itself left out"""
    out = Path(folder) / "accessors.o"
    subprocess.run([compiler, "-std=gnu11", "-O2", "-fcf-protection=none", "-c", "-o", out,
                    root / "tests/instructions/accessors.c", f"-I{root}/include", f"-I{root}/tests/torture",
                    f"-I{generated}"], check=True)
    text = subprocess.run(["objdump", "-d", "--no-show-raw-insn", out], check=True, capture_output=True,
                          text=True).stdout
    found = {}
    for line in text.splitlines():
        if head := re.match(r"[0-9a-f]+ <(\w+)>:", line):
            found[head[1]] = current = []
        elif body := re.match(r"\s+[0-9a-f]+:\t(.*?)\s*$", line):
            if not re.match(r"(cs |data16 )*(nop|xchg\s+%ax,%ax)", body[1]):
                # a jump's target counts from the function's start
                current.append(re.sub(r"[0-9a-f]+ <\w+(\+0x[0-9a-f]+)?>", r"\1", " ".join(body[1].split())))
    return found


def shared_accesses(instructions):
    """instructions that touch the shared record, which rdi points to"""
    return [i for i in instructions if "(%rdi)" in i]


if platform.machine() != "x86_64" or not shutil.which("objdump"):
    print("ok 1 - # SKIP needs x86-64 and objdump")
    print("1..1")
    sys.exit(0)
for compiler in filter(shutil.which, ("gcc", "clang-14")):
    with tempfile.TemporaryDirectory() as folder:
        found = functions(compiler, folder)
    names = sorted(n[len("generated_"):] for n in found if n.startswith("generated_"))
    ok(len(names) == 14, f"{compiler}: all pairs are there", str(names))
    for name in names:
        ours, theirs = found["generated_" + name], found["handwritten_" + name]
        ok(ours == theirs, f"{compiler}: {name} as by hand", "ours: " + "; ".join(ours), "theirs: " + "; ".join(theirs))
        touching = shared_accesses(ours)
        plain = name.startswith(("load", "store"))
        atomic = len(touching) == 1 and (plain and touching[0].startswith("mov") or
                                         touching[0].startswith(("lock", "xchg")))
        ok(atomic, f"{compiler}: {name} is one instruction", "; ".join(ours))
print(f"1..{points}")
sys.exit(failed > 0)
