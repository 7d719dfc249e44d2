// Shows a race at the update that the slider is at: uncovers the curves up to there, says who is ahead and who has ended.
// It is the onload handler of a style element.
const box = this.closest(".bp-race");
if (!box || box.isRaced) return; // replaced before it was loaded
box.isRaced = true;

// Places in words: “B leads with E = 0.0021, then A 0.013”, “A and C arrived at update 12, B at 57”.
const told = (places, first, next, between = "") =>
  places.map(([who, number], i) => (i ? `${i > 1 ? "" : between}${who} ${next}` : `${who} ${first}`) + number).join(", ");

let moments;
const show = () => {
  const handle = box.querySelector(".noUi-handle"), menus = [...box.querySelectorAll("select")];
  const line = box.querySelector(".bp-ahead .bp-said");
  if (!handle || !line || menus.length < 4) return; // not drawn yet
  moments ??= JSON.parse(line.nextElementSibling.textContent);
  const [share, after, standings, update] = moments[Number(handle.getAttribute("aria-valuenow"))];
  const kinds = [[], [], []];
  let many = false;
  for (const [kind, number, ...rates] of standings) {
    const here = [..."ABCD"].filter((_, lane) => rates.includes(menus[lane].selectedIndex - 1));
    if (!here.length) continue;
    if (kind === 1 && !kinds[1].length) many = here.length > 1;
    kinds[kind].push([here.join(", ").replace(/, (?=.$)/, " and "), number]);
  }
  const [arrived, running, diverged] = kinds;
  const said = [
    told(arrived, "arrived at update ", "at "),
    running.length > 1 && !arrived.length
      ? told(running, many ? "lead with E = " : "leads with E = ", "", "then ")
      : told(running, many ? "are at E = " : "is at E = ", "at "),
    told(diverged, "diverged at update ", "at "),
  ];
  const words = after + (said.filter(Boolean).join("; ") || "no rate is in the race") + ".";
  if (line.textContent !== words) line.textContent = words;
  for (const runner of box.querySelectorAll(".bp-runner")) {
    const { known, before, then } = runner.dataset;
    const told = update < Number(known) ? before : then;
    if (runner.textContent !== told) runner.textContent = told;
  }
  for (const run of box.querySelectorAll(".bp-run")) run.style.clipPath = `inset(0 ${100 - share}% 0 0)`;
};

// Keys that are pressed in here are no commands to the page.
box.addEventListener("focusin", ({ target }) => (target.dataset.lmSuppressShortcuts = true));
new MutationObserver(show).observe(box, { attributeFilter: ["aria-valuenow"], childList: true, subtree: true });
show();
