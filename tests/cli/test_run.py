#!/usr/bin/env python3
"""test_run.py BUILD ROOT - a small `make run`, and one with a header and data of the user's own"""
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import tap

BUILD, ROOT = (Path(argument).resolve() for argument in sys.argv[1:3])
FOLDER = Path(tempfile.mkdtemp(prefix="run"))


def path(name):
    return FOLDER / name


def run(*arguments):
    command = [sys.executable, ROOT / "run/run.py", "--build", BUILD, "--out", path("out"), "--json", path("run.json")]
    command = [str(word) for word in command + list(arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def words(done):
    return "exit %d\n%s%s" % (done.returncode, done.stdout, done.stderr)


def write(name, text):
    path(name).write_text(text, encoding="utf-8")
    return path(name)


def check_result(result, messages, done):
    for name in ("fieldguard", "fieldguard_1", "naive"):
        tap.equal(result[name]["messages"], messages, "%s: all messages" % name, words(done))
        tap.ok(result[name]["messages_per_s"] > 0 and {"lost", "mixed", "equal"} <= set(result[name]), "%s: all keys" % name,
               result[name])
    for name in ("fieldguard", "fieldguard_1"):
        row = result[name]
        tap.equal((row["lost"], row["mixed"], row["equal"], row["rejected_equal"]), (0, 0, True, True),
                  "%s loses and mixes nothing" % name, words(done))


def test_orders():
    done = run("--messages", 20000, "--keys", 1500)
    if not tap.ok(done.returncode in (0, 3), "a small run ends well", words(done)):
        return
    result = json.loads(path("run.json").read_text())
    check_result(result, 20000, done)
    harm = result["naive"]["lost"] > 0 and result["naive"]["mixed"] > 0
    tap.equal(done.returncode, 0 if harm else 3, "exit 3 only where the naive way showed no harm", words(done))
    tap.ok("messages/s" in done.stdout and "naive" in done.stdout and "lost   fields" in done.stdout, "table and notes",
           words(done))


def sensor_lines(count):
    """Messages for 40 sensors, some of them bad; equal on every run."""
    source = random.Random(7)
    for number in range(count):
        message = {"sensor" if number % 3 else "sensor_id": source.randrange(40)}
        parts = source.sample(["climate", "history", "state", "place", "channels", "rest"], 2)
        if "climate" in parts:
            message.update(celsius=number / 8, humidity=round(source.random(), 7), alarm=number % 2 == 0)
        if "history" in parts:
            message.update(window=[number + i / 4 for i in range(source.randrange(9))], span="%dms" % number)
        if "state" in parts:
            message.update(state=source.choice(["ok", "off", 9, "STARTING"]), samples=number)
        if "place" in parts:
            message["place"] = [source.uniform(-90, 90), source.uniform(-180, 180), number][:source.randrange(1, 4)]
        if "channels" in parts:
            message["channels"] = [{"name": "c%d" % number, "gain": number / 10}, {"name": "plain"}]
        if "rest" in parts:
            message.update(interval="%dh%d.5s" % (number, number), offset=str(number % 30000), label="nr %d" % number)
        yield json.dumps(message)


def test_own():
    lines = list(sensor_lines(4000))
    own = ["--header", ROOT / "examples/sensors/sensor.h", "--type", "sensor", "--key", "sensor"]
    done = run("--input", write("own.ndjson", "".join(line + "\n" for line in lines)), *own)
    if not tap.ok(done.returncode == 0, "a run with one's own header ends well", words(done)):
        return
    result = json.loads(path("run.json").read_text())
    check_result(result, 4000, done)
    bad = [json.loads(line) for line in lines]
    bad = [message for message in bad if message.get("state") == "STARTING"]
    tap.equal(result["fieldguard"]["rejected"], len(bad), "bad lines are those with a name that no enumerator has")
    done = run("--input", ROOT / "examples/sensors/sensors.ndjson", *own[:-1], "id")
    tap.ok(done.returncode == 0, "the example; the key by its C name", words(done))
    tap.equal(json.loads(path("run.json").read_text())["fieldguard"]["rejected"], 3, "3 of its 12 lines are bad")


def test_own_errors():
    data = write("data.ndjson", '{"id":1}\n')
    plain = "#include <fieldguard/annotate.h>\n#include <fieldguard/base.h>\n"
    good = write("good.h", plain + 'struct good { int id FG(json:"id" key); int n FG(json:"n"); };\n')
    no_key = write("nokey.h", plain + 'struct nokey { int id FG(json:"id"); };\n')
    pointers = write("pointers.h", plain + 'struct inner { char *text FG(json:"text"); };\n'
                     'struct pointers { int id FG(json:"id"); struct inner in FG(json:"in"); };\n')
    keyed = write("keyed.h", plain + 'struct keyed { int id FG(json:"id" key); char *note FG(json:"note"); };\n')
    broken = write("broken.h", plain + 'struct broken { int id FG(json:"id" kee); };\n')
    cases = (
        ("no KEY", [data, good, "good", ""], "not given: KEY"),
        ("no INPUT", ["", good, "good", "id"], "not given: INPUT"),
        ("input is not there", [path("missing"), good, "good", "id"], "missing: no such file"),
        ("input is a folder", [FOLDER, good, "good", "id"], "not a regular file"),
        ("header is not there", [data, path("missing.h"), "good", "id"], "missing.h: no such file"),
        ("no such type", [data, good, "other", "id"], "no tagged struct 'other'; it has: good"),
        ("no field is the key", [data, no_key, "nokey", "id"], 'write the word key in a tag, as in  id FG(json:"id" key)'),
        ("another field is the key", [data, good, "good", "n"], "the key of struct good is 'id' by its tag, not 'n'"),
        ("a struct with pointers has no key", [data, pointers, "pointers", "id"], "has no key"),
        ("a struct with pointers", [data, keyed, "keyed", "id"], "note (char *)"),
        ("a wrong tag", [data, broken, "broken", "id"], "broken.h:3:"),
    )
    for name, (source, header, struct, key), text in cases:
        done = run("--input", source, "--header", header, "--type", struct, "--key", key)
        tap.ok(done.returncode == 2 and text in done.stderr and "Traceback" not in done.stderr, "own run: " + name,
               words(done))
    done = run("--help")
    tap.ok(done.returncode == 0 and "--header" in done.stdout, "--help", words(done))


def main():
    test_orders()
    test_own()
    test_own_errors()
    subprocess.run(["rm", "-rf", str(FOLDER)], check=True)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
