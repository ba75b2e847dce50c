//! Places on the map: the built-in list of towns and an imported table of postcodes, from which a place as told becomes a point.

use std::collections::{BTreeMap, HashMap};
use std::io::BufRead;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use raakvlak_domain::faults::FaultKind;
use raakvlak_domain::places::{Place, Point};

use crate::exchange::faults::{FileFaults, FolderFaults};
use crate::exchange::files::open_file;
use crate::exchange::tables::{Row, read_table};

const TOWN_COLUMNS: &[&str] = &["name", "alternatives", "province", "lat", "lon"];
const POSTCODE_COLUMNS: &[&str] = &["postcode", "lat", "lon", "municipality", "region"];

/// The list of towns that is built in (GeoNames, CC BY 4.0).
const BUILT_IN_TOWNS: &[u8] = include_bytes!("../data/places/towns.csv");

/// A town.
#[derive(Debug, Clone, PartialEq)]
pub struct Town {
    /// What it is called; a name that several towns have is followed by something between brackets.
    pub name: String,
    /// Other names.
    pub alternatives: Vec<String>,
    /// The province in which it lies.
    pub province: String,
    /// Its centre.
    pub point: Point,
}

/// A list of towns, found by name without regard to case.
#[derive(Debug, Clone, Default)]
pub struct Towns {
    towns: Vec<Town>,
    /// Towns by their own name, by another name, and by the name without what stands between brackets: the first that knows a name answers.
    by_name: [HashMap<String, Vec<usize>>; 3],
}

impl Towns {
    /// The towns that are built in, read once.
    #[must_use]
    pub fn built_in() -> &'static Arc<Self> {
        static TOWNS: OnceLock<Arc<Towns>> = OnceLock::new();
        TOWNS.get_or_init(|| Arc::new(Self::read(BUILT_IN_TOWNS, &mut FolderFaults::default())))
    }

    fn read(reader: impl BufRead, faults: &mut FolderFaults) -> Self {
        let mut towns = Self::default();
        read_table(reader, TOWN_COLUMNS, &mut FileFaults::new("towns.csv", faults), |row| {
            if let Some(town) = town(row) {
                towns.add(town);
            }
        });
        towns
    }

    fn add(&mut self, town: Town) {
        let at = self.towns.len();
        let bare = town.name.split_once(" (").map_or(town.name.as_str(), |(bare, _)| bare);
        let names = [vec![folded(&town.name)], town.alternatives.iter().map(|name| folded(name)).collect(), vec![folded(bare)]];
        for (known, names) in self.by_name.iter_mut().zip(names) {
            for name in names {
                known.entry(name).or_default().push(at);
            }
        }
        self.towns.push(town);
    }

    /// The towns, in the order of the list.
    #[must_use]
    pub fn all(&self) -> &[Town] {
        &self.towns
    }

    /// The town whose centre lies nearest to a point; of equals the first in the list.
    #[must_use]
    pub fn nearest(&self, point: Point) -> Option<&Town> {
        // Degrees east are shorter further north; only which is nearest counts, so that the earth can be flat here.
        let narrow = point.lat.to_radians().cos();
        let apart = |town: &Town| {
            let (north, east) = (town.point.lat - point.lat, (town.point.lon - point.lon) * narrow);
            north * north + east * east
        };
        self.towns.iter().min_by(|one, other| apart(one).total_cmp(&apart(other)))
    }

    /// The one town of this name.
    ///
    /// # Errors
    ///
    /// [`FaultKind::UnknownPlace`] when there is none, [`FaultKind::AmbiguousPlace`] with the full names when there are several.
    pub fn find(&self, name: &str) -> Result<&Town, FaultKind> {
        let key = folded(name);
        let found = self.by_name.iter().find_map(|known| known.get(&key)).map_or(&[][..], Vec::as_slice);
        let mut towns = found.iter().filter_map(|at| self.towns.get(*at));
        match (towns.next(), found.len()) {
            (Some(town), 1) => Ok(town),
            (Some(first), _) => {
                let candidates = std::iter::once(first).chain(towns).map(|town| town.name.clone()).collect();
                Err(FaultKind::AmbiguousPlace { name: name.to_owned(), candidates })
            }
            (None, _) => Err(FaultKind::UnknownPlace { name: name.to_owned() }),
        }
    }
}

