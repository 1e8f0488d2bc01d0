// What htmx cannot answer in place the browser asks for itself: the network failed, or
// the answer is an error page. It then shows what it would have shown without htmx.

for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, (event) => {
    const { elt, pathInfo, requestConfig } = event.detail;
    const form = elt.closest("form");
    if (form) {
      form.submit();
    } else if (requestConfig.verb === "get") {
      window.location.assign(pathInfo.finalRequestPath);
    }
  });
}

// A form says every field, and an address that somebody passes on is better short.
document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.verb !== "get") return;
  const said = [...detail.formData].filter(([, value]) => value !== "");
  for (const name of [...detail.formData.keys()]) detail.formData.delete(name);
  // Several fields may have one name, such as what is typed as a place and what is ticked.
  for (const [name, value] of said) detail.formData.append(name, value);
});

// Filters that were unfolded stay so. htmx gives the focus back to what has it by now.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (!document.querySelector(".facets[open]")) return;
  detail.serverResponse = detail.serverResponse.replace('class="facets"', "$& open");
});

// What was pressed may be gone with the part that was replaced: go on where it says what
// came of it. Where the focus has stayed, a status says it to whoever cannot see it.
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  const result = detail.elt.querySelector("[data-result]");
  const status = document.getElementById("result-status");
  if (!result || !status) return;
  if (document.activeElement === document.body) {
    result.focus({ preventScroll: true });
  } else {
    status.textContent = result.textContent.trim();
  }
});
