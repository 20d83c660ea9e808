#!/usr/bin/env python3
"""test_reference.py STREAM INGEST FIELDGUARD ROOT - can the checker of `make run` fail, does it judge lines rightly?

The first part hands it outputs of `ingest` that were damaged on purpose. The second part judges odd lines by the rules
of the reference and by fieldguard, which must agree on each.
"""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import tap

STREAM, INGEST, FIELDGUARD, ROOT = (Path(argument).resolve() for argument in sys.argv[1:5])
sys.path.insert(0, str(ROOT / "run"))
from rules import Bad, Codec, Model  # noqa: E402  (found through ROOT)

FOLDER = Path(tempfile.mkdtemp(prefix="reference"))

ODD_ORDERS = [
    '{}', '[]', 'null', '1', '"x"', '{"id":"a"', '{"id":"a"}}', '{"id":"a"} {}', '{"id":"a",}', '{,"id":"a"}',
    '{"id" "a"}', "{'id':'a'}", '\ufeff{"id":"a"}', '{"id":"a"}\t', '{"id":null}', '{"id":1}', '{"id":""}',
    '{"id":"%s"}' % ("k" * 23), '{"id":"%s"}' % ("k" * 24), '{"id":"%s"}' % ("é" * 11), '{"id":"%s"}' % ("é" * 12),
    '{"id":"a\\u0000b"}', '{"id":"a\\u0041"}', '{"\\u0069d":"escaped"}', '{"id":"a","\\u0069d":"b"}',
    '{"id":"a","id":"b"}', '{"id":"a","views":1,"views":2}', '{"id":"a","views":"x","views":2}', '{"ID":"a"}',
    '{"id":"a","views":1e3}', '{"id":"a","views":1.0}', '{"id":"a","views":1.5}', '{"id":"a","views":15e-1}',
    '{"id":"a","views":150e-1}', '{"id":"a","views":-0}', '{"id":"a","views":-0.0e9}', '{"id":"a","views":1e19}',
    '{"id":"a","views":9223372036854775807}', '{"id":"a","views":9223372036854775808}',
    '{"id":"a","views":-9223372036854775808}', '{"id":"a","views":-9223372036854775809}',
    '{"id":"a","views":0.9223372036854775807e19}', '{"id":"a","views":1e-999999}', '{"id":"a","views":0e999999}',
    '{"id":"a","views":1e99999999999}', '{"id":"a","views":01}', '{"id":"a","views":+1}', '{"id":"a","views":1.}',
    '{"id":"a","views":.5}', '{"id":"a","views":1e}', '{"id":"a","views":"1"}', '{"id":"a","views":true}',
    '{"id":"a","views":NaN}', '{"id":"a","views":-Infinity}', '{"id":"a","views":[1]}', '{"id":"a","views":null}',
    '{"id":"a","status":"paid"}', '{"id":"a","status":"PAID"}', '{"id":"a","status":"ORDER_PAID"}',
    '{"id":"a","status":2}', '{"id":"a","status":2.0}', '{"id":"a","status":4}', '{"id":"a","status":-1}',
    '{"id":"a","status":""}', '{"id":"a","status":true}', '{"id":"a","status":"p\\u0061id"}',
    '{"id":"a","currency":"  eur"}', '{"id":"a","currency":"e r"}', '{"id":"a","currency":" e "}',
    '{"id":"a","currency":"\\u00e9"}', '{"id":"a","note":"%s"}' % ("é" * 40), '{"id":"a","note":"%s"}' % ("x" * 500),
    '{"id":"a","note":"%s"}' % ("a" + "😀" * 16), '{"id":"a","note":"\t"}', '{"id":"a","note":"\\x"}',
    '{"id":"a","note":"\\ud83d\\ude00"}', '{"id":"a","note":"\\ud83d"}', '{"id":"a","note":"\\ude00\\ud83d"}',
    '{"id":"a","note":"\\uD83Dx"}', '{"id":"a","other":"\\udc00"}', '{"id":"a","other":"\\u0000"}',
    '{"id":"a","other":{"\\ud800":1}}', '{"id":"a","other":1e999}', '{"id":"a","other":[1,]}',
    '{"id":"a","other":%s}' % ("9" * 10000), '{"id":"a","other":%s1%s}' % ("[" * 511, "]" * 511),
    '{"id":"a","other":%s1%s}' % ("[" * 512, "]" * 512), '{"id":"a","other":"%s"}' % ("[" * 2000),
    '{"id":"a","updated":"2026-02-28T23:59:59Z"}', '{"id":"a","updated":"2026-02-29T00:00:00Z"}',
    '{"id":"a","updated":"2024-02-29t00:00:00z"}', '{"id":"a","updated":"1900-02-29T00:00:00Z"}',
    '{"id":"a","updated":"2026-01-01T00:00:00"}', '{"id":"a","updated":"2026-01-01 00:00:00Z"}',
    '{"id":"a","updated":"2026-01-01T24:00:00Z"}', '{"id":"a","updated":"2026-01-01T23:59:60Z"}',
    '{"id":"a","updated":"2026-01-01T00:00:00.Z"}', '{"id":"a","updated":"2026-01-01T00:00:00.123456789Z"}',
    '{"id":"a","updated":"2026-01-01T00:00:00.1234567890Z"}', '{"id":"a","updated":"2026-01-01T00:00:00.1234567891Z"}',
    '{"id":"a","updated":"2026-01-01T00:00:00+23:59"}', '{"id":"a","updated":"2026-01-01T00:00:00+24:00"}',
    '{"id":"a","updated":"2026-01-01T00:00:00-00:60"}', '{"id":"a","updated":"2262-04-11T23:47:16.854775807Z"}',
    '{"id":"a","updated":"2262-04-11T23:47:16.854775808Z"}', '{"id":"a","updated":"1677-09-21T00:12:43.145224192Z"}',
    '{"id":"a","updated":"1677-09-21T00:12:43.145224191Z"}', '{"id":"a","updated":"0000-01-01T00:00:00Z"}',
    '{"id":"a","updated":"9999-12-31T23:59:59Z"}', '{"id":"a","updated":5}', '{"id":"a","updated":"2026-1-1T00:00:00Z"}',
    '{"id":"a","customer":{}}', '{"id":"a","customer":null}', '{"id":"a","customer":[]}', '{"id":"a","customer":""}',
    '{"id":"a","customer":{"name":"n","tier":4294967295}}', '{"id":"a","customer":{"tier":4294967296}}',
    '{"id":"a","customer":{"tier":-1}}', '{"id":"a","customer":{"tier":1,"id":2}}', '{"id":"a","customer":{"name":5}}',
    '{"id":"a","customer":{"email":" A@B.C\\n"}}', '{"id":"a","customer":{"name":"x","name":"y"}}',
]
ODD_SENSORS = [
    '{"sensor":1}', '{"sensor_id":1}', '{"sensor":1,"sensor_id":2}', '{"sensor":"1"}', '{"sensor":-1}',
    '{"sensor":1.0}', '{"sensor":4294967295}', '{"sensor":4294967296}', '{"sensor":1,"state":9}', '{"sensor":1,"state":3}',
    '{"sensor":1,"state":"fault"}', '{"sensor":1,"samples":18446744073709551615}',
    '{"sensor":1,"samples":18446744073709551616}', '{"sensor":1,"samples":-1}', '{"sensor":1,"samples":-0}',
    '{"sensor":1,"celsius":1e308}', '{"sensor":1,"celsius":1e309}', '{"sensor":1,"celsius":1e-400}',
    '{"sensor":1,"celsius":-0.0}', '{"sensor":1,"celsius":123456789012345678901234567890}',
    '{"sensor":1,"celsius":0.1000000000000000055511151231257827}', '{"sensor":1,"celsius":"1"}',
    '{"sensor":1,"celsius":2.2250738585072011e-308}', '{"sensor":1,"humidity":3.4028235e38}',
    '{"sensor":1,"humidity":3.4028236e38}', '{"sensor":1,"humidity":1e39}', '{"sensor":1,"humidity":1.00000017881393432}',
    '{"sensor":1,"humidity":7.0064923216240854e-46}', '{"sensor":1,"humidity":0.1}', '{"sensor":1,"alarm":1}',
    '{"sensor":1,"alarm":true}', '{"sensor":1,"alarm":"true"}', '{"sensor":1,"window":[]}', '{"sensor":1,"window":null}',
    '{"sensor":1,"window":[1,2,3,4,5,6,7,8]}', '{"sensor":1,"window":[1,2,3,4,5,6,7,8,9]}', '{"sensor":1,"window":[1,"2"]}',
    '{"sensor":1,"window":{}}', '{"sensor":1,"window_n":3}', '{"sensor":1,"span":"1h2m3.5s"}', '{"sensor":1,"span":"-1.5h"}',
    '{"sensor":1,"span":"+5us"}', '{"sensor":1,"span":"5µs"}', '{"sensor":1,"span":"5\\u03bcs"}', '{"sensor":1,"span":"0"}',
    '{"sensor":1,"span":"-0"}', '{"sensor":1,"span":""}', '{"sensor":1,"span":"5"}', '{"sensor":1,"span":"s"}',
    '{"sensor":1,"span":".s"}', '{"sensor":1,"span":"1.s"}', '{"sensor":1,"span":".5s"}', '{"sensor":1,"span":"0.5ns"}',
    '{"sensor":1,"span":"2562047h47m16.854775807s"}', '{"sensor":1,"span":"2562047h47m16.854775808s"}',
    '{"sensor":1,"span":"-2562047h47m16.854775808s"}', '{"sensor":1,"span":"1h 2m"}', '{"sensor":1,"span":"1d"}',
    '{"sensor":1,"offset":"12"}', '{"sensor":1,"offset":12}', '{"sensor":1,"offset":"-32768"}',
    '{"sensor":1,"offset":"-32769"}', '{"sensor":1,"offset":" 1"}', '{"sensor":1,"offset":""}', '{"sensor":1,"offset":"01"}',
    '{"sensor":1,"offset":null}', '{"sensor":1,"offset":"1e2"}', '{"sensor":1,"place":[]}', '{"sensor":1,"place":[1]}',
    '{"sensor":1,"place":[1,2,3]}', '{"sensor":1,"place":[1,2,3,4]}', '{"sensor":1,"place":[1,2,3.5]}',
    '{"sensor":1,"place":{"lat":1}}', '{"sensor":1,"place":[null]}', '{"sensor":1,"channels":[{}]}',
    '{"sensor":1,"channels":[{"name":"a"},{"name":"b","gain":2}]}', '{"sensor":1,"channels":[{"gain":2}]}',
    '{"sensor":1,"channels":[{"name":"%s"}]}' % ("n" * 12), '{"sensor":1,"channels":[null]}',
    '{"sensor":1,"label":""}', '{"sensor":1,"label":"   "}', '{"sensor":1,"label":"  %s"}' % ("é" * 9),
]


