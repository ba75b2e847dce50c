//! Organisations that ask for people, lend people, or both.

use serde::Serialize;
use utoipa::ToSchema;

use crate::identifiers::OrganisationId;
use crate::places::Place;
use crate::reading::WithDerived;
use crate::texts::Line;

closed_words! {
    /// What kind of organisation it is.
    pub enum OrganisationKind {
        /// A municipality.
        Municipality = "municipality",
        /// Care.
        Care = "care",
        /// Education.
        Education = "education",
        /// Defence.
        Defence = "defence",
        /// A company.
        Company = "company",
        /// A cooperative.
        Cooperative = "cooperative",
        /// An initiative of citizens.
        CitizensInitiative = "citizens_initiative",
        /// Something else.
        Other = "other",
    }
}

record! {
    /// An organisation.
    #[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
    pub struct Organisation {
        /// Names the organisation.
        #[schema(read_only)]
        pub id: OrganisationId,
        /// What it is called.
        pub name: Line,
        /// What kind it is.
        pub kind: OrganisationKind,
        /// The sectors it works in, in own words.
        pub sectors: Vec<Line> = Vec::new(),
        /// Where it is.
        pub place: Option<Place>,
        /// Whether it asks for people.
        pub asks: bool = true,
        /// Whether it lends people.
        pub lends: bool = false,
    }
}

impl WithDerived for Organisation {
    const DERIVED: &'static [(&'static str, &'static str)] = &[("id", "new")];
}
