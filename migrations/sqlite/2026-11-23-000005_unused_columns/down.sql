ALTER TABLE todos ADD COLUMN sector TEXT NOT NULL DEFAULT '';
ALTER TABLE todos ADD COLUMN region TEXT NOT NULL DEFAULT '';
ALTER TABLE matches ADD COLUMN threshold_version TEXT REFERENCES knob_versions (id);
ALTER TABLE matches ADD COLUMN rules_version TEXT REFERENCES knob_versions (id);
