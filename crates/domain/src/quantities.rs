//! Quantities: whole numbers in a named unit, read from JSON numbers with a bounded number of decimals.

use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use crate::faults::FaultKind;
use crate::json::Node;
use crate::reading::{FromNode, Reading};

/// A whole scale: 10 000 basis points.
pub const WHOLE: u32 = 10_000;

/// Reads a number with at most `decimals` decimals as a whole number of its smallest unit, between `low` and `high` of that unit.
pub fn fixed(node: &Node, decimals: u32, low: i64, high: i64, reading: &mut Reading) -> Option<i64> {
    let expected = if decimals == 0 { "a whole number" } else { "a number" };
    let Node::Number(text) = node else {
        reading.fault(FaultKind::WrongType { expected, found: node.type_name() });
        return None;
    };
    match scaled(text, decimals) {
        Scaled::Exact(value) if (low..=high).contains(&value) => Some(value),
        Scaled::TooPrecise => {
            reading.fault(FaultKind::TooPrecise { decimals });
            None
        }
        _ => {
            reading.fault(FaultKind::OutOfRange { low: unscaled(low, decimals), high: unscaled(high, decimals) });
            None
        }
    }
}

enum Scaled {
    Exact(i64),
    TooPrecise,
    TooLarge,
}

/// The number times ten to the power of `decimals`, taken from its digits so that no rounding of binary fractions comes in.
fn scaled(text: &str, decimals: u32) -> Scaled {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: String = whole.trim_start_matches('-').chars().chain(fraction.chars()).collect();
    let significant = digits.trim_start_matches('0').trim_end_matches('0');
    if significant.is_empty() {
        return Scaled::Exact(0);
    }
    let Ok(exponent) = exponent.trim_start_matches('+').parse::<i64>() else { return Scaled::TooLarge };
    let trailing_zeros = digits.len() - digits.trim_end_matches('0').len();
    let power = exponent.saturating_sub(fraction.len() as i64).saturating_add(i64::from(decimals)).saturating_add(trailing_zeros as i64);
    if power < 0 {
        return Scaled::TooPrecise;
    }
    let Ok(power) = u32::try_from(power) else { return Scaled::TooLarge };
    let value = significant.parse::<i64>().ok().and_then(|value| value.checked_mul(10i64.checked_pow(power)?));
    match value {
        Some(value) if text.starts_with('-') => Scaled::Exact(-value),
        Some(value) => Scaled::Exact(value),
        None => Scaled::TooLarge,
    }
}

fn unscaled(value: i64, decimals: u32) -> String {
    let unit = 10i64.pow(decimals);
    if value % unit == 0 { (value / unit).to_string() } else { format!("{}", value as f64 / unit as f64) }
}

