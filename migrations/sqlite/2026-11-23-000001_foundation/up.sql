-- The foundation: parties, work, people, matches, decisions, access, and the two trails (audit and changes).
-- Plain columns only: TEXT ids, BIGINT microseconds and numbers, BOOLEAN, sealed bytes. No DEFAULT and no trigger: the application owns meaning.
-- Whatever is told of a person lies sealed under that person's key; the keys are in a file outside this database.

-- The instance itself, its counters, and erasures that have been promised and not yet finished.

CREATE TABLE instance (
    id TEXT NOT NULL PRIMARY KEY,
    made_at BIGINT NOT NULL,
    key_check BLOB NOT NULL
);

CREATE TABLE counters (
    name TEXT NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);

CREATE TABLE erasures (
    key_id TEXT NOT NULL PRIMARY KEY,
    asked_at BIGINT NOT NULL
);

-- Users and how they get in.

CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY,
    key_id TEXT NOT NULL,
    email_digest BLOB,
    sealed_contact BLOB NOT NULL,
    language TEXT NOT NULL,
    state TEXT NOT NULL,
    version BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX users_email_digest ON users (email_digest);
CREATE UNIQUE INDEX users_key_id ON users (key_id);

CREATE TABLE user_roles (
    user_id TEXT NOT NULL REFERENCES users (id),
    role TEXT NOT NULL,
    region TEXT NOT NULL,
    sector TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, role, region, sector)
);

CREATE TABLE sign_in_codes (
    digest BLOB NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    kind TEXT NOT NULL,
    secret_digest BLOB NOT NULL,
    tries BIGINT NOT NULL,
    organisation_id TEXT,
    made_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    made_by TEXT
);
CREATE INDEX sign_in_codes_user ON sign_in_codes (user_id);
CREATE INDEX sign_in_codes_expires ON sign_in_codes (expires_at);

CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    family TEXT NOT NULL,
    refresh_digest BLOB NOT NULL,
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    replaced_at BIGINT,
    revoked_at BIGINT
);
CREATE UNIQUE INDEX sessions_refresh_digest ON sessions (refresh_digest);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_family ON sessions (family);
CREATE INDEX sessions_expires ON sessions (expires_at);

CREATE TABLE idempotency (
    actor TEXT NOT NULL,
    key_digest BLOB NOT NULL,
    request_digest BLOB NOT NULL,
    status BIGINT NOT NULL,
    sealed_answer BLOB NOT NULL,
    key_id TEXT,
    made_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (actor, key_digest)
);
CREATE INDEX idempotency_expires ON idempotency (expires_at);
CREATE INDEX idempotency_key_id ON idempotency (key_id);

-- Parties and what they join.

CREATE TABLE organisations (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT,
    vetted_at BIGINT,
    vetted_by TEXT,
    body TEXT NOT NULL,
    version BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);

CREATE TABLE organisation_members (
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    joined_at BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, user_id)
);
CREATE INDEX organisation_members_user ON organisation_members (user_id);

CREATE TABLE programmes (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    body TEXT NOT NULL,
    version BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);

CREATE TABLE programme_organisations (
    programme_id TEXT NOT NULL REFERENCES programmes (id),
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    joined_at BIGINT NOT NULL,
    PRIMARY KEY (programme_id, organisation_id)
);
CREATE INDEX programme_organisations_organisation ON programme_organisations (organisation_id);

-- The five knobs: every turn is a version.

CREATE TABLE knob_versions (
    id TEXT NOT NULL PRIMARY KEY,
    knob TEXT NOT NULL,
    scope_kind TEXT NOT NULL,
    scope_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    body TEXT NOT NULL,
    made_by TEXT,
    made_at BIGINT NOT NULL,
    why TEXT
);
CREATE UNIQUE INDEX knob_versions_number ON knob_versions (knob, scope_kind, scope_id, number);

-- Work.

