"""Results as a table for people, JSON for machines and a chart."""

import json
import os
import platform
import shutil
import subprocess
import tempfile

from targets import verdicts

CHART_CASES = ("getppid", "read64", "read4k", "open", "pipe",
               "getppid x2 threads", "gcc x5", "make -j2", "find", "python",
               "tar", "spawn x200")
CHART_TRACERS = ("floor", "ktrace-u")


def amount(case_is_micro, value):
    if value is None:
        return "-"
    return "%.0f ns" % value if case_is_micro else "%.0f ms" % (value * 1e3)


def versus(ratio):
    return "-" if ratio is None else "%.2f" % ratio


def rows(results, cases):
    for case in cases:
        if case.name not in results.times:
            continue
        for tracer in results.times[case.name]:
            yield (case.name, tracer,
                   amount(case.micro, results.best(case.name, tracer)),
                   amount(case.micro, results.median(case.name, tracer)),
                   versus(results.ratio(case.name, tracer, "strace"))
                   if tracer != "native" else "")


def table(results, cases, extras):
    lines = ["%-22s %-22s %12s %12s  %s" % ("", "", "minimum", "median",
                                            "added / strace's")]
    before = None
    for name, tracer, best, median, ratio in rows(results, cases):
        shown = name if name != before else ""
        lines.append("%-22s %-22s %12s %12s  %s" % (shown, tracer, best,
                                                    median, ratio))
        before = name
    if extras:
        lines.append("")
        lines += ["%-45s %s" % (what, said) for what, said, _ in extras]
    lines.append("")
    for target, ratio, met in verdicts(results):
        lines.append("%-6s %-20s %-14s %.2f of %-22s (at most %.2f)"
                     % ("ok" if met else "MISSED", target.case, target.tracer,
                        ratio, target.against, target.limit))
    for what, why in results.skipped.items():
        lines.append("not measured: %s: %s" % (what, why))
    return "\n".join(lines) + "\n"


def machine():
    return {"system": platform.platform(), "cpus": os.cpu_count()}


def document(results, rounds, extras):
    return {
        "machine": machine(),
        "rounds": rounds,
        "times": results.times,
        "skipped": results.skipped,
        "extras": {what: value for what, _, value in extras},
        "targets": [{"case": target.case, "tracer": target.tracer,
                     "against": target.against, "limit": target.limit,
                     "ratio": ratio, "met": met}
                    for target, ratio, met in verdicts(results)],
    }


def write_json(path, results, rounds, extras):
    part = path + ".part"
    with open(part, "w", encoding="utf-8") as file:
        json.dump(document(results, rounds, extras), file, indent=1)
        file.write("\n")
    os.replace(part, path)


GNUPLOT = """
set terminal svg size 860,380 font 'sans-serif,13' background '#ffffff'
set output '%(chart)s'
set style data histogram
set style histogram clustered gap 1
set style fill solid border -1
set boxwidth 0.9
set yrange [0:*]
set grid ytics lc rgb '#dddddd'
set ylabel 'added time (strace = 1)'
set xtics rotate by -30
set key above horizontal
set title 'What tracing adds, as a part of what strace adds (%(system)s)'
set arrow from graph 0,first 1 to graph 1,first 1 nohead lc rgb '#888888' dt 2
plot '%(data)s' using 2:xtic(1) title '%(first)s' lc rgb '#c8ccd4', \\
     '' using 3 title '%(second)s' lc rgb '#1f6feb'
"""


def chart_lines(results):
    for case in CHART_CASES:
        ratios = [results.ratio(case, tracer, "strace")
                  for tracer in CHART_TRACERS]
        if None not in ratios:
            yield '"%s" %s' % (case, " ".join("%.3f" % r for r in ratios))


def write_chart(path, results):
    """False where gnuplot is not there."""
    if not shutil.which("gnuplot"):
        return False
    with tempfile.NamedTemporaryFile("w", suffix=".dat") as data:
        data.write("\n".join(chart_lines(results)) + "\n")
        data.flush()
        script = GNUPLOT % {"chart": path, "data": data.name,
                            "first": "empty ptrace loop",
                            "second": CHART_TRACERS[1],
                            "system": "Linux " + platform.release()
                            .split("-")[0]}
        subprocess.run(["gnuplot"], input=script, text=True, check=True)
    return True
