"""A plain scan, compiled with numba, on one thread: what any good programmer writes first."""

import math

import numpy as np
from numba import njit

from world import DOUBT, NOT_TOLD, RADIUS, WEIGHT, WHOLE, table_size, worth_table


@njit(cache=True)
def bits(value):
    count = 0
    while value:
        value &= value - 1
        count += 1
    return count


@njit(cache=True)
def scan(columns, lat, lon, starts, held, package, place, worth, weights, scores):
    form, present, offered, call_up, low, high, fixed, flexible, on_site, nl, experience = package
    asked_domains = bits(experience)
    total_weight = weights.sum()
    to_lat, to_lon = math.radians(place[0]), math.radians(place[1])
    for at in range(columns.shape[0]):
        able, standby, forms, no_go, needs, hours_min, hours_max, committed, dayparts, travel, spoken, turn, known, competent = columns[at]
        scores[at] = -1
        if able == 0 or (standby == 1 and call_up == 0) or (forms >> form) & 1 == 0 or no_go & present or needs & ~offered:
            continue
        start, end = max(0, hours_min - committed), hours_max - committed
        if hours_min != NOT_TOLD and (end < start or end < low or start > high):
            continue
        if dayparts != NOT_TOLD and (dayparts & fixed != fixed or bits(dayparts & ~fixed) < flexible):
            continue
        if spoken != NOT_TOLD and spoken < nl:
            continue
        total, count = turn, 1
        if place[2] == 1:
            count += 1
            if math.isnan(lat[at]) or travel == NOT_TOLD:
                total += DOUBT
            else:
                north = math.sin((to_lat - math.radians(lat[at])) / 2)
                east = math.sin((to_lon - math.radians(lon[at])) / 2)
                a = north * north + math.cos(math.radians(lat[at])) * math.cos(to_lat) * east * east
                metres = int(math.floor(2 * RADIUS * math.asin(min(1.0, math.sqrt(a))) + 0.5 + 1e-9))
                if metres > travel and on_site == 1:
                    continue
                if metres <= travel:
                    total += WHOLE - (WHOLE * metres // travel if travel else 0)
        count += 1
        wanted = start + max(start, end)
        if hours_min == NOT_TOLD:
            total += DOUBT
        elif wanted == 0:
            total += WHOLE if low == 0 else 0
        else:
            total += max(0, WHOLE - WHOLE * abs(wanted - min(max(wanted, 2 * low), 2 * high)) // wanted)
        if asked_domains:
            count += 1
            total += DOUBT if known == NOT_TOLD else bits(known & experience) * WHOLE // asked_domains
        if total_weight:
            count += 1
            if competent == 0:
                total += DOUBT
            else:
                mean = 0
                for asked in range(worth.shape[0]):
                    best = 0
                    for place_held in range(starts[at], starts[at + 1]):
                        best = max(best, worth[asked, held[place_held]])
                    mean += weights[asked] * best
                total += mean // total_weight
        scores[at] = WEIGHT * total // (WEIGHT * count)


NAMES = "able standby forms no_go needs hours_min hours_max committed dayparts travel nl turn experience competent".split()


class Peer:
    def __init__(self, world):
        self.world = world
        self.columns = np.ascontiguousarray(np.stack([world.columns[name] for name in NAMES], axis=1))
        self.scores = np.empty(world.people, dtype=np.int64)
        size = table_size(world)
        self.prepared = {id(package): self.prepare(package, size) for package in world.packages}
        self.ask(world.packages[0])

    def prepare(self, package, size):
        """Made ready once, as the engine's demands are."""
        place = package["place"] or [0.0, 0.0]
        numbers = [package["form"], package["present"], package["offered"], int(package["call_up"]), *package["hours"], package["fixed"]]
        numbers += [package["flexible"], int(package["on_site"]), package["nl"], package["experience"]]
        worth = np.array([worth_table(asked, size) for _, asked in package["asked"]], dtype=np.int32).reshape(len(package["asked"]), size)
        weights = np.array([weight for weight, _ in package["asked"]], dtype=np.int64)
        return np.array(numbers, dtype=np.int64), np.array([*place, float(package["place"] is not None)]), worth, weights

    def close(self):
        pass

    def ask(self, package):
        numbers, place, worth, weights = self.prepared[id(package)]
        world, scores = self.world, self.scores
        scan(self.columns, world.columns["lat"], world.columns["lon"], world.starts, world.held, tuple(numbers), place, worth, weights, scores)
        left = np.flatnonzero(scores >= 0)
        few = left
        if len(left) > 20:
            bound = np.partition(scores[left], len(left) - 20)[len(left) - 20]
            few = left[scores[left] >= bound]
        order = few[np.lexsort((few, -world.columns["turn"][few], -scores[few]))[:20]]
        return [(int(at), int(scores[at])) for at in order]
