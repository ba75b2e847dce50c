//! Places: a point, a four-digit postcode area or a town; never an address.

use serde::Serialize;
use utoipa::ToSchema;

use crate::faults::FaultKind;
use crate::json::Node;
use crate::reading::{FromNode, Reading, field, pairs};
use crate::texts::Line;

/// A point on the earth in degrees (WGS 84).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Point {
    /// Degrees north, -90 to 90.
    pub lat: f64,
    /// Degrees east, -180 to 180.
    pub lon: f64,
}

/// A place as someone told it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Place {
    /// A point.
    Point(Point),
    /// A postcode area.
    Postcode {
        /// The four digits of a Dutch postcode.
        postcode: Line,
    },
    /// A town by its name.
    Town {
        /// The name, as in the list of places.
        town: Line,
    },
}

/// A number of degrees within a bound.
struct Degrees<const BOUND: i16>(f64);

impl<const BOUND: i16> FromNode for Degrees<BOUND> {
    fn from_node(node: &Node, reading: &mut Reading) -> Option<Self> {
        let Node::Number(text) = node else {
            reading.fault(FaultKind::WrongType { expected: "a number", found: node.type_name() });
            return None;
        };
        match text.parse::<f64>() {
            Ok(value) if value.abs() <= f64::from(BOUND) => Some(Self(value)),
            _ => {
                reading.fault(FaultKind::OutOfRange { low: (-BOUND).to_string(), high: BOUND.to_string() });
                None
            }
        }
    }
}

impl FromNode for Place {
    fn from_node(node: &Node, reading: &mut Reading) -> Option<Self> {
        let pairs = pairs(node, &["lat", "lon", "postcode", "town"], reading)?;
        let told = |key: &str| pairs.iter().any(|(known, value)| known == key && *value != Node::Null);
        match (told("lat") || told("lon"), told("postcode"), told("town")) {
            (true, false, false) => {
                let lat = field::<Degrees<90>>(pairs, "lat", None, reading);
                let lon = field::<Degrees<180>>(pairs, "lon", None, reading);
                Some(Self::Point(Point { lat: lat?.0, lon: lon?.0 }))
            }
            (false, true, false) => field(pairs, "postcode", None, reading).map(|postcode| Self::Postcode { postcode }),
            (false, false, true) => field(pairs, "town", None, reading).map(|town| Self::Town { town }),
            _ => {
                reading.fault(FaultKind::ExactlyOne { of: &["lat and lon", "postcode", "town"] });
                None
            }
        }
    }
}
