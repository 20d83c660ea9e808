#!/usr/bin/env python3
"""test_store_smoke.py BENCH_STORE - does it still run, with every table right in every job? No time is judged. Speaks TAP."""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

JOBS = [f"{threads}, {merges} % merges" for threads in ("1 thread", "2 threads", "64 threads") for merges in (5, 50)]
WAYS = ["fieldguard", "fieldguard, sections", "1024 mutexes"]


def main():
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "bench.json")
        done = subprocess.run([sys.argv[1], "--rounds", "1", "--pass-ms", "2", "--keys", "20000", "--json", out],
                              capture_output=True, text=True, check=False)
        good = done.returncode == 0
        print(f"{'ok' if good else 'not ok'} 1 - one round of every job, every answer right")
        if not good:
            print("# " + (done.stderr or done.stdout).replace("\n", "\n# "))
        rows = json.loads(out.read_text())["rows"] if good else []
    seen = {(r["job"], r["way"]): r["mops"]["median"] for r in rows}
    missing = [key for key in ((j, w) for j in JOBS for w in WAYS) if not seen.get(key)]
    print(f"{'ok' if good and not missing else 'not ok'} 2 - every table is measured in every job, {len(rows)} in all")
    for key in missing:
        print(f"# missing: {key}")
    print("1..2")


main()
