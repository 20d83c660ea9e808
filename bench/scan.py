#!/usr/bin/env python3
"""scan.py [OPTION...] FIELDGUARD BINARY... - reading binaries, beside pahole

For each binary, in turns: `fieldguard layout BINARY` (every type, as text), `pahole BINARY`, `fieldguard writes`.
Programs in bench/scan are built first, where their compilers are there. A ratio below 1: fieldguard was faster;
it is taken inside one round, so that a machine that is slow for a while is slow for both.
"""
import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
COMPILERS = (
    ("server.go", "server (Go)", ["go", "build", "-o"]),
    ("templates.cc", "templates (C++)", ["g++", "-O2", "-g", "-pthread", "-o"]),
    ("std.rs", "std (Rust)", ["/usr/bin/rustc", "-O", "-g", "-o"]),
)
# What perf annotate resolves, of the samples that its authors published: see docs/layout.md.
PERF_COVERAGE = 62.9


def build(folder):
    """(label, path) of every program that can be built here."""
    for source, label, command in COMPILERS:
        if not shutil.which(command[0]):
            print("skipped: %s: there is no %s" % (label, command[0]), file=sys.stderr)
            continue
        target = Path(folder) / (source.split(".")[0] + "-" + source.split(".")[1])
        environment = dict(os.environ, GOFLAGS="-mod=mod", GO111MODULE="off", GOCACHE=str(Path(folder) / "go"))
        done = subprocess.run(command + [str(target), str(HERE / "scan" / source)], env=environment,
                              capture_output=True, text=True, check=False)
        if done.returncode:
            print("skipped: %s: %s" % (label, done.stderr.strip()[:300]), file=sys.stderr)
            continue
        yield label, str(target)


def once(command):
    """(seconds, MB at the peak) of one run; its output goes to a file, as for a user who keeps it."""
    with tempfile.TemporaryFile() as out:
        begin = time.monotonic()
        child = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.monotonic() - begin
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode not in (0, 1):
            raise RuntimeError("%s: exit %d" % (" ".join(command), child.returncode))
        return seconds, usage.ru_maxrss / 1024


def spread(values):
    return statistics.median(values), min(values), max(values)


def ledger(fieldguard, binary):
    """What `writes` counted, or None where it can't read this binary. This process stays small on the way: what it held
    before a child started would count as the child's."""
    with tempfile.TemporaryFile() as out:
        subprocess.run([fieldguard, "writes", "--json", binary], stdout=out, stderr=subprocess.DEVNULL, check=False)
        out.seek(max(0, out.tell() - 65536))
        lines = out.read().decode(errors="replace").splitlines()
    found = [line for line in lines if line.startswith('{"ledger"')]
    return json.loads(found[-1])["ledger"] if found else None


def measure(options, label, binary):
    layout, pahole, writes, ratios = [], [], [], []
    memory = {"layout": 0, "pahole": 0, "writes": 0}
    told = ledger(options.fieldguard, binary)
    for turn in range(options.rounds + 1):
        ours, ours_mb = once([options.fieldguard, "layout", binary])
        theirs, theirs_mb = once(["pahole", binary]) if shutil.which("pahole") else (None, 0)
        sites, sites_mb = once([options.fieldguard, "writes", binary]) if told else (None, 0)
        if not turn:
            continue                        # the first one fills the caches
        layout.append(ours)
        memory["layout"] = max(memory["layout"], ours_mb)
        if theirs is not None:
            pahole.append(theirs)
            ratios.append(ours / theirs)
            memory["pahole"] = max(memory["pahole"], theirs_mb)
        if sites is not None:
            writes.append(sites)
            memory["writes"] = max(memory["writes"], sites_mb)
    result = {"label": label, "bytes": os.path.getsize(binary), "rounds": options.rounds,
              "layout_s": spread(layout), "layout_mb": memory["layout"]}
    if pahole:
        result.update(pahole_s=spread(pahole), pahole_mb=memory["pahole"], ratio=spread(ratios))
    if writes:
        result.update(writes_s=spread(writes), writes_mb=memory["writes"], instructions=told["instructions"],
                      writes_s_per_300k=statistics.median(writes) * 300e3 / max(told["instructions"], 1),
                      attributed=attributed(told))
    return result


def attributed(told):
    """Share of the stores that are not to the stack for which a field or variable was found, in percent."""
    known, other = told["attributed"] - told["stack_attributed"], told["stores"] - told["stack"]
    return 100 * known / other if other else None


def show(results, start):
    print("every type of a binary: `fieldguard layout` beside `pahole` (median of the ratios in one round, least, most)")
    print("%-18s %7s  %9s %6s  %9s %6s  %s" % ("binary", "MB", "layout s", "MB", "pahole s", "MB", "ratio"))
    for one in results:
        line = "%-18s %7.1f  %9.3f %6.0f" % (one["label"], one["bytes"] / 1e6, one["layout_s"][0], one["layout_mb"])
        if "ratio" in one:
            line += "  %9.3f %6.0f  %.2f (%.2f to %.2f)" % ((one["pahole_s"][0], one["pahole_mb"]) + one["ratio"])
        print(line)
    print("starting fieldguard alone: %.3f s, %.0f MB, contained in each of its figures" % start)
    print()
    print("every store of a binary: `fieldguard writes`")
    print("%-18s %12s  %9s %6s  %16s  %s" % ("binary", "instructions", "writes s", "MB", "s per 300,000", "attributed"))
    for one in results:
        if "writes_s" in one:
            share = "-" if one["attributed"] is None else "%.1f %%" % one["attributed"]
            print("%-18s %12d  %9.3f %6.0f  %16.3f  %s" % (one["label"], one["instructions"], one["writes_s"][0],
                                                           one["writes_mb"], one["writes_s_per_300k"], share))
    print("attributed: share of the stores that are not to the stack whose field is known. perf annotate's data types, as\n"
          "published, resolve %.1f %% of memory samples of a kernel: other code, and samples in place of instructions."
          % PERF_COVERAGE)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", metavar="FILE", help="the same figures for a program")
    parser.add_argument("--no-build", action="store_true", help="only the binaries that are named")
    parser.add_argument("fieldguard")
    parser.add_argument("binaries", nargs="*")
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with tempfile.TemporaryDirectory() as folder:
        named = [(Path(path).name, path) for path in options.binaries]
        results = [measure(options, *one) for one in named + ([] if options.no_build else list(build(folder)))]
    starts = [once([options.fieldguard, "--version"]) for _ in range(options.rounds)]
    start = (statistics.median(one[0] for one in starts), max(one[1] for one in starts))
    show(results, start)
    if options.json:
        Path(options.json).write_text(json.dumps({"start_s": start[0], "results": results}, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
