DROP TABLE match_rules;
DROP TABLE rules;
