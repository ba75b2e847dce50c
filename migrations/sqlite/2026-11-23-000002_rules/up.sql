-- Rules: versions of what is known of legislation, as stewards wrote them, and what came out of the rules at the steps of a match.
-- The rules to start with are in the program itself; a row here with the same id and number stands in the stead of one of those.

CREATE TABLE rules (
    id TEXT NOT NULL,
    number BIGINT NOT NULL,
    body TEXT NOT NULL,
    made_by TEXT,
    made_at BIGINT NOT NULL,
    why TEXT NOT NULL,
    ended_by TEXT,
    ended_at BIGINT,
    ended_why TEXT,
    PRIMARY KEY (id, number)
);

CREATE TABLE match_rules (
    match_id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    rules_version TEXT REFERENCES knob_versions (id),
    sealed BLOB NOT NULL,
    PRIMARY KEY (match_id, seq),
    FOREIGN KEY (match_id, seq) REFERENCES match_events (match_id, seq)
);
