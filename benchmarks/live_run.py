"""A run over a real table against a slow local model, watched in a real browser: events, calls, and frame times.

    python -m benchmarks.live_run TABLE.csv [--latency 0.05] [--concurrency 16] [--epochs 3]

The first column of the table is the input, the last one the target. The model is scripted: it answers with a label of
the table that gets right more often the longer the instruction is, and is reached over HTTP like any other.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import itertools
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.chromium import CHROMIUMS, FLAGS
from tests.fakes.openai_server import OpenAIServer, last_inputs, schema_of

PORT = 8377
HINT = "Look closely."
#: Collects the time between frames while the page is visible.
WATCH_FRAMES = """() => {
  window.frames_ = []; let last = performance.now();
  const tick = (now) => { window.frames_.push(now - last); last = now; requestAnimationFrame(tick); };
  requestAnimationFrame(tick);
  window.longTasks_ = [];
  new PerformanceObserver((list) => list.getEntries().forEach((e) => window.longTasks_.push(e.duration)))
    .observe({ entryTypes: ["longtask"] });
}"""


def main() -> None:
    options = read_options()
    with options.table.open(newline="") as file:
        header, *rows = list(csv.reader(file))
    respond = responder(header[0], {row[0].strip(): row[-1].strip() for row in rows})
    with tempfile.TemporaryDirectory() as folder, OpenAIServer(respond, latency=options.latency) as models:
        site = start_site(folder)
        try:
            with sync_playwright() as playwright:
                path = next(path for path in CHROMIUMS if os.path.exists(path))
                browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
                page = browser.new_page(viewport={"width": 1440, "height": 900})
                page.set_default_timeout(120_000)
                sign_in(page, Path(folder))
                prepare(page, options.table)
                watch(page, models, options, Path(folder))
                browser.close()
        finally:
            site.terminate()
            site.wait(timeout=20)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("table", type=Path)
    parser.add_argument("--latency", type=float, default=0.05, help="seconds before each answer")
    parser.add_argument("--concurrency", type=int, default=16)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--shot", type=Path, help="save a screenshot of the finished run here")
    return parser.parse_args()


def responder(field: str, answers: dict[str, str]) -> Any:
    labels = sorted(set(answers.values()))
    numbers = itertools.count(1)

    def respond(body: dict[str, Any]) -> str:
        properties = schema_of(body).get("properties", {})
        if "instructions" in properties:
            hints = json.dumps(body["messages"]).count(HINT)
            text = f"Read {{{{{field}}}}}.{f' {HINT}' * min(hints + 1, 6)} Wording {next(numbers)}."
            return json.dumps({"thinking": "More care helps.", "instructions": text})
        target = next(iter(properties))
        value = str(next(iter(last_inputs(body).values()))).strip()
        luck = int(hashlib.sha256(value.encode()).hexdigest(), 16) % 100
        hints = body["messages"][0]["content"].count(HINT)
        right = answers.get(value, labels[0])
        wrong = labels[(labels.index(right) + 1) % len(labels)]
        return json.dumps({target: right if luck < 50 + 7 * hints else wrong})

    return respond


def start_site(folder: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "OMEGAWEB_DATA_DIR": folder, "OMEGAWEB_PORT": str(PORT)}
    site = subprocess.Popen([sys.executable, "-m", "omegaweb.server"], env=environment, stdout=subprocess.DEVNULL)
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{PORT}/accounts/sign-in/", timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return site
    raise SystemExit("the site did not start")


def sign_in(page: Page, folder: Path) -> None:
    account = json.loads((folder / "first-sign-in.txt").read_text())
    page.goto(f"http://127.0.0.1:{PORT}/accounts/sign-in/")
    page.locator("[name=username]").fill(account["username"])
    page.locator("[name=password]").fill(account["password"])
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Upload a table").first.wait_for()


def prepare(page: Page, table: Path) -> None:
    page.get_by_role("link", name="Upload a table").first.click()
    page.locator("input[type=file]").set_input_files(table)
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("button", name="Save columns and split").click()
    page.get_by_role("link", name="New program").click()
    page.locator("#id_name").fill("Benchmark")
    page.get_by_role("button", name="Save program").click()
    page.get_by_role("link", name="Optimize").first.click()


def watch(page: Page, models: OpenAIServer, options: argparse.Namespace, folder: Path) -> None:
    page.locator("input[name=optimizer][value=omega]").check()
    page.locator("[name=task_model]").select_option("other")
    page.locator("[name=task_typed]").fill("openai/simulated")
    page.locator("summary", has_text="A server of your own").click()
    page.locator("[name=api_base]").fill(models.url)
    page.locator("summary", has_text="Advanced: training").click()
    page.locator("[name=epochs]").fill(str(options.epochs))
    page.locator("[name=concurrency]").fill(str(options.concurrency))
    page.locator("[name=budget_calls]").fill("")
    page.get_by_role("button", name="Launch run").first.click()
    page.wait_for_selector("body[data-live=connected]", state="attached")
    began, before = time.monotonic(), models.counts.calls
    page.evaluate(WATCH_FRAMES)
    page.locator("#run-state", has_text="Completed").wait_for(timeout=1_800_000)
    seconds = time.monotonic() - began
    frames = sorted(page.evaluate("window.frames_"))
    tasks = page.evaluate("window.longTasks_")
    if options.shot:
        page.screenshot(path=options.shot, full_page=True)
    report_run(folder, models, seconds, models.counts.calls - before, options)
    worst = max(tasks, default=0.0)
    print(f"frames: {len(frames)}, median {frames[len(frames) // 2]:.1f} ms, p99 {frames[-len(frames) // 100]:.1f} ms")
    print(f"longest frame {frames[-1]:.1f} ms, tasks over 50 ms: {len(tasks)}, longest {worst:.0f} ms")


def report_run(folder: Path, models: OpenAIServer, seconds: float, calls: int, options: argparse.Namespace) -> None:
    database = sqlite3.connect(folder / "omegaweb.sqlite3")
    state, last, counted = database.execute("select state, last_sequence, calls from runs_run").fetchone()
    sequences = [row[0] for row in database.execute("select sequence from runs_event order by sequence")]
    candidates = database.execute("select count(*) from runs_candidate").fetchone()[0]
    failed = database.execute("select count(*) from runs_samplescore where error <> ''").fetchone()[0]
    gaps = [number for number, sequence in enumerate(sequences, start=1) if number != sequence]
    print(f"state {state}; {candidates} candidates; failed samples {failed}")
    print(f"events {len(sequences)}, last number {last}, gaps {len(gaps)}")
    print(f"calls counted by the run {counted}, by the model server {models.counts.calls}")
    ideal = calls * options.latency / options.concurrency
    print(f"while watched: {calls} calls in {seconds:.1f} s; all latency ÷ concurrency would be {ideal:.1f} s")


if __name__ == "__main__":
    main()
