"""rules.py - what a tagged struct accepts, in Python: the second implementation that fieldguard is held against

Reads the model that `fieldguard gen --dump-model` prints (docs/model-json.md) and decodes one JSON text after
docs/tags.md. It shares no code with the library and is written to be plain, not fast.

A record is flat here: a list of slots, one for each field, inline structs taken apart into theirs. A slot is None where
the field was never given. Values are plain and comparable: str, int (enums, times and durations too), float, bool,
tuples.

    codec = Codec(model, "order")
    for slot, value in codec.decode(b'{"id":"o1","amount":5}'):     # raises Bad
        record[slot] = value
"""
import json
import re
import struct
import sys
from datetime import date
from decimal import Decimal
from fractions import Fraction

sys.set_int_max_str_digits(0)

MAX_DEPTH = 512
MAX_STRING = 64 << 20
MAX_ITEMS = 16 << 20
INT64 = (-(1 << 63), (1 << 63) - 1)


class Bad(Exception):
    """The text is not JSON, or not a record of this type."""


class Number(str):
    """A JSON number with a fraction or an exponent, as it stands in the text."""


def refuse_constant(name):
    raise Bad("%s is not JSON" % name)


# An object becomes the tuple of its members in order, duplicates too; an array stays a list.
PARSER = json.JSONDecoder(object_pairs_hook=tuple, parse_float=Number, parse_constant=refuse_constant)
SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
DEEP = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.S)


def check_depth(text):
    depth = 0
    for token in DEEP.findall(text):
        if token in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise Bad("nested too deep")
        elif token in "]}":
            depth -= 1


def parse(line):
    """Parses one JSON text of bytes, strictly after RFC 8259."""
    try:
        text = line.decode("utf-8")
        if text.count("[") + text.count("{") > MAX_DEPTH:
            check_depth(text)
        value, end = PARSER.raw_decode(text.lstrip(" \t\r\n"))
        if text.lstrip(" \t\r\n")[end:].strip(" \t\r\n"):
            raise Bad("text after the value")
        if SURROGATE.search(text):
            check_surrogates(value)
    except (ValueError, RecursionError) as error:
        raise Bad(str(error)) from None
    return value


def check_surrogates(value):
    if isinstance(value, str):
        value.encode("utf-8")
    elif isinstance(value, (list, tuple)):
        for item in value:
            check_surrogates(item)


# ---- one value --------------------------------------------------------------------------------------------------

def exact_int(value):
    if type(value) is int:
        return value
    if type(value) is Number:
        number = Decimal(value)
        if number.is_zero():
            return 0
        if number.adjusted() < 40 and number == number.to_integral_value():
            return int(number)
    raise Bad("not an integer")


def int_rule(low, high):
    def rule(value):
        if type(value) is not int:
            value = exact_int(value)
        if not low <= value <= high:
            raise Bad("out of range")
        return value
    return rule


def bool_rule(value):
    if type(value) is not bool:
        raise Bad("not a bool")
    return value


def float_rule(size):
    def rule(value):
        if type(value) is not int and type(value) is not Number:
            raise Bad("not a number")
        try:
            number = float(value) if size == 8 else to_float32(str(value))
        except OverflowError:
            raise Bad("out of range") from None
        if number in (float("inf"), float("-inf")):
            raise Bad("out of range")
        return number
    return rule


def to_float32(text):
    """Rounds once, from the text: through a double it would round twice."""
    near = struct.unpack("f", struct.pack("f", float(text)))[0]
    exact = Fraction(text)
    bits = struct.unpack("I", struct.pack("f", near))[0]
    best = near
    for other in (bits - 1, bits + 1):
        if 0 <= other < 1 << 32:
            candidate = struct.unpack("f", struct.pack("I", other))[0]
            if candidate - candidate == 0 and abs(Fraction(candidate) - exact) < abs(Fraction(best) - exact):
                best = candidate
    return best


def enum_rule(items):
    names, numbers = {}, set()
    for item in items:
        names.setdefault(item["json_name"], item["value"])
        numbers.add(item["value"])
    for item in items:
        names.setdefault(item["c_name"], item["value"])

    def rule(value):
        if type(value) is str:
            if value not in names:
                raise Bad("no enumerator of that name")
            return names[value]
        value = exact_int(value)
        if value not in numbers:
            raise Bad("no enumerator of that number")
        return value
    return rule


MOLDS = {
    "trim": lambda text: text.strip(" \t\n\v\f\r"),
    "lower": lambda text: re.sub("[A-Z]+", lambda found: found.group().lower(), text),
    "upper": lambda text: re.sub("[a-z]+", lambda found: found.group().upper(), text),
}


def chars_rule(size, truncate, molds):
    molds = [MOLDS[name] for name in molds]

    def rule(value):
        if type(value) is not str:
            raise Bad("not a string")
        if "\0" in value:
            raise Bad("a NUL")
        if len(value) * 4 >= size:
            raw = value.encode("utf-8")
            if len(raw) >= size:
                if not truncate:
                    raise Bad("too long")
                value = raw[:size - 1].decode("utf-8", "ignore")
        for mold in molds:
            value = mold(value)
        return value
    return rule


TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:([Zz])|([+-])(\d\d):(\d\d))", re.A)
DAYS = {}


def time_rule(value):
    if type(value) is not str:
        raise Bad("not a time")
    found = TIME.fullmatch(value)
    if not found:
        raise Bad("not a time")
    year, month, day, hour, minute, second, fraction, _, sign, offset_h, offset_m = found.groups()
    day_key = (year, month, day)
    days = DAYS.get(day_key)
    if days is None:
        days = DAYS[day_key] = days_since_1970(int(year), int(month), int(day))
    hour, minute, second = int(hour), int(minute), int(second)
    if hour > 23 or minute > 59 or second > 59:
        raise Bad("not a time")
    seconds = days * 86400 + hour * 3600 + minute * 60 + second
    if sign:
        if int(offset_h) > 23 or int(offset_m) > 59:
            raise Bad("not a time")
        offset = int(offset_h) * 3600 + int(offset_m) * 60
        seconds += offset if sign == "-" else -offset
    ns = seconds * 1000000000
    if fraction:
        if fraction[9:].strip("0"):
            raise Bad("a part of a nanosecond")
        ns += int((fraction + "000000000")[:9])
    return in_int64(ns)


def days_since_1970(year, month, day):
    try:
        if year == 0:   # date begins at year 1; 400 years are 146097 days
            return date(400, month, day).toordinal() - 146097 - date(1970, 1, 1).toordinal()
        return date(year, month, day).toordinal() - date(1970, 1, 1).toordinal()
    except ValueError:
        raise Bad("not a time") from None


def in_int64(value):
    if not INT64[0] <= value <= INT64[1]:
        raise Bad("out of range")
    return value


UNITS = {"ns": 1, "us": 10**3, "\u00b5s": 10**3, "\u03bcs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9,
         "h": 3600 * 10**9}
DURATION_PART = re.compile("([0-9]*)(?:\\.([0-9]*))?(ns|us|\u00b5s|\u03bcs|ms|s|m|h)")


def duration_rule(value):
    if type(value) is not str:
        raise Bad("not a duration")
    sign, text = 1, value
    if text[:1] in ("-", "+"):
        sign, text = (-1 if text[0] == "-" else 1), text[1:]
    if text == "0":
        return 0
    total, at = 0, 0
    while at < len(text) or not text:
        found = DURATION_PART.match(text, at)
        if not found or not (found[1] or found[2]):
            raise Bad("not a duration")
        whole, fraction, unit = found[1] or "0", found[2] or "", UNITS[found[3]]
        part, rest = divmod(int(fraction or "0") * unit, 10**len(fraction))
        if rest:
            raise Bad("a part of a nanosecond")
        total += int(whole) * unit + part
        at = found.end()
    return in_int64(sign * total)


QUOTED = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false")


def quoted_rule(inner):
    """The option `string`: the value stands in a JSON string."""
    def rule(value):
        if type(value) is not str or not QUOTED.fullmatch(value):
            raise Bad("not a quoted value")
        return inner(PARSER.decode(value))
    return rule


# ---- structs ----------------------------------------------------------------------------------------------------

def item_rule(model, field):
    """The rule of one element of a field, whatever its shape."""
    kind = field["kind"]
    if kind == "bool":
        rule = bool_rule
    elif kind == "int" and field["time"]:
        return time_rule
    elif kind == "int" and field["duration"]:
        return duration_rule
    elif kind == "int":
        bits = 8 * field["type_size"]
        rule = int_rule(-(1 << bits - 1), (1 << bits - 1) - 1) if field["signed"] else int_rule(0, (1 << bits) - 1)
    elif kind == "float":
        rule = float_rule(field["type_size"])
    elif kind == "enum":
        return enum_rule(model.enums[field["enum"]]["items"])
    elif kind == "chars":
        return chars_rule(field["chars_n"], field["truncate"], field["molds"])
    elif kind == "struct":
        return whole_rule(model, model.structs[field["struct"]])
    else:
        raise ValueError("'%s': the reference knows no fields of kind '%s'" % (field["name"], kind))
    return quoted_rule(rule) if field["string"] else rule


def array_rule(item, field):
    size, exact = field["fixed_n"], field["count"] is None

    def rule(value):
        if type(value) is not list or len(value) > size or (exact and len(value) != size):
            raise Bad("not an array, or of another length")
        return tuple([item(x) for x in value])
    return rule


def map_rule(model, field):
    """An object whose members are the elements of an array of structs."""
    record = model.structs[field["struct"]]
    fields = [f for f in record["fields"] if f["converted"]]
    key = next(f for f in fields if f["mapkey"])
    held = next((f for f in fields if f["mapvalue"]), None)
    key_rule = field_rule(model, key)
    whole = None if held else whole_rule(model, record)
    held_rule = field_rule(model, held) if held else None

    def rule(value):
        if type(value) is not tuple or len(value) > field["fixed_n"]:
            raise Bad("not an object, or too many members")
        items = []
        for name, member in value:
            name = key_rule(exact_name(name) if key["kind"] == "int" else name)
            items.append((name, held_rule(member) if held else whole(member)))
        return tuple(items)
    return rule


