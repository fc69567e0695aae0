#!/usr/bin/python3
"""Opens the HTML report in a browser without a screen: of a job whose names mean
harm nothing becomes more than text, what is drawn is what --json says, it fits
on a narrow screen, and runs no script but its own. Without the browser the
verdict and the findings are there as well; of a huge job it says what is left
out.
usage: report_html.py KAUDIT-U"""
import html.parser
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
KAUDIT = os.path.abspath(sys.argv[1])
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PAGE_MAX = 20 << 20
ROWS_MAX = 40000

HOSTILE = r"""
printf x > "$(printf 'a\nb|"<\/script><script>document.title=1')" 2>&-
printf x > "$(printf '<script>document.title=1<!--')"
printf x > "$(printf '<img src=x onerror=document.title=1>&amp;')"
printf x > "$(printf '\377\376 \033[31m\033]0;t\007 \342\200\256 \342\200\250')"
sh -c 'exit 3' '</li><b>bold</b>'
sh -c 'kill -TERM $$'
deep() { [ $1 -eq 0 ] || ( deep $(($1 - 1)); : ); }; deep 60
cat /etc/shadow 2>&-
:
"""


def must(condition, *what):
    if not condition:
        sys.exit("report_html: " + " ".join(str(part) for part in what))


class Page(html.parser.HTMLParser):
    """Elements and text of a page, in which no script is run."""

    def __init__(self, text):
        super().__init__()
        self.tags = {}
        self.attributes = []
        self.words = []
        self.inside = []
        self.data = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags[tag] = self.tags.get(tag, 0) + 1
        self.attributes += attrs
        self.inside.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        while self.inside and self.inside.pop()[0] != tag:
            pass

    def handle_data(self, data):
        tag, attrs = self.inside[-1] if self.inside else ("", {})
        if attrs.get("id") == "data":
            self.data += data
        elif tag not in ("script", "style"):
            self.words.append(data)

    def text(self):
        return " ".join(" ".join(self.words).split())


