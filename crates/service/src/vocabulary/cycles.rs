//! Finds the cycles of a graph that should have none.

/// How far a node was looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Colour {
    Untouched,
    OnPath,
    Done,
}

/// A depth-first walk that does not recurse, so that a chain of any length is safe.
struct Walk<'a> {
    parents: &'a [Vec<u32>],
    colours: Vec<Colour>,
    /// The nodes from where the walk began to where it is, each with how many of its parents were followed.
    path: Vec<(u32, usize)>,
}

/// Calls `found` for every edge that closes a cycle, with the nodes along that cycle, the first one again at the end: the last two are the
/// edge.
///
/// `parents` holds for each node the nodes that it points to. Nothing is found exactly when there is no cycle.
pub(super) fn cycles(parents: &[Vec<u32>], mut found: impl FnMut(&[u32])) {
    let mut walk = Walk { parents, colours: vec![Colour::Untouched; parents.len()], path: Vec::new() };
    for node in 0..u32::try_from(parents.len()).unwrap_or(u32::MAX) {
        if walk.colour(node) == Colour::Untouched {
            walk.enter(node);
            walk.finish(&mut found);
        }
    }
}

impl Walk<'_> {
    fn colour(&self, node: u32) -> Colour {
        self.colours.get(node as usize).copied().unwrap_or(Colour::Done)
    }

    fn paint(&mut self, node: u32, colour: Colour) {
        if let Some(known) = self.colours.get_mut(node as usize) {
            *known = colour;
        }
    }

    fn enter(&mut self, node: u32) {
        self.paint(node, Colour::OnPath);
        self.path.push((node, 0));
    }

    fn finish(&mut self, found: &mut impl FnMut(&[u32])) {
        while let Some((node, followed)) = self.path.last_mut() {
            let next = self.parents.get(*node as usize).and_then(|parents| parents.get(*followed)).copied();
            *followed += 1;
            let node = *node;
            match next.map(|next| (next, self.colour(next))) {
                None => {
                    self.paint(node, Colour::Done);
                    self.path.pop();
                }
                Some((next, Colour::Untouched)) => self.enter(next),
                Some((next, Colour::OnPath)) => found(&self.cycle_back_to(next)),
                Some((_, Colour::Done)) => {}
            }
        }
    }

    fn cycle_back_to(&self, first: u32) -> Vec<u32> {
        let nodes = self.path.iter().map(|(node, _)| *node).skip_while(|node| *node != first);
        nodes.chain([first]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(parents: &[Vec<u32>]) -> Vec<Vec<u32>> {
        let mut all = Vec::new();
        cycles(parents, |cycle| all.push(cycle.to_vec()));
        all
    }

    #[test]
    fn names_each_cycle_along_its_nodes() {
        assert_eq!(found(&[vec![1], vec![2], vec![0]]), vec![vec![0, 1, 2, 0]]);
        assert_eq!(found(&[vec![0]]), vec![vec![0, 0]]);
        assert_eq!(found(&[vec![], vec![0, 2], vec![1], vec![4], vec![3]]), vec![vec![1, 2, 1], vec![3, 4, 3]]);
    }

    #[test]
    fn several_parents_are_no_cycle() {
        assert!(found(&[vec![], vec![0], vec![0], vec![1, 2]]).is_empty());
    }

    #[test]
    fn a_long_chain_does_not_overflow() {
        let straight: Vec<Vec<u32>> = (1..200_001u32).map(|next| if next == 200_000 { vec![] } else { vec![next] }).collect();
        assert!(found(&straight).is_empty());
    }
}
