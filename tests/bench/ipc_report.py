# SPDX-License-Identifier: MIT
"""The report on IPC: README.md and its plots, from the document."""
from __future__ import annotations

import json

from ipc_document import Document, baseline, count, per_exchange, timed
from ipc_plots import TITLES, draw_all
from ipc_targets import parts_of, references, rel4

HEAD = """<!-- SPDX-License-Identifier: MIT -->
<!-- Written by ./build.sh bench ipc --publish: edit tests/bench/ipc_report.py instead. -->
# Communication, measured

What a message costs, by the kernel's own ways and by user interrupts. The mechanisms are
in `user/bench`; [internals.md](../internals.md#benchmarks) says how they are measured.

![Instructions of a request and its answer, by mechanism](ipc-mechanisms.svg)

Two processes on one hart, each waiting in the kernel while the other works. Call and reply, handover,
channel, and the library's pipes and queues between lazy threads give the hart to the other side directly;
the rest wakes it and goes through the scheduler. Threads are lazy that have called `ipc_set_lazy(true)`
(`user/lib/link.h`): they tell the other side only when they wait themselves. Without that, and with both
sides asleep each time, pipes and queues on user interrupts cost what the kernel's do.

![Instructions per request against requests in flight](ipc-depth.svg)

{rel4}

![Instructions per request against the size of messages](ipc-size.svg)

![A message to a receiver that runs, is ready, or waits](ipc-receiver.svg)

![Instructions per request of the key-value server against its clients](ipc-kv.svg)

"""
METHOD = """## Method

- Guest instructions: QEMU with `-icount shift=0,sleep=off` and the attribution plugin, {processor}.
  Both programs, the library, the kernel and the switches are included. Each boot ran twice, and the two runs
  printed the same: otherwise there would be no report. Figures are medians; what they are made of
  (user, kernel, traps, ...) are means over as many rounds, so they include a timer interrupt now and then, and
  the loop around each round: about 8 instructions, 6 in `notify`.
- `cost` (README) counts with the loop's call, a few instructions more, and on two harts: what goes through the
  scheduler looks at the other one, too.
- What `pingpong` and `notify` are given to measure one: {names}.
- Both sides of a comparison ran in one boot. Every word of a message is written by its sender and read by its
  receiver; answers are as long as requests, and checked.
- With several requests in flight all are sent before the first answer is awaited. Pipes take a batch in one
  write; call and reply has one in flight by its nature, and many callers cost the same each
  (the key-value server shows it).
- Polling on one hart needs `SYS_yield` between two looks, so it is the bound for what two
  processes on one hart can do without waiting.
- Time: QEMU with a thread for each hart, without plugin and `-icount`, as times of call and reply in the same
  boot and repetition. It includes what QEMU takes to emulate, and the host was busy: load {load:.1f} on
  {processors} processors when it began.
- QEMU {version}, series `{series}`, project `{project}`; host {system}, {processor}.
"""


