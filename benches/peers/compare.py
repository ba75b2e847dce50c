"""Asks every peer the engine's question, checks that the answers are the engine's, and prints medians and ratios."""

import importlib
import json
import statistics
import sys
import time
from pathlib import Path

from world import World

#: Every package is asked so many times in succession, in so many rounds at least and then on until so many seconds have passed, of a peer as of us. The quickest
#: counts: the machine may be doing something else, and what a peer makes ready for a package when it is first asked is not to count.
TIMES, ROUNDS, SECONDS = 3, 3, 1.0
#: A question that takes so many milliseconds is asked once a round, and after so many seconds no round begins any more.
SLOW, PATIENCE = 500, 60.0
PEERS = ["numba_scan", "numpy_scan", "tantivy_search", "duckdb_query", "postgres_query"]
#: What a plain scan reads of each person before anything is known of them: the packed bars, hours, place and limit.
HOT_BYTES = 16 + 6 + 16


def quickest(ask, packages):
    """For each package the quickest of the rounds in milliseconds, and the answer."""
    times, answers = [float("inf")] * len(packages), [None] * len(packages)
    began, rounds = time.perf_counter(), 0
    while rounds == 0 or time.perf_counter() - began < (PATIENCE if rounds < ROUNDS else SECONDS):
        for number, package in enumerate(packages):
            for _ in range(TIMES):
                started = time.perf_counter()
                answers[number] = ask(package)
                times[number] = min(times[number], (time.perf_counter() - started) * 1e3)
                if times[number] > SLOW:
                    break
        rounds += 1
    return times, answers


def check(name, number, answer, expected):
    """The same people in the same order with the same scores; a peer that answers something else measures something else."""
    if [tuple(row) for row in expected] != answer:
        sys.exit(f"{name} answers package {number} differently:\n  {answer[:5]}\n  {expected[:5]}")


def measure(name, world, ours):
    try:
        peer = importlib.import_module(name).Peer(world)
    except ImportError as missing:
        return None, str(missing)
    found = []
    exact = getattr(peer, "exact", True)
    try:
        times, answers = quickest(peer.ask, world.packages)
        for number, answer in enumerate(answers):
            if exact:
                check(name, number, answer, ours["lists"][number])
            found.append(recall(answer, ours["lists"][number]))
    finally:
        peer.close()
    return statistics.median(times), "" if exact else f"finds {100 * statistics.mean(found):.0f} % of the right people, {min(found):.0%} at worst"


def recall(answer, expected):
    """Which share of the right people is in the answer, with their own scores."""
    return len({tuple(row) for row in expected} & set(answer)) / max(1, len(expected))


def bandwidth():
    """Bytes a second that one thread reads from memory."""
    import numpy

    block = numpy.ones(1 << 27, dtype=numpy.uint64)
    times = []
    for _ in range(3):
        started = time.perf_counter()
        block.sum()
        times.append(time.perf_counter() - started)
    return block.nbytes / min(times)


def main():
    folder, shape = Path(sys.argv[1]), sys.argv[2]
    ours = json.loads((folder / "ours.json").read_text())
    world = World(folder)
    print(f"\n{ours['people']:,} people, {shape}; {len(world.packages)} packages; {ours['bytes_a_person']} bytes a person; medians in ms")
    best = statistics.median(ours["shortlist, two threads"])
    for kind in ["shortlist, one thread", "shortlist, two threads", "complete answer, two threads", "one person changed"]:
        print(f"  {'raakvlak: ' + kind:42} {statistics.median(ours[kind]):10.3f}")
    speed = bandwidth()
    floor = ours["people"] * HOT_BYTES / speed * 1e3
    print(f"  {'reading ' + str(HOT_BYTES) + ' bytes of each once':42} {floor:10.3f}   {floor / best:8.1f} x ours, at {speed / 1e9:.1f} GB/s")
    for name in PEERS:
        median, note = measure(name, world, ours)
        print(f"  {name:42} " + (f"{median:10.3f}   {median / best:8.1f} x ours   {note}" if median else f"left out: {note}"), flush=True)


if __name__ == "__main__":
    main()
