// What the console does beyond plain pages: times that go on, copying, ticking, and changes that are seen. Every page works without it.
"use strict";

(() => {
  document.documentElement.dataset.script = "";

  // ago is the text of a time beside now, as the server writes it.
  const ago = (at, now) => {
    const seconds = Math.round(Math.abs(now - at) / 1000);
    const units = [[86400, "day"], [3600, "h"], [60, "min"]];
    let text = `${seconds} s`;
    if (seconds >= 90) {
      const [size, unit] = units.find(([size]) => seconds >= size);
      const count = Math.floor(seconds / size);
      text = `${count} ${unit}${unit === "day" && count > 1 ? "s" : ""}`;
    }
    return at > now && seconds > 0 ? `in ${text}` : `${text} ago`;
  };

  // The machine's clock may be wrong, so times go on from the server's.
  const served = Date.parse(document.body.dataset.now);
  const began = performance.now();
  const recount = () => {
    const now = served + performance.now() - began;
    for (const time of document.querySelectorAll("time[data-goes]")) {
      const at = Date.parse(time.dateTime);
      if (Math.abs(now - at) < 7 * 86400e3) {
        time.textContent = ago(at, now);
      }
    }
  };
  setInterval(recount, 1000);

  const said = document.getElementById("said");
  const copied = (button) => {
    const label = button.getAttribute("aria-label");
    button.setAttribute("aria-label", "Copied");
    said.textContent = "Copied";
    setTimeout(() => {
      button.setAttribute("aria-label", label);
      said.textContent = "";
    }, 2000);
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) {
      return;
    }
    // Without https there is no clipboard, and a browser may keep it from a page; what stands beside the button is selected then.
    const selected = () => {
      getSelection().selectAllChildren(button.previousElementSibling);
      said.textContent = "Selected; copy it with the keyboard";
    };
    if (navigator.clipboard) {
      navigator.clipboard.writeText(button.dataset.copy).then(() => copied(button), selected);
    } else {
      selected();
    }
  });

  // A page that is live says so, and since when it is not if its stream is lost for more than five seconds.
  const words = document.getElementById("live");
  const beat = document.getElementById("beat");
  let lost;
  const lose = () => {
    const since = new Date(served + performance.now() - began).toISOString().slice(11, 19);
    lost ??= setTimeout(() => {
      beat.classList.remove("on");
      words.textContent = `Not live since ${since} UTC`;
    }, 5000);
  };
  if (document.getElementById("stream")) {
    lose();
    document.addEventListener("htmx:sse:after:connection", () => {
      clearTimeout(lost);
      lost = undefined;
      beat.classList.add("on");
      words.textContent = "Live";
    });
    for (const event of ["htmx:sse:error", "htmx:sse:close", "htmx:sse:before:connection", "htmx:response:error"]) {
      document.addEventListener(event, lose);
    }
    // Only what the page answers is read aloud, and no number that changes.
    const answer = () => document.querySelector(".verdict h2")?.textContent ?? document.querySelector("h1").textContent;
    let before = answer();
    // A cell flashes once when what it says has changed; times go on by themselves and do not count.
    const cells = () => document.querySelectorAll("main tbody tr[id] > td, .verdict h2");
    const text = (cell) => {
      const copy = cell.cloneNode(true);
      copy.querySelectorAll("time").forEach((time) => { time.textContent = time.dateTime; });
      return copy.textContent;
    };
    const texts = new WeakMap();
    cells().forEach((cell) => texts.set(cell, text(cell)));
    document.addEventListener("animationend", (event) => event.target.classList.remove("flash"));
    const flash = () => {
      for (const cell of cells()) {
        const now = text(cell);
        const before = texts.get(cell);
        texts.set(cell, now);
        if (before !== undefined && before !== now) {
          cell.classList.add("flash");
        }
      }
    };
    document.addEventListener("htmx:after:swap", () => {
      flash();
      recount();
      if (answer() !== before) {
        before = answer();
        said.textContent = before;
      }
    });
  }

  // What is ticked is counted, and can be ticked and cleared at once.
  const boxes = () => [...document.querySelectorAll("input.tick")];
  const counted = () => {
    const all = boxes();
    const n = all.filter((box) => box.checked).length;
    document.getElementById("ticks").textContent = n ? `${n} of ${all.length} ticked` : "";
    document.querySelector("[data-tick=none]").hidden = n === 0;
    document.querySelector("[data-tick=all]").hidden = n === all.length;
  };
  if (document.getElementById("ticked")) {
    document.addEventListener("change", counted);
    document.addEventListener("click", (event) => {
      const button = event.target.closest("[data-tick]");
      if (button) {
        boxes().forEach((box) => { box.checked = button.dataset.tick === "all"; });
        counted();
      }
    });
    addEventListener("pageshow", counted);
  }

  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-at-once]");
    if (form && event.target.matches("select")) {
      form.requestSubmit();
    }
  });
})();
