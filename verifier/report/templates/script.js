"use strict";
// The page tells everything without this script; with it there are tabs, steps and explanations in place.
document.documentElement.classList.add("js");
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

function asTabs(list) {
  const tabs = all('[role="tab"]', list);
  const choose = (wanted) => tabs.forEach((tab) => {
    const isChosen = tab === wanted;
    tab.setAttribute("aria-selected", String(isChosen));
    tab.tabIndex = isChosen ? 0 : -1;
    document.getElementById(tab.getAttribute("aria-controls")).classList.toggle("chosen", isChosen);
  });
  tabs.forEach((tab, place) => {
    tab.addEventListener("click", () => choose(tab));
    tab.addEventListener("keydown", (event) => {
      const goals = { ArrowLeft: place - 1, ArrowRight: place + 1, Home: 0, End: tabs.length - 1 };
      if (!(event.key in goals)) return;
      event.preventDefault();
      const next = tabs[(goals[event.key] + tabs.length) % tabs.length];
      choose(next);
      next.focus();
    });
  });
  choose(tabs.find((tab) => tab.getAttribute("aria-selected") === "true") || tabs[0]);
}

function asStepper(stepper) {
  const rows = all(".timeline tr[data-step]", stepper);
  const events = all("[data-main] .event", stepper);
  const edges = all("[data-main] [data-from]", stepper);
  const range = stepper.querySelector("input");
  const output = stepper.querySelector("output");
  const start = output.textContent;
  const last = rows.length;
  const go = (wanted) => {
    const step = Math.min(last, Math.max(0, wanted));
    range.value = step;
    const isFuture = (number) => step > 0 && number > step;
    for (const part of [...rows, ...events]) {
      const number = Number(part.dataset.step);
      part.classList.toggle("future", isFuture(number));
      part.classList.toggle("current", number === step);
      if (number === step) part.setAttribute("aria-current", "step"); else part.removeAttribute("aria-current");
    }
    for (const edge of edges) {
      edge.classList.toggle("future", isFuture(Math.max(Number(edge.dataset.from), Number(edge.dataset.to)) + 1));
    }
    output.textContent = step ? `${step} of ${last}: ${rows[step - 1].dataset.say}` : start;
    range.setAttribute("aria-valuetext", output.textContent);
  };
  const now = () => Number(range.value);
  const goals = { first: () => 1, back: () => now() - 1, next: () => now() + 1, last: () => last };
  all("button[data-go]", stepper).forEach((button) => button.addEventListener("click", () => go(goals[button.dataset.go]())));
  range.addEventListener("input", () => go(now()));
  all(".controls button, .timeline", stepper).concat(stepper.querySelector(".scroll")).forEach((part) =>
    part.addEventListener("keydown", (event) => {
      const keys = { ArrowRight: "next", ArrowDown: "next", ArrowLeft: "back", ArrowUp: "back", Home: "first", End: "last" };
      if (!(event.key in keys) || event.defaultPrevented) return;
      event.preventDefault();
      go(goals[keys[event.key]]());
    }));
  [...rows, ...events].forEach((part) => part.addEventListener("click", () => go(Number(part.dataset.step))));
}

function asGraph(figure) {
  const why = figure.querySelector(".why");
  const idle = why.textContent;
  const edges = all(".edge", figure);
  const tell = (text) => {
    why.textContent = text || idle;
    why.classList.toggle("told", Boolean(text));
  };
  const focused = () => edges.find((edge) => edge === document.activeElement)?.getAttribute("aria-label");
  edges.forEach((edge, place) => {
    edge.setAttribute("tabindex", place ? "-1" : "0");
    const text = edge.getAttribute("aria-label");
    for (const kind of ["pointerenter", "focus"]) edge.addEventListener(kind, () => tell(text));
    for (const kind of ["pointerleave", "blur"]) edge.addEventListener(kind, () => tell(focused()));
    edge.addEventListener("keydown", (event) => {
      const goals = { ArrowDown: place + 1, ArrowRight: place + 1, ArrowUp: place - 1, ArrowLeft: place - 1, Home: 0, End: edges.length - 1 };
      if (!(event.key in goals)) return;
      event.preventDefault();
      const next = edges[(goals[event.key] + edges.length) % edges.length];
      edges.forEach((other) => other.setAttribute("tabindex", other === next ? "0" : "-1"));
      next.focus();
    });
  });
}

// A long source begins at what is wrong.
function asSource(box) {
  const line = box.querySelector("tr.bad, tr.missing, tr.open");
  if (line) box.scrollTop = line.offsetTop - box.clientHeight / 3;
}

all('[role="tablist"]').forEach((list) => list.firstElementChild && asTabs(list));
all(".source").forEach(asSource);
all(".stepper").forEach(asStepper);
all("figure").forEach(asGraph);

let closed = [];
addEventListener("beforeprint", () => {
  closed = all("details:not([open])");
  closed.forEach((one) => { one.open = true; });
});
addEventListener("afterprint", () => closed.forEach((one) => { one.open = false; }));
