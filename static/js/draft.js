/* The proposal's form saves itself while somebody types. Without this file the buttons do the same.
   What the server has not confirmed is kept on this device, so that a dropped line or an ended session loses nothing. */
"use strict";

(() => {
  const form = document.querySelector("form[data-draft]");
  if (!form) return;
  const words = form.dataset;
  const key = `draft:${words.draftKey}`;
  const status = document.querySelector("[data-draft-status]");
  const banner = document.querySelector("[data-draft-banner]");
  const TWO_WEEKS = 14 * 24 * 3600 * 1000;
  const WAIT = 1500;                       // after the last key
  let timer = null, sending = false, again = false, stopped = false, leaving = false;

  const say = (text) => { if (status) status.textContent = text; };
  function warn(text, discard = false) {
    banner.querySelector("[data-draft-text]").textContent = text;
    banner.querySelector("[data-draft-discard]").hidden = !discard;
    banner.hidden = false;
  }

  // -- On this device ----------------------------------------------------------------------------

  const fields = () => Array.from(new FormData(form)).filter(([name, value]) => name !== "csrfmiddlewaretoken" && typeof value === "string");

  function keep() {
    try { localStorage.setItem(key, JSON.stringify({ at: Date.now(), version: form.elements.version.value, fields: fields() })); } catch { /* full or forbidden: the server still saves */ }
  }
  function forget() { try { localStorage.removeItem(key); } catch { /* see above */ } }
  function kept() {
    try {
      const found = JSON.parse(localStorage.getItem(key));
      if (found && Date.now() - found.at < TWO_WEEKS) return found;
    } catch { /* not ours */ }
    forget();
    return null;
  }

  /** Put what was kept back into the form; rows that are not there yet are added first. */
  function restore(found) {
    const values = new Map();
    for (const [name, value] of found.fields) values.set(name, [...(values.get(name) || []), value]);
    for (const box of form.querySelectorAll("[data-formset]")) {
      const total = `${box.dataset.formset}-TOTAL_FORMS`;
      const wanted = Number((values.get(total) || [0])[0]);
      const input = form.querySelector(`[name="${CSS.escape(total)}"]`);
      while (input && Number(input.value) < wanted) {
        const before = input.value;
        box.querySelector("[data-formset-add]")?.click();
        if (input.value === before) break;
      }
    }
    for (const input of form.elements) {
      if (!input.name || input.type === "submit" || input.name === "csrfmiddlewaretoken" || input.name === "version") continue;
      const wanted = values.get(input.name) || [];
      if (input.type === "checkbox" || input.type === "radio") input.checked = wanted.includes(input.value);
      else if (input.multiple) for (const option of input.options) option.selected = wanted.includes(option.value);
      else if (wanted.length) input.value = wanted[0];
    }
    form.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // -- On the server -----------------------------------------------------------------------------

  async function send() {
    if (stopped || leaving) return;
    if (sending) { again = true; return; }
    sending = true;
    say(words.saving);
    try {
      const answer = await fetch(words.autosave, { method: "POST", body: new FormData(form), redirect: "manual", headers: { "X-Requested-With": "fetch" } });
      if (answer.type === "opaqueredirect" || answer.status === 403) { warn(words.signedOut); say(""); }
      else if (answer.ok) understand(await answer.json());
      else say(words.offline);
    } catch { say(words.offline); }
    sending = false;
    if (again) { again = false; later(); }
  }

  function understand(found) {
    if (found.state === "stale") { stopped = true; warn(found.message); say(""); return; }
    if (found.state === "stored") {
      form.elements.version.value = found.version;
      if (!again) forget();
      for (const [name, { done, all }] of Object.entries(found.progress)) {
        const line = document.querySelector(`[data-progress="${CSS.escape(name)}"]`);
        if (!line) continue;
        line.querySelector("[data-progress-count]").textContent = `${done}/${all}`;
        line.classList.toggle("is-done", done === all);
      }
      say(`${words.stored} ${found.at}`);
    } else say(`${words.kept} ${found.at}`);
  }

  function later() { clearTimeout(timer); timer = setTimeout(send, WAIT); }

  function changed(event) {
    if (event.target.closest?.("form") !== form) return;
    keep();
    if (!stopped) later();
  }
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("click", (event) => { if (event.target.closest("[data-formset-remove]")) { keep(); later(); } });
  // Kept until another page proves that the server has it (site.js): the line may drop at this very moment.
  form.addEventListener("submit", () => { leaving = true; clearTimeout(timer); keep(); sessionStorage.setItem("draft-sent", key); });
  window.addEventListener("online", () => { if (kept()) later(); });

  // -- The steps of the plan, as choices in the budget -------------------------------------------

  function steps() {
    const found = [];
    for (const name of form.querySelectorAll('[name^="plan_steps-"][name$="-name"]')) {
      const row = name.closest("[data-formset-row]");
      const rowKey = row?.querySelector('[name$="-key"]');
      if (rowKey?.value && name.value.trim() && !row.hidden) found.push([rowKey.value, name.value.trim()]);
    }
    for (const select of form.querySelectorAll("select[data-steps]")) {
      const now = select.value;
      select.replaceChildren(new Option("—", ""), ...found.map(([value, text]) => new Option(text, value)));
      select.value = found.some(([value]) => value === now) ? now : "";
    }
  }
  form.addEventListener("change", (event) => { if (event.target.name?.startsWith("plan_steps-")) steps(); });
  form.addEventListener("row:added", steps);

  // -- A second tab ------------------------------------------------------------------------------

  if ("BroadcastChannel" in window) {
    const channel = new BroadcastChannel(key);
    channel.addEventListener("message", ({ data }) => {
      warn(words.secondTab);
      if (data === "opened") channel.postMessage("also here");
    });
    channel.postMessage("opened");
  }

  // -- Begin -------------------------------------------------------------------------------------

  const found = kept();
  const hasErrors = document.querySelector("[data-errors-summary]");
  const content = (list) => JSON.stringify(list.filter(([name]) => name !== "version"));
  const discard = banner.querySelector("[data-draft-discard]");
  const take = banner.querySelector("[data-draft-restore]");
  function bringBack() {
    restore(found);
    take.hidden = true;
    warn(words.restored, true);
    later();
  }
  if (found && content(found.fields) !== content(fields())) {
    if (!hasErrors && found.version === form.elements.version.value) bringBack();
    else { warn(words.older, true); take.hidden = false; }   // somebody has saved since: a person decides
  } else if (!hasErrors) forget();
  take.addEventListener("click", bringBack);
  discard.addEventListener("click", () => { leaving = true; forget(); location.reload(); });
})();
