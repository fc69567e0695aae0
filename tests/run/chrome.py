#!/usr/bin/python3
"""Opens what kdump-u --chrome prints in a browser without a screen: a page parses
it and lays it out as a viewer does, and what it counts is what --json says.

usage: chrome.py PAGE KTRACE-U KDUMP-U
"""

import html
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def must(condition, *what):
    if not condition:
        sys.exit("chrome: " + " ".join(str(part) for part in what))


def record(ktrace, folder):
    """Compilers, threads' switches, a signal, and names that are not plain."""
    trace = os.path.join(folder, "trace")
    with open(os.path.join(folder, "a.c"), "w", encoding="ascii") as file:
        file.write("int main(void) { return 0; }\n")
    command = ("cc a.c -o a && ./a; cat '</script><b>' '\xe4'; "
               "sh -c 'kill -TERM $$'; :")
    subprocess.run([ktrace, "-i", "-t", "+w", "-f", trace, "sh", "-c",
                    command.encode("latin-1")], cwd=folder, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return trace


def output(*command):
    return subprocess.run(command, stdout=subprocess.PIPE,
                          check=True).stdout.decode("utf-8")


def show(browser, template, events, folder):
    page = os.path.join(folder, "page.html")
    with open(template, encoding="utf-8") as file:
        text = file.read()
    with open(page, "w", encoding="utf-8") as file:
        file.write(text.replace("@TRACE@", events.replace("<", "\\u003c")))
    # Its home is ours: none has to be there. A sandbox of its own needs rights
    # that a container seldom gives.
    shown = subprocess.run(
        [browser, "--headless", "--no-sandbox", "--disable-gpu",
         "--disable-dev-shm-usage", "--user-data-dir=" + folder + "/profile",
         "--dump-dom", "file://" + page], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, env=dict(os.environ, HOME=folder), check=False)
    found = re.search(r'<pre id="result">(.*?)</pre>',
                      shown.stdout.decode("utf-8"), re.S)
    must(found, "no result:", shown.returncode, shown.stderr[-500:])
    return json.loads(html.unescape(found.group(1)))


def main():
    template, ktrace, kdump = sys.argv[1:]
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not browser:
        print("skipped: no chromium here")
        return SKIPPED
    with tempfile.TemporaryDirectory(prefix="ktrace-u.",
                                     ignore_cleanup_errors=True) as folder:
        trace = record(ktrace, folder)
        told = show(browser, template, output(kdump, "--chrome", "-f", trace),
                    folder)
        kinds = [json.loads(line)["ev"] for line in
                 output(kdump, "--json", "-f", trace).splitlines()]
    must(not told["faults"], told["faults"])
    births = kinds.count("procdtor") - 1
    must(told["slices"] == kinds.count("sysret") - births, told)
    must(told["arrows"] == births, told, births)
    must(told["moments"] >= kinds.count("psig") > 0, told)
    must(told["spans"] > births and told["names"] > 0, told)
    print(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
