#!/usr/bin/env python3
"""run.py - what `make run` does: the same messages through fieldguard and the naive way, held against the reference

    stream --> build/run/stream.ndjson --+--> ingest, 1 worker ----> state
                                         +--> ingest, all cores ---> state, snapshots --> reference.py --> table
                                         +--> naive, all cores ----> state, snapshots         |          build/run.json
                                         +----------------------------------------------------+

With --input, --header, --type and --key it does so with a header and data of your own: code is generated and both
programs are compiled for that type in build/run/user.
"""
import argparse
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("driver.c", "sampler.c")


class CouldNotRun(Exception):
    """One line for people; exit status 2."""


def step(text):
    if sys.stderr.isatty():
        print("\033[K" + text, file=sys.stderr)


def run(command, accepted=(0,), **options):
    command = [str(word) for word in command]
    try:
        done = subprocess.run(command, check=False, **options)
    except OSError as error:
        raise CouldNotRun("%s: %s" % (command[0], error.strerror)) from None
    if done.returncode not in accepted:
        raise CouldNotRun("%s: exit status %d" % (shlex.join(command), done.returncode))
    return done


# ---- what is run ------------------------------------------------------------------------------------------------

class Job:
    """A type, its data and the two programs that are built for it."""

    def __init__(self, build, folder):
        self.build, self.folder = build, folder
        self.fieldguard = build / "fieldguard"
        self.type = self.key = self.input = self.model = self.ingest = self.naive = None
        if not self.fieldguard.is_file():
            raise CouldNotRun("%s is not there: run make first" % self.fieldguard)
        folder.mkdir(parents=True, exist_ok=True)

    def dump_model(self, header, flags):
        self.model = self.folder / "model.json"
        with open(self.model, "wb") as out:
            run([self.fieldguard, "gen", "--dump-model", header, "--"] + flags, stdout=out)
        with open(self.model, encoding="utf-8") as source:
            return {record["name"]: record for record in json.load(source)["structs"]}


def orders_job(arguments):
    job = Job(arguments.build, arguments.out or arguments.build / "run")
    programs = arguments.build / "run"
    job.type, job.key, job.input = "order", "id", job.folder / "stream.ndjson"
    job.ingest, job.naive = programs / "ingest", programs / "naive"
    job.dump_model(ROOT / "examples/orders/order.h", ["-I%s" % (ROOT / "include")])
    step("stream: %d messages, %d keys" % (arguments.messages, arguments.keys))
    run([programs / "stream", "--messages", arguments.messages, "--keys", arguments.keys, "--seed", arguments.seed,
         "-o", job.input])
    return job


def user_job(arguments):
    missing = [name for name in ("input", "header", "type", "key") if not getattr(arguments, name)]
    if missing:
        raise CouldNotRun("a run of your own needs INPUT, HEADER, TYPE and KEY; not given: %s"
                          % ", ".join(name.upper() for name in missing))
    for path in (arguments.input, arguments.header):
        if not os.path.isfile(path):
            raise CouldNotRun("%s: %s" % (path, "not a regular file" if os.path.exists(path) else "no such file"))
    job = Job(arguments.build, arguments.out or arguments.build / "run" / "user")
    job.type, job.key, job.input = arguments.type.removeprefix("struct ").strip(), arguments.key, Path(arguments.input)
    header = Path(arguments.header).resolve()
    flags = ["-I%s" % header.parent, "-I%s" % (ROOT / "include")] + shlex.split(arguments.cflags)
    check_type(job, job.dump_model(header, flags), arguments.header)
    compile_for(job, header, flags)
    return job


def pointers_of(records, record):
    """The converted fields that keep a struct from being shared, as a reader finds them: 'items.name (char *)'."""
    found = []
    for field in record["fields"]:
        if not field["converted"]:
            continue
        if field["kind"] in ("str", "cstr") or field["shape"] in ("pointer", "array"):
            found.append("%s (%s%s)" % (field["name"], field["c_type"],
                                        " *" if field["shape"] in ("pointer", "array") else ""))
        elif field["kind"] == "struct":
            found += ["%s.%s" % (field["name"], inner) for inner in pointers_of(records, records[field["struct"]])]
    return found


