// Puts a row of buttons under each [data-takes-placeholders], one for each
// [data-placeholder], that write its text where the cursor is in that field. Without
// this script the list is there to be read.

const placeholders = [...document.querySelectorAll("[data-placeholder]")];

function write(field, text) {
  field.focus();
  field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
  // For whoever watches what is typed: the height of the field, unsaved changes.
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

for (const field of document.querySelectorAll("[data-takes-placeholders]")) {
  const row = document.createElement("div");
  row.className = "placeholder-buttons";
  row.setAttribute("role", "group");
  row.setAttribute("aria-labelledby", `${field.id}-label`);
  for (const placeholder of placeholders) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-small button-secondary";
    button.textContent = placeholder.textContent;
    button.addEventListener("click", () => write(field, button.textContent));
    row.append(button);
  }
  field.after(row);
}

document.querySelector("[data-placeholders-hint]").hidden = false;
