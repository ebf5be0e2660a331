#!/usr/bin/env bash
# Measures Mingjian beside what else could be used, and rewrites the run, the table and the picture.
#
#   benches/peers/run.sh [--seconds N] [--rounds N] [--core N] [--out FILE]
#                        [--mingjian PROGRAM] [--data FOLDER] [--work FOLDER]
#
# --seconds   a tool and set of texts (default 2)      --rounds  (default 5)
# --core      the core to run on (default: the last)   --out     (default: runs/latest.json)
# --mingjian  the program (default: built here)        --data    holds train/ and dev/ (default:
# --work      what is kept between calls                         ../shared/data beside the project)
#             (default: target/peers)
#
# With --out, the table and the picture are left alone.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=$(cd "$here/../.." && pwd)

seconds=2
rounds=5
core=$(($(nproc --all) - 1))
out=
mingjian=
data=$repository/../shared/data
work=$repository/target/peers

while (($#)); do
  case $1 in
    --help | -h)
      sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"
      exit 0
      ;;
    --seconds | --rounds | --core | --out | --mingjian | --data | --work)
      declare "${1#--}=${2:?$1 needs a value}"
      shift 2
      ;;
    *)
      echo "unknown option: $1 (see --help)" >&2
      exit 2
      ;;
  esac
done

if ! compgen -G "$data/train/*.jsonl" >/dev/null || ! compgen -G "$data/dev/*.jsonl" >/dev/null; then
  echo "no train/ and dev/ sets under $data: give --data" >&2
  exit 2
fi
data=$(cd "$data" && pwd)
mkdir -p "$work"
work=$(cd "$work" && pwd)

"$here/set_up.sh" "$work" "$data"
commit="unknown (program given)"
if [[ -z $mingjian ]]; then
  commit=$(git -C "$repository" rev-parse --short HEAD)
  cargo build --release --manifest-path "$repository/Cargo.toml"
  mingjian=${CARGO_TARGET_DIR:-$repository/target}/release/mingjian
fi

python=$work/python/bin/python
run=${out:-$here/runs/latest.json}
"$python" "$here/python/measure.py" --mingjian "$mingjian" --work "$work" --core "$core" \
  --seconds "$seconds" --rounds "$rounds" --out "$run" \
  --commit "$commit"
if [[ -z $out ]]; then
  "$python" "$here/python/report.py" "$run" "$here/README.md"
  "$python" "$here/python/chart.py" "$run" "$here/ratios.svg"
fi
