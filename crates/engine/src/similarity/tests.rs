//! Worked examples of similarity, and what holds in any vocabulary.

use proptest::prelude::*;
use raakvlak_domain::vocabulary::{Competence, CompetenceKind, Label, Occupation, Vocabulary};

use super::*;

fn competence(number: usize) -> Competence {
    let id = format!("k{number:05}");
    Competence { id, kind: CompetenceKind::Skill, label: Label::default(), alternatives_nl: vec![], alternatives_en: vec![] }
}

fn occupation(number: usize, competences: Vec<u32>) -> Occupation {
    Occupation { id: format!("o{number:05}"), code: String::new(), label: Label::default(), alternatives_nl: vec![], competences }
}

/// A vocabulary of `size` competences with these `(child, parent)` pairs.
fn vocabulary(size: usize, broader: &[(u32, u32)], related: &[(u32, u32)], occupations: &[&[u32]]) -> Arc<Vocabulary> {
    let mut vocabulary =
        Vocabulary { competences: (0..size).map(competence).collect(), broader: vec![vec![]; size], ..Vocabulary::default() };
    for (child, parent) in broader {
        vocabulary.broader[*child as usize].push(*parent);
    }
    vocabulary.related = related.to_vec();
    vocabulary.occupations = occupations.iter().enumerate().map(|(number, competences)| occupation(number, competences.to_vec())).collect();
    Arc::new(vocabulary)
}

fn value(similarity: &Similarity, have: u32, asked: u32) -> Option<(u32, Way)> {
    similarity.list(asked).get(have).map(|neighbour| (neighbour.value, neighbour.way))
}

#[test]
fn what_lies_below_counts_by_its_shortest_path() {
    // 0 > 1 > 2 > 3 > 4 > 5, and 3 also directly under 0.
    let similarity = Similarity::new(vocabulary(6, &[(1, 0), (2, 1), (3, 2), (4, 3), (5, 4), (3, 0)], &[], &[]));
    let values: Vec<_> = (0..6).map(|have| value(&similarity, have, 0).unwrap()).collect();
    let below = |value| (value, Way::MoreSpecific);
    assert_eq!(values, [(10_000, Way::Same), below(10_000), below(9_500), below(10_000), below(9_500), below(9_000)]);
    assert_eq!(value(&similarity, 5, 1), Some(below(8_500)));
    assert_eq!(similarity.evidence(5, 1, Way::MoreSpecific), Evidence::MoreSpecific { steps: 4 });
}

#[test]
fn kin_is_lins_measure_squared() {
    // 0 over 1 and 2; 1 over 3 and 4; 2 over 5: six concepts. IC(1) = 1 - ln 3 / ln 6, of a leaf 1.
    let similarity = Similarity::new(vocabulary(6, &[(1, 0), (2, 0), (3, 1), (4, 1), (5, 2)], &[], &[]));
    let of_parent = 1.0 - 3f64.ln() / 6f64.ln();
    let siblings = (of_parent * of_parent * 10_000.0).round() as u32;
    assert!(siblings < LEAST, "{siblings}: too little to count");
    assert_eq!(value(&similarity, 3, 4), None);
    let lin = 2.0 * of_parent / (1.0 + of_parent);
    assert_eq!(value(&similarity, 1, 3), Some(((lin * lin * 10_000.0).round() as u32, Way::Kin)), "an ancestor is kin through itself");
    assert_eq!(similarity.evidence(1, 3, Way::Kin), Evidence::Kin { ancestor: 1 });
    assert_eq!(value(&similarity, 0, 3), None, "what says nothing makes nobody kin");
}

#[test]
fn kin_is_capped() {
    // A parent with one child among many others says nearly as much as the child does.
    let similarity = Similarity::new(vocabulary(1_000, &[(1, 0)], &[], &[]));
    assert_eq!(value(&similarity, 0, 1), Some((MOST_KIN, Way::Kin)));
}

#[test]
fn together_is_weighted_by_how_few_an_occupation_needs() {
    let similarity = Similarity::new(vocabulary(9, &[], &[], &[&[0, 1], &[0, 2, 3, 4, 5], &[1, 6]]));
    let (share_0, share_1, share_2) = (0.5 + 0.2, 0.5 + 0.5, 0.2f64);
    let together = |both: f64, one: f64, other: f64| (both / (one * other).sqrt() * 10_000.0).round() as u32;
    assert!(together(0.5, share_0, share_1) > MOST_TOGETHER);
    assert_eq!(value(&similarity, 0, 1), Some((MOST_TOGETHER, Way::Together)));
    assert_eq!(value(&similarity, 2, 0), Some((together(0.2, share_0, share_2), Way::Together)));
    assert_eq!(similarity.evidence(2, 0, Way::Together), Evidence::Together { occupations: vec![1] });
    assert_eq!(value(&similarity, 6, 0), None);
}

