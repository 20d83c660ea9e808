#!/usr/bin/env python3
"""test_smoke.py BENCH - does the benchmark still run, with every library right in every workload? No time is judged. Speaks TAP."""
import json
import subprocess
import sys
import tempfile
from pathlib import Path


def main():
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "bench.json")
        done = subprocess.run([sys.argv[1], "--rounds", "1", "--texts", "200", "--pass-ms", "0", "--json", out],
                              capture_output=True, text=True, check=False)
        good = done.returncode == 0
        print(f"{'ok' if good else 'not ok'} 1 - one round of every workload")
        if not good:
            print("# " + (done.stderr or done.stdout).replace("\n", "\n# "))
        workloads = {w["name"]: w for w in json.loads(out.read_text())["workloads"]} if good else {}
    wanted = ["order-full", "order-partial", "encode-order"]
    good = all(name in workloads for name in wanted)
    print(f"{'ok' if good else 'not ok'} 2 - the workloads that need no outside data are there")
    ours = [lib for w in workloads.values() for lib in w["libraries"] if lib["name"] == "fieldguard"]
    good = len(ours) == len(workloads) and all(lib["exact"] and lib["ns_per_message"]["median"] > 0 for lib in ours)
    print(f"{'ok' if good else 'not ok'} 3 - fieldguard is measured and exact in each of {len(workloads)} workloads")
    print("1..3")


main()
