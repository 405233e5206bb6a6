# SPDX-License-Identifier: MIT
"""What IPC is held against: targets, met or missed and why, and figures of others."""
from __future__ import annotations

from ipc_document import count, least, per_exchange

DEEPEST = 32
# Parts of a round trip by source file: the first that matches.
PARTS = (("entry into the kernel, return and lock", ("guest-kernel/arch/", "guest-kernel/core/lock")),
         ("receivers: U-level registers, slot of the controller",
          ("guest-kernel/ipc/uintr", "guest-kernel/drivers/uintc")),
         ("doorbell and its interrupt", ("guest-kernel/drivers/", "guest-kernel/core/interrupt")),
         ("threads, spaces, waiting", ("guest-kernel/core/",)),
         ("the kernel's IPC", ("guest-kernel/ipc/",)),
         ("library", ("user/lib/",)),
         ("programs", ("user/",)))
# reL4's documents: cycles per IPC, and its synchronous fast path.
REL4 = {1: 10500, 2: 6000, 4: 3450, 8: 2450, 16: 1950, 32: 1700}
REL4_SYNC = 3000


def parts_of(profile):
    """{part: instructions} in the order of PARTS."""
    parts = {name: 0.0 for name, _ in PARTS}
    for file, instructions in profile.items():
        parts[next(name for name, starts in PARTS if file.startswith(starts))] += instructions
    return parts


def compare_profiles(document, ours, theirs):
    """Where `ours` executes more than `theirs`, in words."""
    first, second = document.profile(ours), document.profile(theirs)
    if not first or not second:
        return ""
    a, b = parts_of(first), parts_of(second)
    more = sorted(((a[name] - b[name], name) for name in a), reverse=True)
    words = [f"{name} {b[name]:.0f} → {a[name]:.0f}" for difference, name in more
             if difference >= 10]
    return f"From {theirs} to {ours}, instructions: " + "; ".join(words) + "."


def target(name, aim, got, met, why=""):
    return {"name": name, "aim": aim, "got": got, "met": met, "why": why}


def _one_in_flight(document):
    call = per_exchange(document.one("depth", "call", depth=1))
    channel = per_exchange(document.one("depth", "channel", depth=1))
    met = channel <= 1.3 * call
    why = "" if met else compare_profiles(document, "channel", "call")
    return target("channel, one message in flight, against call and reply", "at most 1.3 times",
                  f"{channel / call:.2f} times ({channel:.0f} and {call:.0f} instructions)", met, why)


def _deepest(document):
    call = per_exchange(document.one("depth", "call", depth=1))
    channel = per_exchange(document.one("depth", "channel", depth=DEEPEST))
    return target(f"channel, {DEEPEST} in flight, against call and reply", "at least 2 times faster",
                  f"{call / channel:.1f} times ({channel:.0f} instructions)", call >= 2 * channel)


def _interrupts(document):
    entry = document.one("depth", "channel", depth=DEEPEST)
    taken, calls = count(entry, "interrupts_taken"), count(entry, "system_calls")
    return target(f"interrupts per message, {DEEPEST} in flight", "at most 0.03",
                  f"{taken:.3f}", taken <= 0.03,
                  f"Both sides sleep and are woken by a handover, once for {DEEPEST} messages each way: "
                  f"{calls / 2:.3f} system calls a message, each waking the other side, take the place "
                  "of interrupts.")


def _running(document):
    uipi = document.one("itself", "uipi")["median"]
    others = {name: document.one("itself", name)["median"] / uipi
              for name in ("eventfd", "pipe", "signal")}
    return target("notification of a receiver that runs, against pipe, eventfd and signal",
                  "at least 10 times fewer instructions",
                  f"{others['pipe']:.1f}, {others['eventfd']:.1f} and {others['signal']:.1f} times "
                  f"({uipi} instructions)", min(others.values()) >= 10)


def _blocked(document):
    """By whichever is there for it: who sends and then waits gives its hart along."""
    best = {name: per_exchange(document.one("receiver", name, receiver="blocked"))
            for name in ("handover", "channel", "uipi", "eventfd", "pipe", "signal")}
    against = ("pipe", "eventfd", "signal")

    def times(name):
        return ", ".join(f"{best[other] / best[name]:.1f}" for other in against)

    return target("receiver blocked, request and answer, against pipe, eventfd and signal",
                  "at least 2 times fewer instructions",
                  f"{times('handover')} times with the hart handed over; {times('channel')} by a channel; "
                  f"{times('uipi')} by `uipi.send` and a doorbell",
                  min(best[other] for other in against) >= 2 * best["channel"],
                  "`uipi.send` alone misses it: the doorbell is a device's interrupt, which the kernel "
                  "claims, and then wakes and switches as for any other wait. "
                  + compare_profiles(document, "uipi", "eventfd"))