def check_type(job, records, header):
    record = records.get(job.type)
    if record is None:
        raise CouldNotRun("%s has no tagged struct '%s'; it has: %s" % (header, job.type, ", ".join(records) or "none"))
    tagged = [field for field in record["fields"] if field["converted"] and field["key"]]
    if not tagged:
        wanted = next((f for f in record["fields"] if job.key in (f["name"], f["json_name"])), None)
        raise CouldNotRun("struct %s has no key: write the word key in a tag, as in  %s FG(json:\"%s\" key);"
                          % (job.type, wanted["name"] if wanted else "id", job.key))
    if job.key not in (tagged[0]["name"], tagged[0]["json_name"]):
        raise CouldNotRun("the key of struct %s is '%s' by its tag, not '%s'"
                          % (job.type, tagged[0]["json_name"], job.key))
    if not record["shareable"]:
        raise CouldNotRun("struct %s has no shared form: it is tagged local" % job.type)
    if record["has_pointers"]:
        raise CouldNotRun("struct %s holds pointers, which is more than these programs share: %s; char[N] holds text "
                          "without one"
                          % (job.type, ", ".join(pointers_of(records, record)) or "see its nested structs"))


def compile_for(job, header, flags):
    """Generates the type's code and compiles both programs with it."""
    step("compiling for struct %s" % job.type)
    run([job.fieldguard, "gen", "-o", job.folder, "--include-as", str(header), header, "--"] + flags)
    library = next(iter(sorted(job.build.glob("src/runtime/libfieldguard.so"))), None)
    if library is None:
        raise CouldNotRun("no libfieldguard.so under %s" % job.build)
    generated = job.folder / (header.stem + ".fg.c")
    shared = [ROOT / "run" / name for name in SOURCES] + [generated]
    compiler = shlex.split(os.environ.get("CC") or "cc")
    for program, source in (("ingest", "ingest_main.c"), ("naive", "naive.c")):
        output = job.folder / program
        run(compiler + ["-std=gnu11", "-O2", "-D_GNU_SOURCE", "-DFG_RUN_TYPE=%s" % job.type] + flags
            + ["-I%s" % job.folder, "-include", job.folder / (header.stem + ".fg.h"), ROOT / "run" / source]
            + shared + ["-o", output, library, "-Wl,-rpath,%s" % library.resolve().parent, "-pthread"])
        setattr(job, program, output)


# ---- the runs ---------------------------------------------------------------------------------------------------

def measure(job, name, program, workers):
    """Runs one program. Returns: its statistics and the argument that tells reference.py of its files."""
    step("%s, %d worker%s" % (name, workers, "" if workers == 1 else "s"))
    files = [job.folder / ("%s.%s" % (name, ending)) for ending in ("state.ndjson", "reads.ndjson", "stats.json")]
    command = [program, "--workers", workers, "--state", files[0], "--reads", files[1], "--json", files[2], job.input]
    done = run(command, accepted=(0, 1, 2), stdout=subprocess.DEVNULL)
    if done.returncode == 2:
        raise CouldNotRun("%s could not run" % name)
    with open(files[2], encoding="utf-8") as source:
        return json.load(source), "%s=%s" % (name, ",".join(str(path) for path in files))


def compare(job, cores):
    """Runs all three, and the reference over what they wrote. Returns: the content of run.json."""
    plan = (("fieldguard_1", job.ingest, 1), ("fieldguard", job.ingest, cores), ("naive", job.naive, cores))
    told, checks = {}, []
    for name, program, workers in plan:
        told[name], check = measure(job, name, program, workers)
        checks += ["--check", check]
    verdicts = job.folder / "reference.json"
    run([sys.executable, ROOT / "run" / "reference.py", "--model", job.model, "--type", job.type, "--key", job.key,
         "--json", verdicts] + checks + [job.input])
    with open(verdicts, encoding="utf-8") as source:
        found = json.load(source)
    result = {"input": str(job.input), "type": job.type, "key": job.key}
    for name, _, _ in plan:
        result[name] = {"messages": told[name]["messages"], "messages_per_s": told[name]["messages_per_s"],
                        "workers": told[name]["workers"]}
        result[name].update(found[name])
    result["reference"] = found["reference"]
    return result


def holds(row):
    """Did this program do all that was asked of it?"""
    return row["equal"] and row["lost"] == 0 and row["mixed"] == 0 and row["rejected_equal"]


