//! One version of the vocabulary, ready for matching: the words, how similar they are, and the lists of similar ones.

use std::sync::Arc;

use raakvlak_domain::vocabulary::Vocabulary;
use rayon::ThreadPool;
use thiserror::Error;

use crate::similarity::{Neighbours, Similarity};

/// A version of the vocabulary with its similarities. People and packages that are matched must be read with the same one.
#[derive(Debug)]
pub struct Lexicon {
    similarity: Similarity,
    neighbours: Neighbours,
}

/// A word that is not in the vocabulary.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{key}: '{id}' is not in the vocabulary")]
pub struct UnknownWord {
    /// The key of the record under which it stands.
    pub key: &'static str,
    /// The word.
    pub id: String,
}

impl Lexicon {
    /// Works out all similarities of a vocabulary, on these threads.
    #[must_use]
    pub fn new(vocabulary: Arc<Vocabulary>, threads: &ThreadPool) -> Self {
        let similarity = Similarity::new(vocabulary);
        let neighbours = Neighbours::of(&similarity, threads);
        Self { similarity, neighbours }
    }

    /// A vocabulary with lists that were worked out before; `None` when they are not one for each competence.
    #[must_use]
    pub fn with_neighbours(vocabulary: Arc<Vocabulary>, neighbours: Neighbours) -> Option<Self> {
        (neighbours.size() == vocabulary.competences.len()).then(|| Self { similarity: Similarity::new(vocabulary), neighbours })
    }

    /// The words.
    #[must_use]
    pub fn vocabulary(&self) -> &Arc<Vocabulary> {
        self.similarity.vocabulary()
    }

    /// How similar competences are, and why.
    #[must_use]
    pub fn similarity(&self) -> &Similarity {
        &self.similarity
    }

    /// The lists of similar competences.
    #[must_use]
    pub fn neighbours(&self) -> &Neighbours {
        &self.neighbours
    }
}
