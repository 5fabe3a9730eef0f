"use strict";
// The pictures of the report: timeline, outcomes, waiting, durations, machine, heat map. The texts in `data` come
// from strangers and reach the page only as text nodes and attribute values, never as markup.
const spell = (seconds) => {
  if (seconds < 60) return `${+seconds.toPrecision(3)} s`;
  if (seconds < 3600) return `${+(seconds / 60).toPrecision(3)} min`;
  if (seconds < 172800) return `${+(seconds / 3600).toPrecision(3)} h`;
  return `${+(seconds / 86400).toPrecision(3)} d`;
};
const number = (value) => value.toLocaleString("en");
// Far outside the years that a Date can hold is still text.
const iso = (ms) => (Math.abs(ms) < 8.64e15 ? new Date(ms).toISOString() : `${ms} ms`);
// What the pointer brings up repeats what the marks say.
const TIP = { ariaHidden: "true" };

const pictures = ({ data, make, choose }) => {
  const names = data.statuses.map(([name]) => name);
  // One palette by meaning; statuses that mean the same have shades of one colour. Red is for what went wrong.
  const SHADES = {
    waiting: ["#d99a2b", "#f0c674", "#b57614", "#e8b04b"], working: ["#2f6fb3", "#6ba3d6", "#1f4e86", "#93bde3"], closing: ["#2a9d8f", "#76c7bd", "#1d6f65"],
    well: ["#3a9e4f"], badly: ["#cf3a30"], stopped: ["#7d6b9e", "#a596c0", "#5b4b7a"],
  };
  const meant = d3.group(data.statuses.filter(([, , , , meaning]) => SHADES[meaning]), ([, , , , meaning]) => meaning);
  const colours = new Map([...meant].flatMap(([meaning, list]) => list.map(([name], place) => [name, SHADES[meaning][place % SHADES[meaning].length]])));
  const GREY = "#8a8f98";
  const colourOf = (status) => colours.get(status) ?? GREY;
  const style = { fontSize: "12px" };
  const size = () => Math.max(320, Math.min(1200, document.querySelector("main").clientWidth - 20));
  const nothing = (text) => make("p", { class: "hint", text });
  const isNarrow = () => size() < 700;
  // Ticks that people count in: seconds, minutes, hours, days.
  const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 172800, 604800];
  const POWERS = [0.1, 1, 10, 60, 600, 3600, 36000, 86400, 864000, 8640000];

  function timeline(job, own) {
    const bars = (job?.rows ?? []).flatMap(([row, list]) => list.map(([status, start, end]) => ({ row, status: data.texts[status] || "(empty)", start: job.base + start, end: end === null ? null : job.base + end })));
    if (!bars.length) return nothing("No times were recorded for a timeline of this job.");
    const polls = job.polls.map(([time, pair]) => ({ row: "polls", time: job.base + time, pair: data.texts[pair] }));
    const marks = job.marks.map(([time, row, finding]) => ({ time: job.base + time, row: job.rows[row][0], finding, own: finding === own }));
    // Of marks at one moment the worst, and the one that was chosen, lie on top.
    marks.sort((a, b) => a.own - b.own || data.findings[b.finding][1] - data.findings[a.finding][1]);
    const times = [...bars.flatMap((bar) => [bar.start, bar.end ?? bar.start]), ...polls.map((poll) => poll.time), ...marks.map((mark) => mark.time)];
    const [earliest, latest] = d3.extent(times);
    // A job that was born with its end has a minute around it.
    const span = latest > earliest ? Math.max(1000, latest - earliest) : 60000;
    // An entry without a length, and one that is still open, must be seen too.
    for (const bar of bars) bar.to = Math.max(bar.end ?? latest, bar.start + span / 250);
    const shown = [...new Set(bars.map((bar) => bar.status))];
    const rows = [...new Set(bars.map((bar) => bar.row)), ...(polls.length ? ["polls"] : [])];
    const since = (ms) => spell(ms / 1000);
    const step = STEPS.find((seconds) => span / 1000 / seconds <= (isNarrow() ? 4 : 9)) ?? span / 4000;
    // Seconds since the first entry, with the moment of it in the label: short and long jobs read alike.
    const x = (ms) => (ms - earliest) / 1000;
    const about = (bar) => `${bar.status}\n${iso(bar.start)}\n${bar.end === null ? "open" : since(bar.end - bar.start)}`;
    const code = (mark) => data.findings[mark.finding][0];
    const tone = (mark) => `var(--${data.severities[data.findings[mark.finding][1]]})`;
    const top = marks.length ? 24 : 4;
    const svg = Plot.plot({
      width: size() - 20, height: 70 + rows.length * (top + 37), marginLeft: 90, marginTop: 10, marginBottom: 46, style, ariaLabel: "Timeline of the job",
      x: { domain: [-span / 1e5, span / 980], label: `since ${iso(earliest)}`, labelOffset: 42, grid: true, ticks: d3.range(0, span / 980, step), tickFormat: spell },
      y: { domain: rows, label: null }, r: { type: "identity" },
      marks: [
        Plot.barX(bars, { y: "row", x1: (bar) => x(bar.start), x2: (bar) => x(bar.to), fill: (bar) => colourOf(bar.status), fillOpacity: (bar) => (bar.end === null ? 0.45 : 0.9), insetTop: top, insetBottom: 4, title: about, tip: TIP }),
        Plot.tickX(polls, { y: "row", x: (poll) => x(poll.time), stroke: "currentColor", strokeWidth: 1.5, insetTop: 8, insetBottom: 8, title: (poll) => `${poll.pair}\n${iso(poll.time)}`, tip: TIP }),
        Plot.dot(marks, { y: "row", x: (mark) => x(mark.time), r: (mark) => (mark.own ? 7 : 5), fill: tone, stroke: "var(--back)", symbol: "triangle", sort: null, rotate: 180, dy: -8, title: (mark) => `${code(mark)}: ${data.findings[mark.finding][7]}` }),
        Plot.text(marks.filter((mark) => mark.own), { y: "row", x: (mark) => x(mark.time), text: code, dy: -21, fill: tone, fontWeight: "bold" }),
      ],
    });
    const drawn = make("div", { class: "wide timeline" }, legend(shown, colourOf), svg);
    drawn.again = () => drawn.replaceWith(draws.timeline(job, own));
    return drawn;
  }
  const legend = (domain, colour) => Plot.legend({ color: { domain, range: domain.map(colour) }, style: { fontSize: "13px" } });

  // What became of the jobs, by the time of their creation: bars of hours, days, weeks, months or years.
  const SPANS = [[3600, "hour", d3.utcHour], [86400, "day", d3.utcDay], [604800, "week", d3.utcMonday], [2629800, "month", d3.utcMonth], [31557600, "year", d3.utcYear], [Infinity, "century", d3.utcYear.every(100)]];
  const MEANT = { succeeded: "well", failed: "badly", running: "working", stopping: "closing" };
  const UNSEEN = ["deleted", "unknown"];
  const STOPS = data.outcomes.filter((name) => !MEANT[name] && !UNSEEN.includes(name));
  const ORDER = ["succeeded", "failed", ...STOPS, "stopping", "running", ...UNSEEN];
  const outcomeColour = (name) => (UNSEEN.includes(name) ? GREY : MEANT[name] ? SHADES[MEANT[name]][0] : SHADES.stopped[STOPS.indexOf(name) % 3]);
  function outcomes() {
    const rows = data.jobs.filter(([, created]) => created).map((job) => ({ at: new Date(job[1]), outcome: data.outcomes[job[5]] }));
    if (!rows.length) return nothing("No job was recorded with its creation.");
    const [first, last] = d3.extent(rows, (row) => row.at);
    const [, unit, interval] = SPANS.find(([seconds]) => (last - first) / 1000 / seconds <= (isNarrow() ? 25 : 60));
    const most = d3.max(d3.rollup(rows, (some) => some.length, (row) => +interval.floor(row.at)).values());
    const domain = ORDER.filter((name) => rows.some((row) => row.outcome === name));
    return make("div", {}, legend(domain, outcomeColour), Plot.plot({
      width: size(), height: 240, marginLeft: 60, marginBottom: 46, style, ariaLabel: "Outcomes over time",
      x: { label: `created, by the ${unit} (UTC)`, labelOffset: 42 }, y: { grid: true, label: "jobs", ticks: Math.min(5, most) }, color: { domain, range: domain.map(outcomeColour) },
      marks: [Plot.rectY(rows, Plot.binX({ y: "count" }, { x: "at", interval, fill: "outcome", order: domain, tip: { ...TIP, lineWidth: 40 } })), Plot.ruleY([0])],
    }));
  }

  const durations = () => boxes(data.durations, colourOf, "Durations per status", "duration, of all entries that have ended");
  const waits = () => boxes(data.waits, () => SHADES.waiting[0], "Waiting by instance type", "time that a job waited for its instances");
  function boxes(measured, colour, ariaLabel, label) {
    const rows = Object.entries(measured).map(([status, { count, box, beyond }]) => ({ status, count, box, beyond }));
    if (!rows.length) return nothing("No times were recorded for this.");
    // A linear axis of logarithms: d3 labels no tick of a logarithmic one between powers of ten.
    // Nothing is shorter than a tenth of a second on it; the quartiles are of what was recorded.
    const place = (seconds) => Math.log10(Math.max(seconds, 0.1));
    const points = rows.flatMap(({ status, beyond }) => beyond.map((seconds) => ({ status, seconds })));
    const values = [...rows.flatMap(({ box }) => box), ...points.map(({ seconds }) => seconds)].map((seconds) => Math.max(seconds, 0.1));
    let [least, greatest] = d3.extent(values);
    // Where all are about the same, the axis reaches to what people count in.
    if (greatest < 10 * least) {
      least = POWERS.findLast((each) => each <= least) ?? least;
      greatest = POWERS.find((each) => each > greatest) ?? greatest;
    }
    const named = (status) => `${status} (${number(measured[status].count)})`;
    const marginLeft = Math.min(isNarrow() ? 170 : 320, 20 + 8 * d3.max(rows, ({ status }) => named(status).length));
    // Labels need room beside each other.
    const apart = (50 * Math.log10((greatest * 1.5) / least)) / (size() - marginLeft);
    const ticks = [];
    for (const power of POWERS.filter((each) => each >= least / 1.5 && each <= greatest * 1.5).map(Math.log10)) if (!ticks.length || power - ticks.at(-1) >= apart) ticks.push(power);
    const about = ({ status, box: [low, first, middle, third, high] }) => `${status}\nmedian ${spell(middle)}\nquartiles ${spell(first)} and ${spell(third)}\nfrom ${spell(low)} to ${spell(high)}`;
    rows.sort((a, b) => a.box[2] - b.box[2]);
    return Plot.plot({
      width: size(), height: 96 + rows.length * 34, marginLeft, marginTop: 20, marginBottom: 46, ariaLabel, style: { fontSize: "13px" },
      x: { domain: [place(least) - 0.02, place(greatest) + 0.02], grid: true, label, labelOffset: 42, tickFormat: (power) => spell(10 ** power), ticks }, y: { label: null, domain: rows.map(({ status }) => status) },
      marks: [
        Plot.axisY({ label: null, tickFormat: named, tickSize: 0, textOverflow: "ellipsis", lineWidth: marginLeft / 15 - 1 }),
        Plot.ruleY(rows, { y: "status", x1: ({ box }) => place(box[0]), x2: ({ box }) => place(box[4]), stroke: "currentColor" }),
        Plot.barX(rows, { y: "status", x1: ({ box }) => place(box[1]) - 0.004, x2: ({ box }) => place(box[3]) + 0.004, fill: ({ status }) => colour(status), fillOpacity: 0.75, insetTop: 6, insetBottom: 6, title: about, tip: TIP }),
        Plot.tickX(rows, { y: "status", x: ({ box }) => place(box[2]), stroke: "currentColor", strokeWidth: 2.5, insetTop: 6, insetBottom: 6 }),
        Plot.dot(points, { y: "status", x: ({ seconds }) => place(seconds), r: 1.5, fill: "currentColor" }),
      ],
    });
  }

  function heat() {
    const all = data.edges.map(([from, to, count, illegal, middle, evidence]) => ({ from, to, count, illegal, middle, evidence }));
    const cells = all.filter((cell) => cell.count);
    if (!cells.length) return nothing("No transition was recorded.");
    const used = names.filter((name) => cells.some((cell) => cell.from === name || cell.to === name));
    const from = used.filter((name) => cells.some((cell) => cell.from === name));
    const to = used.filter((name) => cells.some((cell) => cell.to === name));
    const unseen = all.filter((cell) => !cell.count && from.includes(cell.from) && to.includes(cell.to));
    const most = Math.log1p(d3.max(cells, (cell) => cell.count));
    const strength = (cell) => 0.1 + (0.9 * Math.log1p(cell.count)) / most;
    const long = (list) => d3.max(list, (name) => name.length);
    const about = (cell) => `${cell.from} → ${cell.to}: ${number(cell.count)} times${cell.illegal ? `, ${number(cell.illegal)} illegal` : ""} (${cell.evidence || "in no source"})`;
    return Plot.plot({
      width: Math.max(Math.min(size(), 260 + to.length * 90), 200 + to.length * 44), height: 50 + 5 * long(to) + from.length * 30, marginLeft: 20 + 7 * long(from), marginTop: 20, marginBottom: 30 + 5 * long(to), marginRight: 20, style, ariaLabel: "Transitions seen, from row to column",
      x: { domain: to, label: null, tickRotate: -40 }, y: { domain: from, label: null },
      marks: [
        Plot.dot(unseen, { x: "to", y: "from", r: 1.5, fill: "var(--soft)", title: about }),
        Plot.cell(cells, { x: "to", y: "from", fill: (cell) => (cell.illegal ? "var(--error)" : "var(--info)"), fillOpacity: strength, inset: 1, rx: 3, title: about }),
        Plot.cell(cells.filter((cell) => cell.illegal), { x: "to", y: "from", stroke: "var(--error)", strokeWidth: 2, fill: "none", inset: 1, rx: 3, pointerEvents: "none" }),
        Plot.text(cells, { x: "to", y: "from", text: (cell) => number(cell.count), fill: (cell) => (strength(cell) > 0.6 ? "var(--back)" : "var(--fore)"), pointerEvents: "none" }),
      ],
    });
  }

  // The commonest transitions and one way to every other status decide the layout; the rest is
  // drawn straight through, so that a thousand odd recordings still leave a picture. Identifiers
  // are numbers: a status that was recorded may have any name.
  const PLACED = 18;
  function layout() {
    const graph = new dagre.graphlib.Graph().setGraph({ rankdir: "TB", nodesep: 26, ranksep: 30, edgesep: 14 }).setDefaultEdgeLabel(() => ({}));
    const linked = new Set(data.edges.flatMap(([from, to]) => [from, to]));
    const ids = new Map(data.statuses.filter(([name, count]) => count || linked.has(name)).map(([name, count, kind], index) => {
      graph.setNode(`s${index}`, { name, count, kind, width: Math.max(64, 24 + name.length * 7.4), height: 38 });
      return [name, `s${index}`];
    }));
    const edges = data.edges.map(([from, to, count, illegal, middle, evidence]) => ({ v: ids.get(from), w: ids.get(to), from, to, count, illegal, middle, evidence }));
    edges.sort((a, b) => b.count - a.count);
    const reached = new Set();
    edges.forEach((edge, index) => {
      edge.placed = edge.v !== edge.w && ((edge.count > 0 && index < PLACED && !edge.illegal) || !reached.has(edge.w));
      if (!edge.placed) return;
      reached.add(edge.v).add(edge.w);
      const wide = edge.count ? 76 : 0;
      edge.label = { width: wide, height: wide && 16, labelpos: "c", weight: 1 + Math.log2(1 + edge.count) };
      graph.setEdge(edge.v, edge.w, edge.label);
    });
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
    return [reach(a, 1), { x: (a.x + b.x) / 2 - dy * 0.12, y: (a.y + b.y) / 2 + dx * 0.12 }, reach(b, -1)];
  }
  // Where the bent line is halfway: the spline stays a third short of the point that bends it.
  const halfway = ([a, b, c]) => ({ x: (a.x + 4 * b.x + c.x) / 6, y: (a.y + 4 * b.y + c.y) / 6 });
  const loop = ({ x, y, height }) => [[-14, 0], [0, -18], [0, -18], [14, 0]].map(([dx, dy]) => ({ x: x + dx, y: y - height / 2 + dy }));
  const described = (edge) => `${edge.from} → ${edge.to}: ${number(edge.count)} times${edge.illegal ? `, ${number(edge.illegal)} illegal` : ""}${edge.middle === null ? "" : `, median ${spell(edge.middle)} before`} (${edge.evidence || "in no source"})`;

  function machine() {
    const { graph, edges } = layout();
    const { width, height } = graph.graph();
    const svg = d3.create("svg").attr("viewBox", `-10 -30 ${width + 20} ${height + 60}`).attr("width", width + 20).attr("role", "group").attr("aria-label", "The machine with observed counts; Tab goes from status to status");
    // A head for each kind of line: not every browser lets a head take the colour of its line.
    const heads = svg.append("defs");
    for (const kind of ["seen", "unseen", "illegal", "rare"]) {
      const marker = heads.append("marker").attr("id", `head-${kind}`).attr("viewBox", "0 0 8 8").attr("refX", 8).attr("refY", 4).attr("markerUnits", "userSpaceOnUse").attr("markerWidth", 9).attr("markerHeight", 9).attr("orient", "auto");
      marker.append("path").attr("d", "M0,0L8,4L0,8z").attr("class", `head ${kind}`);
    }
    const headOf = (edge) => (edge.illegal ? "illegal" : !edge.count ? "unseen" : edge.placed ? "seen" : "rare");
    const line = d3.line().x((point) => point.x).y((point) => point.y);
    const most = d3.max(edges, (edge) => edge.count) || 1;
    const crowded = edges.filter((edge) => edge.illegal).length > 10;
    const groups = [];
    const group = (edge, more) => {
      const made = svg.append("g").attr("class", `edge ${more} ${edge.illegal ? "illegal" : edge.count ? "seen" : "unseen"} ${edge.placed || (edge.illegal && !crowded) ? "" : "rare"}`);
      groups.push([edge, made]);
      return made;
    };
    for (const edge of [...edges].reverse()) {
      const points = edge.placed ? edge.label.points : edge.v === edge.w ? loop(graph.node(edge.v)) : direct(graph.node(edge.v), graph.node(edge.w));
      edge.middlePoint = edge.placed ? edge.label : points.length === 3 ? halfway(points) : points[1];
      const path = group(edge, "way");
      path.append("path").attr("d", line.curve(edge.placed ? d3.curveMonotoneY : d3.curveBasis)(points)).attr("marker-end", `url(#head-${headOf(edge)})`).attr("stroke-width", edge.count ? 1 + 3 * Math.sqrt(edge.count / most) : 1);
      path.append("title").text(described(edge));
    }
    // The labels come last, so that no edge runs over them.
    for (const edge of edges.filter((each) => each.count)) {
      const { x, y } = edge.middlePoint;
      const some = edge.illegal && edge.illegal < edge.count ? ` (${number(edge.illegal)} illegal)` : "";
      const text = number(edge.count) + some + (edge.middle === null ? "" : ` · ${spell(edge.middle)}`);
      const wide = 6 + text.length * 6;
      const label = group(edge, "label");
      label.append("rect").attr("x", x - wide / 2).attr("y", y - 8).attr("width", wide).attr("height", 16).attr("rx", 3);
      label.append("text").attr("x", x).attr("y", y + 4).text(text);
      label.append("title").text(described(edge));
    }
    const light = (name) => {
      svg.classed("dim", name !== null);
      for (const [edge, made] of groups) made.classed("lit", edge.from === name || edge.to === name);
    };
    for (const id of graph.nodes()) {
      const node = graph.node(id);
      const ways = edges.filter((edge) => edge.count && (edge.from === node.name || edge.to === node.name));
      const made = svg.append("g").attr("class", `node ${node.kind}${node.count ? "" : " unseen"}`).attr("transform", `translate(${node.x - node.width / 2},${node.y - node.height / 2})`)
        .attr("tabindex", 0).attr("role", "img").attr("aria-label", `${node.name}: ${number(node.count)} times. ${ways.map(described).join(". ")}`)
        .on("pointerenter focus", () => light(node.name)).on("pointerleave blur", () => light(null))
        .on("click", () => choose(node.name)).on("keydown", (event) => { if (event.key === "Enter") choose(node.name); });
      made.append("title").text(`${node.name}: click to search the findings for it`);
      const box = made.append("rect").attr("width", node.width).attr("height", node.height).attr("rx", node.kind === "initial" ? 18 : 6);
      if (node.count && node.kind !== "unknown") box.style("stroke", colourOf(node.name)).style("stroke-width", 2.5);
      made.append("text").attr("x", node.width / 2).attr("y", 16).text(node.name);
      made.append("text").attr("x", node.width / 2).attr("y", 31).text(number(node.count));
    }
    return svg.node();
  }

  // The same as the machine, for those who read, search or print.
  function transitions() {
    const rows = data.edges.filter((edge) => edge[2]).sort((a, b) => b[2] - a[2]).map(([from, to, count, illegal, middle, evidence]) =>
      make("tr", { class: illegal ? "bad" : "" }, ...[from, to, number(count), illegal ? number(illegal) : "", middle === null ? "" : spell(middle), evidence || "in no source"].map((text, column) => make("td", { text, class: column > 1 && column < 5 ? "amount" : "" }))));
    const head = ["from", "to", "seen", "illegal", "median before", "evidence"].map((text) => make("th", { text, scope: "col" }));
    return make("table", {}, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows));
  }

  // A group with a label needs a role for those who listen; Plot gives it none.
  const told = (draw) => (...given) => {
    const picture = draw(...given);
    for (const group of picture.querySelectorAll("g[aria-label]:not([role])")) group.setAttribute("role", "group");
    return picture;
  };
  const draws = { outcomeColour, timeline: told(timeline), machine, transitions, ...Object.fromEntries(Object.entries({ outcomes, waits, durations, heat }).map(([name, draw]) => [name, told(draw)])) };
  return draws;
};
