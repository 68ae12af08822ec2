/* The page of the API: Swagger UI on the document that this instance serves. */

const page = document.getElementById("swagger-ui");
const sample = "http://127.0.0.1:8000";

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
