"""How long `import optimizer_core` takes, in a process of its own each time.

python -m benchmarks.importing
"""

from __future__ import annotations

import statistics
import subprocess
import sys

REPEATS = 9
_TIMED = "import time; t = time.perf_counter(); import optimizer_core; print(time.perf_counter() - t)"


def main() -> None:
    seconds = [seconds_to_import() for _ in range(REPEATS)]
    least, middle, most = min(seconds), statistics.median(seconds), max(seconds)
    print(f"import optimizer_core: median {middle:.3f} s ({least:.3f}–{most:.3f}, n = {REPEATS})")


def seconds_to_import() -> float:
    done = subprocess.run([sys.executable, "-c", _TIMED], capture_output=True, text=True, check=True)
    return float(done.stdout)


if __name__ == "__main__":
    main()
