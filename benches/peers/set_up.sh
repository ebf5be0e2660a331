#!/usr/bin/env bash
# Installs and builds the tools, trains the models that need it, writes the texts: set_up.sh WORK DATA
#
# A step is done again only when what it depends on has changed.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=$(cd "$here/../.." && pwd)
work=$1
data=$2
python=$work/python/bin/python
train=("$data"/train/*.jsonl "$repository/models/data/train.jsonl")

say() { printf '%s\n' "$*" >&2; }

# once NAME FILE… -- COMMAND…: runs the command unless it has run on these very files.
once() {
  local name=$1 files=() stamp
  shift
  while [[ $1 != -- ]]; do
    files+=("$1")
    shift
  done
  shift
  stamp=$(cat "${files[@]}" | sha256sum)
  if [[ -f $work/$name.done && $(<"$work/$name.done") == "$stamp" ]]; then
    return
  fi
  say "set-up: $name"
  "$@"
  printf '%s\n' "$stamp" >"$work/$name.done"
}

install_python() {
  python3 -m venv --clear "$work/python"
  "$python" -m pip install --quiet --requirement "$here/requirements.txt"
}

build_rust() {
  CARGO_TARGET_DIR=$work/rust cargo build --quiet --release --locked \
    --manifest-path "$here/rust/Cargo.toml"
}

build_java() {
  mvn --quiet --batch-mode --file "$here/java/pom.xml" -Dwork="$work/java" process-classes
}

mkdir -p "$work"
scripts=$here/python
once python "$here/requirements.txt" -- install_python
once rust "$here"/rust/Cargo.* "$here"/rust/src/*.rs -- build_rust
if command -v java >/dev/null && command -v mvn >/dev/null; then
  once java "$here/java/pom.xml" "$here"/java/src/main/java/mingjian/peers/*.java -- build_java
else
  say "left out: houbb/sensitive-word needs a JDK and Maven"
fi
once texts "$data"/dev/*.jsonl "$repository"/crates/lexicon/rules/*.toml "$scripts"/{texts,labelled}.py -- \
  "$python" "$scripts/texts.py" "$data/dev" "$repository/crates/lexicon/rules" "$work/texts"
once encoder "$repository/models/encoder/encoder.onnx" "$scripts/batched_encoder.py" -- \
  "$python" "$scripts/batched_encoder.py" "$repository/models/encoder/encoder.onnx" "$work/batched.onnx"
once fasttext "${train[@]}" "$scripts"/{train_fasttext,labelled,words}.py -- \
  "$python" "$scripts/train_fasttext.py" "$work/fasttext" "${train[@]}"
once sklearn "${train[@]}" "$scripts"/{train_sklearn,labelled,words}.py -- \
  "$python" "$scripts/train_sklearn.py" "$work/sklearn.joblib" "${train[@]}"
