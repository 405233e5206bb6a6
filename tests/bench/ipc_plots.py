# SPDX-License-Identifier: MIT
"""The plots of the IPC report: gnuplot makes an SVG file of each.

Lines have their names at their right end, where there is room for them; the same mechanism has the same
colour everywhere.
"""
from __future__ import annotations

import math
import subprocess

from boot import GuestError
from ipc_document import count, per_exchange
from ipc_plan import KV

SPDX = "<!-- SPDX-License-Identifier: MIT -->\n"
COLOURS = {"call": "#222222", "futex": "#8c564b", "eventfd": "#e377c2", "pipe": "#ff7f0e",
           "queue": "#d62728", "signal": "#7f7f7f", "uipi": "#17becf", "handover": "#9467bd",
           "upipe": "#dbdb8d", "lazy-upipe": "#bcbd22", "uqueue": "#98df8a", "lazy-uqueue": "#2ca02c",
           "usignal": "#555599", "channel": "#1f77b4", "poll": "#999999"}
TITLES = {"call": "call and reply", "futex": "ring, futex", "eventfd": "eventfd", "pipe": "pipe",
          "queue": "queue", "signal": "signal", "usignal": "signal on uipi", "uipi": "uipi", "handover": "handover",
          "upipe": "pipe on uipi", "lazy-upipe": "pipe on uipi, lazy", "uqueue": "queue on uipi",
          "lazy-uqueue": "queue on uipi, lazy", "channel": "channel", "poll": "ring, polled"}
HEAD = """set terminal svg size {width},{height} font 'sans-serif,15' background '#ffffff' noenhanced
set output '{path}'
set border 3 lc '#555555'
set tics nomirror
set grid y lc '#dddddd' lt 1 lw 1
set title '{title}'
set xlabel '{x}'
set ylabel '{y}'
"""


TICKS = "(" + ", ".join(f"'{digit * 10 ** power}' {digit * 10 ** power}" for power in range(1, 6)
                        for digit in (1, 2, 5)) + ")"


def draw(path, script):
    done = subprocess.run(["gnuplot"], input=script, capture_output=True, text=True, check=False)
    if done.returncode != 0 or done.stderr.strip():
        raise GuestError(f"gnuplot, {path.name}: {done.stderr.strip()}")
    text = path.read_text(encoding="utf-8")
    start = text.index("?>") + 3
    path.write_text(text[:start] + SPDX + text[start:], encoding="utf-8")


def block(name, rows):
    """Data inside of a script."""
    lines = "\n".join(" ".join(f'"{cell}"' if isinstance(cell, str) else f"{cell:.6g}" for cell in row)
                      for row in rows)
    return f"${name} << EOD\n{lines}\nEOD\n"


def stacks(path, title, names, parts, labels, y):
    """Bars on one another: parts is [(title, colour, values)]; the labels stand above."""
    sums = [sum(values) for values in zip(*(values for _, _, values in parts))]
    rows = list(zip(names, *(values for _, _, values in parts), sums, labels))
    script = HEAD.format(width=960, height=480, path=path, title=title, x="", y=y)
    script += block("data", rows)
    script += (f"set style data histograms\nset style histogram rowstacked\nset boxwidth 0.7\n"
               f"set style fill solid\nset yrange [0:{max(sums) * 1.12:.0f}]\n"
               "set xtics rotate by -30\nset key top left reverse Left\nplot ")
    plots = [f"$data using {i + 2}:xtic(1) title '{name}' lc rgb '{colour}'"
             for i, (name, colour, _) in enumerate(parts)]
    last = len(parts) + 2
    plots.append(f"$data using 0:{last}:(sprintf('%.0f', ${last + 1})) with labels offset 0,0.7 notitle")
    draw(path, script + ", ".join(plots) + "\n")


def groups(path, title, names, series, y):
    """Bars beside one another: series is [(title, colour, values)], a value None: no bar."""
    rows = [(name, *("-" if value is None else value for value in values)) for name, *values in
            zip(names, *(values for _, _, values in series))]
    top = max(value for _, _, values in series for value in values if value is not None)
    script = HEAD.format(width=960, height=520, path=path, title=title, x="", y=y)
    script += "set datafile missing '-'\n" + block("data", rows).replace('"-"', "-")
    script += (f"set style data histograms\nset style histogram clustered gap 1\nset boxwidth 0.9\n"
               f"set style fill solid\nset logscale y 10\nset yrange [20:{top * 12:.0f}]\nset ytics {TICKS}\n"
               "set xtics rotate by -30\nset key top left reverse Left\nplot ")
    plots = []
    for i, (name, colour, _) in enumerate(series):
        plots.append(f"$data using {i + 2}:xtic(1) title '{name}' lc rgb '{colour}'")
    width = 1 / (len(series) + 1)
    for i in range(len(series)):
        shift = (i - (len(series) - 1) / 2) * width
        plots.append(f"$data using ($0{shift:+.3f}):{i + 2}:(sprintf('%.0f', ${i + 2})) with labels "
                     "rotate left offset 0,0.4 font 'sans-serif,12' notitle")
    draw(path, script + ", ".join(plots) + "\n")


