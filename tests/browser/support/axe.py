"""Accessibility, as axe-core judges it, of what a notebook has put out."""

from npm import package

VERSION, SHA256 = "4.14.1", "e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745"

# What learners read and use; JupyterLab around it is not the course's.
RUN = """async () => {
  document.body.style.height = "100vh"; // JupyterLab's has no height, and axe holds all in it for hidden
  const include = [".jp-OutputArea", ".jp-MarkdownOutput"].filter((part) => document.querySelector(part));
  const exclude = [".jp-InternalAnchorLink"]; // JupyterLab's own ¶ beside a heading under the mouse
  const { violations } = await axe.run({ include, exclude }, { resultTypes: ["violations"] });
  return violations.flatMap(({ id, impact, nodes }) =>
    nodes.map(({ html, failureSummary }) => [impact, `${id}: ${html.slice(0, 300)} ${failureSummary}`]),
  );
}"""


def loaded(page):
    """Put axe-core into a page."""
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate((package("axe-core", VERSION, SHA256) / "axe.min.js").read_text(encoding="utf-8"))


def violations(page):
    """Return pairs of impact (minor, moderate, serious, critical) and what is wrong."""
    loaded(page)
    return page.evaluate(RUN)


def serious(page):
    """Return what keeps people out."""
    return [wrong for impact, wrong in violations(page) if impact in ("serious", "critical")]
