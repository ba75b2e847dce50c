//! What one act leaves in the audit trail.

use crate::keys::Digest;

/// Makes a closed list of words with their text.
macro_rules! words {
    ($(#[$attribute:meta])* $name:ident { $($(#[$meaning:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$meaning])* $variant,)+
        }

        impl $name {
            /// Every word.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word as it is written down.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }

            /// Reads the written word.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|word| word.as_str() == text)
            }
        }
    };
}

words! {
    /// A sort of record, in the audit trail and in the change feed.
    ObjectKind {
        /// The instance itself.
        Instance = "instance",
        /// A user.
        User = "user",
        /// A session of a user.
        Session = "session",
        /// An organisation.
        Organisation = "organisation",
        /// A programme.
        Programme = "programme",
        /// A task package.
        Package = "package",
        /// An expert.
        Expert = "expert",
        /// A shortlist.
        Shortlist = "shortlist",
        /// A match.
        Match = "match",
        /// A knob.
        Knob = "knob",
        /// A rule.
        Rule = "rule",
        /// The vocabularies.
        Vocabulary = "vocabulary",
        /// The places.
        Place = "place",
        /// Something that a person has to do.
        Todo = "todo",
        /// A letter to send.
        Letter = "letter",
        /// The audit trail itself.
        Audit = "audit",
        /// A bulk import or export.
        Dataset = "dataset",
    }
}

words! {
    /// What was done.
    Action {
        /// Made.
        Create = "create",
        /// Changed.
        Update = "update",
        /// Removed.
        Delete = "delete",
        /// A person's data was read.
        Read = "read",
        /// Records were looked for.
        Search = "search",
        /// A person was erased.
        Erase = "erase",
        /// Data came in.
        Import = "import",
        /// Data went out.
        Export = "export",
        /// A consent was given.
        Consent = "consent",
        /// A consent was taken back.
        Revoke = "revoke",
        /// Who may see what was chosen.
        Disclose = "disclose",
        /// Somebody joined.
        Join = "join",
        /// Somebody left.
        Leave = "leave",
        /// Somebody was invited.
        Invite = "invite",
        /// An organisation was found trustworthy.
        Vet = "vet",
        /// A mediator took a package in.
        TakeIn = "take_in",
        /// A package was published.
        Publish = "publish",
        /// A package was paused.
        Pause = "pause",
        /// Something was closed.
        Close = "close",
        /// A way in was sent or made.
        Request = "request",
        /// Somebody came in.
        SignIn = "sign_in",
        /// A session was renewed.
        Renew = "renew",
        /// Somebody left their session, or it was ended.
        SignOut = "sign_out",
        /// Something was refused.
        Refuse = "refuse",
        /// A knob was turned.
        Turn = "turn",
        /// A ranking was made.
        Rank = "rank",
        /// A shortlist was opened.
        Open = "open",
        /// A match was suggested.
        Suggest = "suggest",
        /// A match was reviewed.
        Review = "review",
        /// A match was dismissed.
        Dismiss = "dismiss",
        /// A match was offered.
        Offer = "offer",
        /// A question was asked.
        Ask = "ask",
        /// A question was answered.
        Answer = "answer",
        /// An offer was accepted.
        Accept = "accept",
        /// An offer was declined.
        Decline = "decline",
        /// An offer ran out.
        Expire = "expire",
        /// A person was introduced.
        Introduce = "introduce",
        /// An organisation agreed.
        Agree = "agree",
        /// An organisation said no.
        Reject = "reject",
        /// An arrangement was changed.
        Rearrange = "rearrange",
        /// A match was confirmed.
        Confirm = "confirm",
        /// Work started.
        Start = "start",
        /// Work ended early.
        EndEarly = "end_early",
        /// An expert withdrew.
        Withdraw = "withdraw",
        /// Somebody told how it goes.
        CheckIn = "check_in",
        /// Somebody told how it went.
        Evaluate = "evaluate",
        /// Work that waits for a person was given to somebody, or to nobody.
        Route = "route",
        /// Somebody handed work that waits over to somebody else, or took that back.
        HandOver = "hand_over",
        /// The trail was verified.
        Verify = "verify",
        /// Old data was cleared away.
        Clear = "clear",
    }
}

/// What one act leaves in the trail: ids, names of fields and digests; no value fits in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Who: the pseudonym of a user, or [`SYSTEM`](super::SYSTEM).
    pub actor: String,
    /// In which role.
    pub actor_role: &'static str,
    /// What they did.
    pub action: Action,
    /// The sort of record.
    pub object_kind: ObjectKind,
    /// The record: its id, or a person's pseudonym.
    pub object_id: String,
    /// The names of the fields that were read or changed; a name has no comma.
    pub fields: Vec<&'static str>,
    /// The knob version that held, where one counted.
    pub knob_version: Option<String>,
    /// A keyed digest of the reason given.
    pub digest_reason: Option<Digest>,
    /// A keyed digest of the record before.
    pub digest_before: Option<Digest>,
    /// A keyed digest of the record after.
    pub digest_after: Option<Digest>,
}

impl AuditEntry {
    /// An act without further particulars.
    #[must_use]
    pub fn new(actor: &str, actor_role: &'static str, action: Action, object_kind: ObjectKind, object_id: &str) -> Self {
        Self {
            actor: actor.to_owned(),
            actor_role,
            action,
            object_kind,
            object_id: object_id.to_owned(),
            fields: Vec::new(),
            knob_version: None,
            digest_reason: None,
            digest_before: None,
            digest_after: None,
        }
    }

    /// With the names of the fields that were read or changed.
    #[must_use]
    pub fn fields(mut self, fields: &[&'static str]) -> Self {
        self.fields = fields.to_vec();
        self
    }

    /// With the knob version that held.
    #[must_use]
    pub fn knob(mut self, version: &str) -> Self {
        self.knob_version = Some(version.to_owned());
        self
    }

    /// With a digest of the reason given.
    #[must_use]
    pub fn reason(mut self, digest: Digest) -> Self {
        self.digest_reason = Some(digest);
        self
    }

    /// With digests of the record before and after.
    #[must_use]
    pub fn change(mut self, before: Option<Digest>, after: Option<Digest>) -> Self {
        (self.digest_before, self.digest_after) = (before, after);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back_and_stands_once() {
        for action in Action::ALL {
            assert_eq!(Action::parse(action.as_str()), Some(*action));
        }
        for kind in ObjectKind::ALL {
            assert_eq!(ObjectKind::parse(kind.as_str()), Some(*kind));
        }
        assert_eq!(Action::parse("rewrite"), None);
    }
}
