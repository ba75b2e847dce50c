//! Every door of the API, at a glance.

use utoipa_actix_web::scope;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::api::{
    audit, carving, experts, exports, imports, keys, knobs, matches, me, organisations, packages, programmes, reports, rules, todos,
    tokens, users, vocabulary,
};
use crate::documentation;

/// The operations of the API; what each asks and answers stands with its handler.
pub fn api(config: &mut ServiceConfig) {
    config.service(
        scope("/api/v1")
            // About the API itself.
            .service(documentation::read_document)
            .service(keys::list_keys)
            // Signing in and out.
            .service(tokens::create_token)
            .service(tokens::request_sign_in_link)
            .service(tokens::create_paper_code)
            .service(tokens::list_sessions)
            .service(tokens::delete_current_session)
            .service(tokens::delete_sessions)
            .service(tokens::delete_user_sessions)
            // One's own.
            .service(me::get_me)
            .service(me::create_my_profile)
            .service(me::get_my_profile)
            .service(me::update_my_profile)
            .service(me::set_my_disclosure)
            .service(me::set_my_consent)
            .service(me::set_my_availability)
            .service(me::preview_me)
            .service(me::list_my_packages)
            .service(me::judge_my_rules)
            .service(me::export_me)
            .service(me::list_my_views)
            .service(me::erase_me)
            // Users.
            .service(users::create_user)
            .service(users::list_users)
            .service(users::get_user)
            .service(users::update_user)
            .service(users::change_user_roles)
            .service(users::block_user)
            .service(users::unblock_user)
            // Organisations.
            .service(organisations::create_organisation)
            .service(organisations::list_organisations)
            .service(organisations::get_organisation)
            .service(organisations::update_organisation)
            .service(organisations::vet_organisation)
            .service(organisations::list_members)
            .service(organisations::invite_member)
            .service(organisations::add_member)
            .service(organisations::remove_member)
            // Programmes.
            .service(programmes::create_programme)
            .service(programmes::list_programmes)
            .service(programmes::get_programme)
            .service(programmes::update_programme)
            .service(programmes::list_enrolments)
            .service(programmes::join_programme)
            .service(programmes::leave_programme)
            .service(programmes::join_programme_as_expert)
            .service(programmes::leave_programme_as_expert)
            // Task packages, and the people for them.
            .service(packages::create_package)
            .service(packages::list_packages)
            .service(packages::get_package)
            .service(packages::update_package)
            .service(packages::publish_package)
            .service(packages::pause_package)
            .service(packages::close_package)
            .service(packages::take_in_package)
            .service(packages::get_package_revision)
            .service(packages::open_shortlist)
            .service(packages::get_shortlist)
            .service(packages::get_ranking)
            .service(packages::list_near_misses)
            .service(packages::list_barriers)
            .service(packages::get_explanation)
            .service(carving::carve_package)
            .service(carving::accept_parts)
            .service(carving::list_repairs)
            // Experts.
            .service(experts::create_expert)
            .service(experts::list_experts)
            .service(experts::get_expert)
            .service(experts::update_expert)
            .service(experts::record_consent)
            .service(experts::list_packages_of_expert)
            // Matches.
            .service(matches::suggest_match)
            .service(matches::list_matches)
            .service(matches::get_match)
            .service(matches::list_match_history)
            .service(matches::get_match_explanation)
            .service(matches::get_match_rules)
            .service(matches::list_match_instruments)
            .service(matches::get_arrangement)
            .service(matches::review_match)
            .service(matches::dismiss_match)
            .service(matches::offer_match)
            .service(matches::rearrange_match)
            .service(matches::accept_match)
            .service(matches::decline_match)
            .service(matches::introduce_match)
            .service(matches::agree_match)
            .service(matches::reject_match)
            .service(matches::confirm_match)
            .service(matches::end_early_match)
            .service(matches::close_match)
            .service(matches::withdraw_match)
            .service(matches::ask_match)
            .service(matches::answer_match)
            .service(matches::start_match)
            .service(matches::create_check_in)
            .service(matches::list_check_ins)
            .service(matches::create_evaluation)
            // Knobs.
            .service(knobs::list_knobs)
            .service(knobs::list_matcher_versions)
            .service(knobs::list_matcher_presets)
            .service(knobs::preview_matcher_knob)
            .service(knobs::preview_matcher_knob_in_scope)
            .service(knobs::get_matcher_knob)
            .service(knobs::turn_matcher_knob)
            .service(knobs::list_rules_versions)
            .service(knobs::preview_rules_knob)
            .service(knobs::get_rules_knob)
            .service(knobs::turn_rules_knob)
            // Rules.
            .service(rules::try_rules)
            .service(rules::list_rule_fields)
            .service(rules::create_rule)
            .service(rules::list_rules)
            .service(rules::get_rule)
            .service(rules::end_rule)
            .service(rules::list_instruments)
            // Reports.
            .service(reports::get_fairness_report)
            .service(reports::get_unseen_report)
            // Vocabulary.
            .service(vocabulary::list_terms)
            .service(vocabulary::link_text)
            .service(vocabulary::search_competences)
            .service(vocabulary::get_competence)
            // To-dos.
            .service(todos::list_todos)
            .service(todos::close_todo)
            // Everything at once, in and out.
            .service(imports::create_import)
            .service(imports::get_import)
            .service(imports::cancel_import)
            .service(exports::create_export)
            .service(exports::get_export)
            .service(exports::get_export_content)
            .service(exports::delete_export)
            // The audit trail.
            .service(audit::list_audit)
            .service(audit::verify_audit),
    );
}
