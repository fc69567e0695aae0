// Draws the tables, the tree and the timeline from the data in the page. Names
// come from programs that nobody trusts: they become text, and nothing else.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const PAGE = 25;
  const LANES = 300;
  const OPEN_MAX = 150;
  const INDENTED = 8; // levels of the tree
  const PROGRAMS = 2;
  // What a person wants to see first.
  const ORDER = ["write", "create", "delete", "rename", "link", "change",
    "exec", "map", "read", "list", "look"];
  const TONES = { allow: "allow", warn: "warned", deny: "deny" };

  // ---- elements ----

  function make(tag, options, ...children) {
    const element = document.createElement(tag);

    for (const [name, value] of Object.entries(options || {}))
      if (name === "class")
        element.className = value;
      else if (value !== undefined)
        element.setAttribute(name, value);
    element.append(...children.filter((child) => child !== undefined));
    return element;
  }

  function button(text, options, action) {
    const element = make("button", { type: "button", ...options }, text);

    element.addEventListener("click", action);
    return element;
  }

  const number = (value) => value.toLocaleString("en");
  const last = (list) => list[list.length - 1];
  const base = (path) => path.slice(path.lastIndexOf("/") + 1) || path;

  function duration(us) {
    if (us === null)
      return "";
    if (us < 1000)
      return `${us} \u00b5s`;
    if (us < 1e6)
      return `${(us / 1000).toFixed(us < 1e4 ? 1 : 0)} ms`;
    if (us < 6e7)
      return `${(us / 1e6).toFixed(2)} s`;
    return `${Math.floor(us / 6e7)} min ${Math.round(us % 6e7 / 1e6)} s`;
  }

  // ---- what is in the data ----

  const string = (index) => index < 0 ? null : data.strings[index];

  function factOf(row) {
    const [verb, object, other, exe, outcome, proof, decision, rule, times,
      process, hash] = row;

    return {
      verb: data.verbs[verb].name, family: data.verbs[verb].family,
      object: string(object), other: string(other), outcome, times,
      proof: data.proofs[proof], decision: data.decisions[decision],
      severity: decision, rule: rule < 0 ? "the default" : data.rules[rule],
      hash: hash || "",
      by: [{ exe: string(exe) || "?", process }],
    };
  }

  // What several programs did alike is one line.
  function join(list) {
    const known = new Map();

    for (const fact of list) {
      const key = JSON.stringify([fact.verb, fact.object, fact.other,
        fact.outcome, fact.proof, fact.decision, fact.rule, fact.hash]);
      const first = known.get(key);

      if (first) {
        first.times += fact.times;
        first.by.push(...fact.by);
      } else {
        known.set(key, fact);
      }
    }
    return [...known.values()];
  }

  const facts = join(data.facts.map(factOf));

  facts.sort((one, other) => other.severity - one.severity ||
    ORDER.indexOf(one.verb) - ORDER.indexOf(other.verb));

  // An image is what a process runs from one exec to the next.
  const images = data.processes.map((row) => {
    const [pid, parent, previous, exe, args, cwd, first, end, ending] = row;

    return {
      pid, parent, previous, exe: string(exe), args: string(args),
      cwd: string(cwd), first, end: end < 0 ? null : end, ending,
    };
  });
  const processes = [];
  const processOf = [];

  function addImage(image, index) {
    const known = image.previous >= 0 && processOf[image.previous];
    const process = known || {
      pid: image.pid, images: [], children: [], first: image.first,
      parent: image.parent >= 0 ? processOf[image.parent] : undefined,
    };

    processOf[index] = process;
    process.images.push(image);
    process.end = image.end;
    process.ending = image.ending;
    if (known)
      return;
    processes.push(process);
    if (process.parent)
      process.parent.children.push(process);
  }

  images.forEach((image, index) => {
    if (!data.launcher.includes(index))
      addImage(image, index);
  });
  for (const process of processes) {
    const image = last(process.images);

    process.exe = image.exe || "?";
    process.args = image.args || process.exe;
    process.cwd = image.cwd;
    process.name = base(process.exe);
    process.forked = process.images.length === 1 && Boolean(process.parent);
    process.failed = process.ending !== "" && process.ending !== "exit 0";
    process.took = process.end === null ? null : process.end - process.first;
  }

  // ---- tables ----

  const columns = [
    { title: "Did", class: "verb", value: (fact) => fact.verb },
    { title: "What", class: "name", value: (fact) => fact.object },
    { title: "By", class: "by", value: (fact) => fact.by[0].exe },
    { title: "Outcome", class: "outcome", value: (fact) => fact.outcome },
    { title: "Times", class: "number", value: (fact) => fact.times },
    { title: "Policy", class: "decision", value: (fact) => fact.decision },
  ];

  function compare(one, other) {
    if (typeof one === "number")
      return one - other;
    return one < other ? -1 : one > other ? 1 : 0;
  }

  function objectCell(fact) {
    const cell = make("td", { class: "name mono",
      title: fact.hash ? `SHA-256: ${fact.hash}` : undefined }, fact.object);
    const joint = fact.family === "file" ? " \u2192 " : " ";

    if (fact.other !== null)
      cell.append(make("span", { class: "other" }, joint, fact.other));
    return cell;
  }

  function programLink({ exe, process }) {
    const known = processOf[process];

    if (!known)
      return make("span", { class: "mono", title: exe }, base(exe));
    return button(base(exe),
      { class: "plain", title: `${exe}\n${known.args}` },
      () => reveal(known));
  }

  function programCell(fact) {
    const cell = make("td", { class: "by" });
    const rest = fact.by.slice(PROGRAMS);

    fact.by.slice(0, PROGRAMS).forEach((one, index) =>
      cell.append(index ? ", " : "", programLink(one)));
    if (rest.length) {
      const more = button(`${number(rest.length)} more`, { class: "plain soft",
        title: rest.map((one) => base(one.exe)).join(", ") }, () =>
        more.replaceWith(...rest.flatMap((one, index) =>
          [index ? ", " : "", programLink(one)])));

      cell.append(", ", more);
    }
    return cell;
  }

  function row(fact) {
    const tone = TONES[fact.decision];

    return make("tr", {},
      make("td", { class: "verb" }, make("span", { class: "pill" }, fact.verb)),
      objectCell(fact), programCell(fact),
      make("td", { class: "outcome", title: `known: ${fact.proof}` },
        fact.outcome),
      make("td", { class: "number" }, number(fact.times)),
      make("td", { class: "decision" },
        make("span", { class: `pill ${tone}`, title: fact.rule },
          fact.decision)));
  }

  function choice(label, options, action) {
    const select = make("select", { "aria-label": label },
      ...options.map(([value, text]) => make("option", { value }, text)));

    select.addEventListener("change", () => action(select.value));
    return select;
  }

  function Table(place, rows, empty) {
    const state = { words: "", verb: "", decision: "", by: -1, down: false,
      shown: PAGE };
    const body = make("tbody");
    const count = make("p", { class: "count", role: "status" });
    const more = button("Show more", { class: "more" }, () => {
      state.shown += 8 * PAGE;
      draw();
    });
    const heads = columns.map((column, index) => make("th", { scope: "col" },
      button(column.title, {}, () => {
        state.down = state.by === index && !state.down;
        state.by = index;
        draw();
      })));

    // What is only asked about is most of it, and tells least.
    function wanted(fact) {
      if (state.verb ? fact.verb !== state.verb : fact.verb === "look")
        return false;
      if (state.decision && fact.decision !== state.decision)
        return false;
      return !state.words ||
        [fact.object, fact.other, fact.hash, ...fact.by.map((one) => one.exe)]
          .some((text) => text && text.toLowerCase().includes(state.words));
    }

    function sorted(list) {
      if (state.by < 0)
        return list;
      const value = columns[state.by].value;
      return list.sort((one, other) => (state.down ? -1 : 1) *
                       compare(value(one), value(other)));
    }

    function draw() {
      const list = sorted(rows.filter(wanted));
      const shown = list.slice(0, state.shown);

      body.replaceChildren(...shown.map(row));
      more.hidden = shown.length === list.length;
      count.textContent = list.length === 0 ? "Nothing of that kind."
        : `${number(shown.length)} of ${number(list.length)} shown`;
      heads.forEach((head, index) => head.setAttribute("aria-sort",
        index !== state.by ? "none"
          : state.down ? "descending" : "ascending"));
    }

    function change(name) {
      return (value) => {
        state[name] = value;
        state.shown = PAGE;
        draw();
      };
    }

    function tools() {
      const search = make("input", { type: "search",
        placeholder: "Search names and programs",
        "aria-label": "Search names and programs" });
      const verbs = [...new Set(rows.map((fact) => fact.verb))];
      const has = (verb) => rows.filter((fact) => fact.verb === verb).length;
      const all = verbs.includes("look") ? "All but look" : "All";

      search.addEventListener("input", () =>
        change("words")(search.value.toLowerCase()));
      return make("div", { class: "tools" }, search,
        choice("Action", [["", all], ...verbs.map((verb) =>
          [verb, `${verb} (${number(has(verb))})`])], change("verb")),
        choice("Decision", [["", "Any decision"], ["deny", "Denied"],
          ["warn", "Warned"], ["allow", "Allowed"]], change("decision")));
    }

    if (!rows.length) {
      place.append(make("p", { class: "note" }, empty));
      return;
    }
    place.append(tools(), make("table", {},
      make("thead", {}, make("tr", {}, ...heads)), body), count, more);
    draw();
  }

  // ---- the tree ----

  const nodes = new Map();

  function pair(list, term, value) {
    if (value !== null && value !== undefined && value !== "")
      list.append(make("dt", {}, term),
        make("dd", { class: "mono" }, value));
  }

  function particulars(process) {
    const list = make("dl", { class: "facts" });

    pair(list, "Command", process.args);
    process.images.slice(process.parent ? 1 : 0, -1).forEach((image) =>
      pair(list, "Before that", image.args));
    pair(list, "Program", process.exe);
    pair(list, "Directory", process.cwd);
    pair(list, "Process", String(process.pid));
    pair(list, "Began after", duration(process.first));
    pair(list, "Ended", process.ending || "not within the trace");
    return list;
  }

  // What a line shows or hides is made when it is wanted: there may be much.
  function fold(owner, content) {
    let made = null;

    owner.setAttribute("aria-expanded", "false");
    return (wanted) => {
      const shown = wanted === undefined ? !made || made.hidden : wanted;

      if (!made && shown)
        made = content();
      if (made)
        made.hidden = !shown;
      owner.setAttribute("aria-expanded", String(shown));
    };
  }

  function line(process, twist, name) {
    const rest = process.args.slice(process.args.split(" ", 1)[0].length + 1);
    const parts = [twist, name, make("span", { class: "rest mono" },
      process.forked ? "(a copy of its parent)" : rest)];

    if (process.failed)
      parts.push(make("span", { class: "pill failed" }, process.ending));
    else if (!process.ending)
      parts.push(make("span", { class: "pill" }, "no end seen"));
    return make("div", { class: "line" }, ...parts,
      make("span", { class: "took" }, duration(process.took)));
  }

  function node(process, depth) {
    const has = process.children.length > 0;
    const twist = button("", { class: "twist",
      "aria-label": `Children of ${process.name}` }, () => unfold());
    const name = button(process.name, { class: "program" }, () => explain());
    const row = line(process, twist, name);
    const place = make("li", {}, row);
    const explain = fold(name, () => {
      const list = particulars(process);
      row.after(list);
      return list;
    });
    const unfold = fold(twist, () => {
      const list = make("ul", depth < INDENTED ? {} : { class: "deep" },
        ...process.children.map((child) => node(child, depth + 1)));
      place.append(list);
      return list;
    });

    twist.style.visibility = has ? "" : "hidden";
    nodes.set(process, { row, name, unfold, explain });
    return place;
  }

  function reveal(process) {
    const above = [];

    for (let one = process.parent; one; one = one.parent)
      above.unshift(one);
    above.forEach((one) => nodes.get(one).unfold(true));
    document.querySelectorAll(".found").forEach((found) =>
      found.classList.remove("found"));
    const { row, name, explain } = nodes.get(process);
    explain(true);
    row.classList.add("found");
    name.focus({ preventScroll: true });
    row.scrollIntoView({ block: "center" });
  }

  function drawTree() {
    const place = document.getElementById("tree");
    const roots = processes.filter((process) => !process.parent);
    let level = roots;
    let seen = roots.length;

    place.append(make("ul", {},
      ...roots.map((root) => node(root, 0))));
    while (level.length) {
      const next = level.flatMap((process) => process.children);

      seen += next.length;
      if (seen > OPEN_MAX)
        break;
      level.filter((process) => process.children.length)
        .forEach((process) => nodes.get(process).unfold(true));
      level = next;
    }
    if (data.left_out.processes)
      place.append(make("p", { class: "count" },
        `${number(data.left_out.processes)} more are left out of this page.`));
  }

  // ---- the timeline ----

  function lane(process) {
    const end = process.end === null ? data.length : process.end;
    const bar = make("i", process.failed ? { class: "failed" } : {});
    const whole = Math.max(1, data.length);

    bar.style.left = `${100 * process.first / whole}%`;
    bar.style.width = `${100 * Math.max(0, end - process.first) / whole}%`;
    return make("div", { class: "lane",
      title: `${process.args}\n${duration(process.took)} ${process.ending}` },
    make("span", { class: "who" }, `${process.name} ${process.pid}`),
    make("span", { class: "track" }, bar));
  }

  function drawTimeline() {
    const place = document.getElementById("lanes");
    const longest = [...processes]
      .sort((one, other) => (other.took || 0) - (one.took || 0))
      .slice(0, LANES);
    const marks = [0, 1, 2, 3, 4].map((part) =>
      make("span", {}, duration(Math.round(data.length * part / 4)) || "0"));

    longest.sort((one, other) => one.first - other.first);
    place.append(make("div", { class: "axis" }, make("span"),
      make("div", {}, ...marks)), ...longest.map(lane));
    if (longest.length < processes.length)
      place.append(make("p", { class: "count" },
        `The ${LANES} that took longest, of ${number(processes.length)}.`));
  }

  // ---- light and dark ----

  function setTheme(theme) {
    if (theme === "light" || theme === "dark")
      document.documentElement.dataset.theme = theme;
  }

  function theme() {
    const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;

    return document.documentElement.dataset.theme || (dark ? "dark" : "light");
  }

  function nameTheme() {
    document.getElementById("theme").textContent =
      theme() === "dark" ? "Light" : "Dark";
  }

  function switchTheme() {
    const now = theme();

    setTheme(now === "dark" ? "light" : "dark");
    nameTheme();
  }

  // ---- all of it ----

  setTheme(location.hash.slice(1));
  nameTheme();
  document.getElementById("theme").addEventListener("click", switchTheme);
  document.querySelectorAll("[data-needs-script]").forEach((element) => {
    element.hidden = false;
  });
  const of = (...families) =>
    facts.filter((fact) => families.includes(fact.family));
  const place = (name) => document.querySelector(`[data-table=${name}]`);
  Table(place("network"), of("socket"),
    "The job spoke to nobody: no connection, no address, no socket.");
  Table(place("files"), of("file"), "The job used no file.");
  Table(place("system"), of("process", "system"), "Nothing of that kind.");
  if (data.left_out.facts)
    document.querySelectorAll(".table").forEach((table) =>
      table.append(make("p", { class: "count" },
        `In all tables together ${number(data.left_out.facts)} more lines ` +
        "are left out of this page; kaudit-u report --json has them.")));
  drawTree();
  drawTimeline();
})();
