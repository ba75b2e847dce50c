//! Where two answers differ, said so that a reader can look it up: the path, and both values.

use serde_json::Value;

/// The first place where `right` differs from `left` in value (the order of keys does not count), or nothing.
pub(crate) fn first_difference(left: &Value, right: &Value) -> Option<String> {
    difference_at("", left, right)
}

fn difference_at(path: &str, left: &Value, right: &Value) -> Option<String> {
    match (left, right) {
        (Value::Object(one), Value::Object(other)) => {
            let keys = one.keys().chain(other.keys().filter(|key| !one.contains_key(*key)));
            keys.into_iter().find_map(|key| part(&format!("{path}.{key}"), one.get(key), other.get(key)))
        }
        (Value::Array(one), Value::Array(other)) => {
            (0..one.len().max(other.len())).find_map(|index| part(&labelled(path, index, left), one.get(index), other.get(index)))
        }
        _ => (left != right).then(|| format!("{path}: {left} against {right}")),
    }
}

fn part(path: &str, left: Option<&Value>, right: Option<&Value>) -> Option<String> {
    match (left, right) {
        (Some(left), Some(right)) => difference_at(path, left, right),
        (Some(left), None) => Some(format!("{path}: {left} against nothing")),
        (None, Some(right)) => Some(format!("{path}: nothing against {right}")),
        (None, None) => None,
    }
}

/// The index of an element, with the name of the expert, package, gate or detail that stands there.
fn labelled(path: &str, index: usize, array: &Value) -> String {
    let element = &array[index];
    let name = ["expert", "package", "gate", "detail"].iter().find_map(|key| element.get(key)?.as_str());
    name.map_or_else(|| format!("{path}[{index}]"), |name| format!("{path}[{index} = {name}]"))
}

/// The first package or person of two JSON lines where they differ: in value, else in the order of keys or the form of a number.
pub(crate) fn line_difference(left: &str, right: &str) -> Option<String> {
    if left == right {
        return None;
    }
    let parsed = (serde_json::from_str::<Value>(left), serde_json::from_str::<Value>(right));
    let (Ok(one), Ok(other)) = parsed else { return Some(format!("not JSON: {left} against {right}")) };
    let common = left.chars().zip(right.chars()).take_while(|(one, other)| one == other).count();
    let from = common.saturating_sub(60);
    let excerpt = |line: &str| line.chars().skip(from).take(120).collect::<String>();
    let form = || format!("the same values, written differently: …{}… against …{}…", excerpt(left), excerpt(right));
    Some(first_difference(&one, &other).unwrap_or_else(form))
}

#[test]
fn a_difference_names_the_place_and_both_values() {
    let one = serde_json::json!({"shortlist": [{"expert": "e-1", "score": 3}], "eligible": 1});
    let other = serde_json::json!({"eligible": 1, "shortlist": [{"expert": "e-1", "score": 4}]});
    assert_eq!(first_difference(&one, &other).unwrap(), ".shortlist[0 = e-1].score: 3 against 4");
    assert_eq!(first_difference(&one, &one), None);
    assert_eq!(line_difference(r#"{"a":1,"b":2}"#, r#"{"a":1,"b":2}"#), None);
    assert!(line_difference(r#"{"a":1,"b":2}"#, r#"{"b":2,"a":1}"#).unwrap().contains("written differently"));
}
