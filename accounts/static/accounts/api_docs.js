/* The page of the API: Swagger UI on the document that this instance serves. */

const page = document.getElementById("swagger-ui");
const sample = "http://127.0.0.1:8000";

// What Swagger UI leaves out for those who do not see the page or use no mouse: the choice of an
// example has a name, the beginning is a region, and the button of an operation is not a link, too.
function mend() {
  const beginning = page.querySelector(".information-container:not([role])");
  if (beginning) {
    beginning.role = "region";
    beginning.ariaLabel = "About this API";
  }
  for (const select of page.querySelectorAll("select.examples-select-element")) {
    select.ariaLabel ??= "Example";
  }
  for (const link of page.querySelectorAll(".opblock-summary-control a[href]")) {
    link.removeAttribute("href");
  }
}

new MutationObserver(mend).observe(page, { childList: true, subtree: true });

SwaggerUIBundle({
  domNode: page,
  url: page.dataset.schema,
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
  // The examples name the instance that the reader looks at.
  responseInterceptor: (response) => {
    if (response.url.endsWith(page.dataset.schema)) {
      response.text = response.text.replaceAll(sample, location.origin);
    }
    return response;
  },
});
