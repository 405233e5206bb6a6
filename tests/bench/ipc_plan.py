# SPDX-License-Identifier: MIT
"""What is measured of IPC: a boot of the guest each, with the command that it runs."""
from __future__ import annotations

import dataclasses

DEPTHS = (1, 2, 4, 8, 16, 32)
SIZES = (8, 32, 64, 128, 256, 512, 1024, 2048, 4032, 4096)  # 4032: the most that a queue takes
WITH_DATA = "call,futex,pipe,queue,lazy-upipe,lazy-uqueue,channel"
CLIENTS = (1, 2, 4, 8, 16, 32)
KV_SIZE = 64
KV = (("kernel", 1), ("channel", 1), ("channel", 8), ("channel", 32))  # and how many in flight
KV_REQUESTS = 8192  # of all clients together
BASELINE = "call"


@dataclasses.dataclass(frozen=True)
class Boot:
    """`group` is where the document has what it says."""
    group: str
    command: str
    harts: int = 1
    programs: tuple = ("pingpong",)  # whose handlers the plugin looks for
    timeout: int = 300


def comma(numbers):
    return ",".join(map(str, numbers))


def kv_command(clients, all_requests):
    """All versions with so many clients, in one boot."""
    words = [f"kv {name} {clients} {max(all_requests // clients, 1)} {KV_SIZE} {depth}"
             for name, depth in KV]
    return "each " + " + ".join(words)


def kv_boots(group, clients, all_requests, harts=1):
    return [Boot(group, kv_command(count, all_requests), harts, ("kv",)) for count in clients]


@dataclasses.dataclass(frozen=True)
class Plan:
    """counted: with -icount and the plugin, twice. timed: neither, each hart a thread."""
    counted: tuple
    timed: tuple
    profiled: tuple  # mechanisms whose round trip is profiled


def full():
    return Plan(
        counted=(
            Boot("receiver", "pingpong all --receiver blocked,runnable --rounds 200"),
            Boot("depth", f"pingpong {WITH_DATA} --depth {comma(DEPTHS)} "
                 "--rounds 100"),
            Boot("bound", f"pingpong poll --receiver runnable --depth {comma(DEPTHS)} "
                 "--rounds 100"),
            Boot("size", f"pingpong {WITH_DATA} --size {comma(SIZES)} --rounds 50"),
            Boot("itself", "notify --rounds 200", programs=("notify",)),
            Boot("one-way", "pingpong all --one-way --rounds 200"),
            Boot("across", "pingpong all --harts 2 --rounds 200", harts=2),
            *kv_boots("kv", CLIENTS, KV_REQUESTS),
        ),
        timed=(
            Boot("time-1", "pingpong all --receiver blocked,runnable --rounds 4000 --repeat 4"),
            Boot("time-2", "pingpong all --receiver blocked,running --harts 2 --rounds 4000 "
                 "--repeat 4", harts=2),
            Boot("time-4", "pingpong all --receiver blocked,running --harts 4 --rounds 4000 "
                 "--repeat 4", harts=4),
            Boot("time-depth", "pingpong call,pipe,queue,futex,channel --depth 1,8,32 "
                 "--rounds 2000 --repeat 3"),
            *(Boot(f"kv-time-{harts}", kv_command(4, KV_REQUESTS), harts, ("kv",))
              for harts in (1, 2, 4) for _ in range(3)),
        ),
        profiled=("call", "channel", "uipi", "handover", "eventfd"))


def quick():
    """A little of each, for the test: the same groups, so that the report has all its parts."""
    plan = Plan(
        counted=(
            Boot("receiver", "pingpong all --receiver blocked,runnable --rounds 10"),
            Boot("depth", f"pingpong {WITH_DATA} --depth 1,32 --rounds 4"),
            Boot("bound", "pingpong poll --receiver runnable --depth 1,32 --rounds 4"),
            Boot("size", f"pingpong {WITH_DATA} --size 8,4032,4096 --rounds 4"),
            Boot("itself", "notify --rounds 10", programs=("notify",)),
            Boot("one-way", "pingpong all --one-way --rounds 10"),
            Boot("across", "pingpong all --harts 2 --rounds 10", harts=2),
            *kv_boots("kv", (1, 4), 64),
        ),
        timed=(Boot("time-1", "pingpong call,eventfd,pipe,signal,uipi,channel --rounds 64"),
               Boot("time-2", "pingpong call,eventfd,pipe,signal,uipi,channel "
                    "--receiver blocked,running --harts 2 --rounds 64", harts=2)),
        profiled=())
    return dataclasses.replace(plan, counted=tuple(dataclasses.replace(boot, timeout=60) for boot in plan.counted),
                               timed=tuple(dataclasses.replace(boot, timeout=60) for boot in plan.timed))
