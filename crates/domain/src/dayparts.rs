//! The 21 dayparts of a week.

closed_words! {
    /// A part of a day of the week, Monday morning first.
    pub enum Daypart {
        /// Monday morning.
        MonAm = "mon_am",
        /// Monday afternoon.
        MonPm = "mon_pm",
        /// Monday evening.
        MonEve = "mon_eve",
        /// Tuesday morning.
        TueAm = "tue_am",
        /// Tuesday afternoon.
        TuePm = "tue_pm",
        /// Tuesday evening.
        TueEve = "tue_eve",
        /// Wednesday morning.
        WedAm = "wed_am",
        /// Wednesday afternoon.
        WedPm = "wed_pm",
        /// Wednesday evening.
        WedEve = "wed_eve",
        /// Thursday morning.
        ThuAm = "thu_am",
        /// Thursday afternoon.
        ThuPm = "thu_pm",
        /// Thursday evening.
        ThuEve = "thu_eve",
        /// Friday morning.
        FriAm = "fri_am",
        /// Friday afternoon.
        FriPm = "fri_pm",
        /// Friday evening.
        FriEve = "fri_eve",
        /// Saturday morning.
        SatAm = "sat_am",
        /// Saturday afternoon.
        SatPm = "sat_pm",
        /// Saturday evening.
        SatEve = "sat_eve",
        /// Sunday morning.
        SunAm = "sun_am",
        /// Sunday afternoon.
        SunPm = "sun_pm",
        /// Sunday evening.
        SunEve = "sun_eve",
    }
}

impl Daypart {
    /// The mask of every daypart.
    pub const WEEK: u32 = (1 << Self::ALL.len()) - 1;

    /// The bit of this daypart in a mask of the week: Monday morning is the lowest.
    #[must_use]
    pub fn bit(self) -> u32 {
        1 << (self as u32)
    }

    /// The mask of these dayparts.
    #[must_use]
    pub fn mask(dayparts: &[Self]) -> u32 {
        dayparts.iter().fold(0, |mask, daypart| mask | daypart.bit())
    }

    /// The dayparts of a mask, in the order of the week.
    pub fn of_mask(mask: u32) -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(move |daypart| mask & daypart.bit() != 0)
    }
}
