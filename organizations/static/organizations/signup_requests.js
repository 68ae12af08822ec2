/* Keys for the queue and for the page of a request, and who else looks at that. All of it is also
   there without this script, but for the keys. A key follows a link: it never decides. */

"use strict";

const KEYS_OFF = "signup-keys-off";
const ASK_EVERY_MS = 30_000;

const keysAreOn = () => localStorage.getItem(KEYS_OFF) === null;
const isTyping = (element) => element.closest("input, textarea, select, [contenteditable]") !== null;

/* Where a key looks for its link: in the row that has the focus, or on a page without rows. */
function placeOfKeys() {
  if (!document.querySelector("#result_list")) return document;
  return document.activeElement.closest("#result_list tr");
}

function moveFocus(step) {
  const links = [...document.querySelectorAll("#result_list tbody th a")];
  const row = document.activeElement.closest("#result_list tbody tr");
  const at = links.findIndex((link) => row !== null && row.contains(link));
  const to = at < 0 ? 0 : Math.min(Math.max(at + step, 0), links.length - 1);
  links[to]?.focus();
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (!keysAreOn() || isTyping(event.target)) return;
  const key = event.key.toLowerCase();
  if (key === "j" || key === "k") moveFocus(key === "j" ? 1 : -1);
  else if (/^[a-z]$/.test(key)) placeOfKeys()?.querySelector(`[data-key="${key}"]`)?.click();
}

function offerKeys(hint) {
  const button = hint.querySelector("button");
  const show = () => {
    button.textContent = keysAreOn() ? "Turn keys off" : "Turn keys on";
    button.setAttribute("aria-pressed", String(!keysAreOn()));
  };
  button.addEventListener("click", () => {
    if (keysAreOn()) localStorage.setItem(KEYS_OFF, "1");
    else localStorage.removeItem(KEYS_OFF);
    show();
  });
  show();
  hint.hidden = false;
}

async function askWhoLooks(box) {
  if (document.hidden) return;
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const headers = { "X-CSRFToken": token };
  let told;
  try {
    const answer = await fetch(box.dataset.url, { method: "POST", headers, redirect: "error" });
    if (!answer.ok) return;
    told = await answer.json();
  } catch {
    return; // logged out, or no network: the page stays as it is
  }
  for (const name of ["looking", "decided"]) {
    const line = box.querySelector(`.${name}`);
    if (line && line.textContent !== told[name]) line.textContent = told[name];
  }
}

document.addEventListener("keydown", onKey);
document.querySelectorAll(".keys").forEach(offerKeys);
const presence = document.querySelector("#presence");
if (presence) {
  setInterval(askWhoLooks, ASK_EVERY_MS, presence);
  document.addEventListener("visibilitychange", () => askWhoLooks(presence));
}
