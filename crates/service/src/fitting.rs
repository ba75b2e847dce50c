//! What fits somebody, as they read it themselves: the work and what to tell, best first. How it was weighed is not in here.

use raakvlak_domain::identifiers::{OrganisationId, PackageId};
use raakvlak_engine::answer::ListedPackage;
use raakvlak_engine::asks::Ask;
use serde::Serialize;
use utoipa::ToSchema;

use crate::actor::Actor;
use crate::authorise::Action;
use crate::desk::{Desk, Page, PageRequest};
use crate::error::Error;
use crate::experts::readable;
use crate::ranking::packages::OpenPackages;

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

/// How many packages fit somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct FittingCount {
    /// How many fit in all, on this page and the others.
    pub fitting: u32,
}

impl Desk {
    /// A page of the packages that fit the person who asks, best first, and how many fit in all. A page begins at a place in the list, as it is now: where
    /// work comes or goes between two pages, others may stand there.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when the actor has no profile.
    pub fn fitting_packages(&self, actor: &Actor, request: &PageRequest) -> Result<(FittingCount, Page<FittingPackage>), Error> {
        let own = actor.expert.clone().ok_or(Error::NotFound)?;
        self.read(|db| readable(db, actor, &own, Action::FindPackages).map(drop))?;
        let begins = request.number()?.map_or(0, |after| usize::try_from(after).unwrap_or(usize::MAX));
        let (found, open) = self.best_packages_for(&own, begins.saturating_add(request.shown() + 1))?;
        let shown = found.packages.iter().skip(begins).filter_map(|listed| Some((listed.rank, fits(listed, &open)?)));
        let page = Page::of(shown.collect(), request, |(rank, _)| rank.to_string());
        Ok((FittingCount { fitting: found.eligible }, page.map(|(_, fitting)| fitting)))
    }
}

/// A package of the list; all of these are open.
fn fits(listed: &ListedPackage, open: &OpenPackages) -> Option<FittingPackage> {
    let package = &open.get(&listed.package)?.package;
    Some(FittingPackage {
        package: package.id.clone(),
        organisation: package.organisation.clone(),
        purpose: package.purpose.to_string(),
        title: package.title.to_string(),
        asks: listed.asks.iter().map(Ask::as_str).collect(),
    })
}
