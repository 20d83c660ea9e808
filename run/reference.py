#!/usr/bin/env python3
"""reference.py - applies messages one after the other, and holds the outputs of other programs against the result

The sequential reference of `make run`: plain dicts and lists, one message after the other, rules of its own (rules.py).
It keeps the final state of every key, and of every group of fields every state that it ever had. So it can say of
another program:

    lost     fields of final records whose value is not the reference's
    mixed    snapshots and final records in which some group (what one policy guards together) is in a state that no
             moment of that key's message history had
    equal    the final state is the reference's, value by value
"""
import argparse
import json
import os
import sys
import time
from operator import itemgetter

from rules import Bad, Codec, Model


class Progress:
    """A line on standard error, on a terminal only."""

    def __init__(self, name, total):
        self.name, self.total = name, max(total, 1)
        self.shown = sys.stderr.isatty()

    def at(self, done):
        if self.shown:
            sys.stderr.write("\r%s: %3d%%" % (self.name, min(done * 100 // self.total, 100)))

    def end(self):
        if self.shown:
            sys.stderr.write("\r\033[K")


class Reference:
    """What the messages say: final state, and the hashes of all states that a group ever had."""

    def __init__(self, codec, key_slot):
        self.codec, self.key_slot = codec, key_slot
        self.records, self.seen = {}, set()
        self.messages = self.rejected = 0
        names = []
        self.group_of = []
        for number, slot in enumerate(codec.slots):
            if number == key_slot:
                self.group_of.append(-1)    # it never changes, so it can't be mixed
                continue
            if slot.group not in names:
                names.append(slot.group)
            self.group_of.append(names.index(slot.group))
        self.groups = [tuple(i for i, g in enumerate(self.group_of) if g == n) for n in range(len(names))]
        self.getters = [itemgetter(*slots) for slots in self.groups]
        self.empty = [None] * len(codec.slots)

    def replay(self, path):
        decode, records, seen = self.codec.decode, self.records, self.seen
        group_of, getters, key_slot = self.group_of, self.getters, self.key_slot
        progress, done = Progress("reference", os.path.getsize(path)), 0
        with open(path, "rb") as source:
            for number, line in enumerate(source):
                done += len(line)
                if not number & 0x3fff:
                    progress.at(done)
                if not line.strip(b" \t\r\n"):
                    continue
                self.messages += 1
                try:
                    changes = decode(line)
                except Bad:
                    self.rejected += 1
                    continue
                key = next((value for slot, value in reversed(changes) if slot == key_slot), None)
                if key is None:
                    self.rejected += 1
                    continue
                record = records.get(key)
                if record is None:
                    record = records[key] = list(self.empty)
                touched = set()
                for slot, value in changes:
                    record[slot] = value
                    touched.add(group_of[slot])
                touched.discard(-1)
                for group in touched:
                    seen.add(hash((key, group, getters[group](record))))
        progress.end()

    def group_is_known(self, key, group, record):
        """Did the group have this state at some moment, the one before the first message among them?"""
        return (hash((key, group, self.getters[group](record))) in self.seen
                or all(record[slot] is None for slot in self.groups[group]))

    def strange_group(self, key, record):
        """The first group in a state that it never had, or None."""
        if key not in self.records:
            return -1
        for group in range(len(self.groups)):
            if not self.group_is_known(key, group, record):
                return group
        return None


class Check:
    """One program's outputs against the reference."""

    EXAMPLES = 3

    def __init__(self, reference):
        self.reference = reference
        self.lost = self.mixed = self.final = self.reads = 0
        self.equal = True
        self.lost_examples, self.mixed_examples = [], []

    def lines(self, path):
        """(key, record) of each line; record is None where the program could not say it in JSON, or said it wrongly."""
        codec, key_slot = self.reference.codec, self.reference.key_slot
        with open(path, "rb") as source:
            for line in source:
                record = list(self.reference.empty)
                try:
                    for slot, value in codec.decode(line):
                        record[slot] = value
                except Bad:
                    yield line.strip().decode("utf-8", "replace"), None
                    continue
                yield record[key_slot], record

    def example(self, examples, text, *values):
        if len(examples) < self.EXAMPLES:
            examples.append(text % values)

    def look_for_mixed(self, key, record, what):
        if record is None:
            self.mixed += 1
            self.example(self.mixed_examples, "%s: not a record: %s", what, key[:200])
            return
        group = self.reference.strange_group(key, record)
        if group is None:
            return
        self.mixed += 1
        if group < 0:
            self.example(self.mixed_examples, "%s of %r: no message has this key", what, key)
            return
        slots = self.reference.groups[group]
        self.example(self.mixed_examples, "%s of %r: no moment had {%s}", what, key,
                     ", ".join("%s: %r" % (self.reference.codec.slots[slot].path, record[slot]) for slot in slots))

    def state(self, path):
        reference = self.reference
        missing = dict(reference.records)
        for key, record in self.lines(path):
            self.final += 1
            self.look_for_mixed(key, record, "final record")
            wanted = missing.pop(key, None)
            if record is None or wanted is None:
                self.equal = False    # its fields are counted with the missing ones, where it has a key
            elif record != wanted:
                self.differs(key, record, wanted)
        for key, wanted in missing.items():
            self.differs(key, reference.empty, wanted)

    def differs(self, key, record, wanted):
        self.equal = False
        for slot, (value, right) in enumerate(zip(record, wanted)):
            if value != right or type(value) is not type(right):
                self.lost += 1
                self.example(self.lost_examples, "%s of %r is %r, and the last message says %r",
                             self.reference.codec.slots[slot].path, key, value, right)

    def snapshots(self, path):
        for key, record in self.lines(path):
            self.reads += 1
            self.look_for_mixed(key, record, "snapshot")

    def result(self):
        return {"equal": self.equal, "lost": self.lost, "mixed": self.mixed, "final_records": self.final,
                "reads": self.reads, "lost_examples": self.lost_examples, "mixed_examples": self.mixed_examples}


def find_key(codec, key):
    """The slot of the field tagged `key`, which --key must name by its outside or its C name."""
    tagged = [field for field in codec.fields if field["key"]]
    if not tagged:
        raise ValueError("struct %s has no field tagged key" % codec.record["name"])
    if key and key not in (tagged[0]["json_name"], tagged[0]["name"]):
        raise ValueError("the key of struct %s is '%s', not '%s'" % (codec.record["name"], tagged[0]["json_name"], key))
    return next(i for i, slot in enumerate(codec.slots) if slot.path == tagged[0]["json_name"])


def parse_arguments():
    parser = argparse.ArgumentParser(
        description="Applies INPUT sequentially, and checks what other programs made of it.",
        epilog="Exit: 0 when it could check, whatever it found; 2 when it could not.")
    parser.add_argument("--model", required=True, help="what `fieldguard gen --dump-model` printed")
    parser.add_argument("--type", required=True, help="name of the struct, without 'struct'")
    parser.add_argument("--key", help="its key, to be held against the tag")
    parser.add_argument("--check", action="append", default=[], metavar="NAME=STATE[,READS[,STATS]]",
                        help="final state, sampled snapshots and statistics of one program; may be repeated")
    parser.add_argument("--json", metavar="FILE", help="write the result there and not to standard output")
    parser.add_argument("input", metavar="INPUT", help="the messages, one JSON object a line")
    return parser.parse_args()


def run_check(reference, files):
    check = Check(reference)
    state, reads, stats = (files.split(",") + ["", ""])[:3]
    check.state(state)
    if reads:
        check.snapshots(reads)
    result = check.result()
    if stats:
        with open(stats, encoding="utf-8") as source:
            told = json.load(source)
        result["messages"], result["rejected"] = told["messages"], told["rejected"]
        result["rejected_equal"] = (told["messages"], told["rejected"]) == (reference.messages, reference.rejected)
    return result


def main():
    arguments = parse_arguments()
    started = time.monotonic()
    try:
        with open(arguments.model, encoding="utf-8") as source:
            model = Model(json.load(source))
        if arguments.type not in model.structs:
            raise ValueError("%s has no struct '%s'" % (arguments.model, arguments.type))
        codec = Codec(model, arguments.type)
        reference = Reference(codec, find_key(codec, arguments.key))
        reference.replay(arguments.input)
        result = {"reference": {"messages": reference.messages, "rejected": reference.rejected,
                                "keys": len(reference.records)}}
        for check in arguments.check:
            name, _, files = check.partition("=")
            result[name] = run_check(reference, files)
        result["reference"]["seconds"] = round(time.monotonic() - started, 2)
        text = json.dumps(result, indent=2, ensure_ascii=False) + "\n"
        if arguments.json:
            with open(arguments.json, "w", encoding="utf-8") as out:
                out.write(text)
        else:
            sys.stdout.write(text)
    except (OSError, ValueError) as error:
        print("reference.py: %s" % error, file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
