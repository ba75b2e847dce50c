//! The table once more, written out from the other side: by who stands before which thing. Every action, every verb, every role, every relation.

use raakvlak_domain::languages::Language;

use super::*;

fn actor(user: &str, roles: &[Role]) -> Actor {
    Actor {
        user: UserId::new(user).unwrap(),
        session: Some("s".into()),
        roles: roles.to_vec(),
        expert: None,
        organisations: Vec::new(),
        language: Language::Nl,
        key: None,
        pseudonym: user.into(),
    }
}

fn expert(id: &str) -> Actor {
    Actor { expert: Some(ExpertId::new(id).unwrap()), ..actor(id, &[Role::Expert]) }
}

fn member(organisation: &str) -> Actor {
    Actor { organisations: vec![OrganisationId::new(organisation).unwrap()], ..actor(organisation, &[Role::Organisation]) }
}

fn said(actor: &Actor, action: Action, object: &Object<'_>) -> char {
    match authorise(actor, action, object) {
        Ok(_) => 'Y',
        Err(Error::NotAllowed) => 'N',
        Err(Error::NotFound) => '.',
        Err(other) => panic!("{other:?}"),
    }
}

/// Puts an action to every pair of actor and object, and gives the answers as one word.
fn answers<'a>(action: Action, pairs: impl IntoIterator<Item = (Actor, Object<'a>)>) -> String {
    pairs.into_iter().map(|(actor, object)| said(&actor, action, &object)).collect()
}

fn staff() -> [Actor; 4] {
    [actor("mediator", &[Role::Mediator]), actor("steward", &[Role::Steward]), actor("auditor", &[Role::Auditor]), Actor::system()]
}

fn check(expected: &[(Action, &str)], answer: impl Fn(Action) -> String) {
    for (action, letters) in expected {
        let letters: String = letters.split_whitespace().collect();
        assert_eq!(answer(*action), letters, "{action:?}");
    }
}

const NETWORK: &[(Action, &str)] = &[
    // expert, member, mediator, steward, auditor, system
    (Action::CreateOrganisation, "N Y Y Y N Y"),
    (Action::ListOrganisations, "Y Y Y Y N Y"),
    (Action::CreateProgramme, "N N N Y N Y"),
    (Action::ReadProgramme, "Y Y Y Y Y Y"),
    (Action::UpdateProgramme, "N N N Y N Y"),
    (Action::ReadEnrolments, "N N Y Y N Y"),
    (Action::ListPackages, "Y Y Y Y N Y"),
    (Action::ListExperts, "N N Y N N Y"),
    (Action::ListMatches, "Y Y Y N N Y"),
    (Action::ReadKnob, "N N Y Y Y Y"),
    (Action::TurnKnob, "N N Y Y N Y"),
    (Action::PreviewKnob, "N N Y N N Y"),
    (Action::ReadRule, "Y Y Y Y Y Y"),
    (Action::WriteRule, "N N N Y N Y"),
    (Action::TryRule, "N N Y Y N Y"),
    (Action::ListUsers, "N N N Y N Y"),
    (Action::ReadAudit, "N N N Y Y Y"),
    (Action::VerifyAudit, "N N N Y Y Y"),
    (Action::ReadFigures, "N N Y Y Y Y"),
    (Action::ReadTodos, "N N Y Y N Y"),
    (Action::CloseTodo, "N N Y Y N Y"),
    (Action::HandOverTodo, "N N Y Y N Y"),
    (Action::RouteTodos, "N N Y Y N Y"),
    (Action::ReadVocabulary, "Y Y Y Y Y Y"),
    (Action::ImportVocabulary, "N N N Y N Y"),
    (Action::Import, "N N N Y N Y"),
    (Action::Export, "N N N Y N Y"),
    (Action::CheckInvariants, "N N N Y Y Y"),
];

const ORGANISATION: &[(Action, &str)] = &[
    // a member of it: vetted or not; of another: vetted or not; an expert: vetted or not; mediator, steward, auditor, system (not vetted)
    (Action::ReadOrganisation, "YY Y. Y. YYNY"),
    (Action::UpdateOrganisation, "YY N. N. YYNY"),
    (Action::VetOrganisation, "NN N. N. YYNY"),
    (Action::ReadMembers, "YY N. N. YYNY"),
    (Action::ReadWorkChanges, "YY N. N. YYNY"),
    (Action::InviteMember, "YY N. N. YYNY"),
    (Action::AddMember, "NN N. N. YYNY"),
    (Action::RemoveMember, "YY N. N. YYNY"),
    (Action::EnrolOrganisation, "YY N. N. YYNY"),
    (Action::CreatePackage, "YY N. N. YNNY"),
];