def _one_way(document):
    uipi = document.one("one-way", "uipi")["median"]
    others = {name: document.one("one-way", name)["median"] / uipi
              for name in ("pipe", "eventfd", "signal")}
    return target("receiver blocked, one way, sender goes on: `uipi.send` and the doorbell",
                  "at least 2 times fewer instructions",
                  ", ".join(f"{ratio:.1f}" for ratio in others.values())
                  + f" times fewer than pipe, eventfd, signal ({uipi} instructions)",
                  min(others.values()) >= 2,
                  "The kernel's part is the same with and without user interrupts: wake, two switches, "
                  "the receiver's next wait. x86 has 1.1 times against eventfd, for this reason.")


NOT_HERE = "Belongs to the asynchronous runtime, which is not part of this."
INTEL = "[Intel](https://lwn.net/Articles/871113/)"


def targets(document):
    """All of them; those that another benchmark is for say so."""
    return [_one_in_flight(document), _deepest(document), _interrupts(document), _running(document),
            _blocked(document), _one_way(document),
            target("picking the next coroutine", "O(1), at most 40 instructions", "-", None, NOT_HERE),
            target("harts + 1 threads", "no collapse", "-", None, NOT_HERE),
            target("throughput at one connection", "not below threads", "-", None, NOT_HERE),
            target("wake-up of the top priority, lower ones busy", "at most 1.2 times unloaded", "-", None,
                   NOT_HERE)]


def _times(values):
    return ", ".join("-" if value is None else f"{value:.1f}×" for value in values)


def rel4(document):
    """Times of call and reply at each depth: theirs and ours, in words."""
    call = per_exchange(document.one("depth", "call", depth=1))
    ours = [per_exchange(entry) / call for entry in document.all("depth", mechanism="channel")]
    return (", ".join(f"{cycles / REL4_SYNC:.2f}" for cycles in REL4.values()),
            ", ".join(f"{times:.2f}" for times in ours))


def references(document):
    """(what, whose, their figure, ours): of others, on other machines; ratios compare, figures don't."""
    def receiver(name):
        return per_exchange(document.one("receiver", name, receiver="blocked"))

    itself = {entry["mechanism"]: entry["median"] for entry in document.group("itself")}
    uipi = least(document, "time-2", "uipi", "running")
    threads = [uipi and least(document, "time-2", name, "blocked") / uipi
               for name in ("eventfd", "signal", "pipe")]
    call = per_exchange(document.one("depth", "call", depth=1))
    theirs, ours = rel4(document)
    yield ("receiver running, against eventfd, signal, pipe", f"x86 hardware, {INTEL}", "9.7×, 14.8×, 16.3×",
           _times(itself[name] / itself["uipi"] for name in ("eventfd", "signal", "pipe"))
           + " (instructions to send and take)")
    yield ("the same, two processes, in time", "x86 in a QEMU fork", "5.2×, 5.5×, 12×",
           _times(threads) + " (two harts, least of all; the user interrupt's receiver runs, the others' block; half of that on a busy host)")
    yield ("the same, 10,000 round trips", "a prototype on an FPGA (Rocket, ZCU102)", "132×, 189×, 168×",
           "not comparable: its kernel's ways take 1.5 to 2 ms a round trip")
    yield ("receiver blocked, against eventfd", f"x86 hardware, {INTEL}", "1.1×",
           f"{receiver('eventfd') / receiver('uipi'):.1f}× by `uipi.send`, "
           f"{receiver('eventfd') / receiver('handover'):.1f}× by handover")
    yield ("call and reply", "[seL4](https://sel4.systems/performance.html) on HiFive U540", "694 + 740 cycles",
           f"{call:.0f} instructions, both (an emulator has no cycles)")
    yield ("synchronous IPC", "[L4Re](https://l4re.org/performance.html), instructions", "543 in one space, 587 across",
           f"{call:.0f} across, both ways and both programs included")
    yield ("async IPC over the synchronous fast path, at 1 to 32 in flight",
           "[reL4](https://rel4team.github.io/zh/docs/async), cycles", theirs, f"{ours} (instructions)")
    yield ("coroutines, C RTOS, stackful switch", "COPS, FreeRTOS, xv6", "-", NOT_HERE)
    yield ("emulated `uipi.send`, self-interrupt", "QEMU 7.0 fork, host time", "75 ns, 240 ns",
           "in the table of `./build.sh bench`")
