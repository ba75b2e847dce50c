//! How much each sort of evidence counts when text is linked; 0 leaves it out, so that what each is worth can be measured.

/// The weights of linking. The start values were found by trying out, on other held-out wordings than those that are reported.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LinkWeights {
    /// An alternative beside a label of 1.
    pub alternative: f32,
    /// Whether compounds are taken apart, and how much the whole then counts beside its parts; 1 and more: not taken apart.
    pub whole: f32,
    /// All runs of four letters of a word together beside the word of 1.
    pub letters: f32,
    /// Words that say what is done, at the place of the verb, count this share less than the words that say with what.
    pub verb: f32,
    /// How much it matters whether other wordings of the same concepts use a word again, 0..=1.
    pub kept: f32,
    /// How much steeper than Robertson's the weight of a rare word rises, 0..=1.
    pub steep: f32,
    /// How much it matters that the wording covers the text, beside that the text covers the wording; 0..=1.
    pub said: f32,
    /// All wordings of a concept together beside its best one.
    pub together: f32,
    /// The surroundings of a concept beside its best wording.
    pub around: f32,
    /// In the surroundings: a parent's wordings.
    pub parent: f32,
    /// In the surroundings: the wordings of a curated relation.
    pub related: f32,
    /// In the surroundings: the names of the occupations that ask for the concept, by their share.
    pub occupation: f32,
    /// Words that stand for each other in Dutch wordings of one concept or occupation.
    pub synonym: f32,
    /// Words that stand for each other in the two languages.
    pub translation: f32,
    /// The share that remains when two words stand for each other in one direction only.
    pub one_sided: f32,
    /// Everyday words that were listed by hand.
    pub everyday: f32,
    /// Other known words that look like a known word.
    pub alike: f32,
    /// Known words that look like an unknown word: typing errors, other forms.
    pub spelling: f32,
    /// A word that is known in both languages, taken as one of the other language.
    pub foreign: f32,
    /// A concept without a wording in the language of the text.
    pub unlabelled: f32,
    /// A group: a heading over others.
    pub group: f32,
    /// What a wording gains that is, letter for letter, almost the text itself.
    pub literal: f32,
    /// A phrase of a text beside the text as a whole.
    pub phrase: f32,
}

impl Default for LinkWeights {
    fn default() -> Self {
        Self {
            alternative: 0.7,
            whole: 0.16,
            letters: 0.52,
            verb: 0.16,
            kept: 0.2,
            steep: 0.7,
            said: 0.45,
            together: 0.67,
            around: 0.27,
            parent: 0.4,
            related: 0.4,
            occupation: 1.8,
            synonym: 2.0,
            translation: 2.0,
            one_sided: 0.11,
            everyday: 0.7,
            alike: 0.67,
            spelling: 0.9,
            foreign: 0.67,
            unlabelled: 0.8,
            group: 0.8,
            literal: 0.3,
            phrase: 0.3,
        }
    }
}