fn town(row: &mut Row<'_>) -> Option<Town> {
    let name = row.id("name");
    let alternatives = row.list("alternatives");
    let province = row.text("province");
    let point = point(row);
    Some(Town { name: name?, alternatives: alternatives?, province: province?, point: point? })
}

fn point(row: &mut Row<'_>) -> Option<Point> {
    let lat = row.degrees("lat", 90);
    let lon = row.degrees("lon", 180);
    Some(Point { lat: lat?, lon: lon? })
}

/// A name as it is compared: without regard to case, outer spaces and the shape of an apostrophe.
fn folded(name: &str) -> String {
    name.trim().to_lowercase().replace(['\u{2018}', '\u{2019}', '`'], "'")
}

/// A postcode area.
#[derive(Debug, Clone, PartialEq)]
pub struct PostcodeArea {
    /// The four digits.
    pub postcode: String,
    /// Its centre.
    pub point: Point,
    /// The code of the municipality, possibly empty.
    pub municipality: String,
    /// The code of the labour-market region, possibly empty.
    pub region: String,
}

/// A table of postcode areas.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Postcodes {
    areas: BTreeMap<String, PostcodeArea>,
}

impl Postcodes {
    /// Reads a table with the columns `postcode,lat,lon,municipality,region`.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the file.
    pub fn read(path: &Path) -> Result<Self, FolderFaults> {
        let name = path.display().to_string();
        match open_file(path) {
            Ok(reader) => Self::read_from(&name, reader),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(FolderFaults::of_file(name, FaultKind::FileMissing)),
            Err(error) => Err(FolderFaults::of_file(name, FaultKind::Unreadable { reason: error.to_string() })),
        }
    }

    /// Reads such a table from its bytes; `name` stands in its faults.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn read_from(name: &str, reader: impl BufRead) -> Result<Self, FolderFaults> {
        let mut faults = FolderFaults::default();
        let mut postcodes = Self::default();
        read_table(reader, POSTCODE_COLUMNS, &mut FileFaults::new(name, &mut faults), |row| {
            let Some(area) = area(row) else { return };
            let id = area.postcode.clone();
            if postcodes.areas.insert(id.clone(), area).is_some() {
                row.refuse::<()>("postcode", FaultKind::Duplicate { id });
            }
        });
        faults.into_result().map(|()| postcodes)
    }

    /// A table of these areas; of areas with the same postcode the last counts.
    #[must_use]
    pub fn of(areas: impl IntoIterator<Item = PostcodeArea>) -> Self {
        Self { areas: areas.into_iter().map(|area| (area.postcode.clone(), area)).collect() }
    }

    /// The areas, by postcode.
    pub fn areas(&self) -> impl ExactSizeIterator<Item = &PostcodeArea> {
        self.areas.values()
    }

    /// The area with these four digits.
    #[must_use]
    pub fn get(&self, postcode: &str) -> Option<&PostcodeArea> {
        self.areas.get(postcode)
    }
}

fn area(row: &mut Row<'_>) -> Option<PostcodeArea> {
    let digits = row.raw("postcode").to_owned();
    let postcode = if digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0') {
        Some(digits)
    } else {
        row.refuse("postcode", FaultKind::OutOfRange { low: "1000".into(), high: "9999".into() })
    };
    let point = point(row);
    let municipality = row.text("municipality");
    let region = row.text("region");
    Some(PostcodeArea { postcode: postcode?, point: point?, municipality: municipality?, region: region? })
}

/// Every place that can be told, ready to become a point.
#[derive(Debug, Clone)]
pub struct Gazetteer {
    towns: Arc<Towns>,
    postcodes: Arc<Postcodes>,
}

impl Gazetteer {
    /// The built-in towns and no postcodes.
    #[must_use]
    pub fn built_in() -> Self {
        Self { towns: Arc::clone(Towns::built_in()), postcodes: Arc::default() }
    }

    /// The built-in towns and these postcodes.
    #[must_use]
    pub fn with_postcodes(postcodes: Postcodes) -> Self {
        Self { postcodes: Arc::new(postcodes), ..Self::built_in() }
    }