def exact_name(name):
    if not re.fullmatch(r"-?(?:0|[1-9][0-9]*)", name):
        raise Bad("not an integer")
    return int(name)


def field_rule(model, field):
    if field["shape"] == "one":
        return item_rule(model, field)
    if field["shape"] != "fixed":
        raise ValueError("'%s': the reference knows no pointers" % field["name"])
    return map_rule(model, field) if field["map"] else array_rule(item_rule(model, field), field)


def zero_of(model, field):
    """What a field holds that is absent in an element of an array: its default, or zero."""
    if field["default"] is not None:
        text = field["default"]
        if field["kind"] in ("chars", "enum") or field["time"] or field["duration"]:
            plain = field["kind"] == "enum" and re.fullmatch("-?[0-9]+", text)
            return field_rule(model, field)(int(text) if plain else text)
        return field_rule(model, dict(field, string=False))(PARSER.decode(text))
    if field["shape"] == "fixed":
        one = zero_of(model, dict(field, shape="one"))
        return () if field["count"] is not None else (one,) * field["fixed_n"]
    if field["kind"] == "struct":
        return tuple(zero_of(model, f) for f in model.structs[field["struct"]]["fields"] if f["converted"])
    return {"bool": False, "chars": "", "float": 0.0}.get(field["kind"], 0)


def whole_rule(model, record):
    """A struct as one value: an element of an array, or a tuple. Absent fields are their default or zero."""
    codec = Codec(model, record["name"], nested_flat=False)
    zeros = [zero_of(model, field) for field in codec.fields]

    def rule(value):
        values = list(zeros)
        for slot, given in codec.slots_of(value):
            values[slot] = given
        return tuple(values)
    return rule


class Model:
    """The dumped model: structs and enums by name."""

    def __init__(self, dump):
        self.structs = {record["name"]: record for record in dump["structs"]}
        self.enums = {item["c_name"]: item for item in dump["enums"]}


class Slot:
    """A field's place in the flat record: its path, as it stands outside, and its group ("" is the snapshot)."""

    def __init__(self, path, group, zero):
        self.path, self.group, self.zero = path, group, zero


class Codec:
    """Decodes one struct type. slots: what the flat record holds, in declared order."""

    def __init__(self, model, name, nested_flat=True):
        self.model = model
        self.record = model.structs[name]
        self.fields = [field for field in self.record["fields"] if field["converted"]]
        self.flat = nested_flat and not self.record["tuple"]
        self.slots = []
        self.table = self.members(self.record, "", None)

    def members(self, record, path, group):
        """The members of an object: name -> (slot or -1, rule or inner object's table, null is absent, its bit)."""
        names, order, required = {}, [], 0
        for number, field in enumerate(f for f in record["fields"] if f["converted"]):
            where = path + field["json_name"]
            own = group or group_of(field, where)
            inner = self.flat and field["kind"] == "struct" and field["shape"] == "one"
            inner = inner and not self.model.structs[field["struct"]]["tuple"]
            if inner:
                table = self.members(self.model.structs[field["struct"]], where + ".", own)
                entry = (-1, table, field["null"], 1 << number)
            else:
                zero = zero_of(self.model, dict(field, default=None)) if field["omitempty"] else None
                self.slots.append(Slot(where, own, zero))
                entry = (len(self.slots) - 1, field_rule(self.model, field), field["null"], 1 << number)
            required |= field["required"] << number
            order.append(entry)
            for outside in [field["json_name"]] + field["aliases"]:
                names.setdefault(outside, entry)
        return names, order, required, record["unknown_error"], record["tuple"]

    def decode(self, line):
        return self.slots_of(parse(line))

    def slots_of(self, value):
        """The changes that a parsed text names: [(slot, value)]. A value that encoding would leave out is None."""
        changes = []
        self.walk(value, self.table, changes)
        return changes

    def walk(self, value, table, changes):
        names, order, required, unknown_error, is_tuple = table
        seen = 0
        if is_tuple:
            if type(value) is not list or (unknown_error and len(value) > len(order)):
                raise Bad("not an array, or an item that no field has")
            value = zip(order, value)
        elif type(value) is not tuple:
            raise Bad("not an object")
        for name, given in value:
            entry = name if is_tuple else names.get(name)
            if entry is None:
                if unknown_error:
                    raise Bad("an unknown name")
                continue
            slot, rule, null_absent, bit = entry
            if given is None and null_absent:
                continue
            seen |= bit
            if slot < 0:
                self.walk(given, rule, changes)
            else:
                given = rule(given)
                changes.append((slot, None if given == self.slots[slot].zero else given))
        if required & ~seen:
            raise Bad("a required field is absent")


def group_of(field, path):
    """The name of the group whose fields change together: one a policy and name; every atomic field is its own."""
    policy = field["policy"]
    if policy in ("mutex", "rwmutex"):
        return "%s %s" % (policy, field["group"] or field["name"])
    return "snapshot" if policy == "snapshot" else "%s %s" % (policy, path)
