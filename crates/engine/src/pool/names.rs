//! The ids of many people in one text, in byte order.

/// Texts one after the other, in ascending order: no allocation and no pointer for each.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    text: String,
    /// Where each one ends.
    ends: Vec<u32>,
}

impl Names {
    /// These names, which ascend.
    pub(crate) fn collect<'a>(ascending: impl IntoIterator<Item = &'a str>) -> Self {
        let mut names = Self::default();
        for name in ascending {
            names.text.push_str(name);
            names.ends.push(names.text.len() as u32);
        }
        names.text.shrink_to_fit();
        names.ends.shrink_to_fit();
        names
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The name at this place in order; empty past the last one.
    pub(crate) fn get(&self, at: usize) -> &str {
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |end| *end as usize);
        self.ends.get(at).and_then(|end| self.text.get(start..*end as usize)).unwrap_or_default()
    }

    /// The place of a name, or else how many names come before it.
    pub(crate) fn find(&self, name: &str) -> Result<usize, usize> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low.midpoint(high);
            match self.get(middle).cmp(name) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Equal => return Ok(middle),
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        Err(low)
    }

    /// How many bytes they take.
    pub(crate) fn bytes(&self) -> usize {
        self.text.len() + size_of_val(self.ends.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn finds_what_is_there_and_where_the_rest_would_be() {
        let names = Names::collect(["a", "bc", "bd", "é"]);
        assert_eq!((0..5).map(|at| names.get(at)).collect::<Vec<_>>(), ["a", "bc", "bd", "é", ""]);
        assert_eq!(["a", "bd", "é"].map(|name| names.find(name)), [Ok(0), Ok(2), Ok(3)]);
        assert_eq!(["", "b", "be", "ë"].map(|name| names.find(name)), [Err(0), Err(1), Err(3), Err(4)]);
        assert_eq!(Names::default().find("a"), Err(0));
    }
}
