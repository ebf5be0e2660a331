"""What the figures were taken on; nothing that names the machine."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from pathlib import Path


def describe() -> dict[str, object]:
    processor = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    memory = re.search(r"MemTotal:\s*(\d+) kB", Path("/proc/meminfo").read_text())
    return {
        "processor": processor[1] if processor else "unknown",
        "cores": os.cpu_count(),
        "memory_gib": round(int(memory[1]) / 2**20, 1) if memory else None,
        "rustc": first_line("rustc", "--version"),
        "python": platform.python_version(),
        "java": first_line("java", "-version"),
    }


def load() -> float:
    """Processes that want a core, in the last minute; 1 is what the measurement itself wants."""
    return round(os.getloadavg()[0], 2)


def first_line(*command: str) -> str | None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return (done.stdout or done.stderr).splitlines()[0]
