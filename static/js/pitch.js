/* A pitch day: the clock counts, the sheet closes with the scores, a lost connection is said.
   Without this file the pages say until when a phase lasts, and the server refuses what comes too late. */
"use strict";

const SOON = 60;                          // seconds before the end at which the clock changes its colour

/** 125 -> "2:05", -7 -> "+0:07": time that is over is counted on. */
function face(seconds) {
  const rest = Math.abs(seconds);
  return `${seconds < 0 ? "+" : ""}${Math.floor(rest / 60)}:${String(rest % 60).padStart(2, "0")}`;
}

function tick() {
  for (const clock of document.querySelectorAll("[data-left]")) {
    // The server says how many seconds are left; this device's own idea of the time of day does not matter.
    if (!clock.dataset.end) clock.dataset.end = String(Date.now() + Number(clock.dataset.left) * 1000);
    const left = Math.round((Number(clock.dataset.end) - Date.now()) / 1000);
    clock.querySelector("[data-clock]").textContent = face(left);
    clock.classList.toggle("is-soon", left <= SOON && left > 0);
    clock.classList.toggle("is-over", left <= 0);
  }
}

/** The sheet stays on the page when its scoring is closed, with all that was typed; it only cannot be changed. */
function closeEntry() {
  const closed = document.querySelector("[data-entry]")?.dataset.entry === "closed";
  for (const fields of document.querySelectorAll("[data-entry-fields]")) fields.disabled = closed;
  for (const notice of document.querySelectorAll("[data-closed]")) notice.hidden = !closed;
}

function say(offline) {
  for (const notice of document.querySelectorAll("[data-offline]")) notice.hidden = !offline;
}

document.addEventListener("htmx:afterSwap", () => { tick(); closeEntry(); });
document.addEventListener("htmx:afterRequest", (event) => say(!event.detail.successful && event.detail.xhr.status !== 304));
document.addEventListener("DOMContentLoaded", () => { tick(); closeEntry(); });
setInterval(tick, 1000);
