"""The question as a query to a PostgreSQL of its own, with indexes; what a package asks is put in a table beforehand and not counted."""

import glob
import os
import shutil
import subprocess
import tempfile

import psycopg

from query import answers, query


def binaries():
    found = os.environ.get("RAAKVLAK_POSTGRES_BIN") or next(iter(sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True)), None)
    if found is None:
        raise ImportError("no PostgreSQL on this machine")
    return found


class Peer:
    def __init__(self, world):
        self.folder = tempfile.mkdtemp(prefix="raakvlak-peer-")
        self.binaries = binaries()
        self.as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
        if self.as_user:
            shutil.chown(self.folder, "postgres")
        data = f"{self.folder}/data"
        self.run("initdb", "-D", data, "-A", "trust", "-U", "peer", "--no-sync")
        settings = f"-k {self.folder} -c listen_addresses= -c shared_buffers=1GB -c work_mem=256MB -c jit=off -c max_parallel_workers_per_gather=2"
        self.run("pg_ctl", "-D", data, "-w", "-l", f"{self.folder}/log", "-o", settings, "start")
        self.base = psycopg.connect(f"host={self.folder} user=peer dbname=postgres", autocommit=True)
        self.fill(world)
        # It takes the people who are left for far fewer than they are, and would look up each of them by itself.
        self.base.execute("set enable_nestloop = off")
        self.ready = None

    def run(self, program, *arguments):
        subprocess.run([*self.as_user, f"{self.binaries}/{program}", *arguments], check=True, stdout=subprocess.DEVNULL)

    def close(self):
        self.base.close()
        self.run("pg_ctl", "-D", f"{self.folder}/data", "-m", "immediate", "stop")
        shutil.rmtree(self.folder)

    def fill(self, world):
        header = (world.folder / "experts.csv").open().readline().strip().split(",")
        kinds = {"lat": "double precision", "lon": "double precision"}
        columns = ", ".join(f"{name} {kinds.get(name, 'bigint')}" for name in header)
        self.base.execute(f"create unlogged table experts ({columns})")
        self.base.execute("create unlogged table held (expert bigint, competence bigint, level bigint)")
        with self.base.cursor() as cursor:
            for table in ["experts", "held"]:
                with cursor.copy(f"copy {table} from stdin with (format csv, header)") as copy, open(world.folder / f"{table}.csv") as file:
                    while block := file.read(1 << 20):
                        copy.write(block)
        self.base.execute("alter table experts add column turn bigint")
        self.base.execute("update experts set turn = least(10000, greatest(10000 * waiting / 365, 10000 * aside / 1825))")
        self.base.execute("create index on experts (able, standby) include (forms, no_go, needs)")
        self.base.execute("alter table experts add primary key (expert)")
        self.base.execute("create index on held (expert) include (competence, level)")
        self.base.execute("vacuum analyze")

    def ask(self, package):
        self.make_ready(package)
        return [(int(expert), int(score)) for expert, score in self.base.execute(self.text).fetchall()]

    def make_ready(self, package):
        if self.ready is package:
            return
        self.ready = package
        self.base.execute("drop table if exists answers")
        self.base.execute("create temp table answers (competence bigint, level bigint, asked int, weight bigint, worth bigint)")
        with self.base.cursor() as cursor, cursor.copy("copy answers from stdin") as copy:
            for row in answers(package):
                copy.write_row(row)
        self.base.execute("create index on answers (competence, level)")
        self.base.execute("analyze answers")
        count = lambda bits: f"bit_count(cast(cast({bits} as bigint) as bit(64)))"
        self.text = query(package, count, lambda a, b: f"(({a}) / ({b}))")
