//! Places told as a point, a postcode or a town lead to the same match.

use raakvlak_service::exchange::{Folder, Matching, threads};
use raakvlak_service::places::{Gazetteer, Postcodes};

use crate::folders::Given;

const PACKAGE: &str = r#"{"id":"p","organisation":"o","purpose":"w","title":"t","tasks":[{"id":"t","hours":4}],"hours":{"min":2,"max":8},"work_form":"volunteering","place":PLACE}"#;

fn near(place: &str) -> String {
    let expert = r#"{"id":"e","wants_to_be_matched":true,"travel_km":10,"place":{"lat":52.51,"lon":6.09}}"#;
    let given = Given::files(&[("packages.jsonl", PACKAGE.replace("PLACE", place).as_str()), ("experts.jsonl", expert)]);
    let table = "postcode,lat,lon,municipality,region\n8011,52.51,6.09,,\n";
    let gazetteer = Gazetteer::with_postcodes(Postcodes::read_from("postcodes.csv", table.as_bytes()).unwrap());
    let folder = Folder::read(given.path(), &gazetteer).unwrap();
    let threads = threads::pool(Some(1)).unwrap();
    let as_of = raakvlak_domain::calendar::Date::parse("2026-11-23").unwrap();
    let matching = Matching::new(&folder, &gazetteer, Default::default(), as_of, &threads).unwrap();
    serde_json::to_string(&matching.package("p").unwrap().unwrap()).unwrap()
}

#[test]
fn a_place_is_the_same_however_it_is_told() {
    let by_point = near(r#"{"lat":52.51,"lon":6.09}"#);
    assert!(by_point.contains(r#""proximity":"#), "{by_point}");
    assert_eq!(near(r#"{"postcode":"8011"}"#), by_point);
    assert!(near(r#"{"town":"zwolle"}"#).contains(r#""proximity":"#));
    assert!(near(r#"{"town":"Maastricht"}"#).contains(r#""gate":"distance""#));
}
