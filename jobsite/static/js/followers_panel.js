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

function countDown() {
  for (const left of document.querySelectorAll("[data-counts-down-to]")) {
    const ms = Date.parse(left.dataset.countsDownTo) - Date.now();
    const minutes = Math.ceil(ms / 60_000);
    left.textContent = minutes > 0 ? left.dataset.words.replace("0", minutes) : "";
  }
}

setInterval(countDown, 5_000);