def table(head, rows):
    """The first column is text, the others are figures."""
    lines = ["| " + " | ".join(map(str, head)) + " |", "| --- |" + " ---: |" * (len(head) - 1)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def texts(head, rows):
    return table(head, rows).replace(" ---: |", " --- |")


def figure(value):
    return f"{value:.0f}" if abs(value) >= 100 or value == round(value) else f"{value:.2f}"


def targets_text(document):
    verdicts = {True: "met", False: "**missed**", None: "not here"}
    rows = [(each["name"], each["aim"], each["got"], verdicts[each["met"]])
            for each in document.fields["targets"]]
    reasons = [f"- {each['name']}: {each['why']}" for each in document.fields["targets"]
               if each["why"] and each["met"] is not None]
    reasons += [f"- not here: {why}" for why in dict.fromkeys(
        each["why"] for each in document.fields["targets"] if each["met"] is None)]
    return ("## Targets\n\n" + texts(("what", "aim", "here", ""), rows) + "\n" + "\n".join(reasons)
            + "\n\n## Others' figures\n\nOther machines and units: compare ratios, and those with care.\n\n"
            + texts(("what", "whose", "theirs", "here"), references(document)))


def names_text():
    return "; ".join(f"`{name}`: {title}" for name, title in TITLES.items())


def deepest(document, mechanism):
    """Instructions per request with the most in flight."""
    entries = document.all("depth", mechanism=mechanism)
    return figure(round(min(per_exchange(entry) for entry in entries)))


def rel4_text(document):
    theirs, ours = rel4(document)
    return ("One in flight pays for two wake-ups; a batch shares them. reL4 publishes the same for its channels, in\n"
            f"cycles as times of its synchronous fast path: {theirs} with 1, 2, 4, 8, 16\n"
            f"and 32 in flight. Here, in instructions as times of call and reply: {ours}.\n\n"
            "What counts is the batch: a pipe that takes all requests in one write costs as little. With 32 in\n"
            f"flight a request takes {deepest(document, 'pipe')} instructions by the kernel's pipe, "
            f"{deepest(document, 'lazy-upipe')} by the library's (lazy), {deepest(document, 'channel')} by a\n"
            "channel, which has each message in a place of its own. A queue has a call for each.")


def profile_text(document):
    profiles = document.fields["profiles"]
    if not profiles:
        return ""
    parts = {name: parts_of(profile) for name, profile in profiles.items()}
    names = list(parts)
    rows = [(part, *(f"{parts[name][part]:.0f}" for name in names))
            for part in parts[names[0]] if any(parts[name][part] for name in names)]
    rows.append(("all", *(f"{sum(parts[name].values()):.0f}" for name in names)))
    return ("## Where the instructions are\n\nOf a request and its answer, 8 bytes, receiver blocked, by the "
            "source files that they come from.\n\n" + table(("", *(TITLES[name] for name in names)), rows))


COLUMNS = (("user", "user"), ("handler", "handler"), ("kernel", "kernel"), ("firmware", "firmware"),
           ("traps", "traps"), ("space switches", "space_switches"), ("uipi sent", "uipi_sent"),
           ("handlers", "interrupts_taken"), ("device accesses", "mmio"), ("bytes copied", "bytes_copied"))


def counts_table(entries, first):
    return table((first[0], "instructions", *(title for title, _ in COLUMNS)),
                 [(first[1](entry), figure(per_exchange(entry)),
                   *(figure(count(entry, name)) for _, name in COLUMNS)) for entry in entries])


def counts_text(document):
    text = ("## Everything that is counted\n\nPer request and answer, 8 bytes, one in flight, one hart. "
            "`uipi sent` and `handlers` are the instruction and what it causes: handover, channel and "
            "the library's pipes and queues send by a system call when the other side sleeps, and take vectors "
            "without a handler.\n\n")
    for state in ("blocked", "runnable"):
        entries = document.all("receiver", receiver=state)
        text += f"Receiver {state}:\n\n" + counts_table(
            entries, ("", lambda entry: TITLES[entry["mechanism"]])) + "\n"
    text += "One message to a receiver that runs, sent and taken by the same thread:\n\n"
    text += counts_table(document.group("itself"), ("", lambda entry: TITLES[entry["mechanism"]]))
    text += "\nOne message to a receiver that is blocked and is served first; until it waits again:\n\n"
    text += counts_table(document.group("one-way"), ("", lambda entry: TITLES[entry["mechanism"]]))
    text += ("\nReceiver blocked on another hart; both harts' instructions. The firmware carries "
             "the kernel's wake-up from hart to hart:\n\n")
    text += counts_table(document.group("across"), ("", lambda entry: TITLES[entry["mechanism"]]))
    return text


def grid_text(document, group, key, title):
    """Instructions per request: mechanisms down, sizes or depths across."""
    values = sorted({entry[key] for entry in document.group(group)})
    rows = []
    for name in document.mechanisms(group):
        cells = []
        for value in values:
            entry = document.one(group, name, **{key: value})
            cells.append(figure(round(per_exchange(entry))) if entry else "-")
        rows.append((TITLES[name], *cells))
    return f"## {title}\n\nGuest instructions per request and answer.\n\n" + table(("", *values), rows)


def depth_text(document):
    entries = document.all("depth", mechanism="channel") + document.all("depth", mechanism="pipe")
    return (grid_text(document, "depth", "depth", "Requests in flight") + "\nOf these, per request and answer:\n\n"
            + counts_table(entries, ("", lambda entry: f"{TITLES[entry['mechanism']]}, {entry['depth']}")))


def kv_text(document):
    rows = []
    for entry in document.group("kv"):
        counts = entry["counts"]
        rows.append((f"{entry['mechanism']}, {entry['depth']} in flight", entry["clients"], entry["median"],
                     *(figure(counts[name]) for name in
                       ("user", "handler", "kernel", "system_calls", "interrupts_taken", "space_switches",
                        "bytes_copied"))))
    text = ("## Key-value server\n\nGuest instructions per request, all clients and the server, one hart, values "
            "of 64 bytes; half of the requests put, half get.\n\n"
            + table(("", "clients", "instructions", "user", "handler", "kernel", "system calls", "handlers",
                     "space switches", "bytes copied"), rows))
    rows = []
    for harts in (1, 2, 4):
        best = {}
        for entry in document.group(f"kv-time-{harts}"):
            key = entry["mechanism"], entry["depth"]
            best[key] = max(best.get(key, 0), entry["median"])
        rows += [(f"{name}, {depth} in flight", harts, figure, f"{figure / best['kernel', 1]:.2f}")
                 for (name, depth), figure in best.items()]
    if rows:
        text += ("\nThroughput in time, 4 clients, the best of three boots; the last column compares with the "
                 "kernel's version.\n\n" + table(("", "harts", "requests a second", "times"), rows))
    return text


def time_rows(document, group):
    times = timed(document, group)
    base = baseline(times)
    for (name, receiver, depth), entries in times.items():
        figures = [per_exchange(entries[0], column) for column in ("median", "q1", "q3")]
        best = min(per_exchange(entry, "min") for entry in entries)
        yield (TITLES[name], receiver, depth, f"{best / base:.2f}" if base else "-",
               *(f"{each / 1000:.1f}" for each in (best, *figures)))


def time_text(document):
    titles = {"time-1": "One hart", "time-2": "Two harts, one for each side",
              "time-4": "Four harts: another pair is busy with the same on the other two",
              "time-depth": "One hart, several in flight"}
    text = ("## Time\n\nOf a request and its answer, in µs: median and quartiles of the repetition that the host "
            "disturbed least, and the least of all samples. `times` is the least against that of call and reply with the "
            "receiver blocked, under 1 is faster. A side that spins waits for the other one's thread of the host, too: "
            "on a busy host only the least says something about receivers that run.\n")
    if document.fields["machine"]["processors"] < 4:
        titles["time-4"] += " (more than this machine has processors: orders of magnitude only)"
    for group, title in titles.items():
        rows = list(time_rows(document, group))
        if rows:
            text += f"\n{title}:\n\n" + table(("", "receiver", "in flight", "times", "least", "median", "q1", "q3"),
                                              rows)
    return text


def load(path):
    return Document(json.loads(path.read_text(encoding="utf-8")))


def write(document, folder):
    """README.md and the plots."""
    folder.mkdir(parents=True, exist_ok=True)
    draw_all(document, folder)
    machine, qemu = document.fields["machine"], document.fields["qemu"]
    sections = (targets_text(document), METHOD.format(names=names_text(), **machine, **qemu), profile_text(document),
                counts_text(document), depth_text(document),
                grid_text(document, "size", "size", "Sizes"), kv_text(document), time_text(document))
    text = HEAD.format(rel4=rel4_text(document)) + "\n".join(section for section in sections if section)
    (folder / "README.md").write_text(text, encoding="utf-8")
