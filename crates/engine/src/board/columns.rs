//! What packages ask, one array per property.
#![allow(clippy::indexing_slicing, reason = "every column is as long as the list of packages")]

use std::collections::BTreeSet;

use raakvlak_domain::identifiers::{OrganisationId, PackageId, TermId};
use raakvlak_domain::languages::LanguageLevel;
use raakvlak_domain::packages::PackageHours;

use crate::demand::{Demand, Share, obtainable};
use crate::distance::Spot;
use crate::people::Bar;
use crate::pool::interned;
use crate::pool::planes::Planes;
use crate::pool::postings::{BLOCK, Postings};
use crate::pool::zones::{Area, Zones};
use crate::rows::Rows;

/// What one package asks of languages.
pub(super) type Languages = Vec<(TermId, LanguageLevel)>;

/// The columns of a board, each as long as the list of packages.
#[derive(Debug)]
pub(super) struct Columns {
    /// The place in the order of ids.
    pub(super) order: Vec<u32>,
    /// The numbers in the order of ids.
    by_id: Vec<u32>,
    pub(super) zones: Zones,
    pub(super) bars: Planes<{ Bar::COUNT }>,
    pub(super) hours: Vec<PackageHours>,
    /// The fixed dayparts, and how many others.
    pub(super) dayparts: Vec<(u32, u32)>,
    /// Where people have to come, when they have to.
    pub(super) journeys: Vec<Option<Spot>>,
    /// Which of the different lists of languages.
    pub(super) spoken: Vec<u32>,
    pub(super) languages: Vec<Languages>,
    /// The documents that are asked, with how many days it takes to obtain each.
    documents: Rows<(u8, Option<u32>)>,
    starts: Vec<Option<i32>>,
    organisation: Vec<u32>,
    organisations: Vec<OrganisationId>,
    pub(super) ties: Vec<Ties>,
    /// Whether something has to be looked at package by package.
    pub(super) special: Vec<Special>,
    pub(super) asking: Postings<Asking>,
    /// From each competence that can be learned to the places in the block of the packages where it can.
    pub(super) learnable: Postings<u16>,
}

/// What can tie somebody to a package.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ties {
    pub(super) experience: u64,
    pub(super) has_learnables: bool,
    pub(super) asks_competences: bool,
    pub(super) tie_from: u32,
    pub(super) carry_from: u32,
    /// The share of the hours that everybody carries.
    pub(super) carried_by_everybody: u32,
}

/// What cannot be told from the columns.
#[derive(Debug, Clone, Copy)]
pub(super) struct Special {
    /// Documents that can perhaps be obtained in time.
    pub(super) obtainable: bool,
    /// People whom a rule blocks.
    pub(super) blocks: bool,
    /// A threshold for what is essential.
    pub(super) threshold: bool,
}

/// A package that asks a competence.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Asking {
    /// The place in the block.
    pub(super) place: u16,
    pub(super) level: u8,
    /// What a whole answer adds.
    pub(super) whole: Share,
}

impl Columns {
    /// The columns of these packages.
    pub(super) fn of(demands: &[Demand]) -> Self {
        let work = || demands.iter().map(|demand| &*demand.work);
        let known = |demand: &Demand| u64::MAX.checked_shr(u64::BITS - demand.vocabulary().adaptations.terms().len() as u32).unwrap_or(0);
        let of_one = |demand: &Demand| {
            let mut bars = demand.work.bars(demand.work.documents());
            bars[Bar::Need as usize] &= known(demand);
            bars
        };
        let bars = Planes::of(demands.len(), demands.iter().map(of_one));
        let lists: Vec<&Languages> = work().map(|work| &work.languages).collect::<BTreeSet<_>>().into_iter().collect();
        let (organisation, organisations) = interned::numbered(work().map(|work| &work.organisation));
        let by_id = by_id(demands);
        let journeys: Vec<Option<Spot>> = work().map(|work| work.journey().map(Spot::from)).collect();
        Self {
            order: order(&by_id),
            by_id,
            zones: Zones::of(demands.len(), &bars, |members| Area::of(&journeys[members], 0)),
            hours: work().map(|work| work.hours).collect(),
            dayparts: work().map(|work| (work.fixed, work.flexible)).collect(),
            journeys,
            spoken: work().map(|work| lists.binary_search(&&work.languages).map_or(0, |at| at as u32)).collect(),
            languages: lists.into_iter().cloned().collect(),
            documents: Rows::collect(work().map(|work| work.documents.iter().copied())),
            starts: work().map(|work| work.start).collect(),
            organisation,
            organisations,
            ties: demands.iter().map(ties).collect(),
            special: demands.iter().map(special).collect(),
            asking: Postings::of(demands.len(), |number, place| asking(&demands[number], place)),
            learnable: Postings::of(demands.len(), |number, place| {
                demands[number].work.learnables.iter().map(move |learnable| (*learnable, place as u16))
            }),
            bars,
        }
    }

    /// The number of the package with this id; `None` when it is not there.
    pub(super) fn number(&self, demands: &[Demand], id: &PackageId) -> Option<u32> {
        let at = self.by_id.binary_search_by(|number| demands[*number as usize].package().cmp(id)).ok()?;
        Some(self.by_id[at])
    }

    /// The packages of an organisation; none when it has none.
    pub(super) fn of_organisation(&self, organisation: &OrganisationId) -> impl Iterator<Item = u32> {
        let wanted = interned::number(&self.organisations, organisation);
        (0..).zip(&self.organisation).filter(move |(_, organisation)| **organisation == wanted).map(|(number, _)| number)
    }

    /// The documents of a package that there is time to obtain on this day.
    #[inline]
    pub(super) fn obtainable(&self, number: usize, today: i32) -> u64 {
        obtainable(self.documents.row(number), self.starts[number], today)
    }
}

fn by_id(demands: &[Demand]) -> Vec<u32> {
    let mut by_id: Vec<u32> = (0..demands.len() as u32).collect();
    by_id.sort_by_key(|number| demands[*number as usize].package());
    by_id
}

fn order(by_id: &[u32]) -> Vec<u32> {
    let mut order = vec![0; by_id.len()];
    (0u32..).zip(by_id).for_each(|(place, number)| order[*number as usize] = place);
    order
}

fn ties(demand: &Demand) -> Ties {
    Ties {
        experience: demand.work.experience,
        has_learnables: !demand.work.learnables.is_empty(),
        asks_competences: demand.work.asks_competences(),
        tie_from: demand.knob.tie_from.get(),
        carry_from: demand.knob.carry_from.get(),
        carried_by_everybody: demand.unable.tasks,
    }
}

fn special(demand: &Demand) -> Special {
    Special {
        obtainable: demand.work.documents.iter().any(|(_, days)| days.is_some()),
        blocks: !demand.blocked.is_empty(),
        threshold: demand.knob.essential_from.get() > 0,
    }
}

fn asking(demand: &Demand, place: usize) -> impl Iterator<Item = (u32, Asking)> {
    let asked = demand.work.requirements.whole_answers();
    asked.map(move |(asked, whole)| (asked.competence, Asking { place: place as u16, level: asked.level, whole }))
}

const _: () = assert!(BLOCK <= 1 << 16, "a place in a block fits sixteen bits");
