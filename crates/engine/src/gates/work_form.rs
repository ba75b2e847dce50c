//! The form of work is one that the person accepts.
#![allow(clippy::indexing_slicing, reason = "the number of a pair is one of its pool")]

use super::Guard;
use crate::asks::Ask;
use crate::demand::Demand;
use crate::pairs::Pair;
use crate::words::term;

/// See [`super::Gate::WorkForm`].
pub(crate) struct WorkForm;

impl Guard for WorkForm {
    const QUICK: bool = true;

    #[inline]
    fn is_shut(pair: &Pair) -> bool {
        pair.told(Ask::WorkForms) & (pair.pool.work_forms[pair.number] >> pair.work().work_form & 1 == 0)
    }

    fn is_decided(pair: &Pair) -> bool {
        pair.told(Ask::WorkForms)
    }

    fn detail_name(demand: &Demand, _: usize) -> &str {
        term(&demand.vocabulary().work_forms, demand.work.work_form.into())
    }
}
