//! Knobs: every turn is a version, of two turns at once one wins, and the narrowest setting holds.

use raakvlak_domain::faults::FaultKind;
use raakvlak_domain::identifiers::{PackageId, ProgrammeId};
use raakvlak_domain::knobs::{Knob, MatcherSetting, Position, Scope, Setting, Weights};
use raakvlak_domain::texts::Prose;
use raakvlak_domain::users::Role;
use raakvlak_service::actor::Actor;
use raakvlak_service::desk::PageRequest;
use raakvlak_service::error::Error;
use raakvlak_service::knobs::{Source, Standing};
use raakvlak_store::{Action, AuditQuery};
use raakvlak_testkit::on_both_databases;

use crate::town::{Town, of, together};

fn at(position: Position) -> Option<MatcherSetting> {
    Some(MatcherSetting { weights: Weights::of_position(position).unwrap(), ..MatcherSetting::default() })
}

fn setting(position: Position) -> Option<Setting> {
    at(position).map(Setting::Matcher)
}

fn why() -> Prose {
    Prose::new("Na het gesprek met het leernetwerk").unwrap()
}

impl Town {
    fn turn(&self, scope: &Scope, setting: Option<MatcherSetting>, built_on: u64) -> Result<Standing, Error> {
        self.desk.turn_knob(&Actor::system(), scope, setting, why(), built_on)
    }

    fn stands(&self, scope: &Scope) -> (Position, Source, u64) {
        let standing = self.desk.knob(&Actor::system(), scope).unwrap();
        (standing.position, standing.from, standing.number)
    }
}

on_both_databases!(every_turn_is_a_version_with_who_when_and_why, |database| {
    let town = Town::on(database);
    let mediator = town.mediator();
    assert_eq!(town.stands(&Scope::Network), (Position::Balanced, Source::Start, 0));
    let turned = town.desk.turn_knob(&mediator, &Scope::Network, at(Position::Energy), why(), 0).unwrap();
    assert_eq!((turned.position, turned.from, turned.number), (Position::Energy, Source::Network, 1));
    town.clock.advance(60);
    town.desk.turn_knob(&mediator, &Scope::Network, at(Position::Competence), why(), 1).unwrap();
    let page = town.desk.versions_of_knob(&mediator, Knob::Matcher, &Scope::Network, &PageRequest::first(1)).unwrap();
    assert_eq!((page.items[0].number, page.items[0].setting.clone(), page.next.as_deref()), (2, setting(Position::Competence), Some("2")));
    let page = town.desk.versions_of_knob(&mediator, Knob::Matcher, &Scope::Network, &PageRequest::after("2", 1)).unwrap();
    let first = &page.items[0];
    assert_eq!((first.number, first.setting.clone(), &first.made_by, &first.why), (1, setting(Position::Energy), &mediator.user, &why()));
    assert_eq!(first.made_at.plus_seconds(60), town.clock.now());
    assert_eq!(Some(&first.id), turned.version.as_ref());
    assert_eq!(town.desk.knob_version(&mediator, &first.id).unwrap(), *first, "a version that was followed is still there, unchanged");
    assert!(matches!(
        town.desk.versions_of_knob(&mediator, Knob::Matcher, &Scope::Network, &PageRequest::after("x", 1)),
        Err(Error::Invalid(_))
    ));
});

on_both_databases!(a_turn_names_the_version_it_was_built_on, |database| {
    let town = Town::on(database);
    assert_eq!(town.turn(&Scope::Network, at(Position::Energy), 1).unwrap_err(), Error::Stale { current: 0 });
    town.turn(&Scope::Network, at(Position::Energy), 0).unwrap();
    assert_eq!(town.turn(&Scope::Network, at(Position::Balanced), 0).unwrap_err(), Error::Stale { current: 1 });
    assert_eq!(town.stands(&Scope::Network), (Position::Energy, Source::Network, 1));
});

on_both_databases!(of_two_turns_at_once_one_wins, |database| {
    let town = Town::on(database);
    for round in 0..5 {
        let positions = [Position::Energy, Position::Competence, Position::Development, Position::TaskPackage];
        let outcomes = together(4, |number| town.turn(&Scope::Network, at(positions[number]), round));
        let winner = outcomes.iter().position(Result::is_ok).expect("a winner");
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        assert!(
            outcomes
                .iter()
                .filter_map(|outcome| outcome.as_ref().err())
                .all(|error| *error == Error::Stale { current: i64::try_from(round).unwrap() + 1 })
        );
        assert_eq!(town.stands(&Scope::Network).0, positions[winner], "what the winner was answered is what holds");
    }
    assert_eq!(town.acts(Action::Turn), 5);
});

