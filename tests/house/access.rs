//! Who may use which operation: no door without a row, no row without a door, and every cell tried over HTTP.

mod requests;

use std::collections::BTreeSet;
use std::sync::Arc;

use raakvlak_testkit::app::TestServer;
use raakvlak_testkit::database::{Kind, TestDatabase};
use raakvlak_testkit::town::Town;

use crate::openapi;
use requests::{Column, Matrix};

/// For each operation the status for: nobody; an expert on their own record, on another's; an organisation on its own, on another's; a mediator; a
/// steward; an auditor. The records are such that whoever may, can.
const TABLE: &[(&str, &str)] = &[
    // About the API itself, and coming in and going out.
    ("read_document", "200 200 200 200 200 200 200 200"),
    ("list_keys", "200 200 200 200 200 200 200 200"),
    ("create_token", "200 200 200 200 200 200 200 200"),
    ("request_sign_in_link", "202 202 202 202 202 202 202 202"),
    ("create_paper_code", "401 403 404 403 404 201 201 404"),
    ("list_sessions", "401 200 200 200 200 200 200 200"),
    ("delete_current_session", "401 204 204 204 204 204 204 204"),
    ("delete_sessions", "401 204 204 204 204 204 204 204"),
    ("delete_user_sessions", "401 204 404 204 404 403 204 404"),
    // One's own. Whoever has no profile has nothing to read there; a second one is not made, and none by who is no expert.
    ("get_me", "401 200 200 200 200 200 200 200"),
    ("erase_me", "401 204 204 204 204 204 204 204"),
    ("get_my_profile", "401 200 200 404 404 404 404 404"),
    ("update_my_profile", "401 200 200 404 404 404 404 404"),
    ("create_my_profile", "401 409 409 403 403 403 403 403"),
    ("set_my_disclosure", "401 200 200 404 404 404 404 404"),
    ("set_my_consent", "401 200 200 404 404 404 404 404"),
    ("set_my_availability", "401 200 200 404 404 404 404 404"),
    ("preview_me", "401 200 200 404 404 404 404 404"),
    ("list_my_packages", "401 200 200 404 404 404 404 404"),
    ("export_me", "401 200 200 404 404 404 404 404"),
    ("list_my_views", "401 200 200 200 200 200 200 200"),
    // Users.
    ("list_users", "401 403 403 403 403 403 200 403"),
    ("create_user", "401 403 403 403 403 201 201 403"),
    ("get_user", "401 200 404 200 404 200 200 404"),
    ("update_user", "401 200 404 200 404 200 200 404"),
    ("change_user_roles", "401 403 404 403 404 403 200 404"),
    ("block_user", "401 403 404 403 404 403 200 404"),
    ("unblock_user", "401 403 404 403 404 403 200 404"),
    // Organisations: one that nobody has found trustworthy yet is hidden from others.
    ("list_organisations", "401 200 200 200 200 200 200 403"),
    ("create_organisation", "401 403 403 201 201 201 201 403"),
    ("get_organisation", "401 404 404 200 404 200 200 403"),
    ("update_organisation", "401 404 404 200 404 200 200 403"),
    ("vet_organisation", "401 404 404 403 404 200 200 403"),
    ("list_members", "401 404 404 200 404 200 200 403"),
    ("list_work_changes", "401 404 404 200 404 200 200 403"),
    ("invite_member", "401 404 404 202 404 202 202 403"),
    ("add_member", "401 404 404 403 404 204 204 403"),
    ("remove_member", "401 404 404 204 404 204 204 403"),
    // Programmes.
    ("list_programmes", "401 200 200 200 200 200 200 200"),
    ("create_programme", "401 403 403 403 403 403 201 403"),
    ("get_programme", "401 200 200 200 200 200 200 200"),
    ("update_programme", "401 403 403 403 403 403 200 403"),
    ("list_enrolments", "401 403 403 403 403 200 200 403"),
    ("join_programme", "401 404 404 204 404 204 204 403"),
    ("leave_programme", "401 404 404 204 404 204 204 403"),
    ("join_programme_as_expert", "401 204 404 404 404 204 403 403"),
    ("leave_programme_as_expert", "401 204 404 404 404 204 403 403"),
    // Packages: a draft is hidden from others, also from experts.
    ("list_package_templates", "401 200 200 200 200 200 200 200"),
    ("list_packages", "401 200 200 200 200 200 200 403"),
    ("create_package", "401 404 404 201 404 201 403 403"),
    ("get_package", "401 404 404 200 404 200 200 403"),
    ("update_package", "401 404 404 200 404 200 403 403"),
    ("publish_package", "401 404 404 200 404 200 403 403"),
    ("pause_package", "401 403 403 200 404 200 403 403"),
    ("close_package", "401 404 404 200 404 200 403 403"),
    ("take_in_package", "401 404 404 403 404 200 403 403"),
    ("get_package_revision", "401 404 404 200 404 200 200 403"),
    // The people for a package, for mediators alone.
    ("open_shortlist", "401 403 403 403 404 201 403 403"),
    ("get_shortlist", "401 403 403 403 404 200 403 403"),
    ("get_ranking", "401 403 403 403 404 200 403 403"),
    ("list_near_misses", "401 403 403 403 404 200 403 403"),
    ("list_barriers", "401 403 403 403 404 200 403 403"),
    ("get_explanation", "401 403 403 403 404 200 403 403"),
    ("carve_package", "401 403 403 403 404 200 403 403"),
    ("accept_parts", "401 403 403 403 404 201 403 403"),
    ("list_repairs", "401 403 403 403 404 200 403 403"),
    // Experts: an organisation never learns whether one exists.
    ("list_experts", "401 403 403 403 403 200 403 403"),
    ("create_expert", "401 403 403 403 403 201 403 403"),
    ("get_expert", "401 200 404 404 404 200 403 403"),
    ("update_expert", "401 200 404 404 404 200 403 403"),
    ("record_consent", "401 200 404 404 404 200 403 403"),
    ("list_packages_of_expert", "401 200 404 404 404 200 403 403"),
    // Matches: before an introduction an organisation does not know of any.
    ("list_matches", "401 200 200 200 200 200 403 403"),
    ("suggest_match", "401 201 201 404 404 201 403 403"),
    ("get_match", "401 200 404 200 404 200 403 403"),
    ("list_match_history", "401 200 404 403 404 200 403 403"),
    ("get_match_explanation", "401 200 404 403 404 200 403 403"),
    ("get_arrangement", "401 200 404 200 404 200 403 403"),
    ("review_match", "401 403 404 404 404 200 403 403"),
    ("dismiss_match", "401 403 404 404 404 200 403 403"),
    ("offer_match", "401 403 404 404 404 200 403 403"),
    ("rearrange_match", "401 403 404 403 404 200 403 403"),
    ("accept_match", "401 200 404 404 404 403 403 403"),
    ("decline_match", "401 200 404 404 404 403 403 403"),
    ("introduce_match", "401 403 404 404 404 200 403 403"),
    ("agree_match", "401 403 404 200 404 403 403 403"),
    ("reject_match", "401 403 404 200 404 403 403 403"),
    ("confirm_match", "401 403 404 403 404 200 403 403"),
    ("end_early_match", "401 200 404 200 404 200 403 403"),
    ("close_match", "401 403 404 200 404 200 403 403"),
    ("withdraw_match", "401 200 404 403 404 403 403 403"),
    ("ask_match", "401 200 404 403 404 200 403 403"),
    ("answer_match", "401 200 404 403 404 200 403 403"),
    ("start_match", "401 403 404 200 404 200 403 403"),
    ("list_check_ins", "401 200 404 403 404 200 403 403"),
    ("create_check_in", "401 201 404 201 404 403 403 403"),
    ("create_evaluation", "401 201 404 201 404 403 403 403"),
    // Knobs.
    ("list_knobs", "401 403 403 403 403 200 200 200"),
    ("list_matcher_versions", "401 403 403 403 403 200 200 200"),
    ("list_matcher_presets", "401 403 403 403 403 200 200 200"),
    ("preview_matcher_knob", "401 403 403 403 403 200 403 403"),
    ("preview_matcher_knob_in_scope", "401 403 403 403 403 200 200 403"),
    ("get_matcher_knob", "401 403 403 403 403 200 200 200"),
    ("turn_matcher_knob", "401 403 403 403 403 200 200 403"),
    ("list_rules_versions", "401 403 403 403 403 200 200 200"),
    ("preview_rules_knob", "401 403 403 403 403 200 403 403"),
    ("get_rules_knob", "401 403 403 403 403 200 200 200"),
    ("turn_rules_knob", "401 403 403 403 403 200 200 403"),
    ("list_packages_versions", "401 403 403 403 403 200 200 200"),
    ("preview_packages_knob", "401 403 403 403 403 200 403 403"),
    ("get_packages_knob", "401 403 403 403 403 200 200 200"),
    ("turn_packages_knob", "401 403 403 403 403 200 200 403"),
    ("list_threshold_versions", "401 403 403 403 403 200 200 200"),
    ("preview_threshold_knob", "401 403 403 403 403 200 403 403"),
    ("get_threshold_knob", "401 403 403 403 403 200 200 200"),
    ("turn_threshold_knob", "401 403 403 403 403 200 200 403"),
    ("list_sector_versions", "401 403 403 403 403 200 200 200"),
    ("preview_sector_knob", "401 403 403 403 403 200 403 403"),
    ("get_sector_knob", "401 403 403 403 403 200 200 200"),
    ("turn_sector_knob", "401 403 403 403 403 200 200 403"),
    // Rules: everybody may know them; what comes out for a person is that person's and the mediator's.
    ("list_rules", "401 200 200 200 200 200 200 200"),
    ("list_rule_fields", "401 200 200 200 200 200 200 200"),
    ("list_instruments", "401 200 200 200 200 200 200 200"),
    ("get_rule", "401 200 200 200 200 200 200 200"),
    ("create_rule", "401 403 403 403 403 403 201 403"),
    ("end_rule", "401 403 403 403 403 403 200 403"),
    ("try_rules", "401 403 403 403 403 200 200 403"),
    ("judge_my_rules", "401 200 200 404 404 404 404 404"),
    ("get_match_rules", "401 200 404 403 404 200 403 403"),
    ("list_match_knobs", "401 403 404 403 404 200 200 200"),
    ("list_match_instruments", "401 200 404 403 404 200 403 403"),
    // The words.
    ("list_terms", "401 200 200 200 200 200 200 200"),
    ("link_text", "401 200 200 200 200 200 200 200"),
    ("translate_term", "401 200 200 200 200 200 200 200"),
    ("search_competences", "401 200 200 200 200 200 200 200"),
    ("get_competence", "401 200 200 200 200 200 200 200"),
    // What waits for a person: a steward has what is about rules, and knows of nothing else.
    ("list_todos", "401 403 403 403 403 200 200 403"),
    ("get_todo", "401 403 403 403 403 200 404 403"),
    ("close_todo", "401 403 403 403 403 200 404 403"),
    ("hand_over_todo", "401 403 403 403 403 200 404 403"),
    ("undo_hand_over", "401 403 403 403 403 200 404 403"),
    ("route_todos", "401 403 403 403 403 200 200 403"),
    // Everything at once, in and out; those who may, look for one that is not there.
    ("create_import", "401 403 403 403 403 403 202 403"),
    ("get_import", "401 403 403 403 403 403 404 403"),
    ("cancel_import", "401 403 403 403 403 403 404 403"),
    ("create_export", "401 403 403 403 403 403 202 403"),
    ("get_export", "401 403 403 403 403 403 404 403"),
    ("get_export_content", "401 403 403 403 403 403 404 403"),
    ("delete_export", "401 403 403 403 403 403 404 403"),
    // The trail.
    ("list_audit", "401 403 403 403 403 403 200 200"),
    ("get_fairness_report", "401 403 403 403 403 200 200 200"),
    ("get_unseen_report", "401 403 403 403 403 200 200 200"),
    ("get_threshold_report", "401 403 403 403 403 200 200 200"),
    ("verify_audit", "401 403 403 403 403 403 200 200"),
];

