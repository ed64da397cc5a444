#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""json_python.py FILE

Reads what `json_diff --emit FILE` wrote, and each document again with Python's json, whose scanner,
UTF-8 decoder and conversion of numbers have nothing in common with ours. What one of them accepts and
the other does not must be named here; what both accept must be the same tree, with the same int64,
uint64 and double of each number. Ends in "N documents, M disagreements"."""

import json
import struct
import sys

DEPTH = 512  # JSON_DEPTH
SHOWN = 20


class Number(str):
    """A number's digits."""


class Pairs(list):
    """An object's members in their order, those of one name too."""


def refuse(word):
    raise ValueError(word + " is not JSON")


def parse(document):
    return json.loads(
        document.decode("utf-8", "strict"),
        strict=True,
        parse_int=Number,
        parse_float=Number,
        parse_constant=refuse,
        object_pairs_hook=Pairs,
    )


def whole(digits):
    """The number when it is whole and not plainly too large, else None."""
    mantissa, _, exponent = digits.lower().partition("e")
    before, _, behind = mantissa.partition(".")
    significant = (before + behind).lstrip("-").lstrip("0").rstrip("0")
    if not significant:
        return 0
    zeros = len(before + behind) - len((before + behind).rstrip("0"))
    power = int(exponent or "0") - len(behind) + zeros
    if power < 0 or len(significant) + power > 30:
        return None
    return int(significant) * 10**power * (-1 if digits[0] == "-" else 1)


def number(digits):
    integer = whole(digits)
    real = float(digits)
    return "<%s|%s|%s|%s>," % (
        digits,
        integer if integer is not None and -(2**63) <= integer < 2**63 else "-",
        integer if integer is not None and 0 <= integer < 2**64 else "-",
        "-" if real in (float("inf"), float("-inf")) else struct.pack(">d", real).hex(),
    )


def tree(value):
    """The value as json_diff writes it. Half a surrogate pair fails to encode."""
    if value is None or value is True or value is False:
        return {None: "n,", True: "t,", False: "f,"}[value]
    if isinstance(value, Number):
        return number(value)
    if isinstance(value, str):
        return '"%s",' % value.encode("utf-8", "strict").hex()
    if isinstance(value, Pairs):
        return "{" + "".join(tree(key) + tree(item) for key, item in value) + "},"
    return "[" + "".join(map(tree, value)) + "],"


def depth(value):
    deepest, level = 0, [value]
    while level:
        containers = [item for item in level if isinstance(item, list)]
        deepest += 1 if containers else 0
        level = []
        for item in containers:
            level += [member for _, member in item] if isinstance(item, Pairs) else item
    return deepest


def judge(document, ours):
    """In a word what came of it; one that begins with "!" is a disagreement."""
    try:
        value = parse(document)
    except ValueError:  # JSONDecodeError and UnicodeDecodeError are ones
        return "both refuse" if ours == "-" else "!ours accepts what Python refuses"
    if depth(value) > DEPTH:
        return "only Python accepts: nesting" if ours == "-" else "!ours accepts deep nesting"
    try:
        theirs = tree(value)
    except UnicodeEncodeError:
        return "only Python accepts: half a surrogate pair" if ours == "-" else "!ours accepts half a pair"
    if ours == "-":
        return "!ours refuses what Python accepts"
    return "both accept" if ours == theirs else "!the trees differ"


def main():
    sys.setrecursionlimit(5000)
    counts, shown = {}, 0
    with open(sys.argv[1], encoding="ascii") as lines:
        for line in lines:
            hexadecimal, ours = line.rstrip("\n").split(" ")
            verdict = judge(bytes.fromhex(hexadecimal), ours)
            counts[verdict] = counts.get(verdict, 0) + 1
            if verdict[0] == "!" and shown < SHOWN:
                print(verdict[1:], bytes.fromhex(hexadecimal), sep=": ")
                shown += 1
    for verdict in sorted(counts):
        print("%-52s %10d" % (verdict.lstrip("!"), counts[verdict]))
    documents = sum(counts.values())
    wrong = sum(count for verdict, count in counts.items() if verdict[0] == "!")
    print("%d documents, %d disagreements" % (documents, wrong))
    return 1 if wrong or not documents else 0


if __name__ == "__main__":
    sys.exit(main())
