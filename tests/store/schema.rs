//! Both databases have the same tables, columns and rules, and diesel's schema says the same.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use diesel::sql_types::Text;
use raakvlak_store::schema::TABLES;
use raakvlak_store::{Store, StoreError};
use raakvlak_testkit::database::{Kind, TestDatabase};

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

fn lines(store: &Store, query: &str) -> BTreeSet<String> {
    let rows: Vec<Line> = store.read(|db| diesel::sql_query(query).load(db.connection()).map_err(StoreError::from)).unwrap();
    rows.into_iter().map(|row| row.line).collect()
}

/// `table.column type null|not null`
const SQLITE_COLUMNS: &str = "SELECT m.name || '.' || c.name || ' ' || c.type || CASE c.\"notnull\" WHEN 1 THEN ' not null' ELSE ' null' END AS line \
    FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\' AND m.name NOT LIKE 'sqlite%'";
const POSTGRES_COLUMNS: &str = "SELECT table_name || '.' || column_name || ' ' || \
    CASE data_type WHEN 'text' THEN 'TEXT' WHEN 'bigint' THEN 'BIGINT' WHEN 'boolean' THEN 'BOOLEAN' WHEN 'bytea' THEN 'BLOB' ELSE data_type END || \
    CASE is_nullable WHEN 'NO' THEN ' not null' ELSE ' null' END AS line \
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%'";

/// `table(column) -> table(column)`, one line for each column of the key
const SQLITE_KEYS: &str = "SELECT m.name || '(' || f.\"from\" || ') -> ' || f.\"table\" || '(' || f.\"to\" || ')' AS line \
    FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'";
const POSTGRES_KEYS: &str = "SELECT a.relname || '(' || ca.attname || ') -> ' || b.relname || '(' || cb.attname || ')' AS line \
    FROM pg_constraint k JOIN pg_class a ON a.oid = k.conrelid JOIN pg_class b ON b.oid = k.confrelid \
    CROSS JOIN LATERAL unnest(k.conkey, k.confkey) AS pair(here, there) \
    JOIN pg_attribute ca ON ca.attrelid = a.oid AND ca.attnum = pair.here JOIN pg_attribute cb ON cb.attrelid = b.oid AND cb.attnum = pair.there \
    WHERE k.contype = 'f'";

/// `index on table(columns) unique?`, named indices only
const SQLITE_INDICES: &str = "SELECT l.name || ' on ' || m.name || '(' || (SELECT group_concat(i.name) FROM pragma_index_info(l.name) i) || ')' || \
    CASE l.\"unique\" WHEN 1 THEN ' unique' ELSE '' END AS line \
    FROM sqlite_master m JOIN pragma_index_list(m.name) l WHERE m.type = 'table' AND l.origin = 'c'";
const POSTGRES_INDICES: &str = "SELECT x.relname || ' on ' || t.relname || '(' || (SELECT string_agg(a.attname, ',' ORDER BY key.place) \
    FROM unnest(i.indkey) WITH ORDINALITY AS key(number, place) JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = key.number) || ')' || \
    CASE WHEN i.indisunique THEN ' unique' ELSE '' END AS line \
    FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace \
    WHERE n.nspname = 'public' AND NOT i.indisprimary AND t.relname NOT LIKE '\\_\\_%'";

/// `table(columns)`, the primary keys
const SQLITE_PRIMARY: &str = "SELECT m.name || '(' || (SELECT group_concat(c.name) FROM (SELECT name FROM pragma_table_info(m.name) WHERE pk > 0 ORDER BY pk) c) || ')' AS line \
    FROM sqlite_master m WHERE m.type = 'table' AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\' AND m.name NOT LIKE 'sqlite%'";
const POSTGRES_PRIMARY: &str = "SELECT t.relname || '(' || (SELECT string_agg(a.attname, ',' ORDER BY key.place) \
    FROM unnest(i.indkey) WITH ORDINALITY AS key(number, place) JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = key.number) || ')' AS line \
    FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace \
    WHERE n.nspname = 'public' AND i.indisprimary AND t.relname NOT LIKE '\\_\\_%'";

