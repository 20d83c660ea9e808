#!/usr/bin/env python3
"""watch.py [--seconds S] [--pairs N] FIELDGUARD LAB - what `fieldguard watch` costs lab 3, guarded and naive

Each pair is one run unwatched and one watched with the default budget, the order turned each time. The watch
lasts for the whole run, reading and attaching included. Only this slowdown is measured here.
"""
import argparse
import json
import statistics
import subprocess
import sys

TARGET = 3.0


def rate(command):
    """Operations a second, as the lab counted them; the lab and watch end with 1 when they found something."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = []

    def look(value):
        if isinstance(value, dict):
            found.extend(v for k, v in value.items() if k == "operations_per_s")
            value = list(value.values())
        for part in value if isinstance(value, list) else []:
            look(part)
    try:
        look(json.loads(done.stdout))
    except ValueError:
        pass
    if len(found) != 1 or not found[0]:
        sys.exit("%s: exit %d: %s" % (" ".join(command), done.returncode, (done.stderr or done.stdout)[:300]))
    return found[0]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--pairs", type=int, default=15)
    parser.add_argument("fieldguard")
    parser.add_argument("lab")
    options = parser.parse_args()
    for variant in ("guarded", "naive"):
        bare = [options.lab, "3", "--only", variant, "--json", "--for", str(options.seconds)]
        watched = [options.fieldguard, "watch", "--json", "--output", "/dev/null", "--"] + bare
        slow = []
        for turn in range(options.pairs):
            order = (bare, watched) if turn % 2 == 0 else (watched, bare)
            rates = {id(command): rate(command) for command in order}
            slow.append(100 * (rates[id(bare)] / rates[id(watched)] - 1))
        middle, low, high = statistics.median(slow), min(slow), max(slow)
        word = "reached" if middle <= TARGET else "MISSED"
        if low <= TARGET <= high:
            word = "not quiet: too wide a spread to tell (median %s)" % word
        print("lab 3 %s: slowdown %.1f %% (%.1f to %.1f, %d pairs), target %.0f %%: %s"
              % (variant, middle, low, high, len(slow), TARGET, word), flush=True)


if __name__ == "__main__":
    main()
