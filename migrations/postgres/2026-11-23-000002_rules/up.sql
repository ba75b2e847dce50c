-- Rules: versions of what is known of legislation, as stewards wrote them, and what came out of the rules at the steps of a match.
-- The rules to start with are in the program itself; a row here with the same id and number stands in the stead of one of those.

CREATE TABLE rules (
    id TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    made_by TEXT COLLATE "C",
    made_at BIGINT NOT NULL,
    why TEXT COLLATE "C" NOT NULL,
    ended_by TEXT COLLATE "C",
    ended_at BIGINT,
    ended_why TEXT COLLATE "C",
    PRIMARY KEY (id, number)
);

CREATE TABLE match_rules (
    match_id TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL,
    rules_version TEXT COLLATE "C" REFERENCES knob_versions (id),
    sealed BYTEA NOT NULL,
    PRIMARY KEY (match_id, seq),
    FOREIGN KEY (match_id, seq) REFERENCES match_events (match_id, seq)
);
