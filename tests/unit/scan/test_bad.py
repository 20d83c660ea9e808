#!/usr/bin/env python3
"""test_bad.py SCAN_DUMP PROGRAMS - binaries that can't be read: each is refused with what is wrong and how it is mended"""
import os
import shutil
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', '..', 'cli'))
import tap  # noqa: E402


def refused(exe, path, *words):
    got = subprocess.run([exe, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)
    name = os.path.basename(path)
    tap.ok(got.returncode == 2 and all(word in got.stderr for word in words) and got.stderr.count('\n') == 1,
           '%s is refused: %s' % (name, ', '.join(words)), got.returncode, got.stderr)


def compile_to(directory, name, source, *flags):
    path = os.path.join(directory, name)
    subprocess.run(['gcc', *flags, source, '-o', path], check=True)
    return path


def with_machine(data, machine, elf_class=2, big=False):
    head = bytearray(data)
    head[4] = elf_class
    head[5] = 2 if big else 1
    head[18:20] = struct.pack('>H' if big else '<H', machine)
    return bytes(head)


def main():
    exe, programs = os.path.abspath(sys.argv[1]), sys.argv[2]
    source = os.path.join(programs, 'scan_types.c')
    with tempfile.TemporaryDirectory() as directory:
        def put(name, data):
            path = os.path.join(directory, name)
            with open(path, 'wb') as out:
                out.write(data)
            return path

        plain = compile_to(directory, 'no_g', source)
        refused(exe, plain, 'no debug information', '-g', '-dbgsym')
        good = compile_to(directory, 'good', source, '-g')
        with open(good, 'rb') as text:
            data = text.read()
        stripped = os.path.join(directory, 'stripped')
        subprocess.run(['strip', '-o', stripped, good], check=True)
        refused(exe, stripped, 'no debug information', 'stripped')
        refused(exe, compile_to(directory, 'object', source, '-g', '-c'), 'object file', 'link')
        refused(exe, compile_to(directory, 'split', source, '-g', '-gsplit-dwarf'), '.dwo', 'without -gsplit-dwarf')
        refused(exe, os.path.join(directory, 'absent'), 'No such file')
        refused(exe, directory, 'directory')
        refused(exe, put('empty', b''), 'not an ELF file')
        refused(exe, put('text', b'#!/bin/sh\n' * 100), 'not an ELF file')
        refused(exe, put('i386', with_machine(data, 3, 1)), '32-bit x86')
        refused(exe, put('x32', with_machine(data, 62, 1)), '32-bit')
        refused(exe, put('riscv', with_machine(data, 243)), 'RISC-V')
        refused(exe, put('s390', with_machine(data, 22, 2, True)), 'IBM Z')
        refused(exe, put('odd', with_machine(data, 9999)), '9999')
        refused(exe, put('cut', data[:len(data) // 2]), 'cut')
        if shutil.which('/usr/bin/go'):
            environment = dict(os.environ, GOCACHE=os.path.join(directory, 'cache'), GO111MODULE='off')
            go = os.path.join(directory, 'go_w')
            subprocess.run(['/usr/bin/go', 'build', '-ldflags=-s -w', '-o', go, os.path.join(programs, 'scan_pair.go')],
                           check=True, env=environment)
            refused(exe, go, 'no debug information', '-ldflags')
            arm = os.path.join(directory, 'go_arm64')
            subprocess.run(['/usr/bin/go', 'build', '-o', arm, os.path.join(programs, 'scan_pair.go')], check=True,
                           env=dict(environment, GOARCH='arm64'))
            got = subprocess.run([exe, arm], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            tap.ok(got.returncode == 0 and 'main.Pair.B: 64+64 int64' in got.stdout,
                   'types of an arm64 program are read', got.stderr)
        else:
            tap.skip('Go programs', 'no Go')
    return tap.done()


sys.exit(main())
