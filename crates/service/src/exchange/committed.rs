//! The hours a week that somebody's work already takes: one rule for a folder and for the store.

use std::collections::HashMap;

use raakvlak_domain::arrangements::Arrangement;
use raakvlak_domain::calendar::Date;
use raakvlak_domain::experts::RankingProfile;
use raakvlak_domain::quantities::Hours;
use raakvlak_domain::workload::heaviest_week;

use super::further::MatchLine;
use crate::ranking::people::obligations_in;

/// The hours a week that somebody's work takes: its heaviest week from that of `as_of` on, since whatever is added has to fit beside all of it. It
/// counts what is arranged in matches that take hours, and outside those the greater, week by week, of the hours that were told and the commitments.
#[must_use]
pub fn committed_hours<'a>(profile: &RankingProfile, arranged: impl IntoIterator<Item = &'a Arrangement>, as_of: Date) -> Hours {
    Hours::new(heaviest_week(&obligations_in(profile, arranged), as_of)).unwrap_or(Hours::HIGHEST)
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
    use raakvlak_domain::experts::Expert;
    use raakvlak_domain::reading::read;

    use super::*;

    fn hours(expert: &str, arrangements: &[&str]) -> u32 {
        let arrangements: Vec<Arrangement> = arrangements.iter().map(|text| read(text).unwrap()).collect();
        let expert: Expert = read(expert).unwrap();
        committed_hours(&RankingProfile::from(&expert), &arrangements, Date::parse("2026-11-23").unwrap()).get()
    }

    #[test]
    fn nothing_told_is_nothing_committed() {
        assert_eq!(hours(r#"{"id":"e"}"#, &[]), 0);
        assert_eq!(hours(r#"{"id":"e","committed_hours":null,"commitments":[]}"#, &[]), 0);
    }

    #[test]
    fn the_greater_of_what_is_told_and_the_commitments_counts() {
        let told = |told: &str| format!(r#"{{"id":"e","committed_hours":{told},"commitments":[{{"hours":8}}]}}"#);
        assert_eq!(["3.5", "8", "9.5"].map(|hours_told| hours(&told(hours_told), &[])), [80, 80, 95]);
        assert_eq!(hours(&told("9.5"), &[r#"{"hours":4,"start":"2026-12-01"}"#]), 135);
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
