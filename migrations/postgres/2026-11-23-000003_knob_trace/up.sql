-- The trace of the knobs: for each match which setting of each knob held when it was made, and where that came from (package, programme,
-- programme_start, network or start). Of matches from before, only the version of the matcher is known.

CREATE TABLE match_knobs (
    match_id TEXT COLLATE "C" NOT NULL REFERENCES matches (id),
    knob TEXT COLLATE "C" NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    version_id TEXT COLLATE "C" REFERENCES knob_versions (id),
    PRIMARY KEY (match_id, knob)
);

INSERT INTO match_knobs (match_id, knob, source, version_id)
SELECT matches.id, 'matcher', knob_versions.scope_kind, knob_versions.id
FROM matches
INNER JOIN knob_versions ON knob_versions.id = matches.matcher_version;
