/* The proposal's form and the score sheet save themselves while somebody types. Without this file the buttons do the same.
   What the server has not confirmed is kept on this device, for each tab by itself, so that a dropped line, an ended
   session or an error page loses nothing. */
"use strict";

(() => {
  const form = document.querySelector("form[data-draft]");
  if (!form) return;
  const words = form.dataset;
  const prefix = `draft:${words.draftKey}:`;
  const status = document.querySelector("[data-draft-status]");
  const banner = document.querySelector("[data-draft-banner]");
  const TWO_WEEKS = 14 * 24 * 3600 * 1000;
  const WAIT = 1500;                       // after the last key
  const PATIENCE = 20000;                  // for one answer; milliseconds all three
  let timer = null, sending = false, again = false, stopped = false, leaving = false, pressed = null, errors = {};

  const say = (text) => { if (status) status.textContent = text; };
  function warn(text, { discard = false, restore = false } = {}) {
    banner.querySelector("[data-draft-text]").textContent = text;
    banner.querySelector("[data-draft-discard]").hidden = !discard;
    banner.querySelector("[data-draft-restore]").hidden = !restore;
    banner.hidden = false;
  }
  banner.querySelector("[data-draft-dismiss]").addEventListener("click", () => { banner.hidden = true; });

  // -- This tab ----------------------------------------------------------------------------------

  const newTab = () => Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  function named(id) {
    try { sessionStorage.setItem("tab", id); } catch { /* forbidden: then it is a new tab after every load */ }
    return id;
  }
  function stored(storage, name) { try { return storage.getItem(name); } catch { return null; } }
  let tab = stored(sessionStorage, "tab") || named(newTab());
  const key = () => prefix + tab;

  // -- On this device ----------------------------------------------------------------------------

  const fields = () => Array.from(new FormData(form)).filter(([name, value]) => !["csrfmiddlewaretoken", "tab", "continued"].includes(name) && typeof value === "string");
  const content = (list) => JSON.stringify(list.filter(([name]) => name !== "version"));

  function keep() {
    try { localStorage.setItem(key(), JSON.stringify({ at: Date.now(), version: form.elements.version.value, fields: fields() })); } catch { /* full or forbidden: the server still saves */ }
  }
  function forget(name = key()) { try { localStorage.removeItem(name); } catch { /* see above */ } }
  function kept(name = key()) {
    try {
      const found = JSON.parse(localStorage.getItem(name));
      if (found && Date.now() - found.at < TWO_WEEKS) return { name, ...found };
    } catch { /* not ours */ }
    forget(name);
    return null;
  }
  /** What other tabs have kept of this form, the newest first; most are closed long ago. */
  function keptByOthers() {
    try { return Object.keys(localStorage).filter((name) => name.startsWith(prefix) && name !== key()).map(kept).filter(Boolean).sort((a, b) => b.at - a.at); } catch { return []; }
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
    const put = (input) => {
      const wanted = values.get(input.name) || [];
      if (input.type === "checkbox" || input.type === "radio") input.checked = wanted.includes(input.value);
      else if (input.multiple) for (const option of input.options) option.selected = wanted.includes(option.value);
      else if (wanted.length) input.value = wanted[0];
    };
    const inputs = Array.from(form.elements).filter((input) => input.name && input.type !== "submit" && !["csrfmiddlewaretoken", "version", "tab", "continued"].includes(input.name));
    inputs.filter((input) => !("steps" in input.dataset)).forEach(put);
    steps();                               // the choices must be there before one is chosen
    inputs.filter((input) => "steps" in input.dataset).forEach(put);
    for (const tick of form.querySelectorAll('[data-formset-row] input[name$="-DELETE"]:checked')) tick.closest("[data-formset-row]").hidden = true;
    form.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // -- On the server -----------------------------------------------------------------------------

  const mark = () => { form.elements.tab.value = `${tab}-${Date.now()}`; };      // which tab, and after what
  function post() {
    mark();
    return fetch(words.autosave, { method: "POST", body: new FormData(form), redirect: "manual", headers: { "X-Requested-With": "fetch" }, signal: AbortSignal.timeout(PATIENCE) });
  }

  /** Signing in again changes the token of every form: take the new one from the page itself. False when signed out. */
  async function takeNewToken() {
    const answer = await fetch(location.pathname, { redirect: "manual", signal: AbortSignal.timeout(PATIENCE) });
    if (!answer.ok) return false;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const token = page.querySelector("form[data-draft] [name=csrfmiddlewaretoken]")?.value;
    if (token) for (const input of document.querySelectorAll("[name=csrfmiddlewaretoken]")) input.value = token;
    return Boolean(token);
  }

  async function send() {
    if (stopped || leaving) return;
    if (sending) { again = true; return; }
    sending = true;
    again = false;
    say(words.saving);
    const sent = content(fields());
    try {
      let answer = await post();
      if (answer.status === 403 && await takeNewToken()) answer = await post();
      if (answer.type === "opaqueredirect" || answer.status === 403) { warn(words.signedOut); say(""); }
      else if (answer.ok) understand(await answer.json(), sent);
      else say([400, 413].includes(answer.status) ? words.tooLong : words.offline);
    } catch { say(words.offline); }
    sending = false;
    if (pressed) { const button = pressed; pressed = null; form.requestSubmit(button); }
    else if (again) later();
  }

  function understand(found, sent) {
    if (found.state === "stale") { stopped = true; warn(found.message); say(""); return; }
    form.elements.version.value = found.version;
    if (found.state === "stored" && content(fields()) === sent) forget();
    for (const [name, { done, all }] of Object.entries(found.progress || {})) {
      const line = document.querySelector(`[data-progress="${CSS.escape(name)}"]`);
      if (!line) continue;
      line.querySelector("[data-progress-count]").textContent = `${done}/${all}`;
      line.classList.toggle("is-done", done === all);
    }
    const todo = document.querySelector("[data-draft-todo]");
    if (todo && found.todo !== undefined) {
      const open = Array.from(todo.querySelectorAll("details"), (part) => part.open);
      todo.innerHTML = found.todo;
      todo.querySelectorAll("details").forEach((part, place) => { part.open = part.open || Boolean(open[place]); });
    }
    errors = found.errors || {};
    showErrors();
    say(`${found.state === "stored" ? words.stored : words.kept} ${found.at}`);
  }

  /** Mistakes at their places; where somebody is still writing, in that row too, nothing is said yet. */
  function showErrors() {
    const busy = document.activeElement?.closest?.("[data-formset-row], .field");
    for (const said of form.querySelectorAll(".field-error[id]")) if (!(said.id.replace(/_error$/, "") in errors)) said.hidden = true;
    for (const input of form.querySelectorAll("[data-mistaken]")) {
      if (input.id in errors) continue;
      delete input.dataset.mistaken;
      input.removeAttribute("aria-invalid");
    }
    for (const [id, text] of Object.entries(errors)) {
      const input = document.getElementById(id);
      if (!input || (busy && busy.contains(input))) continue;
      let said = document.getElementById(`${id}_error`);
      if (!said) {
        said = document.createElement("div");
        said.className = "field-error";
        said.id = `${id}_error`;
        input.before(said);
      }
      said.hidden = false;
      said.textContent = text;
      const folded = input.closest("details");
      if (folded) folded.open = true;
      input.dataset.mistaken = "";
      input.setAttribute("aria-invalid", "true");
    }
  }
  form.addEventListener("focusout", () => setTimeout(showErrors));

  function later() { clearTimeout(timer); timer = setTimeout(send, WAIT); }

  function changed(event) {
    if (event.target.closest?.("form") !== form) return;
    keep();
    if (!stopped) later();
  }
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("click", (event) => { if (event.target.closest("[data-formset-remove]")) { keep(); later(); } });
  // An answer that is under way brings the version that this press needs. Kept until the server says that it has it (site.js).
  form.addEventListener("submit", (event) => {
    if (sending) { event.preventDefault(); event.stopPropagation(); pressed = event.submitter || form.querySelector("[name=save]"); say(words.saving); return; }
    leaving = true;
    clearTimeout(timer);
    keep();
    mark();
    try { sessionStorage.setItem("draft-sent", key()); } catch { /* then it is kept for two weeks */ }
  });
  window.addEventListener("pageshow", (event) => { if (event.persisted) { leaving = false; if (kept()) later(); } });
  for (const back of ["online", "focus"]) window.addEventListener(back, () => { if (!stopped && kept()) later(); });

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

  // -- Begin -------------------------------------------------------------------------------------

  const hasErrors = document.querySelector("[data-errors-summary]");
  let offered = null;
  function bringBack() {
    restore(offered);
    if (offered.name !== key()) forget(offered.name);      // from now on this tab keeps it
    keep();
    warn(words.restored, { discard: true });
    later();
  }
  /** Words that were never stored come back by themselves, unless somebody has saved since: then a person decides. */
  function offer(found) {
    if (!found) return;
    if (content(found.fields) === content(fields())) { if (!hasErrors) forget(found.name); return; }
    offered = found;
    if (!hasErrors && found.version === form.elements.version.value) bringBack();
    else warn(words.older, { discard: true, restore: true });
  }
  banner.querySelector("[data-draft-restore]").addEventListener("click", bringBack);
  const forgetting = document.querySelector("form[data-draft-forget]");
  function forgetAll() { leaving = true; forget(); if (offered) forget(offered.name); }
  forgetting?.addEventListener("submit", forgetAll);
  banner.querySelector("[data-draft-discard]").addEventListener("click", () => {
    if (forgetting) forgetting.requestSubmit();
    else { forgetAll(); location.reload(); }
  });

  // A second tab says so in both. One made by "duplicate" has the first one's name and takes its own.
  let alone = true;
  if ("BroadcastChannel" in window) {
    const channel = new BroadcastChannel(prefix);
    channel.addEventListener("message", ({ data }) => {
      alone = false;
      if (data.opened) channel.postMessage({ here: true, tab });
      else if (data.tab === tab) tab = named(newTab());
      if (banner.hidden) warn(words.secondTab);
    });
    channel.postMessage({ opened: true, tab });
  }
  const own = kept();
  if (own) offer(own);
  else setTimeout(() => { if (alone && !kept()) offer(keptByOthers()[0]); }, 300);
})();
