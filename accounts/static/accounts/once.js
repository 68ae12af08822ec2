// A form that is sent is not sent again by a second click.
document.addEventListener("submit", (event) => {
  const button = event.target.matches("form.once") && event.submitter;
  if (button) setTimeout(() => (button.disabled = true));
});
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("form.once [type=submit]")) button.disabled = false;
});
