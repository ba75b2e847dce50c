//! What a person shows to nobody, kept out of whatever tells others why they fit: explanations and near misses.

use raakvlak_domain::experts::{Audience, Expert, FieldGroup};
use raakvlak_engine::gates::Gate;
use serde_json::{Value, json};

/// Takes out of an explanation, written as the engine writes it, what the person shows to nobody and whom they avoid: for every reader but the person.
/// That a limit keeps them apart still shows in `eligible`; which one it is, the person tells or not.
pub(crate) fn hide_from_others(explanation: &mut Value, expert: &Expert) {
    for group in FieldGroup::ALL.iter().filter(|group| is_hidden(expert, **group)) {
        hide_group(explanation, *group);
    }
    let hidden = hidden_gates(expert);
    if let Some(gates) = explanation.get_mut("gates").and_then(Value::as_array_mut) {
        gates.retain(|gate| !hidden.iter().any(|hidden| gate.get("gate").and_then(Value::as_str) == Some(hidden.as_str())));
    }
}

/// The gates that would tell what the person shows to nobody, and the one that tells whom they avoid.
pub(crate) fn hidden_gates(expert: &Expert) -> Vec<Gate> {
    let told_by = |group| match group {
        FieldGroup::Limits => &[Gate::NoGo, Gate::Adaptation][..],
        FieldGroup::Competences => &[Gate::Essential],
        FieldGroup::Documents => &[Gate::Document],
        FieldGroup::Contact | FieldGroup::Story | FieldGroup::Experience | FieldGroup::Income => &[],
    };
    let groups = FieldGroup::ALL.iter().filter(|group| is_hidden(expert, **group));
    std::iter::once(Gate::Avoided).chain(groups.flat_map(|group| told_by(*group).iter().copied())).collect()
}

fn is_hidden(expert: &Expert, group: FieldGroup) -> bool {
    expert.disclosure.audience(group) == Audience::Nobody
}

fn hide_group(explanation: &mut Value, group: FieldGroup) {
    match group {
        FieldGroup::Limits => empty(explanation, &["/energy", "/comfort/disliked", "/comfort/helpful"]),
        FieldGroup::Experience => empty(explanation, &["/experience/shared", "/experience/others"]),
        FieldGroup::Documents => empty(explanation, &["/to_obtain"]),
        FieldGroup::Competences => {
            empty(explanation, &["/development/wishes"]);
            let tasks = explanation.get_mut("tasks").and_then(Value::as_array_mut).into_iter().flatten();
            let requirements = tasks.filter_map(|task| task.get_mut("requirements")?.as_array_mut()).flatten();
            for answered in requirements.filter_map(|requirement| requirement.get_mut("answered")) {
                *answered = Value::Null;
            }
        }
        FieldGroup::Contact | FieldGroup::Story | FieldGroup::Income => {}
    }
}

fn empty(explanation: &mut Value, lists: &[&str]) {
    for list in lists {
        if let Some(list) = explanation.pointer_mut(list) {
            *list = json!([]);
        }
    }
}
