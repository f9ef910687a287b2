"use strict";

(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const one = (selector) => document.querySelector(selector);

  // Search and filters

  const toolbar = one(".toolbar");
  const search = one("#search");
  const method = one("#method");
  const toggles = all(".filters button");
  const routes = all(".route");
  const trees = all(".node, .repeated, .detached");
  let texts = null;

  /** What can be searched of each route, read once and only if someone searches. */
  function searched() {
    texts ??= routes.map((route) =>
      all("code, .methods", route)
        .map((part) => part.textContent)
        .join("\n")
        .toLowerCase(),
    );
    return texts;
  }

  function narrow() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = toggles.filter(isPressed).map((toggle) => toggle.value);
    if (method.value) wanted.push(method.value);
    const isNarrowed = words.length + wanted.length > 0;
    const text = words.length ? searched() : [];
    const kept = new Set();
    let matches = 0;
    routes.forEach((route, i) => {
      const is = route.dataset.is.split(" ");
      const fits = wanted.every((each) => is.includes(each)) &&
        words.every((word) => text[i].includes(word));
      if (route.hidden === fits) route.hidden = !fits;
      if (!fits) return;
      matches += 1;
      for (let tree = route; tree && !kept.has(tree); ) {
        kept.add(tree);
        tree = tree.parentElement.closest(".node, .detached");
      }
    });
    for (const tree of trees) tree.hidden = isNarrowed && !kept.has(tree);
    one(".no-match").hidden = matches > 0 || !isNarrowed;
    const total = routes.length.toLocaleString("en");
    one("#matches").value = isNarrowed
      ? `${matches.toLocaleString("en")} of ${total} routes`
      : `${total} routes`;
  }

  function widen() {
    search.value = "";
    method.value = "";
    toggles.forEach((toggle) => toggle.setAttribute("aria-pressed", "false"));
    narrow();
  }

  const isPressed = (toggle) => toggle.getAttribute("aria-pressed") === "true";

  let frame = 0;
  function narrowSoon() {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(narrow);
  }

  search.addEventListener("input", narrowSoon);
  method.addEventListener("change", narrowSoon);
  toolbar.addEventListener("submit", (event) => event.preventDefault());
  for (const toggle of toggles) {
    toggle.addEventListener("click", () => {
      toggle.setAttribute("aria-pressed", String(!isPressed(toggle)));
      narrowSoon();
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/" && !event.target.matches("input, select")) {
      event.preventDefault();
      search.focus();
    } else if (event.key === "Escape" && event.target === search) {
      widen();
    }
  });

  // Folding

  const fold = one("#fold");
  const folded = all(".route details");
  fold.hidden = folded.length === 0;
  fold.addEventListener("click", () => {
    const isOpening = fold.textContent === "Unfold all";
    for (const details of folded) details.open = isOpening;
    fold.textContent = isOpening ? "Fold all" : "Unfold all";
  });

  /** A click on a place selects it, to be copied; it does not fold the line that it stands in. */
  document.addEventListener("click", (event) => {
    if (event.target.closest("summary .place")) event.preventDefault();
  });

  /** What a link leads to is shown, even if it was folded or filtered away. */
  function reveal() {
    const target = document.getElementById(location.hash.slice(1));
    if (!target) return;
    if (target.closest("[hidden]")) widen();
    for (let part = target; part; part = part.parentElement) {
      if (part.localName === "details") part.open = true;
    }
    target.scrollIntoView();
  }

  addEventListener("hashchange", reveal);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    // The same link a second time changes no hash.
    if (link && link.getAttribute("href") === location.hash) reveal();
  });

  // The onion: the ring that is looked at and its line in the list

  const card = document.createElement("div");
  card.className = "card";
  card.hidden = true;
  card.setAttribute("aria-hidden", "true"); // the ring is described by the line itself
  document.body.append(card);

  const lineOf = (ring) => document.getElementById(ring.getAttribute("aria-describedby"));
  let looked = null;

  function isInSight(element) {
    const { top, bottom } = element.getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
  }

  /** Beside a ring whose line in the list is out of sight, a copy of the line. */
  function placeCard() {
    card.hidden = !looked || isInSight(lineOf(looked));
    if (card.hidden) return;
    const name = looked.querySelector(".name").getBoundingClientRect();
    const below = name.bottom + 12;
    const above = name.top - 12 - card.offsetHeight;
    const rightmost = document.documentElement.clientWidth - card.offsetWidth - 16;
    card.style.top = `${below + card.offsetHeight < innerHeight ? below : Math.max(0, above)}px`;
    card.style.left = `${Math.max(16, Math.min(name.left, rightmost))}px`;
  }

  function look(ring) {
    for (const part of all(".is-current")) part.classList.remove("is-current");
    looked = ring;
    if (ring) {
      const line = lineOf(ring);
      const copy = line.cloneNode(true);
      const list = document.createElement("ol");
      copy.removeAttribute("id");
      list.className = "layers";
      list.append(copy);
      card.replaceChildren(list);
      ring.classList.add("is-current");
      line.classList.add("is-current");
    }
    placeCard();
  }

  for (const ring of all(".ring")) {
    ring.addEventListener("pointerenter", () => look(ring));
    ring.addEventListener("focus", () => look(ring));
    ring.addEventListener("pointerleave", () => look(one(".ring:focus-visible")));
    ring.addEventListener("blur", () => look(null));
  }
  addEventListener("scroll", placeCard, { passive: true });

  // Paper shows everything

  let opened = [];
  addEventListener("beforeprint", () => {
    opened = all("details:not([open])");
    for (const details of opened) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
  });

  // The page without the script has no toolbar; with it, what a link leads to stays below it.

  toolbar.hidden = routes.length === 0;
  one(".filters").hidden = toggles.length === 0;
  narrow();
  new ResizeObserver(() => {
    document.documentElement.style.setProperty("--bar", `${toolbar.offsetHeight}px`);
  }).observe(toolbar);
  one("nav details").open = matchMedia("(min-width: 82rem)").matches;
  reveal();
})();