on_both_databases!(the_narrowest_setting_wins_and_can_be_taken_away, |database| {
    let town = Town::on(database);
    let (_, organisation) = town.member();
    let programme = town.programme(r#"{"id":"new","name":"Zorgreserve"}"#);
    let package = Scope::Package(town.package(&organisation, Some(&programme)));
    let elsewhere = Scope::Package(town.package(&organisation, None));
    let programme = Scope::Programme(programme);
    town.turn(&Scope::Network, at(Position::Energy), 0).unwrap();
    assert_eq!(town.stands(&package), (Position::Energy, Source::Network, 0));
    town.turn(&programme, at(Position::Development), 0).unwrap();
    assert_eq!(town.stands(&package), (Position::Development, Source::Programme, 0));
    town.turn(&package, at(Position::TaskPackage), 0).unwrap();
    assert_eq!(town.stands(&package), (Position::TaskPackage, Source::Package, 1));
    assert_eq!(town.stands(&elsewhere), (Position::Energy, Source::Network, 0));
    let all = town.desk.knobs(&Actor::system()).unwrap();
    let scopes: Vec<_> = all.iter().filter(|standing| standing.knob == Knob::Matcher).map(|standing| standing.scope).collect();
    assert_eq!(scopes, ["network", "programme", "package"]);
    let further: Vec<_> = all.iter().filter(|standing| standing.knob != Knob::Matcher).collect();
    let knobs: Vec<Knob> = further.iter().map(|standing| standing.knob).collect();
    assert_eq!(knobs, Knob::ALL[1..], "every other knob once, in the network");
    assert!(further.iter().all(|standing| standing.from == Source::Start && standing.setting == Setting::start(standing.knob)));
    assert_eq!(town.turn(&package, None, 0).unwrap_err(), Error::Stale { current: 1 }, "also for taking away");
    town.turn(&package, None, 1).unwrap();
    assert_eq!(town.stands(&package), (Position::Development, Source::Programme, 2));
    assert_eq!(town.turn(&package, None, 2).unwrap_err(), Error::NotFound, "nothing is left to take away");
    town.turn(&programme, None, 1).unwrap();
    assert_eq!(town.stands(&package), (Position::Energy, Source::Network, 2));
    assert!(matches!(town.turn(&Scope::Network, None, 1), Err(Error::Invalid(_))));
    assert_eq!(town.desk.knobs(&Actor::system()).unwrap().len(), Knob::ALL.len());
});

on_both_databases!(a_programme_counts_with_its_start_until_somebody_turns_it, |database| {
    let town = Town::on(database);
    let (_, organisation) = town.member();
    let id = town.programme(r#"{"id":"new","name":"Hybride onderwijs","position":"competence"}"#);
    let package = Scope::Package(town.package(&organisation, Some(&id)));
    let programme = Scope::Programme(id);
    let firm = MatcherSetting { size: of("50"), ..at(Position::Energy).unwrap() };
    town.turn(&Scope::Network, Some(firm), 0).unwrap();
    let standing = town.desk.knob(&Actor::system(), &package).unwrap();
    assert_eq!((standing.position, standing.from, standing.version), (Position::Competence, Source::ProgrammeStart, None));
    assert_eq!(standing.setting.size, firm.size, "everything but the weights is the network's");
    town.turn(&programme, at(Position::Development), 0).unwrap();
    assert_eq!(town.stands(&package), (Position::Development, Source::Programme, 0));
    town.turn(&programme, None, 1).unwrap();
    assert_eq!(town.stands(&package), (Position::Energy, Source::Network, 0), "taken away is the network's, no longer the start");
});

on_both_databases!(a_preview_counts_what_a_setting_does_not_reach, |database| {
    let town = Town::on(database);
    let (member, organisation) = town.member();
    town.vet(&organisation);
    let starts = town.programme(r#"{"id":"new","name":"Hybride onderwijs","position":"competence"}"#);
    let plain = town.programme(r#"{"id":"new","name":"Zorgreserve"}"#);
    let packages = [Some(&starts), Some(&starts), Some(&plain), None].map(|programme| {
        let id = town.package(&organisation, programme);
        town.desk.publish_package(&member, &id, 1).unwrap();
        id
    });
    let own = Scope::Package(packages[1].clone());
    town.turn(&own, at(Position::Energy), 0).unwrap();
    let mediator = town.mediator();
    let tried = |scope: &Scope| {
        let found = town.desk.preview_scope(&mediator, scope, &at(Position::Development).unwrap()).unwrap();
        (found.packages, found.set_elsewhere, found.weights_elsewhere)
    };
    let programme = Scope::Programme(starts);
    assert_eq!(tried(&Scope::Network), (4, 2, 1), "its own setting holds for one, the start of its programme for another");
    assert_eq!(tried(&programme), (2, 1, 0), "turning the programme's knob replaces its start");
    assert_eq!((tried(&own), tried(&Scope::Programme(plain))), ((1, 0, 0), (1, 0, 0)));
    town.turn(&programme, at(Position::TaskPackage), 0).unwrap();
    assert_eq!(tried(&Scope::Network), (4, 2, 0), "a version of the programme holds as a whole");
    town.turn(&programme, None, 1).unwrap();
    assert_eq!(tried(&Scope::Network), (4, 1, 0), "taken away is the network's, no longer the start");
});

on_both_databases!(a_scope_must_exist, |database| {
    let town = Town::on(database);
    let nothing = [Scope::Programme(ProgrammeId::new("nothing").unwrap()), Scope::Package(PackageId::new("nothing").unwrap())];
    for scope in &nothing {
        assert_eq!(town.turn(scope, at(Position::Energy), 0).unwrap_err(), Error::NotFound);
        assert_eq!(town.desk.knob(&Actor::system(), scope).unwrap_err(), Error::NotFound);
        assert_eq!(
            town.desk.versions_of_knob(&Actor::system(), Knob::Matcher, scope, &PageRequest::first(1)).unwrap_err(),
            Error::NotFound
        );
    }
});

#[test]
fn all_zero_is_refused() {
    let zero =
        r#"{"weights":{"tasks":0,"competence":0,"experience":0,"development":0,"energy":0,"proximity":0,"hours":0,"comfort":0,"turn":0}}"#;
    let faults = raakvlak_domain::reading::read::<MatcherSetting>(zero).unwrap_err();
    assert_eq!(faults.iter().map(|fault| (fault.pointer.as_str(), &fault.kind)).collect::<Vec<_>>(), [("/weights", &FaultKind::AllZero)]);
    assert_eq!(Weights::new([0; 9]), None);
}

on_both_databases!(only_mediators_and_stewards_turn, |database| {
    let town = Town::on(database);
    let turn = |actor: &Actor| town.desk.turn_knob(actor, &Scope::Network, at(Position::Energy), why(), 0).map(drop);
    for role in [Role::Expert, Role::Organisation, Role::Auditor] {
        assert_eq!(turn(&town.somebody(&[role])), Err(Error::NotAllowed), "{role}");
    }
    assert_eq!(town.desk.knob(&town.somebody(&[Role::Expert]), &Scope::Network).unwrap_err(), Error::NotAllowed);
    assert!(town.desk.knob(&town.somebody(&[Role::Auditor]), &Scope::Network).is_ok());
    assert_eq!(turn(&town.steward()), Ok(()));
});

on_both_databases!(the_trail_tells_of_each_turn_without_its_words, |database| {
    let town = Town::on(database);
    let turned = town.turn(&Scope::Network, at(Position::Energy), 0).unwrap();
    let rows =
        town.desk.store().read(|db| db.audit_rows(&AuditQuery { action: Some(Action::Turn), limit: 10, ..Default::default() })).unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].knob_version.as_deref(), turned.version.as_ref().map(|id| id.as_str()));
    let digests = town.desk.store().read(|db| {
        use diesel::prelude::*;
        use raakvlak_store::schema::audit;
        let row = audit::table.filter(audit::action.eq("turn")).select((audit::digest_reason, audit::digest_before, audit::digest_after));
        Ok::<(Option<Vec<u8>>, Option<Vec<u8>>, Option<Vec<u8>>), raakvlak_store::StoreError>(row.first(db.connection())?)
    });
    let (reason, before, after) = digests.unwrap();
    assert!(reason.is_some() && before.is_some() && after.is_some() && before != after);
    assert!(town.turn(&Scope::Network, at(Position::Balanced), 7).is_err());
    assert_eq!(town.acts(Action::Turn), 1, "a turn that failed is none");
    town.verify();
});

on_both_databases!(presets_are_the_positions_and_the_programmes, |database| {
    let town = Town::on(database);
    town.programme(r#"{"id":"new","name":"Zonder stand"}"#);
    let id = town.programme(r#"{"id":"new","name":"Met stand","position":"energy","why_nl":"Omdat het energie geeft"}"#);
    let presets = town.desk.knob_presets(&town.mediator()).unwrap();
    let own: Vec<Position> = presets.iter().filter(|preset| preset.programme.is_none()).map(|preset| preset.position).collect();
    assert_eq!(own, [Position::TaskPackage, Position::Competence, Position::Development, Position::Energy, Position::Balanced]);
    let last = presets.last().unwrap();
    assert_eq!((presets.len(), last.programme.as_ref(), last.position), (6, Some(&id), Position::Energy));
});
