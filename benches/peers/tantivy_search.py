"""A search engine: what keeps people out as terms, what they are worth roughly as scores; then NumPy works out the best 500 exactly.

A search engine adds up what terms are worth, which is not the sum that is asked: turn, distance and similar competences come in steps. So it may miss
somebody, and how many of the right twenty it finds is printed beside its time.
"""

import math

import numpy as np
import tantivy
from tantivy import Occur, Query

from numpy_scan import Peer as Exact
from world import DOUBT, NOT_TOLD, RADIUS, WHOLE

CANDIDATES = 500
# Which answers to a competence asked count, by what they are worth to the middle level. With those of 5 000 and more, or of 1 000 and more, it takes half as
# long again or twice as long, and finds no more than three in a thousand people more.
STEPS = (9_000,)
CELL = 0.1
FARTHEST = 50_000
KINDS = ("gate", "turn", "cell", "domain", "competence")


def bits(mask):
    return [bit for bit in range(max(0, mask).bit_length()) if mask >> bit & 1]


def cell(lat, lon):
    return f"{round(lat / CELL)}_{round(lon / CELL)}"


class Peer:
    exact = False

    def __init__(self, world):
        self.world, self.scan = world, Exact(world)
        builder = tantivy.SchemaBuilder()
        for kind in KINDS:
            builder.add_text_field(kind, tokenizer_name="raw", index_option="basic")
        for number in ("expert", "start", "end"):
            builder.add_integer_field(number, fast=True, indexed=True)
        self.schema = builder.build()
        index = tantivy.Index(self.schema)
        writer = index.writer(heap_size=256_000_000, num_threads=1)
        for expert in range(world.people):
            writer.add_document(self.document(expert))
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        self.searcher = index.searcher()
        self.prepared = {id(package): self.query(package) for package in world.packages}

    def close(self):
        pass

    def document(self, expert):
        columns, world = self.world.columns, self.world
        told = {name: int(column[expert]) for name, column in columns.items() if name not in ("lat", "lon")}
        gates = [f"form{bit}" for bit in range(12) if told["forms"] >> bit & 1]
        gates += [f"no_go{bit}" for bit in bits(told["no_go"])] + [f"needs{bit}" for bit in bits(told["needs"])]
        gates += [name for name in ("able", "standby") if told[name]]
        gates += [f"day{bit}" for bit in range(21) if told["dayparts"] == NOT_TOLD or told["dayparts"] >> bit & 1]
        gates += [f"nl{level}" for level in range(8) if told["nl"] == NOT_TOLD or told["nl"] >= level]
        held = world.held[world.starts[expert] : world.starts[expert + 1]] >> 3
        lat, lon = float(columns["lat"][expert]), float(columns["lon"][expert])
        start = max(0, told["hours_min"] - told["committed"])
        hours = (start, told["hours_max"] - told["committed"]) if told["hours_min"] != NOT_TOLD else (0, 1 << 20)
        return tantivy.Document(
            gate=gates,
            turn=[str(told["turn"] // 1_000)],
            cell=["unknown" if math.isnan(lat) or told["travel"] == NOT_TOLD else cell(lat, lon)],
            domain=["unknown"] if told["experience"] == NOT_TOLD else [str(bit) for bit in bits(told["experience"])],
            competence=[str(one) for one in held] if told["competent"] else ["unknown"],
            expert=expert,
            start=hours[0],
            end=hours[1],
        )

    def term(self, kind, text):
        return Query.term_query(self.schema, kind, text, index_option="basic")

    def worth(self, kind, texts, worth):
        return Query.const_score_query(Query.term_set_query(self.schema, kind, texts), float(worth))

    def between(self, name, low, high):
        return Query.range_query(self.schema, name, tantivy.FieldType.Integer, low, high)

    def query(self, package):
        low, high = package["hours"]
        must = ["able", f"form{package['form']}", f"nl{package['nl']}"] + [f"day{bit}" for bit in bits(package["fixed"])]
        barred = [f"no_go{bit}" for bit in bits(package["present"])] + [f"needs{bit}" for bit in range(18) if not package["offered"] >> bit & 1]
        barred += [] if package["call_up"] else ["standby"]
        clauses = [(Occur.Must, Query.const_score_query(self.term("gate", text), 0.0)) for text in must]
        clauses += [(Occur.MustNot, self.term("gate", text)) for text in barred]
        clauses += [(Occur.Must, Query.const_score_query(self.between("end", low, 1 << 21), 0.0))]
        clauses += [(Occur.Must, Query.const_score_query(self.between("start", 0, high), 0.0))]
        clauses += [(Occur.Should, self.worth("turn", [str(step)], step * 1_000)) for step in range(1, 11)]
        clauses += self.places(package) + self.domains(package) + self.competences(package)
        return Query.boolean_query(clauses)

    def places(self, package):
        """Cells by how near they are, in steps of a tenth of the farthest that anybody goes."""
        if package["place"] is None:
            return []
        lat, lon = package["place"]
        steps = {}
        for north in range(-6, 7):
            for east in range(-9, 10):
                metres = RADIUS * math.radians(math.hypot(north * CELL, east * CELL * math.cos(math.radians(lat))))
                if metres <= FARTHEST:
                    steps.setdefault(int(10 * metres / FARTHEST), []).append(cell(lat + north * CELL, lon + east * CELL))
        scores = [self.worth("cell", cells, WHOLE * max(1, 10 - 2 * step) / 10) for step, cells in steps.items()]
        scores.append(self.worth("cell", ["unknown"], DOUBT))
        if package["on_site"]:
            return [(Occur.Must, Query.boolean_query([(Occur.Should, score) for score in scores]))]
        return [(Occur.Should, score) for score in scores]

    def domains(self, package):
        domains = bits(package["experience"])
        scores = [self.worth("domain", [str(bit)], WHOLE / len(domains)) for bit in domains]
        return [(Occur.Should, score) for score in scores + ([self.worth("domain", ["unknown"], DOUBT)] if domains else [])]

    def competences(self, package):
        """For each competence asked, those that answer it in a few steps; of several that somebody has, the best counts."""
        weights, clauses = sum(weight for weight, _ in package["asked"]), []
        for weight, asked in package["asked"]:
            steps = {}
            for competence, *levels in asked:
                step = next((step for step in STEPS if levels[2] >= step), None)
                if step:
                    steps.setdefault(step, []).append(str(competence))
            scores = [self.worth("competence", known, step * weight / weights) for step, known in steps.items()]
            clauses += [(Occur.Should, Query.disjunction_max_query(scores))] if scores else []
        return clauses + ([(Occur.Should, self.worth("competence", ["unknown"], DOUBT))] if weights else [])

    def ask(self, package):
        hits = self.searcher.search(self.prepared[id(package)], limit=CANDIDATES, count=False).hits
        among = np.sort(np.array(self.searcher.fast_field_values("expert", [address for _, address in hits]), dtype=np.int64))
        return self.scan.ask(package, among)
