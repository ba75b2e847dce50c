//! A match's life: the states, the verbs, who may use them, and what each verb carries.

use serde::Serialize;
use utoipa::ToSchema;

use crate::arrangements::Arrangement;
use crate::calendar::Instant;
use crate::faults::FaultKind;
use crate::identifiers::{ExpertId, PackageId};
use crate::quantities::Level;
use crate::texts::Prose;

closed_words! {
    /// Where a match stands.
    pub enum MatchState {
        /// Someone sees something in it.
        Suggested = "suggested",
        /// A mediator wrote down why this could fit.
        Reviewed = "reviewed",
        /// A mediator saw no fit.
        Dismissed = "dismissed",
        /// The expert was asked, with an arrangement and a deadline.
        Offered = "offered",
        /// The expert said yes.
        Accepted = "accepted",
        /// The expert said no.
        Declined = "declined",
        /// The deadline passed.
        Expired = "expired",
        /// The organisation met the expert.
        Introduced = "introduced",
        /// The organisation said yes.
        Agreed = "agreed",
        /// The organisation said no.
        Rejected = "rejected",
        /// A mediator confirmed it.
        Confirmed = "confirmed",
        /// The work goes on.
        Active = "active",
        /// It ended before its time.
        Ended = "ended",
        /// It came to its end.
        Closed = "closed",
        /// The expert stepped back.
        Withdrawn = "withdrawn",
    }
}

impl MatchState {
    /// Whether nothing can follow any more but an evaluation.
    #[must_use]
    pub fn is_final(self) -> bool {
        use MatchState::{Closed, Declined, Dismissed, Ended, Expired, Rejected, Withdrawn};
        matches!(self, Dismissed | Declined | Expired | Rejected | Ended | Closed | Withdrawn)
    }

    /// Whether the person's hours and the package's place are taken.
    #[must_use]
    pub fn takes_hours(self) -> bool {
        matches!(self, Self::Confirmed | Self::Active)
    }

    /// Whether the organisation knows of the person in this state.
    #[must_use]
    pub fn is_known_to_organisation(self) -> bool {
        matches!(self, Self::Introduced | Self::Agreed | Self::Rejected | Self::Confirmed | Self::Active | Self::Ended | Self::Closed)
    }
}

closed_words! {
    /// What can be done to a match.
    pub enum Verb {
        /// Sees something in it.
        Suggest = "suggest",
        /// Writes down why this could fit.
        Review = "review",
        /// Sees no fit.
        Dismiss = "dismiss",
        /// Asks the expert.
        Offer = "offer",
        /// Puts a question.
        Ask = "ask",
        /// Answers a question.
        Answer = "answer",
        /// Says yes, as the expert.
        Accept = "accept",
        /// Says no, as the expert.
        Decline = "decline",
        /// Passes its deadline.
        Expire = "expire",
        /// Lets the organisation meet the expert.
        Introduce = "introduce",
        /// Says yes, as the organisation.
        Agree = "agree",
        /// Says no, as the organisation.
        Reject = "reject",
        /// Changes what is arranged, and asks the expert again.
        Rearrange = "rearrange",
        /// Confirms, as a mediator.
        Confirm = "confirm",
        /// Begins the work.
        Start = "start",
        /// Ends the work before its time.
        EndEarly = "end_early",
        /// Closes work that came to its end.
        Close = "close",
        /// Steps back, as the expert.
        Withdraw = "withdraw",
    }
}

closed_words! {
    /// A side of a match that acts on it.
    pub enum Party {
        /// The expert.
        Expert = "expert",
        /// A member of the organisation.
        Organisation = "organisation",
        /// A mediator.
        Mediator = "mediator",
        /// The clock.
        Clock = "clock",
    }
}

impl Verb {
    /// Who may use the verb.
    #[must_use]
    pub fn parties(self) -> &'static [Party] {
        use Party::{Clock, Expert, Mediator, Organisation};
        match self {
            Self::Suggest | Self::Ask | Self::Answer => &[Expert, Mediator],
            Self::Review | Self::Dismiss | Self::Offer | Self::Introduce | Self::Rearrange | Self::Confirm => &[Mediator],
            Self::Accept | Self::Decline | Self::Withdraw => &[Expert],
            Self::Agree | Self::Reject => &[Organisation],
            Self::Start | Self::Close => &[Mediator, Organisation],
            Self::EndEarly => &[Expert, Mediator, Organisation],
            Self::Expire => &[Clock],
        }
    }

    /// The state that the verb leads to from this one; `None` where it cannot be used.
    ///
    /// The expert may step back from every open state, also before an offer: consent that is withdrawn works at once.
    #[must_use]
    pub fn leads_to(self, from: MatchState) -> Option<MatchState> {
        use MatchState::{
            Accepted, Active, Agreed, Closed, Confirmed, Declined, Dismissed, Ended, Expired, Introduced, Offered, Rejected, Reviewed,
            Suggested, Withdrawn,
        };
        match (self, from) {
            (Self::Review, Suggested) => Some(Reviewed),
            (Self::Dismiss, Suggested | Reviewed) => Some(Dismissed),
            (Self::Offer, Reviewed) | (Self::Rearrange, Offered | Accepted | Introduced | Agreed) => Some(Offered),
            (Self::Accept, Offered) => Some(Accepted),
            (Self::Decline, Offered) => Some(Declined),
            (Self::Expire, Offered) => Some(Expired),
            (Self::Introduce, Accepted) => Some(Introduced),
            (Self::Agree, Introduced) => Some(Agreed),
            (Self::Reject, Introduced) => Some(Rejected),
            (Self::Confirm, Agreed) => Some(Confirmed),
            (Self::Start, Confirmed) => Some(Active),
            (Self::EndEarly, Confirmed | Active) => Some(Ended),
            (Self::Close, Active) => Some(Closed),
            (Self::Withdraw, from) if !from.is_final() => Some(Withdrawn),
            (Self::Ask | Self::Answer, from) if !from.is_final() => Some(from),
            _ => None,
        }
    }
}