def kaudit(place, *words):
    run = subprocess.run([KAUDIT] + list(words), cwd=place,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    must(run.returncode in (0, 1), words, run.returncode, run.stderr)
    return run.stdout


def read(place, name):
    with open(os.path.join(place, name), encoding="utf-8") as file:
        return file.read()


def show(browser, place, text, width=1280):
    path = os.path.join(place, "shown.html")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    shown = subprocess.run(
        [browser, "--headless", "--no-sandbox", "--disable-gpu",
         "--disable-dev-shm-usage", "--user-data-dir=" + place + "/profile",
         "--enable-logging=stderr", "--window-size=%d,900" % width,
         "--dump-dom", "file://" + path], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, env=dict(os.environ, HOME=place), check=False)
    must(shown.stdout, "no page:", shown.returncode, shown.stderr[-500:])
    return Page(shown.stdout.decode("utf-8")), shown.stderr.decode(
        "utf-8", "replace")


# ---- without a browser ----

def check_page(page, report):
    """No element that is not ours, and all that matters as text."""
    must(page.tags["script"] == 2, "scripts:", page.tags)
    must("img" not in page.tags, "an image")
    must(page.tags["b"] == 1, "bold:", page.tags)
    for name, value in page.attributes:
        must(not name.startswith("on"), name)
        must(name not in ("src", "action", "formaction"), name, value)
        must(name != "href" or value.startswith("#"), value)
    text = page.text()
    must("Violates the policy" in text, text[:200])
    must("Denied: %d" % report["violations"] in text, text[:500])
    must("/etc/shadow" in text, "no finding")


def check_static(place, report):
    text = read(place, "page.html")
    for character in text:
        must(character >= " " or character == "\n", "character",
             ord(character))
        must(character not in "\u202e\u2028\x7f", "character", ord(character))
    page = Page(text)
    check_page(page, report)
    must("The record holds all that the job did" in page.text(), "complete")
    data = json.loads(page.data)
    must(len(data["facts"]) == len(report["facts"]), "facts")
    must(len(data["processes"]) == len(report["tree"]), "processes")
    must("Content-Security-Policy" in text, "no policy of its own")
    return text


# ---- with one ----

def check_drawn(browser, place, text, report):
    page, said = show(browser, place, text)
    check_page(page, report)
    must("Uncaught" not in said and "Refused" not in said and
         "Content Security" not in said, said)
    words = page.text()
    must("shown" in words and page.tags.get("tr", 0) > 10, "no table")
    must("<script>document.title=1<!--" in words, "no such name")
    must("\\377\\376 \\033[31m" in words, "no such name")
    must("exit 3" in words and "SIGTERM" in words, "no endings")
    must("</li><b>bold</b>" in words, "no such argument")
    must(words.count("not within the trace") == 0, "an end is missing")
    titles = re.findall("violates the policy - kaudit-u", words)
    must(len(titles) == 1, "the title:", words[:80])


def check_foreign_script(browser, place, text):
    """What is not ours does not run, wherever it came from."""
    harm = ("<script>document.title='owned'</script>"
            "<svg onload=\"document.title='owned'\"></svg>")
    changed = text.replace("<main", harm + "<main")
    must(changed != text, "no place for it")
    page, said = show(browser, place, changed)
    must(page.text().startswith("violates the policy - kaudit-u"),
         "it ran:", page.text()[:80])
    must(said.count("Content Security") >= 2, "nobody minded:", said[-500:])


USE = """
const page = frame.contentDocument;
const files = page.querySelector("[data-table=files]");
const search = files.querySelector("input");
const told = {
  wide: page.documentElement.scrollWidth,
  room: page.documentElement.clientWidth,
};
const look = () => [...files.querySelectorAll("tbody tr")].map(
  (row) => row.querySelector(".name").textContent);
search.value = "ETC/SHADOW";
search.dispatchEvent(new Event("input"));
told.searched = look();
files.querySelector(".plain").click();
told.found = page.querySelector(".found .program").textContent;
told.particulars = page.querySelector("#tree .facts").textContent;
search.value = "";
search.dispatchEvent(new Event("input"));
files.querySelector(".more").click();
const names = files.querySelectorAll("th button")[1];
names.click();
told.ascending = look();
names.click();
told.descending = look();
const before = page.documentElement.dataset.theme;
page.getElementById("theme").click();
told.theme = [before, page.documentElement.dataset.theme];
const result = document.createElement("pre");
result.textContent = JSON.stringify(told);
document.body.append(result);
"""


def check_use(browser, place, text):
    """In a frame as narrow as a telephone, as no window may be, nothing is
    wider; and a person finds, sorts and follows. For that this copy has no
    policy."""
    plain = re.sub("<meta http-equiv[^>]*>", "", text)
    page, _ = show(browser, place,
                   '<!DOCTYPE html><body><iframe id="frame" width="400" '
                   'height="800" onload="%s" srcdoc="%s"></iframe>' %
                   (html.escape(USE), html.escape(plain)))
    found = re.search(r"\{.*\}", page.text())
    must(found, "nothing told")
    told = json.loads(found.group(0))
    must(told["wide"] <= told["room"] <= 400, told["wide"], told["room"])
    must(set(told["searched"]) == {"/etc/shadow"}, told["searched"])
    must(told["found"] == "cat" and "cat /etc/shadow" in told["particulars"],
         told["found"], told["particulars"])
    must(len(told["ascending"]) > 25, told["ascending"])
    must(told["ascending"] == sorted(told["ascending"]), told["ascending"])
    must(told["descending"] == sorted(told["descending"], reverse=True) and
         told["descending"] != told["ascending"], told["descending"])
    must(told["theme"][0] != told["theme"][1], told["theme"])


def check_huge(place):
    script = ("import os\nfor i in range(%d):\n"
              "    os.path.exists('/none/%%d' %% i)\n" % (ROWS_MAX + 5000))
    with open(os.path.join(place, "huge.py"), "w") as file:
        file.write(script)
    kaudit(place, "run", "--looks", "-f", "huge", "--report", "html=huge.html",
           "/usr/bin/python3", "-S", "huge.py")
    text = read(place, "huge.html")
    must(len(text) < PAGE_MAX, len(text))
    left_out = json.loads(Page(text).data)["left_out"]
    must(left_out["facts"] >= 5000, left_out)


def main():
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        place = os.path.realpath(place)
        kaudit(place, "run", "-f", "t", "--report", "html=page.html", "sh",
               "-c", HOSTILE)
        report = json.loads(kaudit(place, "report", "--json", "t"))
        text = check_static(place, report)
        check_huge(place)
        if not browser:
            print("skipped: no chromium here; the rest passed")
            return SKIPPED
        check_drawn(browser, place, text, report)
        check_foreign_script(browser, place, text)
        check_use(browser, place, text)
    return 0


sys.exit(main())