macro_rules! quantity {
    ($(#[$attribute:meta])* $name:ident($inner:ty), decimals $decimals:literal, $low:literal ..= $high:literal, schema($($schema:tt)*)) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, ToSchema)]
        #[schema($($schema)*)]
        pub struct $name($inner);

        impl $name {
            /// The lowest value.
            pub const LOWEST: Self = Self($low);
            /// The highest value.
            pub const HIGHEST: Self = Self($high);

            /// This many of its smallest unit; `None` outside the range.
            #[must_use]
            pub fn new(value: $inner) -> Option<Self> {
                ($low..=$high).contains(&value).then_some(Self(value))
            }

            /// How many of its smallest unit.
            #[must_use]
            pub fn get(self) -> $inner {
                self.0
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let unit = 10i64.pow($decimals);
                let value = i64::from(self.0);
                if value % unit == 0 { serializer.serialize_i64(value / unit) } else { serializer.serialize_f64(value as f64 / unit as f64) }
            }
        }

        impl FromNode for $name {
            fn from_node(node: &Node, reading: &mut Reading) -> Option<Self> {
                let value = fixed(node, $decimals, i64::from(<$inner>::from($low)), i64::from(<$inner>::from($high)), reading)?;
                <$inner>::try_from(value).ok().map(Self)
            }
        }
    };
}

quantity!(
    /// Hours a week, kept in tenths of an hour; a week has 168.
    Hours(u32), decimals 1, 0u32 ..= 1_680u32, schema(value_type = f64, minimum = 0, maximum = 168, example = 4.5)
);
quantity!(
    /// Hours a week of many tasks or people together, kept in tenths of an hour.
    TotalHours(u32), decimals 1, 0u32 ..= 1_000_000_000u32, schema(value_type = f64, minimum = 0, maximum = 100_000_000, example = 36.5)
);
quantity!(
    /// A distance that someone wants to travel, kept in metres and written in kilometres.
    TravelDistance(u32), decimals 3, 0u32 ..= 20_000_000u32, schema(value_type = f64, minimum = 0, maximum = 20_000, example = 15)
);
quantity!(
    /// How well someone masters a competence, or how well work asks it: 1 (starting) to 5 (teaching others).
    Level(u8), decimals 0, 1u8 ..= 5u8, schema(value_type = u8, minimum = 1, maximum = 5, example = 3)
);
quantity!(
    /// How many of something.
    Count(u32), decimals 0, 0u32 ..= 1_000_000u32, schema(value_type = u32, minimum = 0, maximum = 1_000_000, example = 2)
);
quantity!(
    /// How many places a package has: at least one.
    Capacity(u32), decimals 0, 1u32 ..= 100_000u32, schema(value_type = u32, minimum = 1, maximum = 100_000, example = 2)
);
quantity!(
    /// A number of days.
    Days(u32), decimals 0, 0u32 ..= 36_500u32, schema(value_type = u32, minimum = 0, maximum = 36_500, example = 28)
);
quantity!(
    /// For how many days something may wait: at least one.
    WaitingDays(u32), decimals 0, 1u32 ..= 90u32, schema(value_type = u32, minimum = 1, maximum = 90, example = 3)
);
quantity!(
    /// Basis points: 10 000 is the whole.
    BasisPoints(u32), decimals 0, 0u32 ..= 10_000u32, schema(value_type = u32, minimum = 0, maximum = 10_000, example = 6_000)
);
quantity!(
    /// Whole per cent.
    Percent(u32), decimals 0, 0u32 ..= 100u32, schema(value_type = u32, minimum = 0, maximum = 100, example = 30)
);
quantity!(
    /// An amount of money, kept in cents and written in euros.
    Euros(u32), decimals 2, 0u32 ..= 100_000_000u32, schema(value_type = f64, minimum = 0, maximum = 1_000_000, example = 2.5)
);

/// Tenths of an hour as people write hours.
#[must_use]
pub fn tenths(value: u32) -> String {
    if value.is_multiple_of(10) { (value / 10).to_string() } else { format!("{}.{}", value / 10, value % 10) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::read;

    #[test]
    fn reads_decimals_exactly() {
        assert_eq!(read::<Hours>("4.5").unwrap().get(), 45);
        assert_eq!(read::<Hours>("0.3").unwrap().get(), 3);
        assert_eq!(read::<Hours>("1.20e1").unwrap().get(), 120);
        assert_eq!(read::<Hours>("4.50").unwrap().get(), 45);
        assert_eq!(read::<Hours>("0e999999999999999999999").unwrap().get(), 0);
        assert_eq!(read::<TravelDistance>("2.125").unwrap().get(), 2_125);
    }

    #[test]
    fn names_what_is_wrong_with_a_number() {
        let code = |text| read::<Hours>(text).unwrap_err()[0].kind.code();
        assert_eq!(code("4.25"), "too_precise");
        assert_eq!(code("168.1"), "out_of_range");
        assert_eq!(code("-1"), "out_of_range");
        assert_eq!(code("1e400"), "out_of_range");
        assert_eq!(code("1e-400"), "too_precise");
        assert_eq!(code("99999999999999999999999999"), "out_of_range");
        assert_eq!(code("\"4\""), "wrong_type");
    }

    #[test]
    fn writes_what_it_reads() {
        for text in ["4", "4.5", "0", "168"] {
            assert_eq!(serde_json::to_string(&read::<Hours>(text).unwrap()).unwrap(), text);
        }
    }
}
