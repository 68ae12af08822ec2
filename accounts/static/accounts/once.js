// A form that is sent is not sent again by a second click.
document.addEventListener("submit", (event) => {
  const button = event.target.matches("form.confirm") && event.submitter;
  if (button) setTimeout(() => (button.disabled = true));
});
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("form.confirm [type=submit]")) button.disabled = false;
});
