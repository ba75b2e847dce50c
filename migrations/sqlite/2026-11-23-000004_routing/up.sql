-- Routing: the languages of those who mediate, and to whom each to-do went, when and why.
-- What is sealed of an assignment lies under the key of the person whom the to-do is about, or of the instance when it is about nobody.

CREATE TABLE user_languages (
    user_id TEXT NOT NULL REFERENCES users (id),
    language TEXT NOT NULL,
    PRIMARY KEY (user_id, language)
);

ALTER TABLE todos ADD COLUMN assigned_at BIGINT;

CREATE TABLE todo_assignments (
    todo_id TEXT NOT NULL REFERENCES todos (id),
    number BIGINT NOT NULL,
    way TEXT NOT NULL,
    user_id TEXT,
    key_id TEXT NOT NULL,
    sealed BLOB NOT NULL,
    made_by TEXT,
    made_at BIGINT NOT NULL,
    PRIMARY KEY (todo_id, number)
);
