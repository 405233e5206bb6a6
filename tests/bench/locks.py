#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A post that nobody has to hear of takes no global lock.

QEMU traces each lock of a mutex (the BQL is one; receivers' spin locks are not). The guest of the
benchmarks sends N and 2N times: posts of these cases must add next to nothing to the trace, while
the control, where each post raises an interrupt, must add at least one lock each. Prints PASS or
FAIL with a name, one a line.
"""
import argparse
import pathlib
import sys
import tempfile

import boot

OPS = 4096
FEW = OPS // 16  # translation, the console and the monitor lock now and then

# Pending already, its doorbell rung, its receiver told; and new, to a receiver without doorbell
QUIET = ["send-pending", "send-pending-bell", "send-active-own", "send-fresh"]
CONTROL = "self-read"


def locks(options, case, ops):
    """Locks that were traced, and the operations done."""
    with tempfile.TemporaryDirectory() as folder:
        log = pathlib.Path(folder, "log")
        run = boot.run(options.qemu, options.guest, boot.Machine(),
                       boot.Parameters(rounds=0, ops=ops, cases=(case,)),
                       extra=["-trace", "qemu_mutex_lock", "-D", str(log)])
        text = log.read_text(errors="replace")
        return text.count("qemu_mutex_lock"), sum(sample.ops for sample in run.samples)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--qemu", required=True)
    parser.add_argument("--guest", required=True)
    options = parser.parse_args()
    bad = 0
    for case in [*QUIET, CONTROL]:
        try:
            once, few_ops = locks(options, case, OPS)
            twice, many_ops = locks(options, case, 2 * OPS)
            more, ops = twice - once, many_ops - few_ops
            good = more >= ops > 0 if case == CONTROL else more <= FEW < ops
            print(f"# {case}: {more} more locks for {ops} more posts")
        except boot.GuestError as error:
            good = False
            print(f"# {case}: {error}")
        name = "interrupt-takes-it" if case == CONTROL else f"{case}-takes-none"
        print(f"{'PASS' if good else 'FAIL'} bench/global-lock-{name}", flush=True)
        bad |= not good
    sys.exit(bad)


if __name__ == "__main__":
    main()
