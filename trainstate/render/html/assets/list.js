"use strict";
// A list of which only the rows in view exist. The arrow keys move in it, Enter and a click open.
const rowsInView = (list, { prefix, rowOf, open }) => {
  const space = list.firstElementChild;
  const narrow = matchMedia("(max-width: 800px)");
  const height = () => (narrow.matches ? 54 : 30);
  let items = [];
  let chosen = -1;

  function draw() {
    const row = height();
    space.style.height = `${items.length * row}px`;
    const first = Math.max(0, Math.floor(list.scrollTop / row) - 5);
    const last = Math.min(items.length, Math.ceil((list.scrollTop + (list.clientHeight || 380)) / row) + 5);
    space.firstElementChild.style.transform = `translateY(${first * row}px)`;
    space.firstElementChild.replaceChildren(...items.slice(first, last).map((item, offset) => {
      const place = first + offset;
      const element = rowOf(item);
      const told = { role: "option", id: `${prefix}-${place}`, "aria-selected": place === chosen, "aria-setsize": items.length, "aria-posinset": place + 1 };
      for (const [name, value] of Object.entries(told)) element.setAttribute(name, value);
      element.addEventListener("click", () => { choose(place); open(item); });
      return element;
    }));
    if (chosen >= 0) list.setAttribute("aria-activedescendant", `${prefix}-${chosen}`);
    else list.removeAttribute("aria-activedescendant");
  }
  function choose(to) {
    const row = height();
    chosen = Math.max(0, Math.min(items.length - 1, to));
    if (chosen * row < list.scrollTop) list.scrollTop = chosen * row;
    if ((chosen + 1) * row > list.scrollTop + list.clientHeight) list.scrollTop = (chosen + 1) * row - list.clientHeight;
    draw();
  }
  list.addEventListener("scroll", draw, { passive: true });
  narrow.addEventListener("change", draw);
  list.addEventListener("keydown", (event) => {
    const page = Math.max(1, Math.floor(list.clientHeight / height()) - 1);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    if (!items.length || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in steps) choose(chosen + steps[event.key]);
    else if ((event.key === "Enter" || event.key === " ") && chosen >= 0) open(items[chosen]);
    else return;
    event.preventDefault();
  });
  return (shown) => {
    items = shown;
    chosen = -1;
    list.scrollTop = 0;
    draw();
  };
};