# ---- for people -------------------------------------------------------------------------------------------------

def print_table(result):
    head = ("", "workers", "messages", "messages/s", "rejected", "lost", "mixed", "equal")
    rows = [head]
    for name, row in (("fieldguard", result["fieldguard_1"]), ("fieldguard", result["fieldguard"]),
                      ("naive", result["naive"])):
        rows.append((name, str(row["workers"])) + tuple("{:,}".format(int(row[column])) for column in
                    ("messages", "messages_per_s", "rejected", "lost", "mixed")) + ("yes" if row["equal"] else "no",))
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    for row in rows:
        print("  ".join([row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]))
    guarded, naive = result["fieldguard"], result["naive"]
    print()
    print("lost   fields of the {:,} final records whose value is not that of the last message that named them"
          .format(result["reference"]["keys"]))
    print("mixed  snapshots taken meanwhile ({:,} and {:,}) and final records, in which fields stand together that no"
          .format(guarded["reads"], naive["reads"]))
    print("       moment of the record's history held together")
    print("equal  the final state is that of a sequential reference of its own, in Python ({} s)"
          .format(result["reference"]["seconds"]))
    for name in ("fieldguard_1", "fieldguard", "naive"):
        for kind in ("lost", "mixed"):
            for example in result[name][kind + "_examples"][:1]:
                print("       %s, %s for example: %s" % (name, kind, example))


def verdict(result, own_stream):
    """Exit status, having told why it is not 0."""
    broken = [name for name in ("fieldguard_1", "fieldguard") if not holds(result[name])]
    if broken:
        for name in broken:
            row = result[name]
            print("run: %s did not do its job: lost %d, mixed %d, state %s, rejected %d (reference: %d)"
                  % (name, row["lost"], row["mixed"], "equal" if row["equal"] else "not equal", row["rejected"],
                     result["reference"]["rejected"]), file=sys.stderr)
        return 1
    if own_stream and not (result["naive"]["lost"] > 0 and result["naive"]["mixed"] > 0):
        print("run: inconclusive: the naive way showed no harm in this run on this machine", file=sys.stderr)
        return 3
    return 0


def parse_arguments():
    parser = argparse.ArgumentParser(
        description="Runs the same messages through fieldguard and the naive way, and holds both against a reference.",
        epilog="Exit: 0 fieldguard lost and mixed nothing, and the naive way did; 1 fieldguard did not do its job; "
               "2 could not run; 3 inconclusive: the naive way showed nothing (only without --input).")
    parser.add_argument("--build", type=Path, default=ROOT / "build", help="the build folder (build)")
    parser.add_argument("--out", type=Path, help="folder of the files in between (BUILD/run)")
    parser.add_argument("--json", type=Path, help="where the result goes (BUILD/run.json)")
    parser.add_argument("--messages", type=int, default=1000000)
    parser.add_argument("--keys", type=int, default=100000)
    parser.add_argument("--seed", type=int, default=1, help="of the stream")
    own = parser.add_argument_group("a run of your own", "also INPUT=, HEADER=, TYPE=, KEY= and CFLAGS= of make run")
    own.add_argument("--input", metavar="FILE", default="", help="messages, one JSON object a line")
    own.add_argument("--header", metavar="FILE", default="", help="defines the struct")
    own.add_argument("--type", metavar="NAME", default="", help="the struct, without 'struct'")
    own.add_argument("--key", metavar="NAME", default="", help="its field that is tagged key")
    own.add_argument("--cflags", metavar="FLAGS", default="", help="compile flags that the header needs")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    of_their_own = any((arguments.input, arguments.header, arguments.type, arguments.key))
    output = arguments.json or arguments.build / "run.json"
    arguments.build = arguments.build.resolve()
    try:
        job = user_job(arguments) if of_their_own else orders_job(arguments)
        result = compare(job, max(2, len(os.sched_getaffinity(0))))
        with open(output, "w", encoding="utf-8") as out:
            out.write(json.dumps(result, indent=2, ensure_ascii=False) + "\n")
    except (CouldNotRun, OSError) as error:
        print("run: %s" % error, file=sys.stderr)
        return 2
    print_table(result)
    print("\n%s" % output)
    return verdict(result, not of_their_own)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