const PACKAGE: &[(Action, &str)] = &[
    // a member of its organisation: published or not; of another: published or not; an expert: published or not; the others (not published)
    (Action::ReadPackage, "YY .. Y. YYNY"),
    (Action::UpdatePackage, "YY .. N. YNNY"),
    (Action::PublishPackage, "YY .. N. YNNY"),
    (Action::PausePackage, "YY .. N. YNNY"),
    (Action::ClosePackage, "YY .. N. YNNY"),
    (Action::TakeInPackage, "NN .. N. YNNY"),
    (Action::RankPackage, "NN .. N. YNNY"),
    (Action::ReadReach, "YY .. N. YNNY"),
];

const EXPERT: &[(Action, &str)] = &[
    // the person, another expert, a member of an organisation; mediator, steward, auditor, system
    (Action::ReadExpert, "Y.. YNNY"),
    (Action::UpdateExpert, "Y.. YNNY"),
    (Action::SetDisclosure, "Y.. NNNY"),
    (Action::GiveConsent, "Y.. NNNY"),
    (Action::RecordConsent, "N.. YNNY"),
    (Action::FindPackages, "Y.. YNNY"),
    (Action::EnrolExpert, "Y.. YNNY"),
    (Action::ExportExpert, "Y.. NNNY"),
    (Action::EraseExpert, "Y.. NYNY"),
];

const MATCH: &[(Action, &str)] = &[
    // the person, another expert; a member: introduced or not; of another organisation: introduced or not; the others (not introduced)
    (Action::ReadMatch, "Y. Y. .. YNNY"),
    (Action::ReadHistory, "Y. N. .. YNNY"),
    (Action::ReadMatchRules, "Y. N. .. YNNY"),
    (Action::ReadMatchKnobs, "N. N. .. YYYY"),
    (Action::ExplainToExpert, "Y. N. .. YNNY"),
    (Action::ExplainToOrganisation, "N. Y. .. YNNY"),
    (Action::ExplainToMediator, "N. N. .. YNNY"),
    (Action::CheckIn, "Y. Y. .. NNNN"),
    (Action::ReadCheckIns, "Y. N. .. YNNY"),
    (Action::Evaluate, "Y. Y. .. NNNN"),
    (Action::Use(Verb::Suggest), "Y. N. .. YNNN"),
    (Action::Use(Verb::Review), "N. N. .. YNNN"),
    (Action::Use(Verb::Dismiss), "N. N. .. YNNN"),
    (Action::Use(Verb::Offer), "N. N. .. YNNN"),
    (Action::Use(Verb::Ask), "Y. N. .. YNNN"),
    (Action::Use(Verb::Answer), "Y. N. .. YNNN"),
    (Action::Use(Verb::Accept), "Y. N. .. NNNN"),
    (Action::Use(Verb::Decline), "Y. N. .. NNNN"),
    (Action::Use(Verb::Expire), "N. N. .. NNNY"),
    (Action::Use(Verb::Introduce), "N. N. .. YNNN"),
    (Action::Use(Verb::Agree), "N. Y. .. NNNN"),
    (Action::Use(Verb::Reject), "N. Y. .. NNNN"),
    (Action::Use(Verb::Rearrange), "N. N. .. YNNN"),
    (Action::Use(Verb::Confirm), "N. N. .. YNNN"),
    (Action::Use(Verb::Start), "N. Y. .. YNNN"),
    (Action::Use(Verb::EndEarly), "Y. Y. .. YNNN"),
    (Action::Use(Verb::Close), "N. Y. .. YNNN"),
    (Action::Use(Verb::Withdraw), "Y. N. .. NNNN"),
];

const USER: &[(Action, &str)] = &[
    // oneself: expert, member, mediator, steward, auditor; another expert: to an expert, a member, mediator, steward, auditor, system;
    // another mediator: to the same six
    (Action::ReadUser, "YYYYY ..YY.Y ...Y.Y"),
    (Action::UpdateUser, "YYYYY ..YY.Y ...Y.Y"),
    (Action::ChangeRoles, "NNNNN ..NY.Y ...Y.Y"),
    (Action::BlockUser, "NNNNN ..NY.Y ...Y.Y"),
    (Action::MakePaperCode, "NNNNN ..YY.Y ...N.Y"),
    (Action::EndSessions, "YYYYY ..NY.Y ...Y.Y"),
    (Action::ReadViews, "YYYYY ..NN.N ...N.N"),
    (Action::EraseUser, "YYYYY ..NY.Y ...Y.Y"),
];

#[test]
fn what_belongs_to_the_network() {
    check(NETWORK, |action| {
        let actors = [expert("e1"), member("o1")].into_iter().chain(staff());
        answers(action, actors.map(|actor| (actor, Object::Network)))
    });
}

#[test]
fn organisations() {
    let id = OrganisationId::new("o1").unwrap();
    let of = |vetted| Object::Organisation { id: &id, vetted };
    check(ORGANISATION, |action| {
        let outsiders =
            [member("o1"), member("o2"), expert("e1")].into_iter().flat_map(|actor| [(actor.clone(), of(true)), (actor, of(false))]);
        answers(action, outsiders.chain(staff().map(|actor| (actor, of(false)))))
    });
}