def path(name):
    return FOLDER / name


def model_of(header, name):
    with open(path(name), "wb") as out:
        subprocess.run([FIELDGUARD, "gen", "--dump-model", ROOT / header], stdout=out, check=True)
    return path(name)


def ingest(program, source, *arguments):
    command = [str(program), "--state", str(path("state")), "--json", str(path("stats"))]
    subprocess.run(command + [str(word) for word in arguments] + [str(source)], capture_output=True, check=False)


def check(source, state, reads="", stats=""):
    command = [sys.executable, ROOT / "run/reference.py", "--model", path("order.json"), "--type", "order", "--key", "id",
               "--check", "it=%s,%s,%s" % (state, reads, stats), source]
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)["it"]


def damaged(name, lines):
    path(name).write_bytes(b"".join(line + b"\n" for line in lines))
    return path(name)


def test_damage():
    model_of("examples/orders/order.h", "order.json")
    source = path("stream")
    subprocess.run([STREAM, "--messages", "5000", "--keys", "60", "--bad-every", "50", "-o", source], check=True)
    ingest(INGEST, source, "--reads", path("reads"))
    state = path("state").read_bytes().splitlines()
    found = check(source, path("state"), path("reads"), path("stats"))
    tap.equal((found["equal"], found["lost"], found["mixed"], found["rejected_equal"]), (True, 0, 0, True),
              "what ingest wrote holds", found)

    first = json.loads(state[0])
    changed = json.dumps(dict(first, amount=first["amount"] + 1)).encode()
    found = check(source, damaged("changed", [changed] + state[1:]))
    tap.equal((found["equal"], found["lost"], found["mixed"]), (False, 1, 1), "a changed amount: 1 lost, 1 mixed", found)
    tap.ok("amount" in found["lost_examples"][0], "and an example names it", found)
    found = check(source, damaged("views", [json.dumps(dict(first, views=-1)).encode()] + state[1:]))
    tap.equal((found["lost"], found["mixed"]), (1, 1), "an atomic value that never was", found)
    found = check(source, damaged("missing", state[1:]))
    tap.ok(not found["equal"] and found["lost"] >= len(first) - 2 and found["mixed"] == 0, "a missing record", found)
    found = check(source, damaged("extra", state + [b'{"id":"nobody","views":1}']))
    tap.equal((found["equal"], found["lost"], found["mixed"]), (False, 0, 1), "a record that no message made", found)
    found = check(source, damaged("unsayable", [b"!6f"] + state[1:]))
    tap.ok(not found["equal"] and found["lost"] > 0 and found["mixed"] == 1, "a record that is not JSON", found)
    shorter = {name: value for name, value in first.items() if name != "customer"}
    found = check(source, damaged("shorter", [json.dumps(shorter).encode()] + state[1:]))
    tap.ok(not found["equal"] and found["lost"] >= 2, "a record without its customer", found)

    older = [line for line in source.read_bytes().splitlines() if b'"amount"' in line and first["id"].encode() in line]
    older = json.loads(older[0])
    was = dict(first, amount=older["amount"], currency=older["currency"])
    found = check(source, path("state"), damaged("was", [json.dumps(was).encode()]))
    tap.equal(found["mixed"], 0, "a snapshot whose groups are of different moments is fine: groups are", found)
    other = "USD" if older["currency"] != "USD" else "EUR"
    found = check(source, path("state"), damaged("never", [json.dumps(dict(was, currency=other)).encode()]))
    tap.equal(found["mixed"], 1, "one with the amount of one moment and the currency of another is not", found)
    stats = json.loads(path("stats").read_text())
    path("stats2").write_text(json.dumps(dict(stats, rejected=stats["rejected"] - 1)))
    found = check(source, path("state"), "", path("stats2"))
    tap.ok(not found["rejected_equal"], "another number of rejected lines is seen", found)


