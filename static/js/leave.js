/* Signing out on a phone that keeps visits: what the server has is deleted here, what it has not is asked about. */
"use strict";

(() => {
  const store = window.visitStore;
  const words = document.querySelector("[data-sign-out]")?.dataset;
  if (!store || !words || !document.createElement("dialog").showModal) return;
  const path = new URL(document.querySelector("[data-sign-out]").action).pathname;
  let decided = false;

  async function unsent() {
    if (!await store.exists()) return null;
    const pack = await store.get("pack");
    const drafts = (await store.drafts()).filter((draft) => draft.user === pack?.user);
    return { user: pack?.user, count: drafts.length };
  }

  function ask(count) {
    return new Promise((resolve) => {
      const dialog = document.createElement("dialog"), text = document.createElement("p"), row = document.createElement("div");
      dialog.className = "leave-dialog";
      text.textContent = words.wUnsent.replace("{n}", count);
      row.className = "actions";
      for (const [value, label, look] of [["stay", words.wStay, "btn btn-primary"], ["keep", words.wKeep, "btn"], ["delete", words.wDelete, "btn btn-danger"]]) {
        const button = document.createElement("button");
        button.className = look;
        button.textContent = label;
        button.dataset.choice = value;
        button.addEventListener("click", () => dialog.close(value));
        row.append(button);
      }
      dialog.append(text, row);
      dialog.addEventListener("close", () => { dialog.remove(); resolve(dialog.returnValue || "stay"); });
      document.body.append(dialog);
      dialog.showModal();
    });
  }

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (decided || form.method !== "post" || new URL(form.action).pathname !== path) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    try {
      const found = await unsent();
      if (found?.count) {
        const choice = await ask(found.count);
        if (choice === "stay") { location.href = words.visits; return; }
        if (choice === "delete") await store.wipe(found.user);
      } else if (found) await store.unpack();
    } catch { /* storage is forbidden: then nothing is kept either */ }
    decided = true;
    form.requestSubmit();
  }, true);
})();
