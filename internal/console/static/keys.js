// Single keys that lead over a page, unless the visitor has switched them off. `?` lists those that do something on it.
"use strict";

(() => {
  // The list of operations is remembered with its filters, so that one comes back to it from a row.
  const list = "/console/operations";
  if (location.pathname === list) {
    sessionStorage.setItem("list", location.pathname + location.search);
  }
  document.addEventListener("click", (event) => {
    const crumb = event.target.closest(`.crumb a[href="${list}"]`);
    // Only now: a page that is live gets its links anew.
    crumb?.setAttribute("href", sessionStorage.getItem("list") ?? list);
  }, {capture: true});
  if (!("keys" in document.body.dataset)) {
    return;
  }

  const find = (selector) => document.querySelector(selector);
  const rows = () => [...document.querySelectorAll("main tbody a.title")];
  const row = () => document.activeElement.closest("tbody tr");
  const tries = () => [...document.querySelectorAll("#tries > details")];

  // step moves the focus over rows; from none it begins at the first.
  const step = (by) => () => {
    const all = rows();
    const at = all.indexOf(row()?.querySelector("a.title"));
    all[Math.max(0, Math.min(all.length - 1, at + by))].focus();
  };
  // turn opens the try that is as far from the one that is open, and closes that.
  const turn = (by) => () => {
    const all = tries();
    const at = all.findIndex((one) => one.open);
    const next = all[Math.max(0, Math.min(all.length - 1, at + by))];
    all.forEach((one) => { one.open = one === next; });
    next.querySelector("summary").focus();
  };
  const press = (selector) => [() => find(selector), () => find(selector).click()];
  const reach = (selector) => [() => find(selector), () => find(selector).focus()];

  // Each key has what it does in words, whether it does something on this page, and how.
  const keys = {
    "/": ["Search by any id", ...reach(".top [name=q]")],
    f: ["Filter the list", ...reach("form.filters select, form.filters input:not([type=hidden])")],
    j: ["Next row", () => rows().length, step(1)],
    k: ["Row before", () => rows().length, step(-1)],
    x: ["Tick the row", () => find("input.tick"), () => row()?.querySelector("input.tick")?.click()],
    t: ["Try or look now", ...press('.verdict form[action$="/try"] button')],
    e: ["Edit and retry", ...press('.verdict a[href$="/edit"]')],
    c: ["Cancel", ...press('.verdict a[href$="/cancel"]')],
    y: ["Copy the id", ...press(".crumb [data-copy]")],
    "[": ["Older try", () => tries().length > 1, turn(1)],
    "]": ["Newer try", () => tries().length > 1, turn(-1)],
    u: ["Back to the list", ...press(".crumb a")],
    "?": ["These keys", () => true, () => show()],
  };

  // show lists the keys of this page.
  const show = () => {
    const dialog = document.createElement("dialog");
    dialog.className = "keys card padded";
    dialog.setAttribute("aria-labelledby", "keys-are");
    const title = document.createElement("h2");
    title.id = "keys-are";
    title.textContent = "Keys of this page";
    const all = document.createElement("dl");
    all.className = "facts gap";
    for (const [key, [says, there]] of Object.entries(keys)) {
      if (there()) {
        const name = document.createElement("dt");
        name.appendChild(document.createElement("kbd")).textContent = key;
        const what = document.createElement("dd");
        what.textContent = says;
        all.append(name, what);
      }
    }
    const end = document.createElement("button");
    end.className = "button gap";
    end.type = "button";
    end.textContent = "Close";
    end.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => dialog.remove());
    dialog.append(title, all, end);
    document.body.append(dialog);
    dialog.showModal();
  };

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=checkbox], [type=radio]), select, textarea, dialog");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(keys, event.key)) {
      return;
    }
    const [, there, does] = keys[event.key];
    if (there()) {
      event.preventDefault();
      does();
    }
  });
})();