CREATE TABLE task_packages (
    id TEXT NOT NULL PRIMARY KEY,
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    programme_id TEXT REFERENCES programmes (id),
    state TEXT NOT NULL,
    revision BIGINT NOT NULL,
    capacity BIGINT NOT NULL,
    taken_in_at BIGINT,
    taken_in_by TEXT,
    published_at BIGINT,
    version BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX task_packages_organisation ON task_packages (organisation_id, id);
CREATE INDEX task_packages_programme ON task_packages (programme_id, id);
CREATE INDEX task_packages_state ON task_packages (state, id);

CREATE TABLE package_revisions (
    package_id TEXT NOT NULL REFERENCES task_packages (id),
    revision BIGINT NOT NULL,
    body TEXT NOT NULL,
    made_by TEXT,
    made_at BIGINT NOT NULL,
    PRIMARY KEY (package_id, revision)
);

-- People. The row itself holds nothing that tells what somebody can, wants or cannot; each group of that is a table of its own, sealed.

CREATE TABLE experts (
    id TEXT NOT NULL PRIMARY KEY,
    key_id TEXT NOT NULL,
    user_id TEXT REFERENCES users (id),
    registered TEXT,
    wants_to_be_matched BOOLEAN,
    wants_since BIGINT,
    availability TEXT,
    last_offered TEXT,
    last_shown TEXT,
    version BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX experts_key_id ON experts (key_id);
CREATE UNIQUE INDEX experts_user ON experts (user_id);
CREATE INDEX experts_availability ON experts (availability, id);

CREATE TABLE programme_experts (
    programme_id TEXT NOT NULL REFERENCES programmes (id),
    expert_id TEXT NOT NULL REFERENCES experts (id),
    joined_at BIGINT NOT NULL,
    PRIMARY KEY (programme_id, expert_id)
);
CREATE INDEX programme_experts_expert ON programme_experts (expert_id);

CREATE TABLE expert_contacts (
    expert_id TEXT NOT NULL PRIMARY KEY REFERENCES experts (id),
    sealed BLOB NOT NULL,
    consented_at BIGINT,
    withdrawn_at BIGINT,
    changed_at BIGINT NOT NULL
);

CREATE TABLE expert_stories (
    expert_id TEXT NOT NULL PRIMARY KEY REFERENCES experts (id),
    sealed BLOB NOT NULL,
    consented_at BIGINT,
    withdrawn_at BIGINT,
    changed_at BIGINT NOT NULL
);

CREATE TABLE expert_competences (
    expert_id TEXT NOT NULL PRIMARY KEY REFERENCES experts (id),
    sealed BLOB NOT NULL,
    consented_at BIGINT,
    withdrawn_at BIGINT,
    changed_at BIGINT NOT NULL
);

CREATE TABLE expert_experience (
    expert_id TEXT NOT NULL PRIMARY KEY REFERENCES experts (id),
    sealed BLOB NOT NULL,
    consented_at BIGINT,
    withdrawn_at BIGINT,
    changed_at BIGINT NOT NULL
);

CREATE TABLE expert_limits (
    expert_id TEXT NOT NULL PRIMARY KEY REFERENCES experts (id),
    sealed BLOB NOT NULL,
    consented_at BIGINT,
    withdrawn_at BIGINT,
    changed_at BIGINT NOT NULL
);

CREATE TABLE expert_income (
    expert_id TEXT NOT NULL PRIMARY KEY REFERENCES experts (id),
    sealed BLOB NOT NULL,
    consented_at BIGINT,
    withdrawn_at BIGINT,
    changed_at BIGINT NOT NULL
);

CREATE TABLE expert_documents (
    expert_id TEXT NOT NULL PRIMARY KEY REFERENCES experts (id),
    sealed BLOB NOT NULL,
    consented_at BIGINT,
    withdrawn_at BIGINT,
    changed_at BIGINT NOT NULL
);

CREATE TABLE expert_practicals (
    expert_id TEXT NOT NULL PRIMARY KEY REFERENCES experts (id),
    sealed BLOB NOT NULL,
    consented_at BIGINT,
    withdrawn_at BIGINT,
    changed_at BIGINT NOT NULL
);

CREATE TABLE expert_disclosures (
    expert_id TEXT NOT NULL PRIMARY KEY REFERENCES experts (id),
    sealed BLOB NOT NULL,
    consented_at BIGINT,
    withdrawn_at BIGINT,
    changed_at BIGINT NOT NULL
);

-- Shortlists and matches.

CREATE TABLE shortlists (
    id TEXT NOT NULL PRIMARY KEY,
    package_id TEXT NOT NULL,
    revision BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    made_by TEXT,
    as_of TEXT NOT NULL,
    knob_version TEXT REFERENCES knob_versions (id),
    pool_version BIGINT NOT NULL,
    opened_at BIGINT,
    FOREIGN KEY (package_id, revision) REFERENCES package_revisions (package_id, revision)
);
CREATE INDEX shortlists_package ON shortlists (package_id, id);

CREATE TABLE shortlist_members (
    shortlist_id TEXT NOT NULL REFERENCES shortlists (id),
    rank BIGINT NOT NULL,
    expert_id TEXT NOT NULL REFERENCES experts (id),
    score BIGINT NOT NULL,
    kept_place BOOLEAN NOT NULL,
    PRIMARY KEY (shortlist_id, rank)
);
CREATE INDEX shortlist_members_expert ON shortlist_members (expert_id);

CREATE TABLE matches (
    id TEXT NOT NULL PRIMARY KEY,
    package_id TEXT NOT NULL,
    revision BIGINT NOT NULL,
    expert_id TEXT NOT NULL REFERENCES experts (id),
    state TEXT NOT NULL,
    origin TEXT NOT NULL,
    sealed_score BLOB,
    matcher_version TEXT REFERENCES knob_versions (id),
    rules_version TEXT REFERENCES knob_versions (id),
    threshold_version TEXT REFERENCES knob_versions (id),
    arrangement BIGINT,
    deadline BIGINT,
    events BIGINT NOT NULL,
    made_by TEXT,
    version BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    FOREIGN KEY (package_id, revision) REFERENCES package_revisions (package_id, revision)
);
CREATE INDEX matches_package ON matches (package_id, id);
CREATE INDEX matches_expert ON matches (expert_id, id);
CREATE INDEX matches_state ON matches (state, id);
CREATE INDEX matches_deadline ON matches (state, deadline);

CREATE TABLE arrangements (
    match_id TEXT NOT NULL REFERENCES matches (id),
    version BIGINT NOT NULL,
    hours_tenths BIGINT NOT NULL,
    starts TEXT NOT NULL,
    ends TEXT,
    sealed BLOB NOT NULL,
    made_by TEXT,
    made_at BIGINT NOT NULL,
    PRIMARY KEY (match_id, version)
);

CREATE TABLE match_events (
    match_id TEXT NOT NULL REFERENCES matches (id),
    seq BIGINT NOT NULL,
    verb TEXT NOT NULL,
    from_state TEXT,
    to_state TEXT NOT NULL,
    actor TEXT,
    role TEXT NOT NULL,
    at BIGINT NOT NULL,
    arrangement BIGINT,
    sealed_reason BLOB,
    PRIMARY KEY (match_id, seq)
);

CREATE TABLE approvals (
    match_id TEXT NOT NULL,
    arrangement BIGINT NOT NULL,
    party TEXT NOT NULL,
    user_id TEXT,
    at BIGINT NOT NULL,
    PRIMARY KEY (match_id, arrangement, party),
    FOREIGN KEY (match_id, arrangement) REFERENCES arrangements (match_id, version)
);

CREATE TABLE check_ins (
    id TEXT NOT NULL PRIMARY KEY,
    match_id TEXT NOT NULL REFERENCES matches (id),
    side TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    answered_at BIGINT,
    sealed BLOB,
    version BIGINT NOT NULL,
    made_at BIGINT NOT NULL
);
CREATE INDEX check_ins_match ON check_ins (match_id, id);
CREATE INDEX check_ins_due ON check_ins (answered_at, due_at);

CREATE TABLE evaluations (
    id TEXT NOT NULL PRIMARY KEY,
    match_id TEXT NOT NULL REFERENCES matches (id),
    side TEXT NOT NULL,
    sealed BLOB NOT NULL,
    made_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX evaluations_side ON evaluations (match_id, side);

-- What still has to be done: letters to send, queues for people.

CREATE TABLE outbox (
    id TEXT NOT NULL PRIMARY KEY,
    key_id TEXT NOT NULL,
    sealed BLOB NOT NULL,
    made_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    sent_at BIGINT,
    attempts BIGINT NOT NULL
);
CREATE INDEX outbox_due ON outbox (sent_at, due_at);
CREATE INDEX outbox_key_id ON outbox (key_id);

CREATE TABLE todos (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    object_kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    region TEXT NOT NULL,
    sector TEXT NOT NULL,
    assigned_to TEXT REFERENCES users (id),
    opened_at BIGINT NOT NULL,
    due_at BIGINT,
    closed_at BIGINT,
    closed_by TEXT,
    version BIGINT NOT NULL
);
CREATE INDEX todos_open ON todos (closed_at, id);
CREATE INDEX todos_object ON todos (object_kind, object_id);
CREATE INDEX todos_assigned ON todos (assigned_to);

-- Vocabularies as they were imported, what was computed from them, and places.

CREATE TABLE vocabulary_versions (
    id TEXT NOT NULL PRIMARY KEY,
    number BIGINT NOT NULL,
    made_by TEXT,
    made_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX vocabulary_versions_number ON vocabulary_versions (number);

CREATE TABLE vocabulary_files (
    version_id TEXT NOT NULL REFERENCES vocabulary_versions (id),
    name TEXT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (version_id, name)
);

CREATE TABLE neighbour_lists (
    version_id TEXT NOT NULL REFERENCES vocabulary_versions (id),
    competence TEXT NOT NULL,
    neighbours BLOB NOT NULL,
    PRIMARY KEY (version_id, competence)
);

CREATE TABLE places (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    latitude BIGINT NOT NULL,
    longitude BIGINT NOT NULL,
    region TEXT,
    PRIMARY KEY (kind, name)
);

-- The two trails.

CREATE TABLE audit (
    seq BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    actor_role TEXT NOT NULL,
    action TEXT NOT NULL,
    object_kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    fields TEXT NOT NULL,
    knob_version TEXT,
    digest_reason BLOB,
    digest_before BLOB,
    digest_after BLOB,
    previous_hash BLOB NOT NULL,
    hash BLOB NOT NULL
);
CREATE INDEX audit_object ON audit (object_kind, object_id, seq);
CREATE INDEX audit_actor ON audit (actor, seq);

CREATE TABLE changes (
    seq BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    object_id TEXT NOT NULL
);
