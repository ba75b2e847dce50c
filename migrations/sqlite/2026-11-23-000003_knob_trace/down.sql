DROP TABLE match_knobs;
