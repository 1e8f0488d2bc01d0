// The panel of followers in a job's editor. Wagtail draws it again with every save, so
// its buttons are heard here, and what counts down is looked for anew each time.

// "Tell them anyway" chooses in the form. The focus goes there too: it shows what was
// chosen, and stays when the panel is drawn again.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-chooses]");
  if (!button) return;
  const choice = document.querySelector(button.dataset.chooses);
  choice.checked = true;
  choice.dispatchEvent(new Event("change", { bubbles: true }));
  choice.focus();
});

// What is typed is counted once it is saved, and autosave may be paused, or not be there
// at all, as for an older version. While it works it needs a moment.
let typedAt = Infinity;
document.addEventListener("w-unsaved:add", () => {
  typedAt = Math.min(typedAt, Date.now());
});
document.addEventListener("w-unsaved:clear", () => {
  typedAt = Infinity;
});

function sayWhatIsNotCounted() {
  const waits = Date.now() - typedAt > 2_500;
  for (const line of document.querySelectorAll("[data-unsaved]")) line.hidden = !waits;
}

function minutesLeft(left) {
  return Math.ceil((Date.parse(left.dataset.countsDownTo) - Date.now()) / 60_000);
}

function countDown() {
  for (const left of document.querySelectorAll("[data-counts-down-to]")) {
    const minutes = minutesLeft(left);
    left.textContent = minutes > 0 ? left.dataset.words.replace("0", minutes) : "";
  }
}

// While an email leaves, the panel is looked at again until it says that it has left.
async function watch() {
  const panel = document.querySelector("[data-redraws-from]");
  if (!panel?.checkVisibility() || document.hidden) return;
  const counted = [...panel.querySelectorAll("[data-counts-down-to]")];
  const moves = "moves" in panel.dataset || counted.some((left) => minutesLeft(left) < 1);
  if (!moves || panel.contains(document.activeElement)) return;
  await redraw(panel);
}

async function redraw(panel) {
  const answer = await fetch(panel.dataset.redrawsFrom);
  // Elsewhere is the page to sign in.
  if (!answer.ok || answer.redirected) return;
  const drawn = new DOMParser().parseFromString(await answer.text(), "text/html");
  panel.replaceWith(drawn.querySelector("[data-redraws-from]"));
}

// A page that was made private, or public, has news without a save.
document.addEventListener("w-privacy:changed", () => {
  const panel = document.querySelector("[data-redraws-from]");
  if (panel) redraw(panel).catch(() => {});
});

setInterval(countDown, 5_000);
setInterval(sayWhatIsNotCounted, 1_000);
setInterval(() => watch().catch(() => {}), 2_000);