def spread(wanted, least):
    """Heights for labels, near what is wanted (sorted) and `least` apart."""
    heights = list(wanted)
    for _ in range(200):
        for i in range(1, len(heights)):
            short = least - (heights[i] - heights[i - 1])
            if short > 1e-9:
                heights[i - 1] -= short / 2
                heights[i] += short / 2
    return heights


def lines(path, title, series, x, y, linear=False):
    """Axes are logarithmic, but the vertical one if `linear`: series is [(title, colour, dashes, [(x, y)])]."""
    every = [point for *_, points in series for point in points]
    low, high = min(p[1] for p in every) / 1.3, max(p[1] for p in every) * 1.3
    low = 0 if linear else low
    left, right = min(p[0] for p in every), max(p[0] for p in every)
    ticks = sorted({p[0] for p in every})
    if len(ticks) > 8:
        ticks = [tick for tick in ticks if math.log2(tick).is_integer()]
    script = HEAD.format(width=960, height=520, path=path, title=title, x=x, y=y)
    script += "set logscale x 2\nset rmargin 21\nunset key\n"
    script += "" if linear else f"set logscale y 10\nset ytics {TICKS}\n"
    script += f"set xrange [{left * 0.9:g}:{right * 1.08:g}]\nset yrange [{low:g}:{high:g}]\n"
    script += "set xtics (" + ", ".join(f"'{tick}' {tick}" for tick in ticks) + ")\n"
    series = sorted(series, key=lambda each: each[3][-1][1])
    ends = [points[-1][1] / high if linear else math.log(points[-1][1] / low) / math.log(high / low)
            for *_, points in series]
    plots = []
    for i, ((name, colour, dashes, points), height) in enumerate(zip(series, spread(ends, 0.052))):
        script += block(f"line{i}", points)
        script += f"set label {i + 1} '{name}' at graph 1.015,{height:.4f} tc rgb '{colour}'\n"
        plots.append(f"$line{i} with linespoints lw 2 pt 7 ps 0.5 dt {dashes} lc rgb '{colour}'")
    draw(path, script + "plot " + ", ".join(plots) + "\n")


# ---- The five ----

def mechanisms(document, path):
    entries = sorted(document.all("receiver", receiver="blocked"), key=per_exchange)
    parts = [("programs and library", "#1f77b4", "user"), ("handlers of user interrupts", "#ff7f0e", "handler"),
             ("kernel", "#999999", "kernel")]
    stacks(path, "Request and answer, 8 bytes, receiver blocked on the same hart",
           [TITLES[entry["mechanism"]] for entry in entries],
           [(title, colour, [count(entry, name) for entry in entries]) for title, colour, name in parts],
           [per_exchange(entry) for entry in entries], "guest instructions")


def _curves(document, group, key, names):
    for name in names:
        points = [(entry[key], per_exchange(entry)) for entry in document.all(group, mechanism=name)]
        if points:
            yield TITLES[name], COLOURS[name], 1, points


def depth(document, path):
    series = list(_curves(document, "depth", "depth", document.mechanisms("depth")))
    depths = sorted({entry["depth"] for entry in document.group("depth")})
    for i, (name, colour, _, points) in enumerate(series):
        if len(points) == 1:
            series[i] = f"{name}, 1", colour, 2, [(each, points[0][1]) for each in depths]
    series += [(name, colour, 3, points)
               for name, colour, _, points in _curves(document, "bound", "depth", ["poll"])]
    lines(path, "8 bytes, one hart: all requests are sent before answers are awaited (dashed: one always)", series,
          "requests in flight", "guest instructions per request and answer")


def size(document, path):
    lines(path, "One request in flight, one hart, receiver blocked; every word is written and read",
          list(_curves(document, "size", "size", document.mechanisms("size"))),
          "bytes of a message", "guest instructions per request and answer")


def receiver(document, path):
    names = [name for name in ("eventfd", "pipe", "queue", "signal", "uipi", "upipe", "uqueue", "usignal",
                                 "channel")
             if document.one("one-way", name)]

    def of(group, name, **what):
        entry = document.one(group, name, **what)
        return None if entry is None else per_exchange(entry)

    runnable = [of("receiver", name, receiver="runnable") for name in names]
    groups(path, "A message to a receiver that is ...", [TITLES[name] for name in names],
           [("running: sent and taken, nobody else involved", "#1f77b4", [of("itself", name) for name in names]),
            ("runnable: half of request and answer, with SYS_yield", "#ff7f0e",
             [value and value / 2 for value in runnable]),
            ("blocked: wakes, takes it, waits again", "#999999", [of("one-way", name) for name in names])],
           "guest instructions")


def kv(document, path):
    colours = dict(zip(KV, ("#222222", "#56a0d3", "#2171b5", "#08306b")))
    series = []
    for name, in_flight in KV:
        points = [(entry["clients"], entry["median"])
                  for entry in document.all("kv", mechanism=name, depth=in_flight)]
        if points:
            title = f"{name}, {in_flight} in flight"
            series.append((title, colours[name, in_flight], 1, points))
    lines(path, "Key-value server, 64-byte values, one hart", series, "clients",
          "guest instructions per request", linear=True)


PLOTS = {"ipc-mechanisms.svg": mechanisms, "ipc-depth.svg": depth, "ipc-size.svg": size,
         "ipc-receiver.svg": receiver, "ipc-kv.svg": kv}


def draw_all(document, folder):
    for name, function in PLOTS.items():
        function(document, folder / name)
