//! What to ask someone: the keys of a profile that are not told and that a package gives a reason to ask.

use raakvlak_domain::experts::{Expert, RankingProfile};
use serde::{Serialize, Serializer};

macro_rules! asks {
    ($($(#[$attribute:meta])* $ask:ident = $key:literal),* $(,)?) => {
        /// A key of an expert's profile that one can ask for, in order of name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Ask {
            $($(#[$attribute])* $ask,)*
        }

        // Written out, since the derive does not see words that come through a macro.
        impl utoipa::PartialSchema for Ask {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                let words = Self::ALL.iter().map(|ask| ask.as_str());
                utoipa::openapi::ObjectBuilder::new().schema_type(utoipa::openapi::Type::String).enum_values(Some(words)).into()
            }
        }

        impl utoipa::ToSchema for Ask {}

        impl Ask {
            /// Every key, in order of name.
            pub const ALL: &'static [Self] = &[$(Self::$ask),*];

            /// How many there are.
            pub(crate) const COUNT: usize = Self::ALL.len();

            /// The key.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$ask => $key),* }
            }
        }
    };
}

asks! {
    /// What the person can.
    Competences = "competences",
    /// When in the week.
    Dayparts = "dayparts",
    /// Which documents there are.
    Documents = "documents",
    /// What gives and drains energy.
    Energy = "energy",
    /// Domains of lived experience.
    Experience = "experience",
    /// Adaptations that help.
    Helps = "helps",
    /// Hours a week.
    Hours = "hours",
    /// Languages.
    Languages = "languages",
    /// Adaptations that are needed.
    Needs = "needs",
    /// Conditions under which the person does not work.
    NoGo = "no_go",
    /// Where the person lives.
    Place = "place",
    /// Conditions that the person would rather not have.
    RatherNot = "rather_not",
    /// How far to travel.
    TravelKm = "travel_km",
    /// Competences to develop.
    Wishes = "wishes",
    /// Forms of work.
    WorkForms = "work_forms",
}

/// A set of keys: those that someone told, or those that a package asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, utoipa::ToSchema)]
#[schema(value_type = Vec<Ask>)]
pub struct Asks(u16);

impl Asks {
    /// The keys for which this holds.
    pub(crate) fn of(pairs: &[(Ask, bool)]) -> Self {
        Self(pairs.iter().filter(|(_, holds)| *holds).fold(0, |mask, (ask, _)| mask | 1 << *ask as u16))
    }

    /// The keys that somebody told.
    #[must_use]
    pub fn told_by(expert: &Expert) -> Self {
        Self::told_in(&RankingProfile::from(expert))
    }

    /// The same of what ranking reads of a profile.
    pub(crate) fn told_in(expert: &RankingProfile) -> Self {
        let energy = expert.gives.is_some() || expert.drains.is_some();
        Self::of(&[
            (Ask::Competences, expert.competences.is_some()),
            (Ask::Dayparts, expert.dayparts.is_some()),
            (Ask::Documents, expert.documents.is_some()),
            (Ask::Energy, energy),
            (Ask::Experience, expert.experience.is_some()),
            (Ask::Helps, expert.helps.is_some()),
            (Ask::Hours, expert.hours.is_some()),
            (Ask::Languages, expert.languages.is_some()),
            (Ask::Needs, expert.needs.is_some()),
            (Ask::NoGo, expert.no_go.is_some()),
            (Ask::Place, expert.place.is_some()),
            (Ask::RatherNot, expert.rather_not.is_some()),
            (Ask::TravelKm, expert.travel_km.is_some()),
            (Ask::Wishes, expert.wishes.is_some()),
            (Ask::WorkForms, expert.work_forms.is_some()),
        ])
    }

    /// Whether there is no key.
    #[inline]
    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many keys there are.
    #[must_use]
    pub fn count(self) -> u32 {
        self.0.count_ones()
    }

    /// Whether a key is in the set.
    #[inline]
    #[must_use]
    pub fn has(self, ask: Ask) -> bool {
        self.0 >> ask as u16 & 1 == 1
    }

    /// The keys of both.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The keys that are not in the other set.
    #[inline]
    pub(crate) fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The keys, in order of name.
    pub fn iter(self) -> impl Iterator<Item = Ask> {
        Ask::ALL.iter().copied().filter(move |ask| self.has(*ask))
    }
}

impl Serialize for Ask {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl Serialize for Asks {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_in_order_of_name() {
        assert!(Ask::ALL.is_sorted_by_key(|ask| ask.as_str()));
        let asks = Asks::of(&[(Ask::WorkForms, true), (Ask::Hours, true), (Ask::Needs, false)]);
        assert_eq!(serde_json::to_string(&asks).unwrap(), r#"["hours","work_forms"]"#);
        assert_eq!((asks.count(), Ask::ALL.len() as u32), (2, raakvlak_domain::thresholds::MOST_QUESTIONS));
    }
}
