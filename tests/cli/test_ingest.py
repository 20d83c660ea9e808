#!/usr/bin/env python3
"""test_ingest.py STREAM INGEST FIELDGUARD ROOT - the ingest driver as a user runs it, held against the reference"""
import json
import os
import pty
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import tap

STREAM, INGEST, FIELDGUARD, ROOT = (Path(argument).resolve() for argument in sys.argv[1:5])
FOLDER = Path(tempfile.mkdtemp(prefix="ingest"))
TIMEOUT = 300


def path(name):
    return FOLDER / name


def ingest(*arguments, **options):
    command = [str(INGEST)] + [str(word) for word in arguments]
    return subprocess.run(command, capture_output=True, timeout=TIMEOUT, check=False, **options)


def stream(name, *arguments):
    subprocess.run([str(STREAM), "-o", str(path(name))] + [str(word) for word in arguments], check=True)
    return path(name)


def words(done):
    return (done.stdout + done.stderr).decode("utf-8", "replace")


def reference(name, *files):
    """What reference.py says of one program's files."""
    with open(path("model.json"), "wb") as out:
        subprocess.run([FIELDGUARD, "gen", "--dump-model", ROOT / "examples/orders/order.h"], stdout=out, check=True)
    command = [sys.executable, ROOT / "run/reference.py", "--model", path("model.json"), "--type", "order",
               "--key", "id", "--check", "it=" + ",".join(str(file) for file in files), name]
    return json.loads(subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, check=True).stdout)["it"]


def test_usage():
    done = ingest("--help")
    tap.ok(done.returncode == 0 and b"usage: ingest" in done.stdout, "--help", words(done))
    for arguments in ((), ("a", "b"), ("--nonsense", "a"), ("--workers", "0", "a"), ("--workers", "2x", "a"),
                      ("--workers", "-1", "a")):
        done = ingest(*arguments)
        tap.ok(done.returncode == 2 and done.stderr and not done.stdout, "usage error: %s" % " ".join(arguments),
               words(done))


def test_workers():
    source = stream("clean", "--messages", 20000, "--keys", 700)
    states = []
    for workers in (1, 2, 3, 8):
        done = ingest("--workers", workers, "--state", path("state"), "--reads", path("reads"), "--json", path("stats"),
                      source)
        tap.equal(done.returncode, 0, "%d workers: exit" % workers, words(done))
        tap.ok(b"20,000 messages: 20,000 merged into 700 records, 0 rejected" in done.stdout, "summary", words(done))
        states.append(path("state").read_bytes())
        found = reference(source, path("state"), path("reads"), path("stats"))
        tap.ok(found["equal"] and found["rejected_equal"] and found["lost"] == 0 and found["mixed"] == 0,
               "%d workers: state and %d snapshots are the reference's" % (workers, found["reads"]), found)
    tap.ok(all(state == states[0] for state in states), "the state is the same bytes with 1, 2, 3 and 8 workers")
    tap.equal(states[0].count(b"\n"), 700, "one line a record")
    return source, states[0]


def test_rejects():
    source = stream("bad", "--messages", 3000, "--keys", 50, "--bad-every", 7)
    lines = source.read_bytes().split(b"\n")[:-1]
    bad = lines[6::7]
    done = ingest("--rejects", path("rejects"), "--state", path("state"), "--json", path("stats"), source)
    told = done.stderr.decode("utf-8", "replace").splitlines()
    tap.equal(done.returncode, 1, "exit 1 with bad lines", words(done))
    tap.equal(path("rejects").read_bytes(), b"".join(line + b"\n" for line in bad), "rejects: the bad lines as they are")
    tap.equal(len(told), 21, "20 bad lines are told in full", *told)
    tap.equal(told[-1], "... and %d more" % (len(bad) - 20), "and how many more there are")
    shape = re.compile(re.escape(str(source)) + r":(\d+):\d+: \$\S*: .+ \(byte \d+\)")
    matches = [shape.fullmatch(line) for line in told[:20]]
    tap.ok(all(matches), "each as file:line:column: $.path: text (byte)", *told)
    tap.equal([int(match[1]) for match in matches if match], list(range(7, 141, 7)), "in order of lines")
    tap.ok(not any("EURO" in line or "yesterday" in line for line in told), "without values", *told)
    found = reference(source, path("state"), "", path("stats"))
    tap.ok(found["equal"] and found["rejected_equal"], "state and rejected as the reference says", found)
    done = ingest("--show-values", source)
    tap.ok(b"EURO" in done.stderr, "--show-values shows them", words(done))


def test_odd_lines():
    path("odd").write_bytes(b'\n  \r\n{"id":"a","views":1}\r\n\t\n {"id":"b","views":2} \n{"id":"c","views":3')
    done = ingest("--state", "-", path("odd"))
    tap.equal((done.returncode, done.stdout), (1, b'{"id":"a","views":1}\n{"id":"b","views":2}\n'),
              "blank lines, CRLF, a cut last line; --state -", words(done))
    tap.ok(b"odd:6:" in done.stderr and b"3 messages: 2 merged" in done.stderr, "blank lines have numbers, no messages",
           words(done))
    path("last").write_bytes(b'{"id":"a","views":1}')
    done = ingest("--state", "-", path("last"))
    tap.equal((done.returncode, done.stdout), (0, b'{"id":"a","views":1}\n'), "the last line needs no newline",
              words(done))