#[test]
fn packages() {
    let organisation = OrganisationId::new("o1").unwrap();
    let of = |published| Object::Package { organisation: &organisation, published };
    check(PACKAGE, |action| {
        let outsiders =
            [member("o1"), member("o2"), expert("e1")].into_iter().flat_map(|actor| [(actor.clone(), of(true)), (actor, of(false))]);
        answers(action, outsiders.chain(staff().map(|actor| (actor, of(false)))))
    });
}

#[test]
fn experts() {
    let id = ExpertId::new("e1").unwrap();
    check(EXPERT, |action| {
        let actors = [expert("e1"), expert("e2"), member("o1")].into_iter().chain(staff());
        answers(action, actors.map(|actor| (actor, Object::Expert { id: &id })))
    });
}

#[test]
fn matches() {
    let (person, organisation) = (ExpertId::new("e1").unwrap(), OrganisationId::new("o1").unwrap());
    let of = |introduced| Object::Match { expert: &person, organisation: &organisation, introduced };
    check(MATCH, |action| {
        let people = [(expert("e1"), of(false)), (expert("e2"), of(true))];
        let members = [member("o1"), member("o2")].into_iter().flat_map(|actor| [(actor.clone(), of(true)), (actor, of(false))]);
        answers(action, people.into_iter().chain(members).chain(staff().map(|actor| (actor, of(false)))))
    });
}

#[test]
fn users() {
    let (person, colleague) = (UserId::new("p").unwrap(), UserId::new("m").unwrap());
    check(USER, |action| {
        let oneself = [expert("x"), member("x"), actor("x", &[Role::Mediator]), actor("x", &[Role::Steward]), actor("x", &[Role::Auditor])];
        let x = UserId::new("x").unwrap();
        let own: String = oneself.iter().map(|actor| said(actor, action, &Object::User { id: &x, roles: &actor.roles })).collect();
        let six = || [expert("e1"), member("o1")].into_iter().chain(staff());
        let of_person = answers(action, six().map(|actor| (actor, Object::User { id: &person, roles: &[Role::Expert] })));
        let of_colleague =
            answers(action, six().map(|actor| (actor, Object::User { id: &colleague, roles: &[Role::Expert, Role::Mediator] })));
        own + &of_person + &of_colleague
    });
}

#[test]
fn who_is_to_be_made() {
    let six = || [expert("e1"), member("o1")].into_iter().chain(staff());
    let users = |roles: &[Role]| answers(Action::CreateUser, six().map(|actor| (actor, Object::NewUser { roles })));
    assert_eq!(users(&[Role::Expert, Role::Organisation]), "NNYYNY");
    for role in [Role::Mediator, Role::Steward, Role::Auditor] {
        let roles = [role];
        assert_eq!(users(&roles), "NNNYNY", "{role}");
    }
    let own = UserId::new("e1").unwrap();
    let experts = |user| answers(Action::CreateExpert, six().map(|actor| (actor, Object::NewExpert { user })));
    assert_eq!(experts(Some(&own)), "YNYNNY");
    assert_eq!(experts(None), "NNYNNY");
}

#[test]
fn no_action_lacks_an_expectation() {
    let tables = [NETWORK, ORGANISATION, PACKAGE, EXPERT, MATCH, USER].concat();
    let expected = |action| tables.iter().any(|(known, _)| *known == action);
    let verbs = Verb::ALL.iter().map(|verb| Action::Use(*verb));
    let missing: Vec<Action> = Action::ALL.iter().copied().chain(verbs).filter(|action| !expected(*action)).collect();
    assert_eq!(missing, [Action::CreateExpert, Action::CreateUser], "these two have a test of their own");
    assert_eq!(tables.len() + 2, Action::ALL.len() + Verb::ALL.len());
}

#[test]
fn several_roles_may_what_any_of_them_may() {
    let both = Actor { expert: Some(ExpertId::new("e1").unwrap()), ..actor("x", &[Role::Expert, Role::Mediator]) };
    let other = ExpertId::new("e2").unwrap();
    assert_eq!(authorise(&both, Action::ReadExpert, &Object::Expert { id: &other }), Ok(Role::Mediator));
    let own = ExpertId::new("e1").unwrap();
    assert_eq!(authorise(&both, Action::GiveConsent, &Object::Expert { id: &own }), Ok(Role::Expert));
    assert_eq!(
        authorise(&both, Action::GiveConsent, &Object::Expert { id: &other }),
        Err(Error::NotAllowed),
        "mediators know of everybody"
    );
}

#[test]
fn the_role_is_needed_beside_the_tie() {
    let organisation = OrganisationId::new("o1").unwrap();
    let demoted = Actor { organisations: vec![organisation.clone()], ..actor("x", &[Role::Auditor]) };
    assert_eq!(said(&demoted, Action::UpdateOrganisation, &Object::Organisation { id: &organisation, vetted: true }), 'N');
    let nobody = actor("x", &[]);
    for action in Action::ALL {
        assert_eq!(said(&nobody, *action, &Object::Network), '.', "{action:?}");
    }
}
