//! The form of work is one that the person accepts.

use super::Guard;
use crate::asks::Ask;
use crate::demand::Demand;
use crate::pairs::Pair;
use crate::people::Bar;
use crate::words::term;

/// See [`super::Gate::WorkForm`].
pub(crate) struct WorkForm;

impl Guard for WorkForm {
    const BAR: Option<Bar> = Some(Bar::WorkForm);

    fn is_decided(pair: &Pair) -> bool {
        pair.told(Ask::WorkForms)
    }

    fn detail_count(demand: &Demand) -> usize {
        demand.vocabulary().work_forms.terms().len()
    }

    fn detail_name(demand: &Demand, detail: usize) -> &str {
        term(&demand.vocabulary().work_forms, detail)
    }
}
