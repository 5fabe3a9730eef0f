"use strict";
// Recorded text reaches the page only as text nodes and attribute values, never as markup.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const [CODE, SEVERITY, JOB, FILE, LINE, INDEX, POINTER, MESSAGE, EDITS, WITNESS] = Array(10).keys();
  // What many findings say is in the data once.
  for (const f of data.findings) for (const column of [POINTER, MESSAGE, EDITS, WITNESS]) f[column] = data.texts[f[column]];
  const ROW = 30;
  const PRINTED = 2000;
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
  const place = (f) => (f[FILE] === null ? "" : data.files[f[FILE]]) + (f[LINE] === null ? "" : ":" + f[LINE]);
  const severity = (f) => data.severities[f[SEVERITY]];
  const number = (value) => value.toLocaleString("en");
  function spell(seconds) {
    if (seconds < 120) return `${+seconds.toPrecision(3)} s`;
    if (seconds < 7200) return `${+(seconds / 60).toPrecision(3)} min`;
    return `${+(seconds / 3600).toPrecision(3)} h`;
  }

  // ---- totals
  const totals = data.summary;
  at("about").textContent =
    `Verdict ${data.verdict}. trainstate ${data.tool.version}, specification ${data.tool.spec}.` +
    (data.left_out ? ` ${number(data.left_out)} further findings are counted and not listed.` : "");
  for (const [name, tone] of [["jobs", ""], ["responses", ""], ["consistent", "good"], ["unknown", "warning"], ["inconsistent", "error"], ["errors", "error"], ["warnings", "warning"], ["infos", "info"]]) {
    at("totals").append(make("div", { class: "tile" }, make("b", { class: totals[name] ? tone : "", text: number(totals[name]) }), name));
  }

  // ---- filters
  const worst = new Map();
  for (const [job, , verdict] of data.jobs) worst.set(job, Math.max(worst.get(job) ?? 0, verdict));
  const texts = data.findings.map((f) => `${f[CODE]} ${data.rules[f[CODE]]?.name} ${data.named[f[JOB]]} ${f[MESSAGE]} ${place(f)} ${f[POINTER]}`.toLowerCase());
  const filter = { words: [], rule: "", verdict: "", hidden: new Set() };
  const infos = data.severities.indexOf("info");
  if (data.findings.some((f) => f[SEVERITY] !== infos)) filter.hidden.add(infos);
  let shown = [];
  let chosen = -1;

  data.severities.forEach((name, index) => {
    const box = make("input", { type: "checkbox", onchange: (event) => { event.target.checked ? filter.hidden.delete(index) : filter.hidden.add(index); apply(); } });
    box.checked = !filter.hidden.has(index);
    at("severities").append(make("label", { class: name }, box, ` ${name} `));
  });
  for (const [index, name] of data.verdicts.entries()) at("verdict").append(make("option", { value: index, text: name }));
  at("verdict").addEventListener("change", (event) => { filter.verdict = event.target.value; apply(); });
  at("search").addEventListener("input", (event) => { filter.words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean); apply(); });
  at("clear").addEventListener("click", () => {
    Object.assign(filter, { words: [], rule: "", verdict: "" });
    filter.hidden.clear();
    at("search").value = at("verdict").value = "";
    for (const box of at("severities").querySelectorAll("input")) box.checked = true;
    apply();
  });

  function fits(f, index) {
    return !filter.hidden.has(f[SEVERITY]) && (!filter.rule || f[CODE] === filter.rule) &&
      (filter.verdict === "" || worst.get(f[JOB]) === +filter.verdict) && filter.words.every((word) => texts[index].includes(word));
  }
  const ruleButtons = Object.entries(data.rules).sort((a, b) => b[1].count - a[1].count).map(([code, rule]) =>
    make("button", { type: "button", "data-code": code, "aria-pressed": "false", title: rule.title, onclick: () => { filter.rule = filter.rule === code ? "" : code; apply(); } },
      make("span", { class: data.severities[rule.severity], text: `${code} ${rule.name}` }), make("span", { text: number(rule.count) })));
  at("rules").append(...ruleButtons);

  function apply() {
    shown = [];
    data.findings.forEach((f, index) => { if (fits(f, index)) shown.push(index); });
    chosen = -1;
    for (const button of ruleButtons) button.setAttribute("aria-pressed", String(button.dataset.code === filter.rule));
    at("shown").textContent = `${number(shown.length)} of ${number(data.findings.length)} findings`;
    at("space").style.height = `${shown.length * ROW}px`;
    at("list").scrollTop = 0;
    draw();
  }

  // ---- the list: only the rows in view exist
  function draw() {
    const list = at("list");
    const first = Math.max(0, Math.floor(list.scrollTop / ROW) - 5);
    const last = Math.min(shown.length, Math.ceil((list.scrollTop + list.clientHeight) / ROW) + 5);
    at("rows").style.transform = `translateY(${first * ROW}px)`;
    at("rows").replaceChildren(...shown.slice(first, last).map((index, offset) => {
      const f = data.findings[index];
      const row = first + offset;
      return make("div", { class: "row", role: "option", id: `row-${row}`, "aria-selected": String(row === chosen), "aria-setsize": shown.length, "aria-posinset": row + 1, onclick: () => { choose(row); open(); } },
        make("span", { class: severity(f), text: `${f[CODE]} ${data.rules[f[CODE]]?.name ?? ""}` }),
        make("span", { class: "mono", text: data.named[f[JOB]].split("/").pop() || place(f), title: data.named[f[JOB]] }),
        make("span", { text: f[MESSAGE], title: f[MESSAGE] }));
    }));
    if (chosen >= 0) list.setAttribute("aria-activedescendant", `row-${chosen}`);
    else list.removeAttribute("aria-activedescendant");
  }
  function choose(row) {
    const list = at("list");
    chosen = Math.max(0, Math.min(shown.length - 1, row));
    if (chosen * ROW < list.scrollTop) list.scrollTop = chosen * ROW;
    if ((chosen + 1) * ROW > list.scrollTop + list.clientHeight) list.scrollTop = (chosen + 1) * ROW - list.clientHeight;
    draw();
  }
  at("list").addEventListener("scroll", draw, { passive: true });
  at("list").addEventListener("keydown", (event) => {
    const page = Math.floor(at("list").clientHeight / ROW) - 1;
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    if (!shown.length || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in steps) choose(chosen + steps[event.key]);
    else if (event.key === "Enter" || event.key === " ") open();
    else return;
    event.preventDefault();
  });

  // ---- one finding
  function open() {
    if (chosen < 0) return;
    const f = data.findings[shown[chosen]];
    const rule = data.rules[f[CODE]] ?? { name: "", title: "", why: "", help: "", sources: [] };
    const facts = make("dl");
    const fact = (name, ...value) => facts.append(make("dt", { text: name }), make("dd", {}, ...value));
    fact("job", make("code", { text: data.named[f[JOB]] || "-" }));
    if (place(f)) fact("file", make("code", { text: place(f) }));
    if (f[INDEX] !== null) fact("response", String(f[INDEX]));
    if (f[POINTER]) fact("at", make("code", { text: f[POINTER] }));
    if (f[WITNESS]) fact("expected", f[WITNESS]);
    if (f[EDITS]) fact("fewest edits", f[EDITS]);
    fact("help", rule.help);
    for (const [title, url] of rule.sources) fact("source", /^https:\/\//.test(url) ? make("a", { href: url, rel: "noopener noreferrer", target: "_blank", text: title }) : title);
    at("detail").replaceChildren(
      make("h3", {}, make("span", { class: severity(f), text: `${f[CODE]} ${rule.name}` })),
      make("p", { text: f[MESSAGE] }), make("p", { class: "hint", text: `${rule.title} ${rule.why}` }), facts, timeline(f, shown[chosen]));
    at("detail").focus({ preventScroll: true });
    at("detail").scrollIntoView({ block: "nearest" });
  }

  // ---- plots
  const names = data.statuses.map(([name]) => name);
  const palette = [...d3.schemeTableau10, ...d3.schemePaired];
  const colour = { domain: names, range: names.map((_, index) => palette[index % palette.length]) };
  const size = () => Math.max(320, Math.min(1200, document.querySelector("main").clientWidth - 20));
  const nothing = (text) => make("p", { class: "hint", text });

  function timeline(f, index) {
    const job = data.timelines[f[JOB]];
    const bars = (job?.rows ?? []).flatMap(([row, list], level) => list.map(([status, start, end]) => ({ row, level, status: data.texts[status], start: job.base + start, end: end === null ? null : job.base + end })));
    if (!bars.length) return nothing("No times were recorded for a timeline of this job.");
    const polls = job.polls.map(([time, pair]) => ({ row: "polls", time: new Date(job.base + time), pair: data.texts[pair] }));
    const marks = job.marks.map(([time, row, finding]) => ({ time: new Date(job.base + time), row: job.rows[row][0], finding, own: finding === index }));
    const times = [...bars.flatMap((bar) => [bar.start, bar.end ?? bar.start]), ...polls.map((poll) => +poll.time)];
    const latest = Math.max(...times);
    const span = Math.max(1000, latest - Math.min(...times));
    for (const bar of bars) {
      bar.open = bar.end === null;
      bar.from = new Date(bar.start);
      // An entry without a length, and one that is still open, must be seen too.
      bar.to = new Date(Math.max(bar.open ? latest : bar.end, bar.start + span / 250));
    }
    const rows = [...new Set(bars.map((bar) => bar.row)), ...(polls.length ? ["polls"] : [])];
    const about = (bar) => `${bar.status}\n${bar.from.toISOString()}\n${bar.open ? "open" : spell((bar.end - bar.start) / 1000)}`;
    const svg = Plot.plot({
      width: size() - 20, height: 70 + rows.length * 38, marginLeft: 90, ariaLabel: "Timeline of the job",
      x: { type: "utc", label: null, grid: true }, y: { domain: rows, label: null }, color: { ...colour, legend: false },
      marks: [
        Plot.barX(bars, { y: "row", x1: "from", x2: "to", fill: "status", fillOpacity: (bar) => (bar.open ? 0.5 : 0.9), insetTop: 4, insetBottom: 4, title: about, tip: true }),
        Plot.tickX(polls, { y: "row", x: "time", strokeWidth: 1.5, title: (poll) => `${poll.pair}\n${poll.time.toISOString()}` }),
        Plot.dot(marks, { y: "row", x: "time", r: (mark) => (mark.own ? 8 : 5), fill: "#d1242f", stroke: "white", symbol: "triangle", dy: -14, title: (mark) => data.findings[mark.finding][CODE] + ": " + data.findings[mark.finding][MESSAGE] }),
      ],
    });
    const legend = Plot.legend({ color: { domain: [...new Set(bars.map((bar) => bar.status))], range: [...new Set(bars.map((bar) => bar.status))].map((name) => colour.range[names.indexOf(name)] ?? "grey") } });
    return make("div", { class: "wide timeline" }, legend, svg);
  }

  function durations() {
    const rows = Object.entries(data.durations).flatMap(([status, { values }]) => values.map((seconds) => ({ status, seconds: Math.max(seconds, 0.1) })));
    if (!rows.length) return nothing("No entry was recorded with its start and its end.");
    const labels = new Map(Object.entries(data.durations).map(([status, { count }]) => [status, `${status} (${number(count)})`]));
    return Plot.plot({
      width: size(), marginLeft: 190, ariaLabel: "Durations per status",
      x: { type: "log", grid: true, label: "duration", tickFormat: spell, ticks: 6 }, y: { label: null, tickFormat: (status) => labels.get(status) ?? status },
      marks: [Plot.boxX(rows, { x: "seconds", y: "status", fill: "#79b8ff", fillOpacity: 0.6, stroke: "currentColor", r: 1.5, sort: { y: "x", reduce: "median" } })],
    });
  }

  function heat() {
    const cells = data.edges.filter((edge) => edge[2]).map(([from, to, count, illegal, , evidence]) => ({ from, to, count, illegal, evidence }));
    if (!cells.length) return nothing("No transition was recorded.");
    const used = names.filter((name) => cells.some((cell) => cell.from === name || cell.to === name));
    return Plot.plot({
      width: size(), height: 130 + used.length * 26, marginLeft: 170, marginBottom: 120, ariaLabel: "Transitions seen, from row to column",
      x: { domain: used, label: "to", tickRotate: -40 }, y: { domain: used, label: "from" }, color: { type: "symlog", scheme: "blues", label: "times seen", legend: true },
      marks: [
        Plot.cell(cells, { x: "to", y: "from", fill: "count", stroke: (cell) => (cell.illegal ? "#d1242f" : "none"), strokeWidth: 2, inset: 1, title: (cell) => `${cell.from} → ${cell.to}: ${number(cell.count)} times${cell.illegal ? `, ${number(cell.illegal)} illegal` : ""} (${cell.evidence || "in no source"})` }),
        Plot.text(cells, { x: "to", y: "from", text: (cell) => number(cell.count), fill: (cell) => (cell.count > d3.max(cells, (c) => c.count) / 20 ? "white" : "black") }),
      ],
    });
  }

  // The layout follows what was seen; of the unseen transitions one leads to each unseen
  // status, the others are drawn straight through. Identifiers are numbers: a status that
  // was recorded may have any name.
  function layout() {
    const graph = new dagre.graphlib.Graph().setGraph({ rankdir: "LR", nodesep: 22, ranksep: 26, edgesep: 14 }).setDefaultEdgeLabel(() => ({}));
    const linked = new Set(data.edges.flatMap(([from, to]) => [from, to]));
    const ids = new Map(data.statuses.filter(([name, count]) => count || linked.has(name)).map(([name, count, kind], index) => {
      graph.setNode(`s${index}`, { name, count, kind, width: Math.max(64, 24 + name.length * 7.4), height: 38 });
      return [name, `s${index}`];
    }));
    const edges = data.edges.map(([from, to, count, illegal, middle, evidence]) => ({ v: ids.get(from), w: ids.get(to), from, to, count, illegal, middle, evidence }));
    const reached = new Set(edges.filter((edge) => edge.count).flatMap((edge) => [edge.v, edge.w]));
    for (const edge of edges) {
      edge.placed = edge.v !== edge.w && (edge.count > 0 || !reached.has(edge.w));
      if (!edge.placed) continue;
      reached.add(edge.w);
      edge.label = { width: edge.count ? 76 : 0, height: edge.count ? 16 : 0, labelpos: "c", weight: 1 + Math.log2(1 + edge.count) };
      graph.setEdge(edge.v, edge.w, edge.label);
    }
    dagre.layout(graph);
    return { graph, edges };
  }
  // From the border of one box to the border of another, bent a little so that ways back show.
  function direct(a, b) {
    const [dx, dy] = [b.x - a.x, b.y - a.y];
    const reach = (box, sign) => {
      const scale = Math.min(box.width / 2 / Math.abs(dx || 1e-9), box.height / 2 / Math.abs(dy || 1e-9));
      return { x: box.x + sign * dx * scale, y: box.y + sign * dy * scale };
    };
    return [reach(a, 1), { x: (a.x + b.x) / 2 - dy * 0.08, y: (a.y + b.y) / 2 + dx * 0.08 }, reach(b, -1)];
  }
  const loop = ({ x, y, height }) => [[-14, 0], [0, -18], [0, -18], [14, 0]].map(([dx, dy]) => ({ x: x + dx, y: y - height / 2 + dy }));
  function machine() {
    const { graph, edges } = layout();
    const { width, height } = graph.graph();
    const svg = d3.create("svg").attr("viewBox", `-10 -30 ${width + 20} ${height + 60}`).attr("role", "img").attr("aria-label", "The machine with observed counts");
    const marker = svg.append("defs").append("marker").attr("id", "arrow").attr("viewBox", "0 0 8 8").attr("refX", 8).attr("refY", 4).attr("markerUnits", "userSpaceOnUse").attr("markerWidth", 9).attr("markerHeight", 9).attr("orient", "auto");
    marker.append("path").attr("d", "M0,0L8,4L0,8z").attr("fill", "context-stroke");
    const line = d3.line().x((point) => point.x).y((point) => point.y);
    const most = d3.max(edges, (edge) => edge.count) || 1;
    for (const edge of edges.sort((a, b) => a.count - b.count)) {
      const group = svg.append("g").attr("class", `edge ${edge.illegal ? "illegal" : edge.count ? "seen" : "unseen"}`);
      const points = edge.placed ? edge.label.points : edge.v === edge.w ? loop(graph.node(edge.v)) : direct(graph.node(edge.v), graph.node(edge.w));
      edge.label ??= points[1];
      group.append("path").attr("d", line.curve(edge.placed ? d3.curveMonotoneX : d3.curveBasis)(points)).attr("marker-end", "url(#arrow)").attr("stroke-width", edge.count ? 1 + 3 * Math.sqrt(edge.count / most) : 1);
      const times = edge.middle === null ? "" : `, median ${spell(edge.middle)} before`;
      group.append("title").text(`${edge.from} → ${edge.to}: ${number(edge.count)} times${edge.illegal ? `, ${number(edge.illegal)} illegal` : ""}${times} (${edge.evidence || "in no source"})`);
    }
    // The labels come last, so that no edge runs over them.
    for (const edge of edges) {
      const group = svg.append("g").attr("class", edge.illegal ? "edge illegal" : "edge seen");
      if (!edge.count) continue;
      const text = number(edge.count) + (edge.middle === null ? "" : ` · ${spell(edge.middle)}`);
      const wide = 6 + text.length * 6;
      group.append("rect").attr("x", edge.label.x - wide / 2).attr("y", edge.label.y - 8).attr("width", wide).attr("height", 16).attr("rx", 3);
      group.append("text").attr("x", edge.label.x).attr("y", edge.label.y + 4).text(text);
    }
    for (const id of graph.nodes()) {
      const node = graph.node(id);
      const group = svg.append("g").attr("class", `node ${node.kind}${node.count ? "" : " unseen"}`).attr("transform", `translate(${node.x - node.width / 2},${node.y - node.height / 2})`);
      group.append("rect").attr("width", node.width).attr("height", node.height).attr("rx", node.kind === "initial" ? 18 : 6);
      group.append("text").attr("x", node.width / 2).attr("y", 16).text(node.name || "(empty)");
      group.append("text").attr("x", node.width / 2).attr("y", 31).text(number(node.count));
    }
    return svg.node();
  }

  // ---- paper: the list in view is no list on paper
  addEventListener("beforeprint", () => {
    const rows = shown.slice(0, PRINTED).map((index) => {
      const f = data.findings[index];
      return make("tr", {}, ...[`${f[CODE]} ${data.rules[f[CODE]]?.name ?? ""}`, data.named[f[JOB]], place(f), f[MESSAGE]].map((text) => make("td", { text })));
    });
    const more = shown.length > PRINTED ? [make("tr", {}, make("td", { colspan: 4, text: `and ${number(shown.length - PRINTED)} more` }))] : [];
    at("printed").replaceChildren(make("tr", {}, ...["rule", "job", "place", "message"].map((text) => make("th", { text }))), ...rows, ...more);
  });
  addEventListener("afterprint", () => at("printed").replaceChildren());

  // The list is there at once; the plots follow when it has been painted.
  apply();
  requestAnimationFrame(() => setTimeout(() => {
    for (const [id, plot] of [["machine", machine], ["durations", durations], ["heat", heat]]) at(id).replaceChildren(plot());
    document.documentElement.dataset.ready = "true";
  }));
})();
