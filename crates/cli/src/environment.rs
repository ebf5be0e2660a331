//! `${NAME}` in the strings of a configuration: what differs from instance to instance, and what is
//! secret, comes from the environment, so that one file serves all instances.

use anyhow::{Result, bail};
use toml::{Table, Value};

/// Whether a configuration takes anything from the environment.
pub(crate) fn is_asked_by(text: &str) -> bool {
    text.contains("${")
}

/// The configuration with the environment's values in their places. `$${` stands for `${` itself.
///
/// # Errors
/// A variable that is not set, with the key that asks for it. Values are never part of an error.
pub(crate) fn filled(text: &str, variable: impl Fn(&str) -> Option<String>) -> Result<Table> {
    let mut table: Table = toml::from_str(text)?;
    for (key, value) in &mut table {
        fill(key, value, &variable)?;
    }
    Ok(table)
}

fn fill(key: &str, value: &mut Value, variable: &impl Fn(&str) -> Option<String>) -> Result<()> {
    match value {
        Value::String(text) => *text = replaced(key, text, variable)?,
        Value::Array(items) => {
            for item in items {
                fill(key, item, variable)?;
            }
        }
        Value::Table(table) => {
            for (name, inner) in table {
                fill(&format!("{key}.{name}"), inner, variable)?;
            }
        }
        _ => {}
    }
    Ok(())
}

fn replaced(key: &str, text: &str, variable: &impl Fn(&str) -> Option<String>) -> Result<String> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let (before, from) = rest.split_at(start);
        if let Some(before) = before.strip_suffix('$') {
            filled.push_str(before);
            filled.push_str("${");
            rest = &from[2..];
            continue;
        }
        let Some(end) = from.find('}') else { bail!("{key}: `${{` without `}}`") };
        let name = &from[2..end];
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        {
            bail!("{key}: `${{…}}` holds no name of a variable; write `$${{` for the characters");
        }
        let Some(value) = variable(name) else {
            bail!("{key}: the environment variable {name} is not set");
        };
        filled.push_str(before);
        filled.push_str(&value);
        rest = &from[end + 1..];
    }
    filled.push_str(rest);
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill_in(text: &str) -> Result<String, String> {
        let variable = |name: &str| (name == "POD").then(|| "mingjian-3".to_owned());
        let table = filled(&format!("[a]\nb = ['{text}']"), variable);
        let value = table.map_err(|error| error.to_string())?["a"]["b"][0].clone();
        Ok(value.as_str().unwrap().to_owned())
    }

    #[test]
    fn names_become_values() {
        let check = |text, expected: &str| assert_eq!(fill_in(text).as_deref(), Ok(expected));
        check("plain $ {text}", "plain $ {text}");
        check("${POD}", "mingjian-3");
        check("明-${POD}-${POD}!", "明-mingjian-3-mingjian-3!");
        check("$${POD}", "${POD}");
        check("a$${b${POD}", "a${bmingjian-3");
    }

    #[test]
    fn what_cannot_be_filled_is_named() {
        let check = |text, expected: &str| {
            let said = fill_in(text).unwrap_err();
            assert!(said.contains(expected), "{said}");
        };
        check("${OTHER}", "a.b: the environment variable OTHER is not set");
        check("${POD", "a.b: `${` without `}`");
        check("${}", "no name of a variable");
        check("${a b}", "no name of a variable");
    }

    #[test]
    fn a_value_is_taken_as_it_is() {
        let variable = |_: &str| Some("'\"\n[x]\n${POD}".to_owned());
        let table = filled("a = '${A}'", variable).unwrap();
        assert_eq!(table["a"].as_str(), Some("'\"\n[x]\n${POD}"));
    }
}
