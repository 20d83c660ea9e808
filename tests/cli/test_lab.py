#!/usr/bin/env python3
"""test_lab.py FIELDGUARD [guarded] - `fieldguard lab`: the naive ways show anomalies, the guarded ones none

guarded: only what must be right under a sanitizer too, for the naive ways race by intention.
"""
import json
import subprocess
import sys

import tap

FIELDGUARD = sys.argv[1]
VARIANTS = {
    1: {"naive", "naive_64", "naive_128", "claimed", "mutex", "guarded"},
    2: {"naive", "checked", "mutex", "guarded"},
    3: {"naive", "locked", "snapshot", "mutex", "guarded"},
}
MEMBERS = {"label", "operations", "seconds", "operations_per_s", "anomalies", "anomalies_per_million"}
COLUMNS = {
    1: {"went_back", "mixed", "lost", "put_aside"},
    2: {"deaths", "half_filled", "mixed", "refused"},
    3: {"mixed", "anothers"},
}
AS_EXPECTED, GUARD_FAILED, COULD_NOT_RUN, INCONCLUSIVE = range(4)


def lab(*arguments):
    command = [FIELDGUARD, "lab"] + [str(argument) for argument in arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def words(done):
    return "exit %d\n%s%s" % (done.returncode, done.stdout, done.stderr)


def check_all(number):
    """A whole lab. Whether naive threads meet is chance: on a busy machine they may need a second try."""
    for threads in (2, 4, 8):
        done = lab(number, "--for", 1, "--threads", threads, "--json")
        if done.returncode != INCONCLUSIVE:
            break
    if not tap.equal(done.returncode, AS_EXPECTED, "lab %d: naive above 0, guarded 0" % number, words(done)):
        return
    result = json.loads(done.stdout)
    tap.equal((result["lab"], result["threads"], result["seconds"]), (number, threads, 1), "lab %d: its options" % number)
    variants = {key: value for key, value in result.items() if isinstance(value, dict)}
    tap.equal(set(variants), VARIANTS[number], "lab %d: its variants" % number)
    for key, one in variants.items():
        tap.ok(MEMBERS | COLUMNS[number] <= set(one), "lab %d %s: its members" % (number, key), one)
        tap.ok(one["operations"] > 0 and one["seconds"] > 0, "lab %d %s: it worked" % (number, key), one)
        rate = 1e6 * one["anomalies"] / one["operations"]
        tap.ok(abs(one["anomalies_per_million"] - rate) <= 1e-6 * rate, "lab %d %s: a million" % (number, key), one)
    tap.ok(variants["naive"]["anomalies"] > 0, "lab %d: naive has anomalies" % number, variants["naive"])
    tap.equal(variants["guarded"]["anomalies"], 0, "lab %d: guarded has none" % number, variants["guarded"])
    return variants


def test_wholes():
    variants = check_all(1)
    if variants:
        tap.equal(variants["mutex"]["went_back"] + variants["mutex"]["mixed"], 0, "under a mutex nothing goes back")
    variants = check_all(2)
    if variants:
        tap.ok(variants["guarded"]["refused"] > 0, "bad requests are refused", variants["guarded"])
        tap.equal(variants["guarded"]["deaths"], 0, "and nothing dies")
        tap.ok(variants["naive"]["deaths"] == 0 or variants["naive"]["signal"] == 11, "naive dies of SIGSEGV",
               variants["naive"])
    variants = check_all(3)
    if variants:
        tap.equal(variants["snapshot"]["mixed"], 0, "what is published whole is never mixed")


def test_only(number, variant):
    done = lab(number, "--only", variant, "--for", 0.5, "--threads", 4, "--json")
    if not tap.equal(done.returncode, AS_EXPECTED, "lab %d, %s alone" % (number, variant), words(done)):
        return
    tap.equal(done.stderr, "", "lab %d, %s: no report" % (number, variant))
    result = json.loads(done.stdout)
    tap.equal({key for key, value in result.items() if isinstance(value, dict)}, {variant}, "lab %d: it alone" % number)
    tap.ok(result[variant]["operations"] > 0, "lab %d, %s: it worked" % (number, variant), result)


def test_text():
    done = lab(3, "--for", 0.05)
    tap.ok("naive: one response for all" in done.stdout and "guarded: a record a request" in done.stdout,
           "a table for people", words(done))
    tap.equal(lab("--help").returncode, 0, "--help")
    tap.ok("--threads" in lab("--help").stdout, "it names the options")
    tap.equal(lab(1, "--help").returncode, 0, "--help of one lab")


def test_wrong_use():
    for arguments in ([], [0], [4], ["one"], [1, 2], [1, "--for", 0], [1, "--for", "nan"], [1, "--for", "1x"], [1, "--threads", 0],
                      [1, "--threads", 257], [1, "--threads", 1.5], [1, "--threads"], [1, "--nonsense"],
                      [3, "--only", "nobody", "--for", 0.05]):
        done = lab(*arguments)
        tap.ok(done.returncode == COULD_NOT_RUN and done.stderr.count("\n") == 1 and not done.stdout,
               "wrong: lab %s" % " ".join(map(str, arguments)), words(done))
    full = subprocess.run([FIELDGUARD, "lab", "3", "--only", "guarded", "--for", "0.05"], stdout=open("/dev/full", "w"),
                          stderr=subprocess.PIPE, check=False)
    tap.equal(full.returncode, COULD_NOT_RUN, "a full disk is told")


def main():
    if sys.argv[2:] == ["guarded"]:
        for number in VARIANTS:
            test_only(number, "guarded")
        # Race-free and wrong all the same: no detector of races has anything to say of it.
        test_only(3, "locked")
        test_only(3, "snapshot")
    else:
        test_wholes()
        test_text()
        test_wrong_use()
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