closed_words! {
    /// Why an organisation says no. The person gets a careful text, never this word.
    pub enum RejectReason {
        /// The tasks do not fit after all.
        Tasks = "tasks",
        /// The hours or dayparts do not fit after all.
        Hours = "hours",
        /// What the person needs cannot be offered after all.
        Needs = "needs",
        /// The work is no longer there.
        WorkGone = "work_gone",
        /// The place went to someone else.
        PlaceTaken = "place_taken",
        /// Something else.
        Other = "other",
    }
}

closed_words! {
    /// How a match came to be.
    pub enum Origin {
        /// A mediator saw it in a shortlist.
        Shortlist = "shortlist",
        /// The expert showed interest.
        Interest = "interest",
        /// People were called up.
        CallUp = "call_up",
    }
}

record! {
    /// Suggests a match.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
    pub struct Suggestion {
        /// The package.
        pub package: PackageId,
        /// The expert; an expert who shows interest leaves it out.
        pub expert: Option<ExpertId>,
        /// Why, in own words.
        pub why: Option<Prose>,
    }
}

record! {
    /// A text that goes with a verb: why this could fit, why it does not, a question, an answer.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
    pub struct Reasoned {
        /// The text.
        pub text: Prose,
    }
}

record! {
    /// A text that may go with a verb. A no needs no reason.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
    pub struct Remark {
        /// The text.
        pub text: Option<Prose>,
    }
}

record! {
    /// Asks the expert, with what is arranged and until when an answer is awaited.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
    pub struct Offer {
        /// What is arranged.
        pub arrangement: Arrangement,
        /// Until when an answer is awaited.
        pub deadline: Instant,
        /// What the mediator wants to say with it.
        pub text: Option<Prose>,
    }
}

record! {
    /// The arrangement version that a yes or a confirmation is given to.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
    pub struct Approval {
        /// The version of the arrangement.
        pub arrangement_version: crate::quantities::Count,
        /// What the person wants to say with it.
        pub text: Option<Prose>,
    }
}

record! {
    /// An organisation's no.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
    pub struct Rejection {
        /// Why.
        pub reason: RejectReason,
        /// More about it, read by the mediator.
        pub text: Option<Prose>,
    }
}

closed_words! {
    /// What somebody asks for in a check-in.
    pub enum CheckInNeed {
        /// Nothing now.
        None = "none",
        /// Other hours.
        Hours = "hours",
        /// More support.
        Support = "support",
        /// A pause.
        Pause = "pause",
        /// To talk.
        Talk = "talk",
    }
}

record! {
    /// How it goes, as one side sees it.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
    pub struct CheckIn {
        /// How much energy it gives: 1 (drains) to 5 (gives).
        pub energy: Level,
        /// What is needed.
        pub need: CheckInNeed = CheckInNeed::None,
        /// In own words.
        pub text: Option<Prose>,
    }
}

record! {
    /// A look back by one side, after the end. It never becomes part of a person's score.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
    pub struct Evaluation {
        /// How good it was, 1 to 5.
        pub rating: Level,
        /// Whether they would do it again.
        pub again: Option<bool>,
        /// In own words.
        pub text: Option<Prose>,
    }
}

/// Checks that an offer leaves time to answer.
///
/// # Errors
///
/// The deadline does not lie after `now`.
pub fn check_deadline(deadline: Instant, now: Instant) -> Result<(), FaultKind> {
    if deadline > now { Ok(()) } else { Err(FaultKind::OutOfRange { low: now.to_string(), high: "9999-12-31T23:59:59Z".into() }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_follows_a_final_state() {
        for verb in Verb::ALL {
            for state in MatchState::ALL.iter().filter(|state| state.is_final()) {
                assert_eq!(verb.leads_to(*state), None, "{verb} from {state}");
            }
        }
    }

    #[test]
    fn only_one_verb_confirms() {
        let ways: Vec<(Verb, MatchState)> = Verb::ALL
            .iter()
            .flat_map(|verb| MatchState::ALL.iter().map(move |state| (*verb, *state)))
            .filter(|(verb, state)| verb.leads_to(*state) == Some(MatchState::Confirmed) && *state != MatchState::Confirmed)
            .collect();
        assert_eq!(ways, vec![(Verb::Confirm, MatchState::Agreed)]);
        assert_eq!(Verb::Confirm.parties(), &[Party::Mediator]);
    }

    #[test]
    fn the_expert_can_always_step_back() {
        for state in MatchState::ALL.iter().filter(|state| !state.is_final()) {
            assert_eq!(Verb::Withdraw.leads_to(*state), Some(MatchState::Withdrawn));
        }
    }
}
