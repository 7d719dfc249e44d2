// Where the parts of the living chain stand: layers from left to right, or downwards where there is little room.

/**
 * @typedef {{ x: number, y: number }} Point
 * @typedef {{ from: Point, to: Point }} Edge
 * @typedef {{ width: number, height: number, wide: number }} Size
 * @typedef {Size & { at: Record<string, Point>, edges: Record<string, Edge> }} Layout
 */

// How large the parts are at most, in pixels: a neuron, a field with its name, the loss
const CARD = { wide: 146, high: 114 }, FIELD = { wide: 84, high: 80 }, LOSS = { wide: 172, high: 114 };
const TO_LOSS = 86; // from the last neurons to the loss
const PITCH = 244; // from one neuron to the next
const NARROW = 122; // a neuron where there is little room

/**
 * Spread so many things evenly around the middle of `room`.
 * @param {number} count
 * @param {number} room
 * @param {number} pitch from one to the next
 */
const spread = (count, room, pitch) =>
  Array.from({ length: count }, (_, i) => room / 2 + (i - (count - 1) / 2) * pitch);

/**
 * How much of a field at `p` those that are there already cover.
 * @param {Point} p
 * @param {Point[]} placed
 */
const covered = (p, placed) => placed.reduce((all, q) => {
  const [dx, dy] = [FIELD.wide - Math.abs(p.x - q.x), FIELD.high - Math.abs(p.y - q.y)];
  return dx > 0 && dy > 0 ? all + dx * dy : all;
}, 0);

/**
 * Places on the edges of one layer where their fields cover each other least; straight ones are placed first.
 * @param {Edge[]} edges
 * @param {number[]} shares of an edge, for straight ones and for the others
 */
const placesOf = (edges, [straight, slanted]) => {
  /** @type {Point[]} */
  const places = [];
  /** @type {Point[]} */
  const placed = [];
  let total = 0;
  for (const upright of [true, false]) {
    edges.forEach(({ from, to }, i) => {
      if ((Math.abs(from.x - to.x) < 1 || Math.abs(from.y - to.y) < 1) !== upright) return;
      const shares = upright ? [straight] : [slanted, 1 / 3, 0.7, 0.2, 0.8, 0.4, 0.6];
      const choices = shares.map((s) => ({ x: from.x + s * (to.x - from.x), y: from.y + s * (to.y - from.y) }));
      const costs = choices.map((p) => covered(p, placed)), least = Math.min(...costs);
      places[i] = choices[costs.indexOf(least)];
      placed.push(places[i]);
      total += least;
    });
  }
  return { places, total };
};

/** @param {Edge[]} edges of one layer */
const onEdges = (edges) => {
  const tried = [0.5, 0.75, 0.25].flatMap((s) => [0.5, 1 / 3, 0.25, 0.7].map((r) => placesOf(edges, [s, r])));
  return tried.reduce((best, one) => (one.total < best.total ? one : best)).places;
};

/**
 * The middle of each part for a network of these sizes in so much width, by name, and its edges.
 * @param {number[]} sizes
 * @param {number} width
 * @returns {Layout}
 */
export const layoutOf = (sizes, width) => {
  const layers = sizes.length, outputs = sizes[layers - 1], most = Math.max(...sizes);
  const least = FIELD.wide + (layers - 1) * (FIELD.wide + 20 + CARD.wide) + TO_LOSS + LOSS.wide;
  const right = width >= least; // from left to right
  const wide = right || width / most > CARD.wide + 4 ? CARD.wide : NARROW;
  const high = wide === NARROW ? 156 : CARD.high;
  const [begin, card, loss] = right ? [FIELD.wide, wide, LOSS.wide] : [46, high, LOSS.high];
  const rest = width - begin - (layers - 1) * card - loss;
  const gaps = sizes.map((count, k) => {
    if (right) return k < layers - 1 ? (rest - TO_LOSS) / (layers - 1) : TO_LOSS;
    return k < layers - 1 ? (count * sizes[k + 1] > 1 ? 184 : 100) : 60;
  });
  const beneath = right && outputs % 2 ? 62 : 0; // room for a target beneath the loss
  const room = right ? (most - 1) * PITCH + CARD.high + 36 + beneath : width;
  const pitch = right ? PITCH : Math.min(PITCH, room / most);
  const sides = (/** @type {number} */ count) => spread(count, room - beneath, pitch);
  /**
   * @param {number} way
   * @param {number} side
   */
  const point = (way, side) => (right ? { x: way, y: side } : { x: side, y: way });
  /** @type {Layout} */
  const layout = { width, height: 0, wide, at: {}, edges: {} };
  const { at, edges } = layout;
  const under = right ? 0 : 16; // cards without a bias are lower: lines go on beneath them
  let end = begin; // how far the layers before reach
  sides(sizes[0]).forEach((side, i) => (at[`x[${i}]`] = point(begin / 2, side)));
  for (let k = 1; k < layers; k++) {
    const start = end + gaps[k - 1];
    sides(sizes[k]).forEach((side, i) => (at[`a${k}[${i}]`] = point(start + card / 2, side)));
    /** @type {string[]} */
    const inside = [];
    /** @type {Edge[]} */
    const free = []; // what no card covers of them
    for (const [to, q] of sides(sizes[k]).entries()) {
      for (const [from, p] of sides(sizes[k - 1]).entries()) {
        inside.push(`w${k}[${to},${from}]`);
        free.push({ from: point(end, p), to: point(start, q) });
        edges[`w${k}[${to},${from}]`] = { from: point(end - under, p), to: point(start + under, q) };
      }
    }
    onEdges(free).forEach((place, i) => (at[inside[i]] = place));
    end = start + card;
  }
  const start = end + gaps[layers - 1], middle = sides(1)[0];
  at.E = point(start + loss / 2, middle);
  sides(outputs).forEach((side, i) => {
    edges[`E/${i}`] = { from: point(end - under, side), to: point(start, middle) };
    const beside = Math.abs(side - middle) < 1 ? middle + LOSS.high / 2 + 44 : side; // not where the loss stands
    at[`t[${i}]`] = right ? { x: at.E.x, y: beside } : point(start + loss + 44, side);
    edges[`t${i}`] = { from: at[`t[${i}]`], to: at.E };
  });
  layout.height = right ? room : start + loss + 84;
  return layout;
};
