//! The hours a week that somebody's work already takes, when the folder does not say them outright.

use std::collections::HashMap;

use raakvlak_domain::arrangements::Arrangement;
use raakvlak_domain::calendar::Date;
use raakvlak_domain::experts::Expert;
use raakvlak_domain::quantities::Hours;
use raakvlak_domain::workload::{Obligation, heaviest_week};

use super::further::MatchLine;

/// The hours that an expert's work takes: `committed_hours` when told, else the heaviest week, from that of `as_of` on, of the commitments
/// and of what
/// is arranged in matches that take hours. Work that begins later counts as well, since whatever is added now has to fit beside it.
#[must_use]
pub fn committed_hours<'a>(expert: &Expert, arranged: impl IntoIterator<Item = &'a Arrangement>, as_of: Date) -> Hours {
    if let Some(hours) = expert.committed_hours {
        return hours;
    }
    let commitments = expert.commitments.iter().flatten().map(Obligation::from);
    let obligations: Vec<Obligation> = commitments.chain(arranged.into_iter().map(Obligation::from)).collect();
    if obligations.is_empty() {
        return Hours::LOWEST;
    }
    Hours::new(heaviest_week(&obligations, as_of)).unwrap_or(Hours::HIGHEST)
}

/// What is arranged per expert in the matches that take hours.
#[must_use]
pub fn arranged(matches: &[MatchLine]) -> HashMap<&str, Vec<&Arrangement>> {
    let mut arranged: HashMap<&str, Vec<&Arrangement>> = HashMap::new();
    for line in matches.iter().filter(|line| line.state.takes_hours()) {
        arranged.entry(line.expert.as_str()).or_default().extend(&line.arrangement);
    }
    arranged
}

#[cfg(test)]
mod tests {
    use raakvlak_domain::reading::read;

    use super::*;

    fn hours(expert: &str, arrangements: &[&str]) -> u32 {
        let arrangements: Vec<Arrangement> = arrangements.iter().map(|text| read(text).unwrap()).collect();
        committed_hours(&read(expert).unwrap(), &arrangements, Date::parse("2026-11-23").unwrap()).get()
    }

    #[test]
    fn nothing_told_is_nothing_committed() {
        assert_eq!(hours(r#"{"id":"e"}"#, &[]), 0);
        assert_eq!(hours(r#"{"id":"e","committed_hours":null,"commitments":[]}"#, &[]), 0);
    }

    #[test]
    fn what_is_told_outright_counts() {
        assert_eq!(hours(r#"{"id":"e","committed_hours":3.5,"commitments":[{"hours":8}]}"#, &[]), 35);
    }

    #[test]
    fn commitments_and_arrangements_add_up_where_they_meet() {
        let expert = r#"{"id":"e","commitments":[{"hours":8},{"hours":20,"end":"2026-11-01"},{"hours":2,"start":"2027-02-01"}]}"#;
        assert_eq!(hours(expert, &[]), 100);
        assert_eq!(hours(expert, &[r#"{"hours":4,"start":"2026-12-01","end":"2026-12-31"}"#]), 120);
    }

    #[test]
    fn more_than_a_week_is_a_week() {
        let long = r#"{"id":"e","commitments":[{"hours":160},{"hours":160}]}"#;
        assert_eq!(hours(long, &[]), 1_680);
    }
}
