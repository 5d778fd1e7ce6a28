"""Measures the pages of a region under many readers: time to answer, errors, memory of the server.

Each reader opens a page, reads it for a moment, follows to another, as people do; times are taken by
the reader, so that they hold what the network and the queue add to the server's own time. For a country and people
signed in: `scripts/bench pages --national`, benches/pays.py.
"""

import argparse
import html
import http.client
import json
import random
import re
import shutil
import socket
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

P95_LIMIT = 0.050
MEMORY_LIMIT = 300 * 1024**2
LINK = re.compile(r'href="(/[^"#]*)"')
# Downloads are not pages.
SKIPPED = re.compile(r"\.(xlsx|csv|css|js|svg)(\?|$)|/(telecharger|rejets)")


def note(text):
    print(f"# {text}", file=sys.stderr, flush=True)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def start_server(options, data):
    port = free_port()
    process = subprocess.Popen([options.binary, "servir", "--donnees", data, "--adresse", f"127.0.0.1:{port}"],
                               stderr=subprocess.DEVNULL)
    for _ in range(6000):
        try:
            fetch(port, "/")
            return process, port
        except OSError:
            if process.poll() is not None:
                sys.exit(f"the server ended with status {process.returncode}")
            time.sleep(0.1)
    sys.exit("the server does not answer")


def fetch(port, path, connection=None):
    own = connection or http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    start = time.perf_counter()
    own.request("GET", path)
    answer = own.getresponse()
    body = answer.read()
    return answer.status, time.perf_counter() - start, body.decode("utf-8", "replace")


def discover(port, count, seed):
    """Pages reached from the home page by its links, breadth first, a sample of each kind."""
    rng = random.Random(seed)
    found, waiting = ["/"], ["/"]
    while waiting and len(found) < count:
        status, _, body = fetch(port, waiting.pop(0))
        if status != 200:
            sys.exit(f"status {status} while discovering pages")
        links = {html.unescape(link) for link in LINK.findall(body)}
        links = sorted(link for link in links if not SKIPPED.search(link) and link not in found)
        for link in rng.sample(links, min(12, len(links))):
            found.append(link)
            waiting.append(link)
    return found[:count]


def resident(process):
    """Resident bytes now, and at most since the start."""
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    value = lambda name: int(re.search(rf"{name}:\s+(\d+) kB", status).group(1)) * 1024
    return value("VmRSS"), value("VmHWM")


def read_pages(options, port, pages):
    """Every reader's times, by page, and how many answers were not 200."""
    times, failures, lock = [], [], threading.Lock()
    end = time.monotonic() + options.seconds

    def reader(rank):
        rng = random.Random(rank)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        own, wrong = [], []
        while time.monotonic() < end:
            page = rng.choice(pages)
            try:
                status, seconds, _ = fetch(port, page, connection)
            except (OSError, http.client.HTTPException) as error:
                wrong.append((page, str(error)))
                connection.close()
                continue
            own.append((seconds, page))
            if status != 200:
                wrong.append((page, str(status)))
            time.sleep(rng.uniform(0, 2 * options.pause))
        with lock:
            times.extend(own)
            failures.extend(wrong)

    threads = [threading.Thread(target=reader, args=(rank,)) for rank in range(options.readers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, failures


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", type=Path, required=True, help="the release build of mallette")
    parser.add_argument("--folder", type=Path, required=True, help="where the data go")
    parser.add_argument("--structures", type=int, default=61)
    parser.add_argument("--dossiers", type=int, default=400_000)
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--pause", type=float, default=0.5, help="mean seconds between two pages of a reader")
    parser.add_argument("--pages", type=int, default=150, help="pages read, found by following links")
    parser.add_argument("--keep", action="store_true", help="leave the data in place, and use those left")
    options = parser.parse_args()
    folder = options.folder / f"pages-{options.structures}x{options.dossiers}"
    data = folder / "donnees"
    if not (options.keep and data.exists()):
        shutil.rmtree(folder, ignore_errors=True)
        note("generating")
        subprocess.run([options.binary, "generer", "--sortie", folder / "csv", "--structures", str(options.structures),
                        "--dossiers", str(options.dossiers), "--graine", "1"], check=True, stdout=subprocess.DEVNULL)
        note("importing")
        subprocess.run([options.binary, "importer", folder / "csv", "--donnees", data, "--format", "json"],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        shutil.rmtree(folder / "csv")
    note("computing what pages show, then serving")
    # What is computed at the first start is not what a server that runs takes.
    process, port = start_server(options, data)
    process.terminate()
    process.wait()
    process, port = start_server(options, data)
    try:
        pages = discover(port, options.pages, 1)
        note(f"{options.readers} readers over {len(pages)} pages for {options.seconds:.0f} s")
        times, failures = read_pages(options, port, pages)
        now, peak = resident(process)
    finally:
        process.terminate()
        process.wait()
    if not options.keep:
        shutil.rmtree(folder)
    seconds = sorted(taken for taken, _ in times)
    at = lambda share: seconds[min(len(seconds) - 1, int(share * len(seconds)))]
    print(f"\n{options.structures} centres, {options.dossiers} dossiers, {options.readers} readers, "
          f"{len(seconds)} pages read, {len(failures)} failures\n")
    for label, value, target in [
        ("median ÷ 50 ms", statistics.median(seconds) / P95_LIMIT, ""),
        ("p95 ÷ 50 ms", at(0.95) / P95_LIMIT, "under 1.00"),
        ("p99 ÷ 50 ms", at(0.99) / P95_LIMIT, ""),
        ("resident memory ÷ 300 MB", now / MEMORY_LIMIT, "under 1.00"),
        ("peak memory ÷ 300 MB", peak / MEMORY_LIMIT, ""),
    ]:
        print(f"{label:<40} {value:>7.2f}   {target}")
    print("\nSlowest pages:")
    for taken, page in sorted(times, reverse=True)[:5]:
        print(f"  {taken / P95_LIMIT:.2f} × 50 ms  {page}")
    for page, why in failures[:5]:
        print(f"  failure: {page}: {why}")
    (options.folder / "pages.json").write_text(json.dumps({"p95": at(0.95), "p99": at(0.99), "resident": now}))
    sys.exit(0 if at(0.95) < P95_LIMIT and now < MEMORY_LIMIT and not failures else 1)


if __name__ == "__main__":
    main()
