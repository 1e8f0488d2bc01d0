// Makes the frame in which an email is shown as high as the email. Nothing in the frame
// may run scripts; it shares our origin so that it can be measured from here.

function fit(frame) {
  const root = frame.contentDocument.documentElement;
  if (!root) return;
  frame.style.height = "0";
  frame.style.height = `${root.scrollHeight + 2}px`;
}

for (const frame of document.querySelectorAll(".email-preview")) {
  frame.addEventListener("load", () => fit(frame));
  window.addEventListener("resize", () => fit(frame));
  fit(frame);
}
