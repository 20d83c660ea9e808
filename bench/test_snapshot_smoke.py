#!/usr/bin/env python3
"""test_snapshot_smoke.py BENCH_SNAPSHOT - does it still run, with every way in every job? No time is judged. Speaks TAP."""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

JOBS = ["1R", "2R", "1W", "2W", "1R+1W", "1R+1M/s", "times 1R+1W", "times 2R+2W"]
WAYS = ["memcpy, racy", "fieldguard group", "fieldguard record", "pthread_mutex", "pthread_rwlock"]


def main():
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "bench.json")
        done = subprocess.run([sys.argv[1], "--rounds", "1", "--pass-ms", "0.2", "--keep-all", "--json", out],
                              capture_output=True, text=True, check=False)
        good = done.returncode == 0
        print(f"{'ok' if good else 'not ok'} 1 - one round of every job")
        if not good:
            print("# " + (done.stderr or done.stdout).replace("\n", "\n# "))
        rows = json.loads(out.read_text())["rows"] if good else []
    seen = {(r["bytes"], r["job"], r["way"]) for r in rows}
    missing = [k for k in ((b, j, w) for b in (64, 256, 4096) for j in JOBS for w in WAYS) if k not in seen]
    print(f"{'ok' if not missing else 'not ok'} 2 - every way is measured in every job")
    for key in missing:
        print(f"# missing: {key}")
    good = rows and all(r["reads_per_s"] + r["writes_per_s"] > 0 for r in rows)
    print(f"{'ok' if good else 'not ok'} 3 - each did something in {len(rows)} of them")
    print("1..3")


main()
