"""tap.py - tests in Python that speak TAP, as tests/tap.h does for C"""
import sys

_count = _failed = 0


def ok(held, name, *details):
    """One test point; details are printed where it fails. Returns: held."""
    global _count, _failed
    _count += 1
    _failed += not held
    print("%s %d - %s" % ("ok" if held else "not ok", _count, name))
    if not held:
        for detail in details:
            for line in str(detail).splitlines()[:40]:
                print("#   " + line)
    sys.stdout.flush()
    return bool(held)


def equal(got, want, name, *details):
    return ok(got == want, name, "got  %r" % (got,), "want %r" % (want,), *details)


def skip(name, why):
    global _count
    _count += 1
    print("ok %d - %s # SKIP %s" % (_count, name, why))


def done():
    """Prints the plan. Returns: the exit status."""
    print("1..%d" % _count)
    return 1 if _failed else 0