    /// The towns.
    #[must_use]
    pub fn towns(&self) -> &Towns {
        &self.towns
    }

    /// The postcodes.
    #[must_use]
    pub fn postcodes(&self) -> &Postcodes {
        &self.postcodes
    }

    /// The point at which a place lies.
    ///
    /// # Errors
    ///
    /// [`FaultKind::UnknownPlace`] when no table knows it, [`FaultKind::AmbiguousPlace`] when it can be several towns.
    pub fn point(&self, place: &Place) -> Result<Point, FaultKind> {
        match place {
            Place::Point(point) => Ok(*point),
            Place::Town { town } => self.towns.find(town.as_str()).map(|town| town.point),
            Place::Postcode { postcode } => match self.postcodes.get(postcode.as_str()) {
                Some(area) => Ok(area.point),
                None => Err(FaultKind::UnknownPlace { name: postcode.to_string() }),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_towns_have_no_faults() {
        let mut faults = FolderFaults::default();
        let towns = Towns::read(BUILT_IN_TOWNS, &mut faults);
        assert_eq!(faults.to_string(), "");
        assert!(towns.all().len() > 1_000);
        for town in towns.all() {
            assert_eq!(towns.find(&town.name).unwrap().name, town.name);
        }
    }

    #[test]
    fn finds_a_town_by_any_of_its_names() {
        let towns = Towns::built_in();
        let named = |name| towns.find(name).map(|town| town.name.clone());
        assert_eq!(named("zwolle"), Ok("Zwolle".into()));
        assert_eq!(named("  ZWOLLE "), Ok("Zwolle".into()));
        assert_eq!(named("\u{2019}s-Gravenhage"), Ok("Den Haag".into()));
        assert_eq!(named("Nergenshuizen"), Err(FaultKind::UnknownPlace { name: "Nergenshuizen".into() }));
    }

    #[test]
    fn a_point_lies_nearest_to_one_town() {
        let towns = Towns::built_in();
        let near = towns.nearest(Point { lat: 52.51, lon: 6.1 }).unwrap();
        assert_eq!((near.name.as_str(), near.province.as_str()), ("Zwolle", "Overijssel"));
        assert_eq!(Towns::default().nearest(near.point), None);
    }

    #[test]
    fn a_name_of_several_towns_asks_which() {
        let list = "name,alternatives,province,lat,lon\nLaren (Gld),,Gelderland,52.2,6.37\nLaren (NH),,Noord-Holland,52.25,5.23\n\
                    Beek (L),Beek,Limburg,50.9,5.8\nBeek (Gld),,Gelderland,51.8,5.9\n";
        let towns = Towns::read(list.as_bytes(), &mut FolderFaults::default());
        let candidates = vec!["Laren (Gld)".to_owned(), "Laren (NH)".to_owned()];
        assert_eq!(towns.find("Laren").unwrap_err(), FaultKind::AmbiguousPlace { name: "Laren".into(), candidates });
        assert_eq!(towns.find("laren (nh)").unwrap().province, "Noord-Holland");
        assert_eq!(towns.find("beek").unwrap().province, "Limburg");
    }

    #[test]
    fn reads_a_table_of_postcodes_with_all_its_faults() {
        let table = "postcode,lat,lon,municipality,region\n1012,52.37,4.9,GM0363,AM18\n";
        let postcodes = Postcodes::read_from("postcodes.csv", table.as_bytes()).unwrap();
        assert_eq!(postcodes.get("1012").map(|area| area.point.lat), Some(52.37));
        let faulty = format!("{table}1012,52,4,,\n0123,52,4,,\n1013,91,x,,\n1014,NaN,4,,\n");
        let faults = Postcodes::read_from("postcodes.csv", faulty.as_bytes()).unwrap_err();
        let found: Vec<_> = faults.faults.iter().map(|fault| (fault.line, fault.fault.pointer.as_str(), fault.fault.kind.code())).collect();
        let expected = [
            (3, "/postcode", "duplicate"),
            (4, "/postcode", "out_of_range"),
            (5, "/lat", "out_of_range"),
            (5, "/lon", "wrong_type"),
            (6, "/lat", "out_of_range"),
        ];
        assert_eq!(found, expected);
    }
}
