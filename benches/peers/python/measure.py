"""Runs all tools in turn, round after round, and writes every run as JSON."""

from __future__ import annotations

import argparse
import datetime
import json
import os
import subprocess
import sys
from pathlib import Path

import machine
import mingjian
import peers

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS")

Results = dict[str, dict[str, float]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mingjian", required=True)
    parser.add_argument("--commit", default="unknown", help="what the program was built from")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--core", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()

    texts = options.work / "texts"
    pinned = ["taskset", "-c", str(options.core)]
    os.environ.update(dict.fromkeys(THREADS, "1"))
    ours, others = mingjian.both(options.mingjian), peers.all_of(options.work)
    tools: list[mingjian.Mingjian | peers.Peer] = [*ours, *others]
    load_before = machine.load()
    runs = []
    for turn in range(options.rounds):
        # Short runs of slow tools see another stretch of the texts in each round.
        start = turn / options.rounds
        for tool in tools:
            if isinstance(tool, mingjian.Mingjian):
                results = tool.measure(pinned, texts, options.seconds, start)
            else:
                results = run(tool, pinned, texts, options.seconds, start)
            add_rates(results)
            runs.append({"round": turn + 1, "tool": tool.key, **results})
            show(turn + 1, tool.name, results)
    report = {
        "taken": datetime.date.today().isoformat(),
        "commit": options.commit,
        "machine": machine.describe(),
        "load": {"before": load_before, "after": machine.load()},
        "settings": {"seconds": options.seconds, "rounds": options.rounds},
        "texts": json.loads((texts / "about.json").read_text(encoding="utf-8")),
        "tools": [
            {"key": tool.key, "name": tool.name, "does": tool.does, "version": tool.version}
            for tool in tools
        ],
        "runs": runs,
    }
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(
        json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )


def run(peer: peers.Peer, pinned: list[str], texts: Path, seconds: float, start: float) -> Results:
    settings = [str(texts), str(seconds), str(peer.warm_up), str(start)]
    command = [*pinned, *peer.before, *settings, *peer.after]
    results: Results = json.loads(subprocess.check_output(command, text=True))
    return results


def add_rates(results: Results) -> None:
    for result in results.values():
        result["per_second"] = round(result["posts"] / result["seconds"], 1)


def show(turn: int, name: str, results: Results) -> None:
    rates = "  ".join(
        f"{result['per_second']:>12,.0f} {kind}/s" for kind, result in results.items()
    )
    print(f"round {turn}  {name:<30}{rates}", file=sys.stderr)


main()
