"""The question as a query to DuckDB, in memory, on two threads; what a package asks is put in a table beforehand and not counted."""

import duckdb
import numpy as np

from query import answers, query


class Peer:
    def __init__(self, world):
        self.base = duckdb.connect(config={"threads": 2})
        self.base.execute(f"create table experts as select * from read_csv('{world.folder}/experts.csv')")
        turn = "least(10000, greatest(10000 * waiting // 365, 10000 * aside // 1825))"
        self.base.execute(f"create or replace table experts as select *, {turn} as turn from experts")
        self.base.execute(f"create table held as select * from read_csv('{world.folder}/held.csv')")
        self.ready = None

    def close(self):
        self.base.close()

    def ask(self, package):
        self.make_ready(package)
        return [(int(expert), int(score)) for expert, score in self.base.execute(self.text).fetchall()]

    def make_ready(self, package):
        if self.ready is package:
            return
        self.ready = package
        rows = np.array(list(answers(package)), dtype=np.int64).reshape(-1, 5)
        table = {name: rows[:, at] for at, name in enumerate(["competence", "level", "asked", "weight", "worth"])}
        self.base.register("rows", table)
        self.base.execute("create or replace temp table answers as select * from rows")
        self.text = query(package, lambda bits: f"bit_count(cast({bits} as bigint))", lambda a, b: f"(({a}) // ({b}))")
