"""The people and packages of one comparison, as arrays."""

import json
import math

import numpy as np

NOT_TOLD = -1
WHOLE = 10_000
RADIUS = 6_371_008.8
WEIGHT = 4
DOUBT = 2_000


class World:
    """Columns by name; `starts` and `held` are the competences of each person, as `competence * 8 + level`."""

    def __init__(self, folder):
        self.folder = folder
        header = (folder / "experts.csv").open().readline().strip().split(",")
        table = np.genfromtxt(folder / "experts.csv", delimiter=",", skip_header=1, filling_values=np.nan, dtype=np.float64)
        self.columns = {}
        for at, name in enumerate(header):
            column = table[:, at]
            whole = name not in ("lat", "lon")
            self.columns[name] = np.where(np.isnan(column), NOT_TOLD, column).astype(np.int64) if whole else column.copy()
        held = np.loadtxt(folder / "held.csv", delimiter=",", skiprows=1, dtype=np.int64, ndmin=2)
        self.people = len(table)
        self.starts = np.searchsorted(held[:, 0], np.arange(self.people + 1))
        self.held = held[:, 1] * 8 + held[:, 2]
        self.holders = held[:, 0]
        self.packages = json.loads((folder / "packages.json").read_text())
        #: The order of people with equal scores is that of their ids, which is that of their numbers.
        turn = np.minimum(WHOLE, np.maximum(WHOLE * self.columns["waiting"] // 365, WHOLE * self.columns["aside"] // 1825))
        self.columns["turn"] = turn


def worth_table(asked, size):
    """For one competence asked, what each `competence * 8 + level` is worth."""
    table = np.zeros(size, dtype=np.int32)
    for competence, *levels in asked:
        table[competence * 8 + 1 : competence * 8 + 6] = levels
    return table


def table_size(world):
    most = max([int(world.held.max(initial=0))] + [8 * row[0] + 8 for package in world.packages for _, rows in package["asked"] for row in rows])
    return most + 8


def haversine(lat, lon, place):
    north = np.sin((math.radians(place[0]) - np.radians(lat)) / 2)
    east = np.sin((math.radians(place[1]) - np.radians(lon)) / 2)
    a = north * north + np.cos(np.radians(lat)) * math.cos(math.radians(place[0])) * east * east
    return np.floor(2 * RADIUS * np.arcsin(np.minimum(1.0, np.sqrt(a))) + 0.5 + 1e-9)