def judged_by_rules(model, name, line):
    """The record that the line makes, as {path: value}, or None where it is bad."""
    codec = Codec(Model(json.loads(model.read_text())), name)
    try:
        changes = codec.decode(line)
    except Bad:
        return None
    record = {codec.slots[slot].path: value for slot, value in changes}
    return {where: value for where, value in record.items() if value is not None}


def test_lines(program, header, name, lines):
    """Each line alone through the program and the rules: both refuse it, or both make the same record."""
    model = model_of(header, name + ".json")
    if not program.exists():
        tap.skip("odd lines of struct %s" % name, "%s is not built" % program.name)
        return
    for line in lines:
        text = line.encode("utf-8")
        path("line").write_bytes(text + b"\n")
        path("state").write_bytes(b"")
        ingest(program, path("line"))
        stored = path("state").read_bytes()
        got = judged_by_rules(model, name, stored) if stored else None
        tap.equal(got, judged_by_rules(model, name, text), "%s: %s" % (name, ascii(line[:70])), stored)


def main():
    test_damage()
    test_lines(INGEST, "examples/orders/order.h", "order", ODD_ORDERS)
    test_lines(INGEST.with_name("ingest_sensor"), "examples/sensors/sensor.h", "sensor", ODD_SENSORS)
    subprocess.run(["rm", "-rf", str(FOLDER)], check=True)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
