-- What nothing reads: which version of the rules and of the threshold a match was made under stands in `match_knobs`, and whom a to-do suits is worked out
-- from what it is about.

ALTER TABLE matches DROP COLUMN rules_version;
ALTER TABLE matches DROP COLUMN threshold_version;
ALTER TABLE todos DROP COLUMN region;
ALTER TABLE todos DROP COLUMN sector;
