"use strict";
// The table of all jobs: sorted, filtered, with a timeline each. Recorded text reaches the
// page only as text nodes and attribute values, never as markup.
const jobsTable = ({ data, make, at, draws, findings, open }) => {
  const [JOB, CREATED, VERDICT, , , OUTCOME, WHOLE, WAITED, BILLED, FOUND] = Array(10).keys();
  const short = (job) => data.named[job[JOB]].split("/").pop() || "(no name)";
  const time = (seconds) => (seconds === null ? "–" : spell(seconds));
  const tone = { CONSISTENT: "", UNKNOWN: "warning", INCONSISTENT: "bad" };
  const COLUMNS = [
    ["job", (job) => short(job).toLowerCase()], ["outcome", (job) => data.outcomes[job[OUTCOME]]], ["created", (job) => job[CREATED] ?? ""],
    ["duration", (job) => job[WHOLE] ?? -1], ["waited", (job) => job[WAITED] ?? -1], ["billed", (job) => job[BILLED] ?? -1], ["findings", (job) => job[FOUND]],
  ];
  const sorted = { column: 6, down: true };

  const heads = COLUMNS.map(([name], column) => make("button", { type: "button", onclick: () => { sorted.down = sorted.column === column ? !sorted.down : column > 2; sorted.column = column; apply(); } }, name));
  at("jobs-head").append(...heads);
  for (const outcome of [...new Set(data.jobs.map((job) => job[OUTCOME]))].sort()) at("jobs-outcome").append(make("option", { value: outcome, text: data.outcomes[outcome] }));

  function apply() {
    const words = at("jobs-search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const outcome = at("jobs-outcome").value;
    const key = COLUMNS[sorted.column][1];
    const shown = data.jobs.filter((job) => (outcome === "" || job[OUTCOME] === +outcome) && words.every((word) => data.named[job[JOB]].toLowerCase().includes(word)));
    const keyed = shown.map((job, place) => [key(job), place, job]);
    keyed.sort(([a, i], [b, j]) => (a < b ? -1 : a > b ? 1 : 0) * (sorted.down ? -1 : 1) || i - j);
    heads.forEach((head, column) => {
      head.textContent = COLUMNS[column][0] + (column === sorted.column ? (sorted.down ? " ↓" : " ↑") : "");
      head.setAttribute("aria-pressed", String(column === sorted.column));
    });
    at("jobs-shown").textContent = `${number(shown.length)} of ${number(data.jobs.length)} jobs`;
    list(keyed.map(([, , job]) => job));
  }
  const list = rowsInView(at("jobs-list"), { prefix: "job", open: show, rowOf: (job) => {
    const outcome = data.outcomes[job[OUTCOME]];
    const cells = [short(job), outcome, (job[CREATED] ?? "–").slice(0, 16).replace("T", " "), time(job[WHOLE]), time(job[WAITED]), time(job[BILLED])];
    const dot = make("i", { class: "dot", style: `background: ${draws.outcomeColour(outcome)}` });
    return make("div", { class: "job jobrow" },
      ...cells.map((text, column) => make("span", { title: column ? "" : data.named[job[JOB]], class: column > 2 ? "amount" : "" }, ...(column === 1 ? [dot, text] : [text]))),
      make("span", { class: `amount ${tone[data.verdicts[job[VERDICT]]]}`, text: job[FOUND] ? number(job[FOUND]) : "" }));
  } });
  function show(job) {
    const own = findings.get(job[JOB]) ?? [];
    const buttons = own.slice(0, 12).map((index) => make("button", { type: "button", class: `other ${data.severities[data.findings[index][1]]}`, text: `${data.findings[index][0]} ${data.rules[data.findings[index][0]]?.name ?? ""}`, onclick: () => open(index) }));
    const more = own.length > 12 ? [` and ${number(own.length - 12)} more`] : [];
    at("job-detail").replaceChildren(
      make("h3", {}, make("code", { text: data.named[job[JOB]] || "(no name)" })),
      make("p", {}, `${data.outcomes[job[OUTCOME]]}, ${data.verdicts[job[VERDICT]]}; took ${time(job[WHOLE])}, waited ${time(job[WAITED])}, billed ${time(job[BILLED])}`),
      ...(own.length ? [make("p", {}, ...buttons, ...more)] : []),
      data.timelines[job[JOB]] ? draws.timeline(data.timelines[job[JOB]], -1) : make("p", { class: "hint", text: "Of so many jobs only the first ones have a timeline." }));
    at("job-detail").scrollIntoView({ block: "nearest" });
  }
  at("jobs-search").addEventListener("input", apply);
  at("jobs-outcome").addEventListener("change", apply);
  apply();
};
