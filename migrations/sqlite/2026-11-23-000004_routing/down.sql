DROP TABLE todo_assignments;
ALTER TABLE todos DROP COLUMN assigned_at;
DROP TABLE user_languages;
