#!/usr/bin/env python3
"""Says what the slow operations of a trace by guest-tails were waiting for.

usage: tails.py TRACE...

For each trace: of the time of all operations that were marked as late, how much
the task reclaimed, waited for a CPU that another task had (and which), slept,
and ran. What it "ran" for is code, interrupts, spinning for a lock, and in an
emulator the time for which the host ran something else.
"""

import collections
import re
import sys

LINE = re.compile(r"\s*(?P<comm>.*)-(?P<pid>\d+)\s+\[(?P<cpu>\d+)\]\s+\S+\s+"
                  r"(?P<time>\d+\.\d+):\s+(?P<event>\w+):\s*(?P<rest>.*)")
SWITCH = re.compile(r"prev_comm=(.*) prev_pid=(\d+) prev_prio=\d+ prev_state=(\S+) ==> "
                    r"next_comm=(.*) next_pid=(\d+)")


def read(path):
    """Marked operations, and the intervals of each task, in ns."""
    late, off, reclaim, contended = [], {}, {}, {}
    spans = collections.defaultdict(list)
    for line in open(path, encoding="utf-8", errors="replace"):
        match = LINE.match(line)
        if not match:
            continue
        now, pid = round(float(match["time"]) * 1e9), int(match["pid"])
        if match["event"] == "sched_switch":
            prev_comm, prev, state, next_comm, following = SWITCH.search(match["rest"]).groups()
            off[int(prev)] = now, state, next_comm
            if int(following) in off:
                began, state, by = off.pop(int(following))
                kind = f"waited for {by}" if state.startswith("R") else "slept"
                spans[int(following)].append((began, now, kind))
        elif match["event"] == "mm_vmscan_memcg_reclaim_begin":
            reclaim[pid] = now
        elif match["event"] == "mm_vmscan_memcg_reclaim_end" and pid in reclaim:
            spans[pid].append((reclaim.pop(pid), now, "reclaimed"))
        elif match["event"] == "contention_begin":
            contended[pid] = now
        elif match["event"] == "contention_end" and pid in contended:
            spans[pid].append((contended.pop(pid), now, "contended"))
        elif match["event"] == "tracing_mark_write":
            late.append((pid, *map(int, match["rest"].split()[1:3])))
    return late, spans


def overlap(begin, end, span):
    return max(0, min(end, span[1]) - max(begin, span[0]))


def causes(path):
    """How many operations were late, for how many ns, and those by cause."""
    late, spans = read(path)
    sums = collections.Counter()
    for pid, begin, end in late:
        left = end - begin
        for span in spans[pid]:
            taken = overlap(begin, end, span)
            if taken:
                sums[span[2]] += taken
                # Off the CPU within its own reclaim counts twice, and less as running.
                left -= taken
        sums["ran"] += max(left, 0)
    return len(late), sum(end - begin for _, begin, end in late), sums


def main():
    for path in sys.argv[1:]:
        count, total, sums = causes(path)
        print(f"{path}: {count} late, {total / 1e6:.1f} ms")
        for kind, ns in sums.most_common(8):
            print(f"    {kind:40} {ns / 1e6:9.1f} ms")


if __name__ == "__main__":
    main()
