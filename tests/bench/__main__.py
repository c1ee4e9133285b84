"""Every benchmark, one after the other: ``python -m tests.bench [--full]`` (``make bench``).

Each runs in a process of its own, so that none pays for another's memory. Exit code 1 when a goal is missed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys

N_BARS = 500_000
N_BARS_FULL = 5_000_000


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help=f"{N_BARS_FULL:,} bars in the store instead of {N_BARS:,}")
    n_bars = N_BARS_FULL if parser.parse_args().full else N_BARS
    codes = []
    runs = (
        ("bench_store", "--bars", str(n_bars)),
        ("bench_formats", "--bars", str(n_bars)),
        ("bench_chart",),
        ("bench_studies", "--bars", str(n_bars)),
        ("bench_drawings", "--bars", str(n_bars)),
        ("bench_cells",),
        ("bench_start",),
        ("bench_commands",),
        ("bench_search",),
        ("bench_jobs",),
        ("bench_api",),
        ("bench_page",),
        ("bench_updates",),
        ("bench_indicators", "--bars", str(n_bars)),
        ("bench_palette",),
    )
    for module, *arguments in runs:
        sys.stdout.write(f"\n{module} {' '.join(arguments)}\n")
        sys.stdout.flush()
        command = [sys.executable, "-m", f"tests.bench.{module}", *arguments]
        codes.append(subprocess.run(command, check=False).returncode)
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
