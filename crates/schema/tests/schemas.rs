//! The committed JSON Schemas are those of the types. `UPDATE_EXPECT=1` rewrites them.

use std::fs;
use std::path::Path;

#[test]
fn committed_schemas_are_current() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    for (name, schema) in mingjian_schema::json_schemas() {
        let path = folder.join(name);
        let current = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&path, &current).unwrap();
        }
        let committed = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(committed, current, "{name} is out of date: run the tests with UPDATE_EXPECT=1");
    }
}