def test_outputs_fail(source, state):
    bad = path("bad")
    if not os.path.exists("/dev/full"):
        tap.skip("a full disk", "there is no /dev/full")
        return
    ingest("--state", path("state"), bad)
    done = ingest("--rejects", "/dev/full", "--state", path("state2"), bad)
    tap.equal(done.returncode, 2, "rejects on a full disk: exit 2", words(done))
    tap.equal(done.stderr.count(b"/dev/full: No space left on device"), 1, "told once", words(done))
    tap.equal(path("state2").read_bytes(), path("state").read_bytes(), "and the ingest went on to the same state")
    tap.ok(b"428 rejected lines could not be written" in done.stdout, "the summary counts what was not kept",
           words(done))
    for option in ("--state", "--json", "--reads"):
        done = ingest(option, "/dev/full", source)
        tap.ok(done.returncode == 2 and b"/dev/full: No space left" in done.stderr, "%s on a full disk" % option,
               words(done))
    for option in ("--rejects", "--state", "--json", "--reads"):
        done = ingest(option, path("no/such/folder"), source)
        tap.ok(done.returncode == 2 and b"No such file" in done.stderr, "%s in no folder" % option, words(done))


def test_inputs(source, state):
    for name, text in ((path("missing"), b"No such file or directory"), (FOLDER, b"Is a directory")):
        done = ingest("--state", path("state"), name)
        tap.ok(done.returncode == 2 and str(name).encode() + b": " + text in done.stderr, "input: %s" % text.decode(),
               words(done))
    path("empty").write_bytes(b"")
    done = ingest("--state", path("state"), "--reads", path("reads"), path("empty"))
    tap.ok(done.returncode == 0 and b"0 messages" in done.stdout and b"empty" in done.stdout, "an empty file",
           words(done))
    tap.equal(path("state").read_bytes(), b"", "makes an empty state")
    done = ingest("--state", path("state"), "-", input=source.read_bytes())
    tap.ok(done.returncode == 0 and path("state").read_bytes() == state, "a pipe as standard input", words(done))
    with open(source, "rb") as stdin:
        done = ingest("--state", path("state"), "--reads", path("reads"), "-", stdin=stdin)
    tap.ok(done.returncode == 0 and path("state").read_bytes() == state, "a file as standard input", words(done))
    done = ingest("--reads", path("reads"), "-", input=b"{}")
    tap.ok(done.returncode == 2 and b"regular file" in done.stderr, "--reads of a pipe is refused", words(done))


def wait_until_read(process, stream_in):
    """Waits until the pipe is empty, and some more for what is in flight."""
    import fcntl
    import struct
    import termios
    deadline = time.monotonic() + TIMEOUT
    while time.monotonic() < deadline and process.poll() is None:
        if struct.unpack("i", fcntl.ioctl(stream_in, termios.FIONREAD, b"\0" * 4))[0] == 0:
            break
        time.sleep(0.01)
    time.sleep(0.5)


def test_signals(source):
    lines = source.read_bytes().splitlines(keepends=True)[:1000]
    path("begun").write_bytes(b"".join(lines))
    for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        command = [str(INGEST), "--state", str(path("state")), "--json", str(path("stats")), "-"]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        process.stdin.write(b"".join(lines) + b'{"id":"half')
        process.stdin.flush()
        wait_until_read(process, process.stdin)
        process.send_signal(number)
        out = process.stdout.read()
        tap.equal(process.wait(TIMEOUT), status, "%s ends it with %d" % (number.name, status), process.stderr.read())
        tap.ok(b"1,000 messages: 1,000 merged" in out and b"stopped" in out, "and the summary", out)
        found = reference(path("begun"), path("state"), "", path("stats"))
        tap.ok(found["equal"] and found["rejected_equal"], "all whole lines that came are in the state", found)
        process.stdin.close()


def on_terminal(source, environment):
    """What a terminal of 72 columns gets on standard error."""
    import fcntl
    import struct
    import termios
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 72, 0, 0))
    process = subprocess.Popen([str(INGEST), "--workers", "1", str(source)], stdout=subprocess.DEVNULL, stderr=theirs,
                               env={**os.environ, "TERM": "xterm", **environment})
    os.close(theirs)
    text = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:
            break
        if not piece:
            break
        text += piece
    os.close(ours)
    process.wait(TIMEOUT)
    return text.decode()


def test_progress():
    source = stream("long", "--messages", 600000, "--keys", 1000)
    text = on_terminal(source, {"NO_COLOR": ""})
    if "%" not in text:
        tap.skip("the progress bar", "the machine is so fast that none is drawn")
        return
    drawn = [line for line in text.split("\r\033[K") if "%" in line]
    tap.ok("\033[32m" in text, "the bar is in colour", repr(text))
    tap.ok(all("messages/s" in line and "MB/s" in line and "left" in line for line in drawn),
           "it tells rates and time left", repr(text))
    text = on_terminal(source, {"NO_COLOR": "1"})
    drawn = [line for line in text.split("\r\033[K") if "%" in line]
    tap.ok("\033[3" not in text, "NO_COLOR takes the colour", repr(text))
    tap.ok(all(len(line) < 72 for line in drawn), "it fits the terminal", repr(text))
    tap.ok(text.endswith("\r\033[K"), "and is gone at the end", repr(text))
    done = ingest(source)
    tap.equal(done.stderr, b"", "no progress where there is no terminal")


def main():
    test_usage()
    source, state = test_workers()
    test_rejects()
    test_odd_lines()
    test_outputs_fail(source, state)
    test_inputs(source, state)
    test_signals(source)
    test_progress()
    subprocess.run(["rm", "-rf", str(FOLDER)], check=True)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
