//! What fits somebody, as they read it themselves: the work and what to tell, best first. How it was weighed is not in here.

use raakvlak_domain::identifiers::{OrganisationId, PackageId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::actor::Actor;
use crate::desk::Desk;
use crate::error::Error;

/// A package that fits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FittingPackage {
    /// The package.
    pub package: PackageId,
    /// The organisation.
    pub organisation: OrganisationId,
    /// Why this work is needed.
    pub purpose: String,
    /// What it is called.
    pub title: String,
    /// What the person has not told yet and what could matter for this work: the keys of the profile.
    pub asks: Vec<&'static str>,
}

impl Desk {
    /// The packages that fit the person who asks, best first.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when the actor has no profile.
    pub fn fitting_packages(&self, actor: &Actor) -> Result<Vec<FittingPackage>, Error> {
        let own = actor.expert.clone().ok_or(Error::NotFound)?;
        let found = self.packages_of_expert(actor, &own)?;
        let packages = self.open_packages()?;
        let fitting = found.packages.into_iter().filter_map(|listed| {
            // A package that was closed since the ranking is no longer offered.
            let (package, _) = packages.iter().find(|(package, _)| package.id == listed.package)?;
            Some(FittingPackage {
                package: package.id.clone(),
                organisation: package.organisation.clone(),
                purpose: package.purpose.to_string(),
                title: package.title.to_string(),
                asks: listed.asks.iter().map(raakvlak_engine::asks::Ask::as_str).collect(),
            })
        });
        Ok(fitting.collect())
    }
}
