# SPDX-License-Identifier: MIT
"""What is measured, on which machines, and what it is held against.

The guest's own table (guest/cases.c) says how; the names must agree.
"""
from __future__ import annotations

from dataclasses import dataclass

from boot import Machine

LOOP = "loop-empty"  # what a loop costs without its operation
HELPER = "loop-csr"  # the cheapest operation that the emulator carries out in C

CASES = {
    LOOP: "the loop itself: decrement and branch",
    HELPER: "read uscratch: one call into the emulator",
    "ecall": "system call from U to M mode and back",
    "mmio-read": "8-byte load from a device register",
    "send-refused": "uipi.send of an index beyond the table",
    "send-pending": "uipi.send to an inactive receiver, vector already pending",
    "send-fresh": "the same, a new vector each time, 1/64 read of HIGH",
    "send-pending-bell": "send-pending with KN, doorbell rang already",
    "send-fresh-bell": "send-fresh with KN, doorbell rang already",
    "send-active-own": "uipi.send to the own hart, masked, latch set",
    "send-active-parked": "uipi.send to another hart asleep, latch set",
    "send-active-running": "uipi.send to another hart in U mode, masked, latch set",
    "post-by-store": "4-byte store to SEND, vector already pending",
    "self-read": "send to oneself, trap, uipi.read, clear USIP, uret",
    "self-claim": "the same with uipi.claim",
    "self-uip": "set uip.USIP, trap, clear it, uret",
    "self-ssip": "set sip.SSIP in S mode, trap, clear it, sret",
    "self-aclint": "store to MSIP in M mode, trap, store, mret",
    "self-imsic-m": "store to the M file, trap, claim by mtopei, mret",
    "self-imsic-s": "store to the S file, trap, claim by stopei, sret",
    "doorbell": "send to an inactive KN receiver, PLIC and doorbell claimed",
    "ping-pong": "two harts interrupt each other, round trip",
    "senders-shared-1": "1 hart sends to an inactive receiver",
    "senders-shared-2": "2 harts send to one receiver, per send",
    "senders-shared-4": "4 harts send to one receiver, per send",
    "senders-own-1": "1 hart sends to a receiver of its own",
    "senders-own-2": "2 harts, each to its own receiver, per send",
    "senders-own-4": "4 harts, each to its own receiver, per send",
}

IMSIC_CASES = ("self-imsic-m", "self-imsic-s")
MANY_HARTS = tuple(name for name in CASES if name in (
    "send-active-parked", "send-active-running", "ping-pong", "senders-shared-2",
    "senders-shared-4", "senders-own-2", "senders-own-4"))
ONE_HART = tuple(name for name in CASES if name not in MANY_HARTS + IMSIC_CASES)
# Same work whatever the number of receivers; the last one is the target.
RECEIVERS = (LOOP, HELPER, "ecall", "send-pending", "send-fresh", "send-active-own", "self-read",
             "self-claim", "self-aclint", "doorbell")


@dataclass(frozen=True)
class Boot:
    """One start of the machine: every case of it is compared within it only."""

    name: str
    machine: Machine
    cases: tuple[str, ...]
    baseline: str  # ratios are to this case of the same boot


BOOTS = (
    Boot("plic", Machine(harts=4), tuple(n for n in CASES if n not in IMSIC_CASES), "self-aclint"),
    Boot("imsic", Machine(imsic=True),
         (LOOP, HELPER, "send-pending", "self-read", "self-aclint", *IMSIC_CASES), "self-aclint"),
    Boot("receivers-1", Machine(receivers=1), RECEIVERS, "ecall"),
    Boot("receivers-512", Machine(receivers=512), RECEIVERS, "ecall"),
    Boot("receivers-16384", Machine(receivers=16384), RECEIVERS, "ecall"),
)
COUNTED = Boot("icount", Machine(icount=True), ONE_HART, LOOP)


@dataclass(frozen=True)
class Target:
    """An aim, from a figure of the QEMU 7.0 research fork on this class of machine."""

    case: str
    reference_ns: float
    share: float  # of the reference

    # The ACLINT loop there: in the fork, and in stock QEMU 10.0, which is what this series is on
    FORK_ACLINT_NS = 300.0
    STOCK_ACLINT_NS = 800.0

    @property
    def aim_ns(self) -> float:
        return self.reference_ns * self.share

    @property
    def aim_ratio(self) -> float:
        """The aim where the ACLINT loop of the same boot is 1."""
        return self.aim_ns / self.FORK_ACLINT_NS

    def scaled_ns(self, aclint_ns: float) -> float:
        """The aim on a machine whose ACLINT loop, on the same base, takes aclint_ns."""
        return self.aim_ns * aclint_ns / self.STOCK_ACLINT_NS


TARGETS = (
    Target("send-pending", 75.0, 0.5),
    Target("send-fresh", 75.0, 0.5),
    Target("self-read", 244.0, 1.0),
    Target("self-claim", 244.0, 1.0),
)
