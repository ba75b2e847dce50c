//! The tables as diesel sees them: one schema for both databases; a test compares it with what the migrations make.
#![allow(missing_docs, reason = "the columns are described where their records are")]

diesel::table! {
    instance (id) {
        id -> Text,
        made_at -> BigInt,
        key_check -> Binary,
    }
}

diesel::table! {
    counters (name) {
        name -> Text,
        value -> BigInt,
    }
}

diesel::table! {
    erasures (key_id) {
        key_id -> Text,
        asked_at -> BigInt,
    }
}

diesel::table! {
    users (id) {
        id -> Text,
        key_id -> Text,
        email_digest -> Nullable<Binary>,
        sealed_contact -> Binary,
        language -> Text,
        state -> Text,
        version -> BigInt,
        made_at -> BigInt,
        changed_at -> BigInt,
    }
}

diesel::table! {
    user_roles (user_id, role, region, sector) {
        user_id -> Text,
        role -> Text,
        region -> Text,
        sector -> Text,
        made_at -> BigInt,
    }
}

diesel::table! {
    sign_in_codes (digest) {
        digest -> Binary,
        user_id -> Text,
        kind -> Text,
        secret_digest -> Binary,
        tries -> BigInt,
        organisation_id -> Nullable<Text>,
        made_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
        made_by -> Nullable<Text>,
    }
}

