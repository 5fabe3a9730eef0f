"use strict";
// Recorded text reaches the page only as text nodes and attribute values, never as markup.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const [CODE, SEVERITY, JOB, FILE, LINE, INDEX, POINTER, MESSAGE, EDITS, WITNESS] = Array(10).keys();
  // What many findings say is in the data once.
  for (const f of data.findings) for (const column of [POINTER, MESSAGE, EDITS, WITNESS]) f[column] = data.texts[f[column]];
  const PRINTED = 2000;
  const OTHERS = 12;
  const at = (id) => document.getElementById(id);

  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name === "text") element.textContent = value;
      else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else element.setAttribute(name, value);
    }
    element.append(...children);
    return element;
  }
  // What stands between backticks is code.
  const coded = (text) => text.split(/`([^`]+)`/).map((part, place) => (place % 2 ? make("code", { text: part }) : part));
  const place = (f) => (f[FILE] === null ? "" : data.files[f[FILE]]) + (f[LINE] === null ? "" : ":" + f[LINE]);
  const severity = (f) => data.severities[f[SEVERITY]];
  const title = (f) => `${f[CODE]} ${data.rules[f[CODE]]?.name ?? ""}`;
  const jobName = (f) => data.named[f[JOB]].split("/").pop() || place(f);

  // ---- totals
  const totals = data.summary;
  const tones = { CONSISTENT: "good", UNKNOWN: "warning", INCONSISTENT: "bad" };
  at("about").append(
    make("strong", { class: `verdict ${tones[data.verdict] ?? ""}`, text: data.verdict }),
    ` ${data.made.at} · ${number(data.made.files)} ${data.made.files === 1 ? "file" : "files"} read · trainstate ${data.tool.version}, specification ${data.tool.spec}` + (data.left_out ? ` · ${number(data.left_out)} further findings are counted and not listed` : ""));
  if (data.made.command) at("about").after(make("p", {}, make("code", { text: data.made.command })));
  for (const [file, reason] of data.unread) at("about").after(make("p", { class: "bad", text: `Not read: ${file}: ${reason}.` }));
  const only = (change) => () => { clear(); change(); apply(); at("list").scrollIntoView({ block: "nearest" }); };
  const byVerdict = (name) => only(() => { filter.verdict = at("verdict").value = String(data.verdicts.indexOf(name)); });
  const bySeverity = (name) => only(() => { data.severities.forEach((each, index) => { if (each !== name) filter.hidden.add(index); }); tick(); });
  const tiles = [
    ["jobs", "", null], ["responses", "", null],
    ["consistent", "good", null], ["unknown", "warning", byVerdict("UNKNOWN")], ["inconsistent", "bad", byVerdict("INCONSISTENT")],
    ["errors", "error", bySeverity("error")], ["warnings", "warning", bySeverity("warning")], ["infos", "info", bySeverity("info")],
  ];
  for (const [name, tone, click] of tiles) {
    const inside = [make("b", { class: totals[name] ? tone : "", text: number(totals[name]) }), name];
    const usable = click && totals[name];
    at("totals").append(usable ? make("button", { type: "button", class: "tile", title: "Show only these findings", onclick: click }, ...inside) : make("div", { class: "tile" }, ...inside));
  }

  // ---- filters
  const worst = new Map();
  for (const [job, , verdict] of data.jobs) worst.set(job, Math.max(worst.get(job) ?? 0, verdict));
  // What is searched is put together at the first search: until then nobody waits for it.
  let searched;
  const texts = () => searched ??= data.findings.map((f) => `${title(f)} ${data.named[f[JOB]]} ${f[MESSAGE]} ${place(f)} ${f[POINTER]}`.toLowerCase());
  const filter = { words: [], rule: "", verdict: "", hidden: new Set() };
  const infos = data.severities.indexOf("info");
  if (data.findings.some((f) => f[SEVERITY] !== infos)) filter.hidden.add(infos);
  let shown = [];

  const boxes = data.severities.map((name, index) => {
    const box = make("input", { type: "checkbox", onchange: (event) => { event.target.checked ? filter.hidden.delete(index) : filter.hidden.add(index); apply(); } });
    at("severities").append(make("label", { class: name }, box, ` ${name} `));
    return box;
  });
  const tick = () => boxes.forEach((box, index) => { box.checked = !filter.hidden.has(index); });
  const search = (text) => { at("search").value = text; filter.words = text.toLowerCase().split(/\s+/).filter(Boolean); apply(); };
  function clear() {
    Object.assign(filter, { words: [], rule: "", verdict: "" });
    filter.hidden.clear();
    at("search").value = at("verdict").value = "";
    tick();
  }
  for (const [index, name] of data.verdicts.entries()) at("verdict").append(make("option", { value: index, text: name }));
  at("verdict").addEventListener("change", (event) => { filter.verdict = event.target.value; apply(); });
  at("search").addEventListener("input", (event) => search(event.target.value));
  at("clear").addEventListener("click", () => { clear(); apply(); });

  function fits(f, index) {
    return !filter.hidden.has(f[SEVERITY]) && (!filter.rule || f[CODE] === filter.rule) &&
      (filter.verdict === "" || worst.get(f[JOB]) === +filter.verdict) && filter.words.every((word) => texts()[index].includes(word));
  }
  const ruleButtons = Object.entries(data.rules).sort((a, b) => b[1].count - a[1].count).map(([code, rule]) =>
    make("button", { type: "button", "data-code": code, "aria-pressed": "false", title: rule.title, onclick: () => { filter.rule = filter.rule === code ? "" : code; if (filter.rule) { filter.hidden.delete(rule.severity); tick(); } apply(); } },
      make("span", { class: data.severities[rule.severity], text: `${code} ${rule.name}` }), make("span", { text: number(rule.count) })));
  at("rules").append(...ruleButtons);

  function apply() {
    shown = [];
    data.findings.forEach((f, index) => { if (fits(f, index)) shown.push(index); });
    for (const button of ruleButtons) button.setAttribute("aria-pressed", String(button.dataset.code === filter.rule));
    at("shown").textContent = data.findings.length ? `${number(shown.length)} of ${number(data.findings.length)} findings` : "no findings";
    show(shown);
  }

  const show = rowsInView(at("list"), { prefix: "row", open, rowOf: (index) => {
    const f = data.findings[index];
    return make("div", { class: "row" },
      make("span", { class: severity(f), text: title(f) }),
      make("span", { class: "mono", text: jobName(f), title: data.named[f[JOB]] }),
      make("span", { title: f[MESSAGE] }, ...coded(f[MESSAGE])));
  } });
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/" && !/^(INPUT|SELECT)$/.test(event.target.tagName)) { at("search").focus(); event.preventDefault(); }
    if ((event.key === "Enter" && event.target === at("search")) || (event.key === "Escape" && event.target.closest("#detail"))) at("list").focus();
  });

  at("none").hidden = data.findings.length > 0;
  if (!data.findings.length) for (const part of document.querySelectorAll("#none ~ *")) part.hidden = true;

  // ---- one finding
  const ofJob = d3.group(data.findings.map((_, index) => index), (index) => data.findings[index][JOB]);
  const draws = pictures({ data, make, choose: (status) => { clear(); search(status); at("list").scrollIntoView({ block: "nearest" }); } });
  jobsTable({ data, make, at, draws, findings: ofJob, open: (index) => { open(index); at("detail").scrollIntoView({ block: "center" }); } });
  function open(index) {
    const f = data.findings[index];
    const rule = data.rules[f[CODE]] ?? { name: "", title: "", why: "", help: "", sources: [] };
    const facts = make("dl");
    const fact = (name, ...value) => facts.append(make("dt", { text: name }), make("dd", {}, ...value));
    fact("job", make("code", { text: data.named[f[JOB]] || "-" }));
    if (place(f)) fact("file", make("code", { text: place(f) }));
    if (f[INDEX] !== null) fact("response", String(f[INDEX]));
    if (f[POINTER]) fact("at", make("code", { text: f[POINTER] }));
    if (f[WITNESS]) fact("expected", make("code", { text: f[WITNESS] }));
    if (f[EDITS]) fact("fewest edits", ...coded(f[EDITS]));
    fact("help", ...coded(rule.help));
    for (const [name, url] of rule.sources) fact("source", /^https:\/\//.test(url) ? make("a", { href: url, rel: "noopener noreferrer", target: "_blank", text: name }) : name);
    fact("explain", make("code", { text: `trainstate rule ${rule.name || f[CODE]}` }));
    const others = ofJob.get(f[JOB]).filter((other) => other !== index);
    if (others.length && data.named[f[JOB]]) {
      const links = others.slice(0, OTHERS).map((other) => make("button", { type: "button", class: `other ${severity(data.findings[other])}`, title: data.findings[other][MESSAGE], text: title(data.findings[other]), onclick: () => open(other) }));
      fact("same job", ...links, others.length > OTHERS ? ` and ${number(others.length - OTHERS)} more` : "");
    }
    at("detail").replaceChildren(
      make("h3", {}, make("span", { class: severity(f), text: title(f) })),
      make("p", { class: "message" }, ...coded(f[MESSAGE])), make("p", { class: "hint" }, ...coded(`${rule.title} ${rule.why}`)), facts, draws.timeline(data.timelines[f[JOB]], index));
    // The address leads here again, in this report.
    location.replace(`#finding-${index}`);
    at("detail").focus({ preventScroll: true });
    at("detail").scrollIntoView({ block: "nearest" });
  }

  // ---- paper: the list in view is no list on paper
  addEventListener("beforeprint", () => {
    const rows = shown.slice(0, PRINTED).map((index) => {
      const f = data.findings[index];
      return make("tr", {}, ...[title(f), data.named[f[JOB]], place(f), f[MESSAGE]].map((text) => make("td", { text })));
    });
    const more = shown.length > PRINTED ? [make("tr", {}, make("td", { colspan: 4, text: `and ${number(shown.length - PRINTED)} more` }))] : [];
    at("printed").replaceChildren(make("tr", {}, ...["rule", "job", "place", "message"].map((text) => make("th", { text }))), ...rows, ...more);
  });
  addEventListener("afterprint", () => at("printed").replaceChildren());

  // What is as wide as the page is drawn anew when that changes.
  const FITTED = ["outcomes", "waits", "durations", "heat"];
  const plot = (ids) => { for (const id of ids) at(id).replaceChildren(draws[id]()); };
  let later;
  let wide = innerWidth;
  addEventListener("resize", () => {
    clearTimeout(later);
    if (innerWidth !== wide) later = setTimeout(() => { wide = innerWidth; plot(FITTED); for (const drawn of document.querySelectorAll(".timeline")) drawn.again(); }, 100);
  });

  // The list is there at once; the plots follow when it has been painted.
  tick();
  apply();
  requestAnimationFrame(() => setTimeout(() => {
    plot(["machine", "transitions", ...FITTED]);
    const [, asked] = /^#finding-(\d+)$/.exec(location.hash) ?? [];
    if (asked && data.findings[asked]) open(+asked);
    document.documentElement.dataset.ready = "true";
  }));
})();
