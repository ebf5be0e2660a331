//! The image's file tree, and the program in it.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::tools::{deploy, passes, read};
use crate::program::{self, Finished};

/// The user that the image runs as.
const USER: &str = "65532:65532";
/// Bytes; the whole of it, with a program that is not optimised for size.
const LARGEST_IMAGE: u64 = 150 << 20;

#[test]
fn the_program_runs_in_a_tree_that_holds_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    build(&root);

    let version = inside(&root, &["--version"]).succeeded();
    assert_eq!(version.out.trim(), format!("mingjian {}", env!("CARGO_PKG_VERSION")));
    // Kafka's client and TLS start up, and nothing is written anywhere: the user may not.
    let report: Value = inside(&root, &["serve", "--demo", "--json"]).json();
    assert_eq!(report["read"], 300, "{report}");
    assert_eq!(report["drained"], true);

    let mut bytes = 0;
    let mut programs = Vec::new();
    walk(&root, &mut |file| {
        bytes += file.metadata().unwrap().len();
        if file.parent().is_some_and(|folder| folder.ends_with("bin")) {
            programs.push(file.file_name().unwrap().to_str().unwrap().to_owned());
        }
    });
    assert_eq!(programs, ["mingjian"], "a shell or a tool is in the image");
    assert!(bytes < LARGEST_IMAGE, "{bytes} bytes");
}

#[test]
fn what_cannot_be_assembled_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let script = || Command::new(deploy("container/build-root.sh"));
    let code = |call: &mut Command| call.output().unwrap().status.code();
    assert_eq!(code(&mut script()), Some(2));
    let nothing = folder.path().join("nothing");
    let mut no_program = script();
    no_program.arg("--program").arg(&nothing).arg("--out").arg(folder.path().join("root"));
    assert_eq!(code(&mut no_program), Some(1));
    std::fs::write(folder.path().join("file"), "").unwrap();
    let mut taken = script();
    taken.arg("--program").arg(program::path()).arg("--out").arg(folder.path());
    assert_eq!(code(&mut taken), Some(1));
}

#[test]
fn the_image_is_that_tree_and_its_user_is_not_root() {
    let text = read("container/Containerfile");
    let last = text.rsplit("\nFROM ").next().unwrap();
    assert!(last.starts_with("scratch\n"), "{last}");
    assert!(last.contains("COPY --from=build /root-tree /\n"));
    assert!(last.contains(&format!("USER {USER}\n")));
    assert!(last.contains("ENTRYPOINT [\"/usr/bin/mingjian\"]"));
    assert!(text.contains("build-root.sh --program target/dist/mingjian --out /root-tree"));
}

fn build(root: &Path) {
    let mut script = Command::new(deploy("container/build-root.sh"));
    passes(script.arg("--program").arg(program::path()).arg("--out").arg(root));
}

/// Runs the program with this tree as its root, as the image's user if we may choose one.
fn inside(root: &Path, arguments: &[&str]) -> Finished {
    let is_root = passes(Command::new("id").arg("-u")).trim() == "0";
    let mut call = if is_root {
        let mut call = Command::new("chroot");
        call.arg(format!("--userspec={USER}"));
        call
    } else {
        let mut call = Command::new("unshare");
        call.args(["--map-root-user", "chroot"]);
        call
    };
    call.arg(root).arg("/usr/bin/mingjian").args(arguments);
    call.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    Finished::new(call.output().unwrap())
}

fn walk(folder: &Path, visit: &mut impl FnMut(&Path)) {
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.is_symlink() {
            continue;
        }
        if path.is_dir() {
            walk(&path, visit);
        } else {
            visit(&path);
        }
    }
}