diesel::table! {
    sessions (id) {
        id -> Text,
        user_id -> Text,
        family -> Text,
        refresh_digest -> Binary,
        issued_at -> BigInt,
        expires_at -> BigInt,
        replaced_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    idempotency (actor, key_digest) {
        actor -> Text,
        key_digest -> Binary,
        request_digest -> Binary,
        status -> BigInt,
        sealed_answer -> Binary,
        key_id -> Nullable<Text>,
        made_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    organisations (id) {
        id -> Text,
        name -> Text,
        kind -> Nullable<Text>,
        vetted_at -> Nullable<BigInt>,
        vetted_by -> Nullable<Text>,
        body -> Text,
        version -> BigInt,
        made_at -> BigInt,
        changed_at -> BigInt,
    }
}

diesel::table! {
    organisation_members (organisation_id, user_id) {
        organisation_id -> Text,
        user_id -> Text,
        joined_at -> BigInt,
    }
}

diesel::table! {
    programmes (id) {
        id -> Text,
        name -> Text,
        body -> Text,
        version -> BigInt,
        made_at -> BigInt,
        changed_at -> BigInt,
    }
}

diesel::table! {
    programme_organisations (programme_id, organisation_id) {
        programme_id -> Text,
        organisation_id -> Text,
        joined_at -> BigInt,
    }
}

diesel::table! {
    knob_versions (id) {
        id -> Text,
        knob -> Text,
        scope_kind -> Text,
        scope_id -> Text,
        number -> BigInt,
        body -> Text,
        made_by -> Nullable<Text>,
        made_at -> BigInt,
        why -> Nullable<Text>,
    }
}

diesel::table! {
    task_packages (id) {
        id -> Text,
        organisation_id -> Text,
        programme_id -> Nullable<Text>,
        state -> Text,
        revision -> BigInt,
        capacity -> BigInt,
        taken_in_at -> Nullable<BigInt>,
        taken_in_by -> Nullable<Text>,
        published_at -> Nullable<BigInt>,
        version -> BigInt,
        made_at -> BigInt,
        changed_at -> BigInt,
    }
}

diesel::table! {
    package_revisions (package_id, revision) {
        package_id -> Text,
        revision -> BigInt,
        body -> Text,
        made_by -> Nullable<Text>,
        made_at -> BigInt,
    }
}

diesel::table! {
    experts (id) {
        id -> Text,
        key_id -> Text,
        user_id -> Nullable<Text>,
        registered -> Nullable<Text>,
        wants_to_be_matched -> Nullable<Bool>,
        wants_since -> Nullable<BigInt>,
        availability -> Nullable<Text>,
        last_offered -> Nullable<Text>,
        last_shown -> Nullable<Text>,
        version -> BigInt,
        made_at -> BigInt,
        changed_at -> BigInt,
    }
}

diesel::table! {
    programme_experts (programme_id, expert_id) {
        programme_id -> Text,
        expert_id -> Text,
        joined_at -> BigInt,
    }
}

diesel::table! {
    expert_contacts (expert_id) {
        expert_id -> Text,
        sealed -> Binary,
        consented_at -> Nullable<BigInt>,
        withdrawn_at -> Nullable<BigInt>,
        changed_at -> BigInt,
    }
}

diesel::table! {
    expert_stories (expert_id) {
        expert_id -> Text,
        sealed -> Binary,
        consented_at -> Nullable<BigInt>,
        withdrawn_at -> Nullable<BigInt>,
        changed_at -> BigInt,
    }
}

diesel::table! {
    expert_competences (expert_id) {
        expert_id -> Text,
        sealed -> Binary,
        consented_at -> Nullable<BigInt>,
        withdrawn_at -> Nullable<BigInt>,
        changed_at -> BigInt,
    }
}

diesel::table! {
    expert_experience (expert_id) {
        expert_id -> Text,
        sealed -> Binary,
        consented_at -> Nullable<BigInt>,
        withdrawn_at -> Nullable<BigInt>,
        changed_at -> BigInt,
    }
}

diesel::table! {
    expert_limits (expert_id) {
        expert_id -> Text,
        sealed -> Binary,
        consented_at -> Nullable<BigInt>,
        withdrawn_at -> Nullable<BigInt>,
        changed_at -> BigInt,
    }
}

diesel::table! {
    expert_income (expert_id) {
        expert_id -> Text,
        sealed -> Binary,
        consented_at -> Nullable<BigInt>,
        withdrawn_at -> Nullable<BigInt>,
        changed_at -> BigInt,
    }
}

diesel::table! {
    expert_documents (expert_id) {
        expert_id -> Text,
        sealed -> Binary,
        consented_at -> Nullable<BigInt>,
        withdrawn_at -> Nullable<BigInt>,
        changed_at -> BigInt,
    }
}

diesel::table! {
    expert_practicals (expert_id) {
        expert_id -> Text,
        sealed -> Binary,
        consented_at -> Nullable<BigInt>,
        withdrawn_at -> Nullable<BigInt>,
        changed_at -> BigInt,
    }
}

diesel::table! {
    expert_disclosures (expert_id) {
        expert_id -> Text,
        sealed -> Binary,
        consented_at -> Nullable<BigInt>,
        withdrawn_at -> Nullable<BigInt>,
        changed_at -> BigInt,
    }
}

diesel::table! {
    shortlists (id) {
        id -> Text,
        package_id -> Text,
        revision -> BigInt,
        made_at -> BigInt,
        made_by -> Nullable<Text>,
        as_of -> Text,
        knob_version -> Nullable<Text>,
        pool_version -> BigInt,
        opened_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    shortlist_members (shortlist_id, rank) {
        shortlist_id -> Text,
        rank -> BigInt,
        expert_id -> Text,
        score -> BigInt,
        kept_place -> Bool,
    }
}

diesel::table! {
    matches (id) {
        id -> Text,
        package_id -> Text,
        revision -> BigInt,
        expert_id -> Text,
        state -> Text,
        origin -> Text,
        sealed_score -> Nullable<Binary>,
        matcher_version -> Nullable<Text>,
        arrangement -> Nullable<BigInt>,
        deadline -> Nullable<BigInt>,
        events -> BigInt,
        made_by -> Nullable<Text>,
        version -> BigInt,
        made_at -> BigInt,
        changed_at -> BigInt,
    }
}

diesel::table! {
    arrangements (match_id, version) {
        match_id -> Text,
        version -> BigInt,
        hours_tenths -> BigInt,
        starts -> Text,
        ends -> Nullable<Text>,
        sealed -> Binary,
        made_by -> Nullable<Text>,
        made_at -> BigInt,
    }
}

diesel::table! {
    match_events (match_id, seq) {
        match_id -> Text,
        seq -> BigInt,
        verb -> Text,
        from_state -> Nullable<Text>,
        to_state -> Text,
        actor -> Nullable<Text>,
        role -> Text,
        at -> BigInt,
        arrangement -> Nullable<BigInt>,
        sealed_reason -> Nullable<Binary>,
    }
}

diesel::table! {
    approvals (match_id, arrangement, party) {
        match_id -> Text,
        arrangement -> BigInt,
        party -> Text,
        user_id -> Nullable<Text>,
        at -> BigInt,
    }
}

diesel::table! {
    check_ins (id) {
        id -> Text,
        match_id -> Text,
        side -> Text,
        due_at -> BigInt,
        answered_at -> Nullable<BigInt>,
        sealed -> Nullable<Binary>,
        version -> BigInt,
        made_at -> BigInt,
    }
}

diesel::table! {
    evaluations (id) {
        id -> Text,
        match_id -> Text,
        side -> Text,
        sealed -> Binary,
        made_at -> BigInt,
    }
}

diesel::table! {
    outbox (id) {
        id -> Text,
        key_id -> Text,
        sealed -> Binary,
        made_at -> BigInt,
        due_at -> BigInt,
        sent_at -> Nullable<BigInt>,
        attempts -> BigInt,
    }
}

diesel::table! {
    todos (id) {
        id -> Text,
        kind -> Text,
        object_kind -> Text,
        object_id -> Text,
        assigned_to -> Nullable<Text>,
        opened_at -> BigInt,
        due_at -> Nullable<BigInt>,
        closed_at -> Nullable<BigInt>,
        closed_by -> Nullable<Text>,
        version -> BigInt,
        assigned_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    todo_assignments (todo_id, number) {
        todo_id -> Text,
        number -> BigInt,
        way -> Text,
        user_id -> Nullable<Text>,
        key_id -> Text,
        sealed -> Binary,
        made_by -> Nullable<Text>,
        made_at -> BigInt,
    }
}

diesel::table! {
    user_languages (user_id, language) {
        user_id -> Text,
        language -> Text,
    }
}

diesel::table! {
    vocabulary_versions (id) {
        id -> Text,
        number -> BigInt,
        made_by -> Nullable<Text>,
        made_at -> BigInt,
    }
}

diesel::table! {
    vocabulary_files (version_id, name) {
        version_id -> Text,
        name -> Text,
        content -> Binary,
    }
}

diesel::table! {
    neighbour_lists (version_id, competence) {
        version_id -> Text,
        competence -> Text,
        neighbours -> Binary,
    }
}

diesel::table! {
    places (kind, name) {
        kind -> Text,
        name -> Text,
        latitude -> BigInt,
        longitude -> BigInt,
        region -> Nullable<Text>,
    }
}

diesel::table! {
    audit (seq) {
        seq -> BigInt,
        at -> BigInt,
        actor -> Text,
        actor_role -> Text,
        action -> Text,
        object_kind -> Text,
        object_id -> Text,
        fields -> Text,
        knob_version -> Nullable<Text>,
        digest_reason -> Nullable<Binary>,
        digest_before -> Nullable<Binary>,
        digest_after -> Nullable<Binary>,
        previous_hash -> Binary,
        hash -> Binary,
    }
}

diesel::table! {
    changes (seq) {
        seq -> BigInt,
        at -> BigInt,
        kind -> Text,
        object_id -> Text,
    }
}

diesel::table! {
    rules (id, number) {
        id -> Text,
        number -> BigInt,
        body -> Text,
        made_by -> Nullable<Text>,
        made_at -> BigInt,
        why -> Text,
        ended_by -> Nullable<Text>,
        ended_at -> Nullable<BigInt>,
        ended_why -> Nullable<Text>,
    }
}

diesel::table! {
    match_rules (match_id, seq) {
        match_id -> Text,
        seq -> BigInt,
        rules_version -> Nullable<Text>,
        sealed -> Binary,
    }
}

diesel::table! {
    match_knobs (match_id, knob) {
        match_id -> Text,
        knob -> Text,
        source -> Text,
        version_id -> Nullable<Text>,
    }
}

diesel::joinable!(user_roles -> users (user_id));
diesel::joinable!(sign_in_codes -> users (user_id));
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(organisation_members -> organisations (organisation_id));
diesel::joinable!(organisation_members -> users (user_id));
diesel::joinable!(programme_organisations -> programmes (programme_id));
diesel::joinable!(programme_organisations -> organisations (organisation_id));
diesel::joinable!(task_packages -> organisations (organisation_id));
diesel::joinable!(task_packages -> programmes (programme_id));
diesel::joinable!(package_revisions -> task_packages (package_id));
diesel::joinable!(experts -> users (user_id));
diesel::joinable!(programme_experts -> programmes (programme_id));
diesel::joinable!(programme_experts -> experts (expert_id));
diesel::joinable!(expert_contacts -> experts (expert_id));
diesel::joinable!(expert_stories -> experts (expert_id));
diesel::joinable!(expert_competences -> experts (expert_id));
diesel::joinable!(expert_experience -> experts (expert_id));
diesel::joinable!(expert_limits -> experts (expert_id));
diesel::joinable!(expert_income -> experts (expert_id));
diesel::joinable!(expert_documents -> experts (expert_id));
diesel::joinable!(expert_practicals -> experts (expert_id));
diesel::joinable!(expert_disclosures -> experts (expert_id));
diesel::joinable!(shortlists -> knob_versions (knob_version));
diesel::joinable!(shortlist_members -> shortlists (shortlist_id));
diesel::joinable!(shortlist_members -> experts (expert_id));
diesel::joinable!(matches -> experts (expert_id));
diesel::joinable!(arrangements -> matches (match_id));
diesel::joinable!(match_events -> matches (match_id));
diesel::joinable!(check_ins -> matches (match_id));
diesel::joinable!(evaluations -> matches (match_id));
diesel::joinable!(match_rules -> knob_versions (rules_version));
diesel::joinable!(match_knobs -> matches (match_id));
diesel::joinable!(match_knobs -> knob_versions (version_id));
diesel::joinable!(todos -> users (assigned_to));
diesel::joinable!(todo_assignments -> todos (todo_id));
diesel::joinable!(user_languages -> users (user_id));
diesel::joinable!(vocabulary_files -> vocabulary_versions (version_id));
diesel::joinable!(neighbour_lists -> vocabulary_versions (version_id));

diesel::allow_tables_to_appear_in_same_query!(
    instance,
    counters,
    erasures,
    users,
    user_roles,
    sign_in_codes,
    sessions,
    idempotency,
    organisations,
    organisation_members,
    programmes,
    programme_organisations,
    knob_versions,
    task_packages,
    package_revisions,
    experts,
    programme_experts,
    expert_contacts,
    expert_stories,
    expert_competences,
    expert_experience,
    expert_limits,
    expert_income,
    expert_documents,
    expert_practicals,
    expert_disclosures,
    shortlists,
    shortlist_members,
    matches,
    arrangements,
    match_events,
    approvals,
    check_ins,
    evaluations,
    rules,
    match_rules,
    match_knobs,
    outbox,
    todos,
    todo_assignments,
    user_languages,
    vocabulary_versions,
    vocabulary_files,
    neighbour_lists,
    places,
    audit,
    changes,
);

/// Every table, in the order in which rows can be added without a dangling reference.
pub const TABLES: [&str; 47] = [
    "instance",
    "counters",
    "erasures",
    "users",
    "user_roles",
    "user_languages",
    "sign_in_codes",
    "sessions",
    "idempotency",
    "organisations",
    "organisation_members",
    "programmes",
    "programme_organisations",
    "knob_versions",
    "task_packages",
    "package_revisions",
    "experts",
    "programme_experts",
    "expert_contacts",
    "expert_stories",
    "expert_competences",
    "expert_experience",
    "expert_limits",
    "expert_income",
    "expert_documents",
    "expert_practicals",
    "expert_disclosures",
    "shortlists",
    "shortlist_members",
    "matches",
    "arrangements",
    "match_events",
    "approvals",
    "check_ins",
    "evaluations",
    "rules",
    "match_rules",
    "match_knobs",
    "outbox",
    "todos",
    "todo_assignments",
    "vocabulary_versions",
    "vocabulary_files",
    "neighbour_lists",
    "places",
    "audit",
    "changes",
];
