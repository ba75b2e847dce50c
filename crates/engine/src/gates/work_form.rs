//! The form of work is one that the person accepts.
#![allow(clippy::indexing_slicing, reason = "the number of a pair is one of its pool")]

use super::{Guard, Verdict};
use crate::asks::Ask;
use crate::demand::Demand;
use crate::pairs::Pair;
use crate::words::term;

/// See [`super::Gate::WorkForm`].
pub(crate) struct WorkForm;

impl Guard for WorkForm {
    #[inline]
    fn verdict(pair: &Pair) -> Verdict {
        Verdict::shut_when(pair.told(Ask::WorkForms), pair.pool.work_forms[pair.number] >> pair.work().work_form & 1 == 0)
    }

    fn detail_name(demand: &Demand, _: usize) -> &str {
        term(&demand.vocabulary().work_forms, demand.work.work_form.into())
    }
}
