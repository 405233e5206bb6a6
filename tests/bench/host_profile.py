#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Where an operation's host instructions go, by callgrind.

Each case runs twice, with N and with 2N operations; the difference of the two counts, divided by
N, is what one operation costs and leaves out start-up, translation and exit. Only the hart's own
thread counts. Translated guest code has no symbols and is one line of the table. These are
instructions and not time: exact, the same on a loaded machine, and a lock costs as much as an
addition.
"""
import argparse
import collections
import pathlib
import re
import sys
import tempfile

import boot

CASES = ["send-pending", "send-fresh", "send-active-own", "self-read", "self-claim", "self-aclint"]
TRANSLATED = "(translated guest code)"


def self_costs(path):
    """Instructions by function of one callgrind output file, without those of its callees."""
    names, costs, function, skip = {}, collections.Counter(), None, False
    for line in path.read_text().splitlines():
        if match := re.match(r"fn=\((\d+)\)(?: (.*))?$", line):
            number, name = match.groups()
            if name:
                names[number] = name
            function = names[number]
        elif match := re.match(r"cfn=\((\d+)\) (.*)$", line):
            names[match[1]] = match[2]
        elif line.startswith("calls="):
            skip = True
        elif re.match(r"[0-9+*-]", line):
            if skip:
                skip = False
            else:
                costs[function] += int(line.split()[1])
    return costs


def merge(costs):
    """Translated code goes by its addresses; a function's clones and cycles under its name."""
    merged = collections.Counter()
    for name, cost in costs.items():
        name = re.sub(r"('\d+|\.(isra|part|constprop|cold)\.?\d*)+$", "", name)
        merged[TRANSLATED if re.match(r"0x|\(unknown\)", name) else name] += cost
    return merged


def count(qemu, image, machine, case, ops):
    with tempfile.TemporaryDirectory() as folder:
        output = pathlib.Path(folder) / "callgrind"
        wrapper = ["valgrind", "--tool=callgrind", "--separate-threads=yes", "--quiet",
                   f"--callgrind-out-file={output}"]
        run = boot.run(qemu, image, machine, boot.Parameters(rounds=0, ops=ops, cases=(case,)),
                       wrapper=wrapper)
        threads = [merge(self_costs(path)) for path in pathlib.Path(folder).glob("callgrind-*")]
    hart, = [costs for costs in threads if costs["mttcg_cpu_thread_fn"]]
    return run.samples[0].ops, hart


def profile(qemu, image, machine, case, ops):
    """{function: instructions per operation}"""
    few, base = count(qemu, image, machine, case, ops)
    many, total = count(qemu, image, machine, case, 2 * ops)
    total.subtract(base)
    return {name: cost / (many - few) for name, cost in total.items() if cost}


def show(case, costs, least):
    total = sum(costs.values())
    print(f"\n{case}: {total:.1f} host instructions per operation\n")
    shown = 0.0
    for name, cost in sorted(costs.items(), key=lambda item: -abs(item[1])):
        if abs(cost) >= least:
            print(f"{cost:9.1f}  {100 * cost / total:5.1f} %  {name}")
            shown += cost
    print(f"{total - shown:9.1f}  {100 * (total - shown) / total:5.1f} %  everything else")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--qemu", required=True)
    parser.add_argument("--guest", required=True)
    parser.add_argument("cases", nargs="*", default=CASES)
    parser.add_argument("--ops", type=int, default=40000, help="N (default: %(default)s)")
    parser.add_argument("--least", type=float, default=1.0,
                        help="instructions that earn a line (default: %(default)s)")
    parser.add_argument("--receivers", type=int, default=512)
    parser.add_argument("--total", action="store_true", help="no functions")
    options = parser.parse_args()
    machine = boot.Machine(receivers=options.receivers)
    for case in options.cases:
        costs = profile(options.qemu, options.guest, machine, case, options.ops)
        if options.total:
            print(f"{sum(costs.values()):9.1f}  {case}")
        else:
            show(case, costs, options.least)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