#[test]
fn every_operation_has_a_row_and_every_row_an_operation() {
    let operations: BTreeSet<String> =
        openapi::operations().iter().map(|(.., operation)| operation["operationId"].as_str().unwrap_or_default().to_owned()).collect();
    let rows: BTreeSet<String> = TABLE.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(rows.len(), TABLE.len(), "an operation has two rows");
    let without: Vec<&String> = operations.difference(&rows).collect();
    assert!(without.is_empty(), "operations without a row: {without:?}");
    let gone: Vec<&String> = rows.difference(&operations).collect();
    assert!(gone.is_empty(), "rows without an operation: {gone:?}");
}

#[test]
fn a_hidden_record_is_as_one_that_does_not_exist() {
    let database = TestDatabase::new(Kind::Sqlite);
    let town = Town::on(&database);
    let server = TestServer::start(Arc::new(town.desk.clone()), |_| (), |_| ());
    let matrix = Matrix::new(&town, &server);
    let mut compared = 0;
    for (_, path, operation) in openapi::operations() {
        let name = operation["operationId"].as_str().unwrap();
        let (_, row) = TABLE.iter().find(|(known, _)| *known == name).unwrap();
        let hidden = Column::ALL.iter().zip(row.split(' ')).filter(|(_, status)| *status == "404" && path.contains('{'));
        for (column, _) in hidden {
            let [hidden, missing] = matrix.hidden_and_missing(name, &path, *column);
            assert_eq!(hidden, missing, "{name} as {column:?}");
            compared += 1;
        }
    }
    assert!(compared > 100, "only {compared} pairs");
}

#[test]
fn every_cell_holds_and_is_answered_as_documented() {
    let database = TestDatabase::new(Kind::Sqlite);
    let town = Town::on(&database);
    let server = TestServer::start(Arc::new(town.desk.clone()), |_| (), |_| ());
    let matrix = Matrix::new(&town, &server);
    let mut wrong = Vec::new();
    for (operation, row) in TABLE {
        let cells: Option<Vec<(u16, Vec<String>)>> = Column::ALL.iter().map(|column| matrix.status(operation, *column)).collect();
        let (statuses, faults): (Vec<u16>, Vec<Vec<String>>) =
            cells.unwrap_or_else(|| panic!("{operation} has no request")).into_iter().unzip();
        let found = statuses.iter().map(u16::to_string).collect::<Vec<_>>().join(" ");
        if found != *row {
            wrong.push(format!("{operation}: expected {row}, found {found}"));
        }
        wrong.extend(faults.into_iter().flatten());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
