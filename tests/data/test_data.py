#!/usr/bin/env python3
"""test_data.py PROGRAM NAME FOLDER - is a file of real JSON the same after decode and encode?

NAME is twitter, github, citm or amazon. Python's json module reads the original and what PROGRAM wrote, and every
value must be equal: numbers exactly (as decimals), null and absent apart, names once. The lines that PROGRAM prints out
of its decoded structs are held against the same values taken from Python's reading. Speaks TAP; skips where the file is
absent. The folder is $FG_DATA, else FOLDER.
"""
import json
import os
import subprocess
import sys
import tempfile
from datetime import datetime
from decimal import Decimal
from pathlib import Path

points = 0


def point(good, name, detail=""):
    global points
    points += 1
    print(f"{'ok' if good else 'not ok'} {points} - {name}")
    if not good and detail:
        print("# " + str(detail)[:2000].replace("\n", "\n# "))
    return good


def unique(pairs):
    """An object whose names are all different: a name written twice is an error here, not the last value."""
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return result


def load(path):
    text = path.read_text(encoding="utf-8")
    read = json.JSONDecoder(object_pairs_hook=unique, parse_int=Decimal, parse_float=Decimal).decode
    return [read(line) for line in text.split("\n") if line] if path.suffix == ".ndjson" else read(text)


def difference(a, b, path="$"):
    """Where two values differ, or None. bool is no number and null is not absence."""
    if type(a) is not type(b):
        return f"{path}: {a!r} became {b!r}"
    if isinstance(a, dict):
        if a.keys() != b.keys():
            return f"{path}: only one has {sorted(a.keys() ^ b.keys())}"
        return next(filter(None, (difference(a[k], b[k], f"{path}.{k}") for k in a)), None)
    if isinstance(a, list):
        if len(a) != len(b):
            return f"{path}: {len(a)} items became {len(b)}"
        return next(filter(None, (difference(x, y, f"{path}[{i}]") for i, (x, y) in enumerate(zip(a, b)))), None)
    return None if a == b else f"{path}: {a!r} became {b!r}"


def word(value):
    """As the programs print it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else str(value)


def real(value):
    return "%.17g" % float(value)


def seconds(text):
    return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())


def twitter_status(s):
    entities = s["entities"]
    indices = sum(sum(m["indices"]) for m in entities["user_mentions"])
    indices += sum(m["sizes"]["large"]["w"] for m in entities.get("media", []) if m["sizes"]["thumb"]["resize"] == "crop")
    user = s["user"]
    yield " ".join([word(s["id"]), user["screen_name"], word(user["followers_count"]), word(s["retweet_count"]), word(user["utc_offset"]),
                    word(s.get("possibly_sensitive", "absent")), word(Decimal(indices)), str(len(s["text"].encode())),
                    "retweet" if "retweeted_status" in s else "-"])
    if "retweeted_status" in s:
        yield from twitter_status(s["retweeted_status"])


def twitter_lines(data):
    for status in data["statuses"]:
        yield from twitter_status(status)
    yield real(data["search_metadata"]["completed_in"])


def github_lines(data):
    for event in data:
        payload = event["payload"]
        issue = payload.get("issue")
        closed = "-" if not issue else str(seconds(issue["closed_at"])) if issue["closed_at"] else "open"
        yield " ".join([event["id"], event["type"], str(seconds(event["created_at"])), event["actor"]["gravatar_id"],
                        payload.get("head", "-"), word(payload.get("ref", "absent")), str(len(payload.get("commits", []))),
                        "org" if "org" in event else "-", closed])


def citm_lines(data):
    for key, event in data["events"].items():
        yield f"{key} {len(event['topicIds'])} {event['name']}"
    for p in data["performances"]:
        amounts = sum(price["amount"] for price in p["prices"])
        areas = sum(area["areaId"] for category in p["seatCategories"] for area in category["areas"])
        yield f"{p['id']} {p['start']} {word(p['logo'])} {amounts} {areas}"
    for key, topics in data["topicSubTopics"].items():
        yield f"{key} {topics[-1]}"
    yield from data["venueNames"]


def amazon_lines(data):
    for row in data[1:]:
        yield f"{row[0]} {real(row[5])} {row[7]} {row[8]}"


FILES = {
    "twitter": ("twitter.json", twitter_lines),
    "github": ("github_events.json", github_lines),
    "citm": ("citm_catalog.json", citm_lines),
    "amazon": ("amazon_cellphones.ndjson", amazon_lines),
}


def main():
    program, name, folder = sys.argv[1:4]
    file, lines = FILES[name]
    path = Path(os.environ.get("FG_DATA", folder), "simdjson-jsonexamples", file)
    if not path.exists():
        print(f"1..0 # SKIP no outside data: {file} is absent")
        return
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "out" + path.suffix)
        done = subprocess.run([program, path, out], capture_output=True, check=False)
        if point(done.returncode == 0, f"{file}: decoded and encoded", done.stderr.decode(errors="replace")):
            original = load(path)
            found = difference(original, load(out))
            point(found is None, f"{file}: every value is as it was", found)
            # split at newlines alone: the text holds other characters that Python takes for ends of lines
            got, want = done.stdout.decode().split("\n")[:-1], list(lines(original))
            wrong = [f"{i}: {g!r}, not {w!r}" for i, (g, w) in enumerate(zip(got, want)) if g != w]
            point(got == want, f"{file}: {len(want)} lines of decoded values are Python's", wrong[:5] or f"{len(got)} lines")
    print(f"1..{points}")


main()
