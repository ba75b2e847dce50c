//! Which letters follow from a step of a match: to whom, and which.
//!
//! Nobody gets a letter about their own step, and an organisation none about somebody it has not met.

use raakvlak_domain::identifiers::UserId;
use raakvlak_domain::matches::{Origin, Party, Verb};
use raakvlak_store::matches::{self, StoredMatch};
use raakvlak_store::{Tx, experts, organisations};

use super::{Letter, post};
use crate::actor::Actor;
use crate::error::Error;

/// Writes the letters that follow from a step, in its transaction.
pub(crate) fn post_step(tx: &mut Tx<'_>, actor: &Actor, before: &StoredMatch, after: &StoredMatch, verb: Verb) -> Result<(), Error> {
    if let Some(letter) = to_expert(verb, before) {
        let person = experts::get(tx, &after.expert)?.and_then(|stored| stored.user);
        send(tx, actor, person, &letter)?;
    }
    let met = before.state.is_known_to_organisation() || matches::was_introduced(tx, &after.id)?;
    if let Some(letter) = to_organisation(verb, met) {
        let members = organisations::members(tx, &after.organisation)?;
        send(tx, actor, members, &letter)?;
    }
    Ok(())
}

/// Writes the letters that ask one side how it goes; gives how many.
pub(crate) fn post_question(tx: &mut Tx<'_>, found: &StoredMatch, side: Party) -> Result<usize, Error> {
    let people: Vec<UserId> = match side {
        Party::Expert => experts::get(tx, &found.expert)?.and_then(|stored| stored.user).into_iter().collect(),
        _ => organisations::members(tx, &found.organisation)?,
    };
    let mut written = 0;
    for user in &people {
        written += usize::from(post(tx, user, &Letter::CheckIn)?);
    }
    Ok(written)
}

fn send(tx: &mut Tx<'_>, actor: &Actor, to: impl IntoIterator<Item = UserId>, letter: &Letter) -> Result<(), Error> {
    to.into_iter().filter(|user| *user != actor.user).try_for_each(|user| post(tx, &user, letter).map(drop))
}

fn to_expert(verb: Verb, before: &StoredMatch) -> Option<Letter> {
    match verb {
        Verb::Offer => Some(Letter::Offered),
        Verb::Rearrange => Some(Letter::Rearranged),
        Verb::Ask | Verb::Answer => Some(Letter::Question),
        Verb::Expire => Some(Letter::Expired),
        Verb::Agree => Some(Letter::Agreed),
        Verb::Reject => Some(Letter::Rejected),
        // Who never showed interest does not know that somebody looked.
        Verb::Dismiss => (before.origin == Origin::Interest).then_some(Letter::Dismissed),
        Verb::Confirm => Some(Letter::Confirmed),
        Verb::EndEarly | Verb::Close => Some(Letter::Evaluation),
        Verb::Suggest | Verb::Review | Verb::Accept | Verb::Decline | Verb::Introduce | Verb::Start | Verb::Withdraw => None,
    }
}

fn to_organisation(verb: Verb, met: bool) -> Option<Letter> {
    match verb {
        Verb::Introduce => Some(Letter::Introduced),
        Verb::Confirm => Some(Letter::Confirmed),
        Verb::EndEarly | Verb::Close => Some(Letter::Evaluation),
        Verb::Withdraw => met.then_some(Letter::Withdrawn),
        _ => None,
    }
}
