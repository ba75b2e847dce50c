"""A scan with NumPy: the gates as vectors over everybody, the criteria for those who are left."""

import numpy as np

from world import DOUBT, NOT_TOLD, WEIGHT, WHOLE, haversine, table_size, worth_table

GATES = ("able", "standby", "forms", "no_go", "needs", "hours_min", "hours_max", "committed", "dayparts", "nl")


class Peer:
    def __init__(self, world):
        self.world = world
        self.size = table_size(world)

    def close(self):
        pass

    def ask(self, package, among=None):
        """The best of everybody, or of those who are named."""
        whose = slice(None) if among is None else among
        columns = {name: self.world.columns[name][whose] for name in GATES}
        low, high = package["hours"]
        start = np.maximum(0, columns["hours_min"] - columns["committed"])
        end = columns["hours_max"] - columns["committed"]
        told_hours, told_days = columns["hours_min"] != NOT_TOLD, columns["dayparts"] != NOT_TOLD
        others = columns["dayparts"] & ~package["fixed"]
        keep = columns["able"] == 1
        if not package["call_up"]:
            keep &= columns["standby"] == 0
        keep &= columns["forms"] >> package["form"] & 1 == 1
        keep &= columns["no_go"] & package["present"] == 0
        keep &= columns["needs"] & ~package["offered"] == 0
        keep &= ~told_hours | ((end >= start) & (end >= low) & (start <= high))
        keep &= ~told_days | ((columns["dayparts"] & package["fixed"] == package["fixed"]) & (np.bitwise_count(others) >= package["flexible"]))
        if package["nl"]:
            keep &= (columns["nl"] == NOT_TOLD) | (columns["nl"] >= package["nl"])
        left = np.flatnonzero(keep) if among is None else among[keep]
        distance = self.distance(package, left)
        if package["on_site"] and distance is not None:
            limit = self.world.columns["travel"][left]
            near = np.isnan(distance) | (limit == NOT_TOLD) | (distance <= limit)
            left, distance = left[near], distance[near]
        return self.best(package, left, distance)

    def distance(self, package, left):
        if package["place"] is None:
            return None
        return haversine(self.world.columns["lat"][left], self.world.columns["lon"][left], package["place"])

    def best(self, package, left, distance):
        columns, values = self.world.columns, []
        if package["asked"]:
            values.append(np.where(columns["competent"][left] == 1, self.competence(package, left), DOUBT))
        if package["experience"]:
            known = columns["experience"][left]
            share = np.bitwise_count(known & package["experience"]).astype(np.int64) * WHOLE // package["experience"].bit_count()
            values.append(np.where(known == NOT_TOLD, DOUBT, share))
        if package["place"] is not None:
            values.append(self.proximity(left, distance))
        values.append(self.hours(package, left))
        turn = columns["turn"][left]
        values.append(turn)
        score = sum(WEIGHT * value for value in values) // (WEIGHT * len(values))
        order = np.lexsort((left, -turn, -score))[:20] if len(left) < 2000 else self.few(score, turn, left)
        return [(int(left[at]), int(score[at])) for at in order]

    def few(self, score, turn, left):
        bound = np.partition(score, len(score) - 20)[len(score) - 20]
        among = np.flatnonzero(score >= bound)
        return among[np.lexsort((left[among], -turn[among], -score[among]))[:20]]

    def competence(self, package, left):
        world = self.world
        counts = world.starts[left + 1] - world.starts[left]
        owners = np.repeat(np.arange(len(left)), counts)
        places = np.repeat(world.starts[left] - np.concatenate(([0], np.cumsum(counts)[:-1])), counts) + np.arange(len(owners))
        held = world.held[places]
        total, weights = np.zeros(len(left), dtype=np.int64), 0
        for weight, asked in package["asked"]:
            best = np.zeros(len(left), dtype=np.int32)
            worth = worth_table(asked, self.size)[held]
            hit = worth > 0
            np.maximum.at(best, owners[hit], worth[hit])
            total += weight * best
            weights += weight
        return total // weights

    def proximity(self, left, distance):
        limit = self.world.columns["travel"][left]
        known = ~np.isnan(distance) & (limit != NOT_TOLD)
        metres = np.where(known, distance, 0).astype(np.int64)
        used = np.where(metres > limit, WHOLE, WHOLE * metres // np.maximum(limit, 1))
        return np.where(known, WHOLE - np.where((limit == 0) & (metres == 0), 0, used), DOUBT)

    def hours(self, package, left):
        columns = self.world.columns
        low, high = package["hours"]
        start = np.maximum(0, columns["hours_min"][left] - columns["committed"][left])
        end = columns["hours_max"][left] - columns["committed"][left]
        wanted = start + np.maximum(start, end)
        missed = WHOLE * np.abs(wanted - np.clip(wanted, 2 * low, 2 * high)) // np.maximum(wanted, 1)
        fit = np.where(wanted == 0, WHOLE if low == 0 else 0, np.maximum(0, WHOLE - missed))
        return np.where(columns["hours_min"][left] == NOT_TOLD, DOUBT, fit)
