// A prebuilt extension of JupyterLab, without a build: it adds one style sheet. Lines of text that run over the whole
// screen are hard to read, so they end after about 75 letters. Tables, pictures, code and widgets
// keep their width, and tables begin where the text does.
{
  const TEXT = "p, ul, ol, dl, blockquote, h1, h2, h3, h4, h5, h6";
  const plugin = {
    id: "backprop-lib:prose",
    autoStart: true,
    activate() {
      const sheet = document.createElement("style");
      sheet.textContent = `.jp-RenderedMarkdown :is(${TEXT}) { max-width: 35rem; }
        .jp-RenderedMarkdown table { margin-left: 0; }`;
      document.head.append(sheet);
    },
  };
  // What JupyterLab asks of an extension that is not part of its own bundle: a container of modules
  window._JUPYTERLAB ??= {};
  window._JUPYTERLAB["backprop-lib"] = {
    init() {},
    get: async () => () => ({ __esModule: true, default: plugin }),
  };
}