#[test]
fn a_relation_counts_both_ways_and_the_largest_wins() {
    let similarity = Similarity::new(vocabulary(9, &[], &[(0, 1)], &[&[0, 1]]));
    assert_eq!((value(&similarity, 0, 1), value(&similarity, 1, 0)), (Some((RELATED, Way::Related)), Some((RELATED, Way::Related))));
}

#[test]
fn a_vocabulary_of_one_or_none_is_no_trouble() {
    let similarity = Similarity::new(vocabulary(1, &[], &[], &[&[0]]));
    assert_eq!(value(&similarity, 0, 0), Some((10_000, Way::Same)));
    assert_eq!(Similarity::new(vocabulary(0, &[], &[], &[])).list(0), NeighbourList::default());
}

#[test]
fn of_equals_the_smaller_ids_keep_their_places_and_what_lies_below_takes_none() {
    // 300 competences are used with 0 in one occupation; 0 has two below it, which are in that occupation too.
    let linked: Vec<u32> = (0..303).collect();
    let similarity = Similarity::new(vocabulary(400, &[(301, 0), (302, 0)], &[], &[&linked]));
    let list = similarity.list(0);
    let positions: Vec<u32> = list.entries().iter().map(|neighbour| neighbour.competence).collect();
    let expected: Vec<u32> = (0..=KEPT as u32).chain([301, 302]).collect();
    assert_eq!(positions, expected);
}

#[test]
fn refuses_bytes_that_are_no_list() {
    let similarity = Similarity::new(vocabulary(9, &[(1, 0)], &[(2, 3)], &[]));
    let bytes = similarity.list(0).to_bytes();
    assert_eq!(NeighbourList::from_bytes(&bytes, 9), Ok(similarity.list(0)));
    assert_eq!(NeighbourList::from_bytes(&bytes, 1), Err(StoredListFault::Content), "a position outside the vocabulary");
    assert_eq!(NeighbourList::from_bytes(&bytes[..bytes.len() - 1], 9), Err(StoredListFault::Length));
    assert_eq!(NeighbourList::from_bytes(&[&bytes[..], &[0]].concat(), 9), Err(StoredListFault::Length));
    assert_eq!(NeighbourList::from_bytes(&[9, 0], 9), Err(StoredListFault::Version(9)));
    assert_eq!(NeighbourList::from_bytes(&[], 9), Err(StoredListFault::Length));
    assert_eq!(NeighbourList::from_bytes(&[1, 1, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 1], 9), Err(StoredListFault::Content));
}

prop_compose! {
    fn any_vocabulary()(size in 1usize..40)(
        broader in prop::collection::vec((0..size as u32, 0..size as u32), 0..60),
        related in prop::collection::btree_set((0..size as u32, 0..size as u32), 0..10),
        occupations in prop::collection::vec(prop::collection::btree_set(0..size as u32, 1..8), 0..6),
        size in Just(size),
    ) -> Arc<Vocabulary> {
        let down: Vec<(u32, u32)> = broader.into_iter().filter(|(child, parent)| child > parent).collect();
        let related: Vec<(u32, u32)> = related.into_iter().filter(|(one, other)| one < other).collect();
        let occupations: Vec<Vec<u32>> = occupations.into_iter().map(|set| set.into_iter().collect()).collect();
        let occupations: Vec<&[u32]> = occupations.iter().map(Vec::as_slice).collect();
        vocabulary(size, &down, &related, &occupations)
    }
}

proptest! {
    #[test]
    fn lists_survive_storing_and_do_not_depend_on_threads(vocabulary in any_vocabulary()) {
        let similarity = Similarity::new(vocabulary);
        let threads = |count| rayon::ThreadPoolBuilder::new().num_threads(count).build().unwrap();
        let lists = Neighbours::of(&similarity, &threads(1));
        prop_assert_eq!(&lists, &Neighbours::of(&similarity, &threads(3)));
        for asked in 0..similarity.size() as u32 {
            let list = similarity.list(asked);
            prop_assert_eq!(&list, &NeighbourList::from_bytes(&list.to_bytes(), similarity.size()).unwrap());
            prop_assert_eq!(&list, &lists.list(asked));
            for neighbour in list.entries() {
                let back = lists.for_have(neighbour.competence).find(|back| back.competence == asked);
                prop_assert_eq!(back, Some(Neighbour { competence: asked, ..*neighbour }));
                prop_assert_eq!(lists.between(neighbour.competence, asked), Some(*neighbour));
            }
        }
    }
}
