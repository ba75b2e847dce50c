//! Every document that is asked is there, or can be in time: then it is a to-do.

use super::Guard;
use crate::asks::Ask;
use crate::demand::Demand;
use crate::pairs::Pair;
use crate::words::{bits, term};

/// See [`super::Gate::Document`].
pub(crate) struct Document;

impl Guard for Document {
    #[inline]
    fn is_shut(pair: &Pair) -> bool {
        pair.told(Ask::Documents) && missing(pair) != 0
    }

    fn is_decided(pair: &Pair) -> bool {
        pair.told(Ask::Documents) || pair.work().documents.is_empty()
    }

    fn detail_count(demand: &Demand) -> usize {
        demand.vocabulary().documents.terms().len()
    }

    fn details(pair: &Pair, each: &mut dyn FnMut(usize)) {
        bits(missing(pair)).for_each(each);
    }

    fn detail_name(demand: &Demand, detail: usize) -> &str {
        term(&demand.vocabulary().documents, detail)
    }
}

/// The documents that are missing and cannot be there in time.
#[inline]
fn missing(pair: &Pair) -> u64 {
    pair.inquiry.documents & !pair.profile().documents
}
