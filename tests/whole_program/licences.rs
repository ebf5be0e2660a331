//! What is linked may be used by anybody: permissive licences only, as `deny.toml` says.

use cargo_metadata::MetadataCommand;

use crate::project;

#[test]
fn every_dependency_offers_a_permissive_licence() {
    let deny = std::fs::read_to_string(project::root().join("deny.toml")).unwrap();
    let deny: toml::Table = deny.parse().unwrap();
    let allowed: Vec<&str> = deny["licenses"]["allow"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|licence| licence.as_str())
        .collect();
    let metadata = MetadataCommand::new()
        .manifest_path(project::root().join("Cargo.toml"))
        // Not offline: what only other platforms link is looked at too, and was never built here.
        .other_options(["--locked".to_owned()])
        .exec()
        .unwrap();
    let refused: Vec<String> = metadata
        .packages
        .iter()
        .filter(|package| !package.license.as_deref().is_some_and(|it| permits(it, &allowed)))
        .map(|package| format!("{} {:?}", package.name, package.license))
        .collect();
    assert!(refused.is_empty(), "{refused:?}");
}

/// Whether a licence expression can be met with the allowed licences. `/` is an old way to write
/// `OR`; brackets occur only around alternatives, so that they may be read as the outer level.
fn permits(expression: &str, allowed: &[&str]) -> bool {
    let expression = expression.replace('/', " OR ");
    expression.split(" AND ").all(|part| {
        part.trim_matches(['(', ')'])
            .split(" OR ")
            .any(|licence| allowed.contains(&licence.trim().trim_matches(['(', ')'])))
    })
}

#[test]
fn an_expression_needs_one_alternative_of_each_part() {
    let allowed = ["MIT", "Apache-2.0", "Unicode-3.0"];
    assert!(permits("MIT OR LGPL-2.1-or-later", &allowed));
    assert!(permits("MIT/Apache-2.0", &allowed));
    assert!(permits("(MIT OR Apache-2.0) AND Unicode-3.0", &allowed));
    assert!(!permits("MIT AND GPL-3.0", &allowed));
    assert!(!permits("GPL-2.0", &allowed));
}
