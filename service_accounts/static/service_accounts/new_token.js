// Copies the token, and takes it out of the page when the page is left: going back shows none.
const field = document.getElementById("new-token");
const button = document.getElementById("copy-token");

if (field) {
  field.addEventListener("focus", () => field.select());
  button.hidden = false;
  button.addEventListener("click", async () => {
    const told = document.getElementById("copied");
    try {
      await navigator.clipboard.writeText(field.value);
      told.textContent = "Copied.";
    } catch {
      // Without https there is no clipboard.
      field.focus();
      field.select();
      told.textContent = "Selected: copy it with Ctrl+C or ⌘C.";
    }
  });
  addEventListener("pagehide", () => {
    field.value = "";
    field.defaultValue = "";
  });
}
