//! Every document that is asked is there, or can be in time: then it is a to-do.

use super::Guard;
use crate::asks::Ask;
use crate::demand::Demand;
use crate::pairs::Pair;
use crate::people::Bar;
use crate::words::term;

/// See [`super::Gate::Document`].
pub(crate) struct Document;

impl Guard for Document {
    const BAR: Option<Bar> = Some(Bar::Document);

    fn is_decided(pair: &Pair) -> bool {
        pair.told(Ask::Documents) || pair.work().documents.is_empty()
    }

    fn detail_count(demand: &Demand) -> usize {
        demand.vocabulary().documents.terms().len()
    }

    fn detail_name(demand: &Demand, detail: usize) -> &str {
        term(&demand.vocabulary().documents, detail)
    }
}
