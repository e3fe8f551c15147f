/* Site visits, and site forms of evaluations, without a line: written here, kept on this phone, sent when there is one.
   Three promises: what is typed is kept at once; nothing is deleted here before the server says that it has it; what is
   sent twice is stored once (each sending has a key of its own). */
"use strict";

(() => {
  const store = window.visitStore, body = document.body, words = body.dataset;
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));
  // Two kinds of records by the same road: each with its form, and the addresses it is sent to.
  const KINDS = {
    visit: { form: one("form[data-visit]"), sync: words.sync, photo: words.photo, of: "project" },
    site: { form: one("form[data-site]"), sync: words.siteSync, photo: words.sitePhoto, of: "evaluation" },
  };
  const kindOf = (draft) => KINDS[draft.kind] || KINDS.visit;
  let form = KINDS.visit.form;
  const here = (selector) => one(selector, form.closest("[data-view]"));
  const LONGEST_SIDE = 1600, PATIENCE = 60000, AGAIN_AFTER = 15000;   // pixels, milliseconds
  const SENT = 10, PHOTOS = 20;                                  // lines, photos a visit
  let pack = null, csrf = "", current = null, timer = null, retry = null, sending = false, again = false, signedOut = false;
  let reached = true;                        // the last question had an answer: a phone may say that it is online without any line

  const uuid = () => crypto.randomUUID();
  const mine = (draft) => pack && draft.user === pack.user;

  function make(tag, text = "", attributes = {}) {
    const element = document.createElement(tag);
    element.textContent = text;
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  }
  function complain(text) { const box = one("[data-trouble]"); box.textContent = text; box.hidden = !text; }

  /** The phone's wall clock, as an input of day and time takes it. */
  function wallClock(moment = new Date()) {
    const shifted = new Date(moment.getTime() - moment.getTimezoneOffset() * 60000);
    return shifted.toISOString().slice(0, 16);
  }

  // -- The list ----------------------------------------------------------------------------------

  function row(title, small, ...buttons) {
    const line = make("li"), cluster = make("span", "", { class: "cluster" });
    line.append(make("span", title, { class: "strong" }), make("small", small));
    cluster.append(...buttons);
    line.append(cluster);
    return line;
  }
  function button(text, press, attributes = {}) {
    const made = make("button", text, { class: "btn btn-small", type: "button", ...attributes });
    made.addEventListener("click", press);
    return made;
  }
  const link = (text, url) => make("a", text, { class: "btn btn-small", href: url });

  function stateOf(draft, photos) {
    if (draft.state === "refused") return words.wRefused + (draft.message || "");
    if (draft.state === "mend") return words.wMend;
    const bad = photos.find((photo) => photo.refused);
    if (bad) return words.wPhotoRefused + bad.refused;
    if (draft.state === "photos") return words.wPhotos + photos.filter((photo) => !photo.sent).length;
    return draft.state === "waiting" ? (sending ? words.wSending : words.wWaiting) : words.wBegun;
  }

  async function showList() {
    const drafts = (await store.drafts()).sort((a, b) => b.changedAt - a.changedAt);
    const own = drafts.filter(mine);
    one("[data-packed]").textContent = pack ? `${pack.name} · ${words.wPacked}${pack.at}` : words.wNever;
    one("[data-waiting-count]").textContent = own.length;
    one("[data-waiting-none]").hidden = own.length > 0;
    one("[data-send]").hidden = !own.some((draft) => ["waiting", "photos"].includes(draft.state));
    const lines = await Promise.all(own.map(async (draft) => row(
      draft.kind === "site" ? `${words.wSite} · ${draft.title}` : draft.title, `${draft.values.visited_at?.replace("T", " ") || ""} · ${stateOf(draft, await store.photos(draft.key))}`,
      button(words.wOpen, () => open(draft.key)),
    )));
    one("[data-waiting]").replaceChildren(...lines);
    const others = drafts.length - own.length;
    one("[data-others]").hidden = !others;
    one("[data-others-count]").textContent = others;
    const held = new Set(own.map((draft) => draft.key));
    one("[data-projects]").replaceChildren(...(pack?.projects || []).map((project) => row(
      project.title, [project.group, project.place].filter(Boolean).join(" · "),
      button(words.wNew, () => begin(project), { "data-new": project.id }),
    )));
    const evaluations = pack?.site?.evaluations || [];
    one("[data-projects-box]").hidden = evaluations.length > 0 && !pack?.projects?.length;
    one("[data-evaluations-box]").hidden = !evaluations.length;
    one("[data-evaluations]").replaceChildren(...evaluations.map((evaluation) => row(
      evaluation.title, [evaluation.which, evaluation.group, evaluation.place].filter(Boolean).join(" · "),
      button(words.wNewSite, () => begin(evaluation, "site"), { "data-new-site": evaluation.id }),
    )));
    const visits = [...(pack?.visits || []), ...(pack?.site?.forms || []).map((one) => ({ ...one, kind: "site" }))];
    one("[data-mine-box]").hidden = !visits.length;
    one("[data-mine]").replaceChildren(...visits.map((visit) => row(
      visit.title, `${visit.values.visited_at.replace("T", " ")} · ${visit.values.place}`,
      ...(visit.waiting ? [link(words.wChoose, visit.waiting)] : []),
      ...(held.has(visit.key) ? [] : [button(words.wEdit, () => edit(visit), { "data-edit": visit.key })]),
    )));
    const sent = (await store.get("sent")) || [];
    one("[data-sent-box]").hidden = !sent.length;
    one("[data-sent]").replaceChildren(...sent.map((done) => row(done.title, done.at, link(done.conflict ? words.wChoose : words.wOpen, done.url))));
    one("[data-signed-out]").hidden = !signedOut;
    showLine();
  }
  function showLine() {
    const badge = one("[data-line]");
    const line = navigator.onLine && reached;
    badge.textContent = line ? words.wOnline : words.wOffline;
    badge.className = `badge badge-${line ? "good" : "warn"}`;
  }
  function view(name) {
    for (const part of all("[data-view]")) part.hidden = part.dataset.view !== name;
    window.scrollTo(0, 0);
  }

  // -- One visit ---------------------------------------------------------------------------------

  function begin(project, kind = "visit") {
    const draft = {
      key: uuid(), kind, user: pack.user, project: project.id, title: project.title, base: 0,
      checklist: project.checklist || pack.checklist, values: kind === "site" ? { visited_at: wallClock(), place: project.place } : { visited_at: wallClock() }, state: "begun", sendKey: uuid(), changedAt: Date.now(),
    };
    return write(draft);
  }
  function edit(visit) {
    const draft = {
      key: visit.key, kind: visit.kind || "visit", user: pack.user, project: visit.project, title: visit.title, base: visit.version, checklist: visit.checklist,
      values: { ...visit.values }, state: "begun", sendKey: uuid(), changedAt: Date.now(),
    };
    return write(draft);
  }
  async function open(key) {
    const draft = await store.draft(key);
    if (draft && mine(draft)) await write(draft);
  }

  function buildChecklist(draft) {
    const known = draft.kind === "site" ? pack?.site?.checklists : pack?.checklists;
    const parts = known?.[draft.checklist] || [];
    here("[data-checklist]").replaceChildren(...parts.map(({ part, items }) => {
      const section = make("section", "", { class: "form-section" });
      section.append(make("h2", part, { class: "section-title" }));
      for (const { key, text } of items) {
        const item = one("template[data-item]").content.cloneNode(true);
        one("legend", item).textContent = text;
        for (const radio of all("input[type=radio]", item)) radio.name = `answer-${key}`;
        const note = one("[data-note]", item);
        note.name = `note-${key}`;
        note.placeholder = words.wNote;
        note.setAttribute("aria-label", `${words.wNote} ${text}`);
        section.append(item);
      }
      return section;
    }));
  }

  async function write(draft) {
    current = draft;
    form = kindOf(draft).form;
    here("[data-title]").textContent = draft.title;
    form.reset();
    buildChecklist(draft);
    for (const input of Array.from(form.elements)) {
      if (!input.name) continue;
      const value = draft.values[input.name] ?? "";
      if (input.type === "radio") input.checked = input.value === value;
      else if (input.type === "checkbox") input.checked = Boolean(value);
      else input.value = value;
    }
    here("[data-saved]").textContent = "";
    showErrors(draft.state === "mend" ? draft.errors : {});
    await showPhotos();
    view(draft.kind === "site" ? "site" : "visit");
  }

  function read() {
    const values = {};
    for (const [name, value] of new FormData(form)) if (typeof value === "string") values[name] = value;
    return values;
  }

  /** Keep what is typed. A sending that is under way has another key: what is changed now is sent by itself. */
  async function keep(state = "begun") {
    clearTimeout(timer);
    const values = read();
    const changed = JSON.stringify(values) !== JSON.stringify(current.values);
    Object.assign(current, { values, state });
    if (changed) Object.assign(current, { sendKey: uuid(), changedAt: Date.now() });
    if (changed || !current.deviceAt) current.deviceAt = new Date().toISOString();
    try {
      await store.keep(current);
      here("[data-saved]").textContent = `${words.wSaved} ${new Date().toTimeString().slice(0, 5)}`;
      complain("");
    } catch { complain(words.wFull); throw new Error("not kept"); }
  }
  const keepSoon = () => { clearTimeout(timer); timer = setTimeout(() => current && keep().catch(() => {}), 300); };
  for (const kind of Object.values(KINDS)) for (const name of ["input", "change"]) {
    kind.form.addEventListener(name, (event) => { if (event.target.name) keepSoon(); });
  }
  document.addEventListener("visibilitychange", () => { if (document.hidden && current && one("[data-view=list]").hidden) keep().catch(() => {}); });

  function showErrors(errors) {
    const lines = [];
    for (const input of all("[aria-invalid]", form)) input.removeAttribute("aria-invalid");
    for (const [name, found] of Object.entries(errors || {})) {
      const input = form.elements[name];
      const label = input?.labels?.[0]?.firstChild?.textContent || input?.getAttribute?.("aria-label") || "";
      input?.setAttribute?.("aria-invalid", "true");
      for (const text of found) lines.push(make("li", label ? `${label}：${text}` : text));
    }
    const box = here("[data-errors]");
    one("ul", box).replaceChildren(...lines);
    box.hidden = !lines.length;
    if (lines.length) box.focus();
  }

  /** What the server would not take, said before it is sent. */
  async function missing() {
    const empty = all("[required]", form).filter((input) => !input.value.trim());
    const found = Object.fromEntries(empty.map((input) => [input.name, [words.wRequired]]));
    const agreed = form.elements.photos_agreed;
    if (agreed && !agreed.checked && (await store.photos(current.key)).length) found.photos_agreed = [words.wAgree];
    return found;
  }
  /** A photo that was not taken is tried again with what is sent now. */
  async function tryAgain(key) {
    for (const photo of await store.photos(key)) if (photo.refused) await store.keepPhoto({ ...photo, refused: "" });
  }
  async function finish(event) {
    event.preventDefault();
    const found = await missing();
    if (Object.keys(found).length) { await keep().catch(() => {}); showErrors(found); return; }
    try { await keep("waiting"); await tryAgain(current.key); } catch { return; }
    current = null;
    view("list");
    await showList();
    sendAll();
  }
  async function goBack() {
    try { await keep(current.state === "begun" ? "begun" : current.state); } catch { return; }
    current = null;
    view("list");
    showList();
  }
  async function discard() {
    if (!window.confirm(words.wDelete)) return;
    clearTimeout(timer);
    await store.drop(current.key);
    current = null;
    view("list");
    showList();
  }
  for (const kind of Object.values(KINDS)) {
    kind.form.addEventListener("submit", finish);
    one("[data-back]", kind.form).addEventListener("click", goBack);
    one("[data-delete]", kind.form).addEventListener("click", discard);
    one("[data-photo-input]", kind.form).addEventListener("change", takePhotos);
  }

  // -- Photos ------------------------------------------------------------------------------------

  async function smaller(file) {
    try {
      const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
      const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * scale);
      canvas.height = Math.round(picture.height * scale);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      const blob = await new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", 0.85); });
      if (blob) return { bytes: await blob.arrayBuffer(), type: "image/jpeg", name: `${file.name.replace(/\.[^.]*$/, "") || "photo"}.jpg` };
    } catch { /* no picture that this browser reads: sent as it is, and the server says so */ }
    return { bytes: await file.arrayBuffer(), type: file.type, name: file.name };
  }
  async function takePhotos(event) {
    const files = Array.from(event.target.files);
    event.target.value = "";
    await keep().catch(() => {});
    const there = (await store.photos(current.key)).length;
    complain(there + files.length > PHOTOS ? words.wTooMany : "");
    for (const file of files.slice(0, Math.max(0, PHOTOS - there))) {
      try { await store.keepPhoto({ id: uuid(), visit: current.key, sent: false, ...await smaller(file) }); } catch { complain(words.wFull); }
    }
    await showPhotos();
  }
  async function showPhotos() {
    const photos = await store.photos(current.key);
    here("[data-photos]").replaceChildren(...await Promise.all(photos.map(async (photo) => {
      const line = make("li");
      try {
        const picture = await createImageBitmap(new Blob([photo.bytes], { type: photo.type }));
        const canvas = make("canvas", "", { role: "img", "aria-label": photo.name });
        canvas.width = 160;
        canvas.height = Math.round(160 * picture.height / picture.width);
        canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
        line.append(canvas);
      } catch { line.append(make("span", photo.name)); }
      if (photo.refused) line.append(make("small", photo.refused, { class: "field-error" }));
      if (!photo.sent) line.append(button(words.wRemove, async () => { await store.dropPhoto(photo.id); await showPhotos(); }));
      return line;
    })));
  }

  // -- Sending -----------------------------------------------------------------------------------

  class SignedOut extends Error {}

  async function ask(url, options = {}) {
    const answer = await fetch(url, { redirect: "manual", credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE), ...options, headers: { "X-Requested-With": "fetch", ...(options.headers || {}) } })
      .catch((error) => { reached = false; throw error; });
    reached = true;
    if (answer.type === "opaqueredirect" || answer.status === 403) throw new SignedOut();
    if (!answer.ok) throw new Error(`answered ${answer.status}`);
    return answer.json();
  }
  const post = (url, data) => ask(url, { method: "POST", body: data, headers: { "X-CSRFToken": csrf } });

  /** Who is signed in, whom they may visit, and the token that a sending needs. */
  async function refresh() {
    const found = await ask(words.pack);
    found.site = await ask(words.sitePack);
    csrf = found.csrf;
    delete found.csrf;                       // not kept: it is worth nothing tomorrow
    if (pack && pack.user !== found.user) await store.unpack();   // what lay here of somebody else, and is on the server
    pack = found;
    await store.set("pack", pack);
    signedOut = false;
  }

  async function sendAll() {
    if (sending) { again = true; return; }
    sending = true;
    again = false;
    try {
      await refresh();
      for (const draft of (await store.drafts()).filter(mine)) {
        if (draft.key === current?.key) continue;
        if (draft.state === "waiting") await sendWords(draft);
        const now = await store.draft(draft.key);
        if (now?.state === "photos") await sendPhotos(now);
      }
      await refresh();
    } catch (error) {                        // no line, or the server is in trouble: it is tried again
      if (error instanceof SignedOut) signedOut = true;
      else if (navigator.onLine) { clearTimeout(retry); retry = setTimeout(sendAll, AGAIN_AFTER); }
    }
    sending = false;
    await showList();
    if (again) sendAll();
  }

  async function sendWords(draft) {
    const data = new FormData();
    for (const [name, value] of Object.entries(draft.values)) data.append(name, value);
    const head = { user: draft.user, [kindOf(draft).of]: draft.project, key: draft.key, send_key: draft.sendKey, base: draft.base, checklist: draft.checklist, device_at: draft.deviceAt, sent_at: new Date().toISOString() };
    for (const [name, value] of Object.entries(head)) data.append(name, value);
    const answer = await post(kindOf(draft).sync, data);
    const now = await store.draft(draft.key);
    if (!now) return;
    if (answer.state === "other") throw new SignedOut();
    const sentAsItIs = now.sendKey === draft.sendKey;
    if (answer.state === "stored" || answer.state === "conflict") {
      await remember(draft, answer);
      now.base = answer.state === "stored" ? answer.version : now.base;
      if (sentAsItIs) now.state = "photos";
      await store.keep(now);
      if (current?.key === now.key) current.base = now.base;      // opened again while it was on its way
    } else if (sentAsItIs) {
      Object.assign(now, answer.state === "invalid" ? { state: "mend", errors: answer.errors } : { state: "refused", message: answer.message });
      await store.keep(now);
    }
  }

  async function sendPhotos(draft) {
    for (const photo of (await store.photos(draft.key)).filter((each) => !each.sent && !each.refused)) {
      const data = new FormData();
      data.append("key", draft.key);
      data.append("photo", new Blob([photo.bytes], { type: photo.type }), photo.name);
      const answer = await post(kindOf(draft).photo, data);
      if (answer.state === "stored") photo.sent = true; else photo.refused = answer.message;
      await store.keepPhoto(photo);
    }
    const left = (await store.photos(draft.key)).some((photo) => !photo.sent);
    const now = await store.draft(draft.key);
    if (!left && now?.state === "photos" && now.sendKey === draft.sendKey) await store.drop(draft.key);   // all of it is on the server
  }

  async function remember(draft, answer) {
    const sent = (await store.get("sent")) || [];
    const line = { title: draft.title, at: wallClock().replace("T", " "), url: answer.url, conflict: answer.state === "conflict" };
    await store.set("sent", [line, ...sent.filter((done) => done.url !== line.url)].slice(0, SENT));
  }

  // -- Begin -------------------------------------------------------------------------------------

  one("[data-send]").addEventListener("click", sendAll);
  one("[data-wipe]").addEventListener("click", async () => {
    if (!pack || !window.confirm(words.wWipe)) return;
    await store.wipe(pack.user);
    pack = null;
    showList();
  });
  for (const back of ["online", "focus"]) window.addEventListener(back, () => { showLine(); sendAll(); });
  window.addEventListener("offline", showLine);

  async function start() {
    try {
      pack = (await store.get("pack")) || null;
      await showList();
      navigator.storage?.persist?.();          // so that a full phone asks before it clears this
    } catch { complain(words.wFull); return; }
    if ("serviceWorker" in navigator) navigator.serviceWorker.register(words.worker, { scope: words.scope }).catch(() => {});
    sendAll();
  }
  start();
})();
