//! The program as its users see it: commands, files, topics and exit codes, nothing inside.

#![forbid(unsafe_code)]
// Helpers are tests too; the lint's own exception covers functions marked as tests only.
#![allow(clippy::unwrap_used)]
#![allow(clippy::print_stderr, reason = "a test says what it leaves out, and what it measured")]

mod architecture;
mod bad_input;
mod bench;
mod corpus;
mod demo;
mod deploy;
mod dev_sets;
mod evaluate;
mod evaluation_page;
mod evidence;
mod explain;
mod faults;
mod jsonl;
mod kafka;
mod licences;
mod model_folder;
mod near_duplicate;
mod neutrality;
mod pipes;
mod program;
mod project;
mod replay;
mod short;
mod tidy;
mod train;
mod untouched;
mod validate;
