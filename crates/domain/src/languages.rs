//! Languages: the two that the software speaks, and the levels at which people speak any.

closed_words! {
    /// A language of the software itself.
    pub enum Language {
        /// Dutch, the first language.
        Nl = "nl",
        /// English.
        En = "en",
    }
}

closed_words! {
    /// A level of the Common European Framework of Reference for Languages (Council of Europe, 2001), lowest first.
    pub enum LanguageLevel {
        /// Breakthrough.
        A1 = "A1",
        /// Waystage.
        A2 = "A2",
        /// Threshold.
        B1 = "B1",
        /// Vantage.
        B2 = "B2",
        /// Effective operational proficiency.
        C1 = "C1",
        /// Mastery.
        C2 = "C2",
    }
}
