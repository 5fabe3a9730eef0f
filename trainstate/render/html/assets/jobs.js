"use strict";
// The table of all jobs: sorted, filtered, only the rows in view exist. Recorded text reaches the
// page only as text nodes and attribute values, never as markup.
const jobsTable = ({ data, make, at, draws, findings, open }) => {
  const [JOB, CREATED, VERDICT, , , OUTCOME, WHOLE, WAITED, BILLED, FOUND] = Array(10).keys();
  const ROW = () => (matchMedia("(max-width: 800px)").matches ? 54 : 30);
  const short = (job) => data.named[job[JOB]].split("/").pop() || "(no name)";
  const time = (seconds) => (seconds === null ? "–" : spell(seconds));
  const tone = { CONSISTENT: "", UNKNOWN: "warning", INCONSISTENT: "bad" };
  const COLUMNS = [
    ["job", (job) => short(job).toLowerCase()], ["outcome", (job) => data.outcomes[job[OUTCOME]]], ["created", (job) => job[CREATED] ?? ""],
    ["duration", (job) => job[WHOLE] ?? -1], ["waited", (job) => job[WAITED] ?? -1], ["billed", (job) => job[BILLED] ?? -1], ["findings", (job) => job[FOUND]],
  ];
  const sorted = { column: 6, down: true };
  let shown = [];
  let chosen = -1;
  let drawn;

  const heads = COLUMNS.map(([name], column) => make("button", { type: "button", onclick: () => { sorted.down = sorted.column === column ? !sorted.down : column > 2; sorted.column = column; apply(); } }, name));
  at("jobs-head").append(...heads);
  for (const outcome of [...new Set(data.jobs.map((job) => job[OUTCOME]))].sort()) at("jobs-outcome").append(make("option", { value: outcome, text: data.outcomes[outcome] }));

  function apply() {
    const words = at("jobs-search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const outcome = at("jobs-outcome").value;
    const key = COLUMNS[sorted.column][1];
    shown = data.jobs.filter((job) => (outcome === "" || job[OUTCOME] === +outcome) && words.every((word) => data.named[job[JOB]].toLowerCase().includes(word)));
    const keyed = shown.map((job, place) => [key(job), place, job]);
    keyed.sort(([a, i], [b, j]) => (a < b ? -1 : a > b ? 1 : 0) * (sorted.down ? -1 : 1) || i - j);
    shown = keyed.map(([, , job]) => job);
    chosen = -1;
    heads.forEach((head, column) => {
      head.textContent = COLUMNS[column][0] + (column === sorted.column ? (sorted.down ? " ↓" : " ↑") : "");
      head.setAttribute("aria-pressed", String(column === sorted.column));
    });
    at("jobs-shown").textContent = `${number(shown.length)} of ${number(data.jobs.length)} jobs`;
    at("jobs-list").scrollTop = 0;
    draw();
  }
  function draw() {
    const list = at("jobs-list");
    const row = ROW();
    at("jobs-space").style.height = `${shown.length * row}px`;
    const first = Math.max(0, Math.floor(list.scrollTop / row) - 5);
    const last = Math.min(shown.length, Math.ceil((list.scrollTop + (list.clientHeight || 380)) / row) + 5);
    at("jobs-rows").style.transform = `translateY(${first * row}px)`;
    at("jobs-rows").replaceChildren(...shown.slice(first, last).map((job, offset) => {
      const place = first + offset;
      const cells = [short(job), data.outcomes[job[OUTCOME]], (job[CREATED] ?? "–").slice(0, 16).replace("T", " "), time(job[WHOLE]), time(job[WAITED]), time(job[BILLED])];
      return make("div", { class: "job jobrow", role: "option", id: `job-${place}`, "aria-selected": String(place === chosen), "aria-setsize": shown.length, "aria-posinset": place + 1, onclick: () => { choose(place); show(job); } },
        ...cells.map((text, column) => make("span", { text, title: column ? "" : data.named[job[JOB]], class: column > 2 ? "amount" : "" })),
        make("span", { class: `amount ${tone[data.verdicts[job[VERDICT]]]}`, text: job[FOUND] ? number(job[FOUND]) : "" }));
    }));
    if (chosen >= 0) list.setAttribute("aria-activedescendant", `job-${chosen}`);
    else list.removeAttribute("aria-activedescendant");
  }
  function choose(to) {
    const list = at("jobs-list");
    const row = ROW();
    chosen = Math.max(0, Math.min(shown.length - 1, to));
    if (chosen * row < list.scrollTop) list.scrollTop = chosen * row;
    if ((chosen + 1) * row > list.scrollTop + list.clientHeight) list.scrollTop = (chosen + 1) * row - list.clientHeight;
    draw();
  }
  function show(job) {
    drawn = job;
    const own = findings.get(job[JOB]) ?? [];
    const buttons = own.slice(0, 12).map((index) => make("button", { type: "button", class: `other ${data.severities[data.findings[index][1]]}`, text: `${data.findings[index][0]} ${data.rules[data.findings[index][0]]?.name ?? ""}`, onclick: () => open(index) }));
    const more = own.length > 12 ? [` and ${number(own.length - 12)} more`] : [];
    at("job-detail").replaceChildren(
      make("h3", {}, make("code", { text: data.named[job[JOB]] || "(no name)" })),
      make("p", {}, `${data.outcomes[job[OUTCOME]]}, ${data.verdicts[job[VERDICT]]}; took ${time(job[WHOLE])}, waited ${time(job[WAITED])}, billed ${time(job[BILLED])}`),
      ...(own.length ? [make("p", {}, ...buttons, ...more)] : []),
      data.timelines[job[JOB]] ? draws().timeline(data.timelines[job[JOB]], -1) : make("p", { class: "hint", text: "Of so many jobs only the first ones have a timeline." }));
    at("job-detail").scrollIntoView({ block: "nearest" });
  }
  at("jobs-search").addEventListener("input", apply);
  at("jobs-outcome").addEventListener("change", apply);
  at("jobs-list").addEventListener("scroll", draw, { passive: true });
  matchMedia("(max-width: 800px)").addEventListener("change", draw);
  at("jobs-list").addEventListener("keydown", (event) => {
    const page = Math.max(1, Math.floor(at("jobs-list").clientHeight / ROW()) - 1);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    if (!shown.length || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in steps) choose(chosen + steps[event.key]);
    else if ((event.key === "Enter" || event.key === " ") && chosen >= 0) show(shown[chosen]);
    else return;
    event.preventDefault();
  });
  addEventListener("resize", () => { if (drawn) show(drawn); });
  apply();
};