#[test]
fn both_databases_are_the_same() {
    let (sqlite, postgres) = (TestDatabase::new(Kind::Sqlite), TestDatabase::new(Kind::Postgres));
    let (sqlite, postgres) = (sqlite.open(), postgres.open());
    let pairs = [
        (SQLITE_COLUMNS, POSTGRES_COLUMNS, 200),
        (SQLITE_KEYS, POSTGRES_KEYS, 30),
        (SQLITE_INDICES, POSTGRES_INDICES, 30),
        (SQLITE_PRIMARY, POSTGRES_PRIMARY, 35),
    ];
    for (on_sqlite, on_postgres, at_least) in pairs {
        let (here, there) = (lines(&sqlite, on_sqlite), lines(&postgres, on_postgres));
        assert!(here.len() >= at_least, "only {} lines: {here:?}", here.len());
        assert_eq!(here.difference(&there).collect::<Vec<_>>(), Vec::<&String>::new(), "only on SQLite");
        assert_eq!(there.difference(&here).collect::<Vec<_>>(), Vec::<&String>::new(), "only on PostgreSQL");
    }
}

#[test]
fn there_are_no_defaults_and_no_triggers() {
    let (sqlite, postgres) = (TestDatabase::new(Kind::Sqlite), TestDatabase::new(Kind::Postgres));
    let (sqlite, postgres) = (sqlite.open(), postgres.open());
    let defaults = "SELECT m.name AS line FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE c.dflt_value IS NOT NULL AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\'";
    assert!(lines(&sqlite, defaults).is_empty());
    assert!(lines(&sqlite, "SELECT name AS line FROM sqlite_master WHERE type IN ('trigger', 'view')").is_empty());
    let defaults = "SELECT table_name::text AS line FROM information_schema.columns \
        WHERE table_schema = 'public' AND column_default IS NOT NULL AND table_name NOT LIKE '\\_\\_%'";
    assert!(lines(&postgres, defaults).is_empty());
    assert!(lines(&postgres, "SELECT tgname::text AS line FROM pg_trigger WHERE NOT tgisinternal").is_empty());
    let order = "SELECT c.table_name || '.' || c.column_name AS line FROM information_schema.columns c \
        WHERE c.table_schema = 'public' AND c.data_type = 'text' AND c.collation_name IS DISTINCT FROM 'C' AND c.table_name NOT LIKE '\\_\\_%'";
    assert!(lines(&postgres, order).is_empty(), "texts are ordered by their bytes, as on SQLite");
}

/// What `schema.rs` says, read from its source: `table.column type null|not null`.
fn declared() -> BTreeMap<String, String> {
    let source = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/store/src/schema.rs")).unwrap();
    let mut table = String::new();
    let mut columns = BTreeMap::new();
    for line in source.lines().map(str::trim) {
        if let Some((name, _)) = line.split_once(" (").filter(|_| line.ends_with(") {")) {
            table = name.to_owned();
        } else if let Some((column, kind)) = line.trim_end_matches(',').split_once(" -> ").filter(|_| !line.starts_with("diesel")) {
            let (plain, null) = kind.strip_prefix("Nullable<").map_or((kind, "not null"), |kind| (kind.trim_end_matches('>'), "null"));
            let sql = match plain {
                "Text" => "TEXT",
                "BigInt" => "BIGINT",
                "Bool" => "BOOLEAN",
                "Binary" => "BLOB",
                other => panic!("a column of type {other}"),
            };
            columns.insert(format!("{table}.{column}"), format!("{sql} {null}"));
        }
    }
    columns
}

#[test]
fn diesel_knows_every_column() {
    let database = TestDatabase::new(Kind::Sqlite);
    let there = lines(&database.open(), SQLITE_COLUMNS);
    let here: BTreeSet<String> = declared().into_iter().map(|(column, kind)| format!("{column} {kind}")).collect();
    assert_eq!(here, there);
    let tables: BTreeSet<&str> = there.iter().filter_map(|line| line.split_once('.').map(|(table, _)| table)).collect();
    assert_eq!(tables, TABLES.into_iter().collect());
}

#[test]
fn both_have_the_same_migrations_with_a_way_back() {
    let names = |kind: &str| -> BTreeSet<String> {
        let folder = format!("{}/../migrations/{kind}", env!("CARGO_MANIFEST_DIR"));
        let entries = std::fs::read_dir(folder).unwrap().flatten();
        entries
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .inspect(|name| {
                for file in ["up.sql", "down.sql"] {
                    let path = format!("{}/../migrations/{kind}/{name}/{file}", env!("CARGO_MANIFEST_DIR"));
                    assert!(std::path::Path::new(&path).exists(), "{path}");
                }
            })
            .collect()
    };
    assert_eq!(names("sqlite"), names("postgres"));
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let database = TestDatabase::new(kind);
        raakvlak_store::store::undo_migrations(database.url()).unwrap();
        assert_eq!(raakvlak_store::migrate(database.url()).unwrap().len(), names("sqlite").len());
        drop(database.open());
    }
}
