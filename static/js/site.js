/* Progressive enhancement only: every page works with this file missing.
   Everything listens on the document, so parts that htmx brings in need no set-up of their own. */
"use strict";

document.documentElement.classList.add("js");

const all = (root, selector) => Array.from(root.querySelectorAll(selector));
const valueOf = (input) => (input ? input.value.normalize("NFKC").replace(/[,\s¥元]/g, "").replace(/[。｡]/g, ".") : "");

// -- Exact figures -----------------------------------------------------------------------------

/** "12.5" with 2 places -> 1250n; null for anything that is not such a figure. */
function scaled(text, places) {
  const match = /^(\d{1,15})(?:\.(\d*))?$/.exec(text);
  if (!match) return null;
  const fraction = (match[2] || "").replace(/0+$/, "");
  if (fraction.length > places) return null;
  return BigInt(match[1] + fraction.padEnd(places, "0"));
}

/** 123456n fen -> "1,234.56" */
function yuan(fen) {
  const digits = (fen < 0n ? -fen : fen).toString().padStart(3, "0");
  const whole = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${fen < 0n ? "−" : ""}${whole}.${digits.slice(-2)}`;
}

function write(element, text) {
  if (!element) return;
  if ("value" in element && element.tagName !== "LI") element.value = text;
  else element.textContent = text;
}

function mark(element, good) {
  element.classList.toggle("is-ok", good === true);
  element.classList.toggle("is-off", good === false);
}

const isGone = (row) => row.hidden || Boolean(row.querySelector('input[name$="-DELETE"]:checked'));

// -- Budget: price × quantity, in fen, half up -------------------------------------------------

const QUANTITY_PLACES = 2;

function lineAmount(row) {
  const price = valueOf(row.querySelector("[data-price]"));
  const quantity = valueOf(row.querySelector("[data-quantity]"));
  const given = valueOf(row.querySelector("[data-amount]"));    // an activity's material may only say what it comes to
  if (price === "" && quantity === "") return given === "" ? undefined : scaled(given, 2);   // an empty line is no mistake
  const fen = scaled(price, 2);
  const count = scaled(quantity, QUANTITY_PLACES);
  if (fen === null || count === null) return null;
  const unit = 10n ** BigInt(QUANTITY_PLACES);
  return (fen * count * 2n + unit) / (unit * 2n);
}

function sumBudget(box) {
  let total = 0n, grant = 0n, valid = true, grantValid = true;
  for (const price of all(box, "[data-price]")) {
    const row = price.closest("[data-formset-row], tr, li");
    if (!row || isGone(row)) continue;
    const amount = lineAmount(row);
    const source = row.querySelector("[data-source]");
    const isGrant = Boolean(source && source.value === "grant");
    const cell = row.querySelector("[data-line-amount]");
    if (cell) write(cell, amount === undefined ? "" : amount === null ? "—" : yuan(amount));
    if (amount === null) { valid = false; grantValid = grantValid && !isGrant; }
    if (amount) { total += amount; if (isGrant) grant += amount; }
  }
  all(box, "[data-total-all]").forEach((cell) => write(cell, valid ? yuan(total) : "—"));
  all(box, "[data-total-grant]").forEach((cell) => write(cell, grantValid ? yuan(grant) : "—"));
  for (const cell of all(box, "[data-total-difference]")) {
    const selector = cell.dataset.requestInput || box.dataset.requestInput;
    const request = selector ? scaled(valueOf(document.querySelector(selector)), 2) : null;
    const known = grantValid && request !== null;
    write(cell, known ? yuan(grant - request) : "—");
    mark(cell, known ? grant === request : undefined);
  }
}

// -- A decision: what is proposed so far, against the money left, in fen ------------------------

function sumDecision(box) {
  let total = 0n, valid = true;
  for (const choice of all(box, 'select[name^="decision-"]')) {
    if (choice.value !== "shortlist") continue;
    const amount = scaled(valueOf(box.querySelector(`[name="amount-${choice.name.slice(9)}"]`)), 2);
    if (amount === null) valid = false;
    else total += amount;
  }
  const money = scaled(box.dataset.decision, 2);
  all(box, "[data-decision-total]").forEach((cell) => write(cell, valid ? yuan(total) : "—"));
  for (const cell of all(box, "[data-decision-left]")) {
    write(cell, valid && money !== null ? yuan(money - total) : "—");
    mark(cell, valid && money !== null ? total <= money : undefined);
  }
  all(box, "[data-decision-sum]").forEach((line) => { line.hidden = false; });
}

// -- Sums of scores ----------------------------------------------------------------------------

function sumScores(target) {
  let total = 0n, valid = true;
  const scope = target.closest("form") || document;
  for (const input of all(scope, target.dataset.sumOf)) {
    const figure = scaled(valueOf(input), 4);
    const max = input.dataset.max ? scaled(input.dataset.max, 4) : null;
    const filled = valueOf(input) !== "";
    const over = filled && (figure === null || (max !== null && figure > max));
    input.classList.toggle("is-off", over);
    if (over) input.setAttribute("aria-invalid", "true"); else input.removeAttribute("aria-invalid");
    if (input.dataset.max && !input.nextElementSibling?.classList.contains("input-hint")) {
      const hint = document.createElement("span");
      hint.className = "input-hint";
      hint.textContent = `/ ${input.dataset.max}`;
      input.after(hint);
    }
    if (filled && figure === null) valid = false;
    total += (input.classList.contains("minus") ? -1n : 1n) * (figure || 0n);
  }
  if (total < 0n) total = 0n;             // deductions leave nothing at the least, a bonus a hundred at the most
  if (valid && total > 1000000n && target.closest(".score-table")?.querySelector(".sheet-bonus")) total = 1000000n;
  const fraction = (total % 10000n).toString().padStart(4, "0").replace(/0+$/, "");
  write(target, valid ? `${total / 10000n}${fraction && "."}${fraction}` : "—");
}

// -- Counting characters, as a reader would ----------------------------------------------------

const COUNTED = "textarea[data-count-max], input[data-count-max]:is([type=text], [type=tel], [type=email], [type=search], :not([type]))";
const NEARLY = 0.8;                       // a line says how long it may be only when it is nearly that long

function count(input) {
  const max = Number(input.dataset.countMax);
  const used = Array.from(input.value.replace(/\r\n/g, "\n")).length;
  if (input.tagName === "INPUT" && used < max * NEARLY) {
    if (input.nextElementSibling?.classList.contains("count")) input.nextElementSibling.remove();
    return;
  }
  let output = input.nextElementSibling;
  if (!output || !output.classList.contains("count")) {
    output = document.createElement("span");
    output.className = "count";
    output.setAttribute("aria-live", "polite");
    input.after(output);
  }
  output.textContent = `${used} / ${max}`;
  output.classList.toggle("is-off", used > max);
}

/** A folded list of tick boxes says what is ticked in it. */
function tick(box) {
  const output = box.querySelector("[data-ticked-names]");
  const ticked = all(box, "input[type=checkbox]:checked").map((input) => input.closest("label").textContent.trim());
  if (output) output.textContent = ticked.join("、") || output.dataset.none;
}

// -- Formsets ----------------------------------------------------------------------------------

function management(box, name) {
  return (box.closest("form") || document).querySelector(`[name="${CSS.escape(box.dataset.formset)}-${name}"]`);
}

/** Blank rows at the end are there for whoever has no script; with one, a row is added when it is needed. */
function tidy(box) {
  const total = management(box, "TOTAL_FORMS");
  const rows = all(box, "[data-formset-row]");
  const least = Number(box.dataset.formsetTidy);
  const isBlank = (row) => !isGone(row) && !row.querySelector(".field-error")
    && all(row, "input:not([type=hidden], [type=checkbox]), textarea").every((input) => input.value === "");
  while (total && rows.length > least && rows.length === Number(total.value) && isBlank(rows[rows.length - 1])) {
    rows.pop().remove();
    total.value = rows.length;
  }
}

function addRow(box) {
  const total = management(box, "TOTAL_FORMS");
  const template = box.querySelector("template[data-formset-empty]");
  if (!total || !template) return;
  const rows = all(box, "[data-formset-row]");
  const max = Number(management(box, "MAX_NUM_FORMS")?.value || 1000);
  if (rows.filter((row) => !isGone(row)).length >= max) return;
  const copy = document.createElement("template");
  copy.innerHTML = template.innerHTML.replaceAll("__prefix__", total.value);
  const place = box.querySelector("[data-formset-rows]");
  const added = copy.content.querySelector("[data-formset-row]") || copy.content.firstElementChild;
  const key = added?.querySelector('input[type=hidden][name$="-key"]');      // a row keeps its key for life
  if (key) key.value = Array.from(crypto.getRandomValues(new Uint8Array(4)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (place) place.append(copy.content);
  else if (rows.length) rows[rows.length - 1].after(copy.content);
  else template.before(copy.content);
  total.value = Number(total.value) + 1;
  if (window.htmx && added) window.htmx.process(added);
  refresh(box);
  box.dispatchEvent(new Event("row:added", { bubbles: true }));
  added?.querySelector("input:not([type=hidden]), select, textarea")?.focus();
}

function removeRow(button) {
  const row = button.closest("[data-formset-row]");
  const box = button.closest("[data-formset]");
  if (!row || !box) return;
  const tick = row.querySelector('input[name$="-DELETE"]');
  for (const input of all(row, "input:not([type=hidden]), select, textarea")) {
    if (input === tick) continue;
    if (tick) input.disabled = true;      // a hidden field the browser finds wrong would block the form
    else input.value = "";                // an empty extra form is ignored by the server
  }
  if (tick) tick.checked = true;
  row.hidden = true;
  (box.querySelector("[data-formset-add]") || box).focus();
}

// -- Forms: unsaved changes, sending twice -----------------------------------------------------

const changed = new Set();
const guarded = (element) => element.closest?.("form[data-guard]");

function release() {
  all(document, "[data-sent]").forEach((form) => delete form.dataset.sent);
  all(document, ".is-busy").forEach((button) => { button.disabled = false; button.classList.remove("is-busy"); });
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.matches("[hx-get], [hx-post], [hx-put], [hx-patch], [hx-delete]")) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  changed.delete(form);
  if (form.method !== "post") return;
  form.dataset.sent = "1";
  setTimeout(() => {                      // after the browser has read the pressed button's name
    const buttons = Array.from(form.elements).filter((element) => element.type === "submit" && !element.disabled);
    buttons.forEach((button) => { button.disabled = true; button.classList.add("is-busy"); });
  });
  setTimeout(release, 10000);             // a download leaves the page where it was
});
window.addEventListener("pageshow", release);
window.addEventListener("beforeunload", (event) => {
  for (const form of changed) if (form.isConnected) { event.preventDefault(); event.returnValue = ""; return; }
});

// -- Listening ---------------------------------------------------------------------------------

function refresh(root) {
  const box = root.closest?.("[data-budget]");
  (box ? [box] : all(root, "[data-budget]")).forEach(sumBudget);
  all(root, "[data-decision]").forEach(sumDecision);
  all(document, "[data-sum-of]").forEach(sumScores);
  all(root, COUNTED).forEach(count);
  all(root, "[data-ticked]").forEach(tick);
}

function onInput(event) {
  const input = event.target;
  const form = guarded(input);
  if (form) changed.add(form);
  if (input.matches?.(COUNTED)) count(input);
  if (input.closest?.("[data-ticked]")) tick(input.closest("[data-ticked]"));
  if (input.closest?.("[data-decision]")) sumDecision(input.closest("[data-decision]"));
  if (input.closest?.("[data-budget]")) sumBudget(input.closest("[data-budget]"));
  else all(document, "[data-budget]").forEach(sumBudget);      // the requested amount stands outside the table
  all(document, "[data-sum-of]").forEach(sumScores);
}
document.addEventListener("input", onInput);
document.addEventListener("change", onInput);

document.addEventListener("click", (event) => {
  const add = event.target.closest("[data-formset-add]");
  const remove = event.target.closest("[data-formset-remove]");
  if (add || remove) {
    event.preventDefault();
    const box = (add || remove).closest("[data-formset]");
    if (add) addRow(box); else removeRow(remove);
    if (box) { refresh(box); if (guarded(box)) changed.add(guarded(box)); }
  }
  if (event.target.closest("[data-print]")) window.print();
  event.target.closest("input[data-select]")?.select();
  const copying = event.target.closest("[data-copy]");
  if (copying) copy(copying);
  all(document, "details[data-menu][open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  all(document, "details[data-menu][open]").forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
});
document.addEventListener("htmx:load", (event) => refresh(event.detail.elt));

/** Put a link on the clipboard; where the browser forbids it, the text is selected to be copied by hand. */
async function copy(button) {
  const input = document.getElementById(button.dataset.copy);
  input.select();
  try { await navigator.clipboard.writeText(input.value); } catch { if (!document.execCommand("copy")) return; }
  button.textContent = button.dataset.copied;
}

/** The server says that it has stored what this tab sent (core.views.acknowledge): the device need not keep it any more. */
function forgetStoredDraft() {
  const from = /(?:^|; )stored-from=([0-9a-f]{16})/.exec(document.cookie)?.[1];
  if (!from || from !== sessionStorage.getItem("tab")) return;
  document.cookie = "stored-from=; path=/; max-age=0; samesite=lax";
  const key = sessionStorage.getItem("draft-sent");
  sessionStorage.removeItem("draft-sent");
  if (key) localStorage.removeItem(key);
}

function start() {
  all(document, "[data-formset-tidy]").forEach(tidy);
  all(document, "[data-copy]").forEach((button) => { button.hidden = false; });
  try { forgetStoredDraft(); } catch { /* storage is forbidden: then nothing was kept either */ }
  refresh(document);
  all(document, ".tabs [aria-current]").forEach((tab) => { // on a phone the one that is open may lie outside
    const row = tab.closest(".tabs");
    row.scrollLeft += tab.getBoundingClientRect().left - row.getBoundingClientRect().left - (row.clientWidth - tab.offsetWidth) / 2;
  });
  document.querySelector("[data-errors-summary]")?.focus();
}
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();
