// Writes the colour that is offered in place of one that is too pale into its field.

for (const button of document.querySelectorAll("[data-accent]")) {
  button.addEventListener("click", () => {
    const field = document.querySelector("#id_accent");
    field.value = button.dataset.accent;
    field.focus();
    // For whoever watches what is typed: unsaved changes, the preview.
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
