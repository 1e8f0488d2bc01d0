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
