// Network 1-1-1, sigmoid, half_squared_error, 2 weights, no biases
export const names = {
  parameters: ["w1[0,0]", "w2[0,0]"],
  data: ["x[0]", "t[0]"],
  forward: ["z1[0]", "a1[0]", "z2[0]", "a2[0]", "E"],
  factors: [["E", "a2[0]"], ["a2[0]", "z2[0]"], ["z2[0]", "a1[0]"], ["a1[0]", "z1[0]"], ["z2[0]", "w2[0,0]"], ["z1[0]", "w1[0,0]"]],
  deltas: ["delta2[0]", "delta1[0]"],
};

/**
 * Each quantity of the forward pass, from those that it is made of.
 * @type {Record<string, (values: Record<string, number>) => number>}
 */
export const definitions = {
  "z1[0]": ({ w1_0_0, x_0 }) => w1_0_0*x_0,
  "a1[0]": ({ z1_0 }) => { const e1_0 = Math.exp(-Math.abs(z1_0)); const s1_0 = 1/(e1_0 + 1); return ((z1_0 > 0) ? (s1_0) : (e1_0*s1_0)); },
  "z2[0]": ({ a1_0, w2_0_0 }) => a1_0*w2_0_0,
  "a2[0]": ({ z2_0 }) => { const e2_0 = Math.exp(-Math.abs(z2_0)); const s2_0 = 1/(e2_0 + 1); return ((z2_0 > 0) ? (s2_0) : (e2_0*s2_0)); },
  "E": ({ a2_0, t_0 }) => (1/2)*Math.pow(-a2_0 + t_0, 2),
};

/**
 * One forward and one backward pass for one example, in the order of `names`.
 * @param {Iterable<number>} parameters
 * @param {Iterable<number>} data inputs, then targets
 */
export function passes([w1_0_0, w2_0_0], [x_0, t_0]) {
  const z1_0 = w1_0_0*x_0;
  const e1_0 = Math.exp(-Math.abs(z1_0));
  const s1_0 = 1/(e1_0 + 1);
  const a1_0 = ((z1_0 > 0) ? (s1_0) : (e1_0*s1_0));
  const z2_0 = a1_0*w2_0_0;
  const e2_0 = Math.exp(-Math.abs(z2_0));
  const s2_0 = 1/(e2_0 + 1);
  const a2_0 = ((z2_0 > 0) ? (s2_0) : (e2_0*s2_0));
  const E = (1/2)*Math.pow(-a2_0 + t_0, 2);
  const dE_da2_0 = a2_0 - t_0;
  const da2_0_dz2_0 = e2_0*Math.pow(s2_0, 2);
  const dz2_0_da1_0 = w2_0_0;
  const da1_0_dz1_0 = e1_0*Math.pow(s1_0, 2);
  const dz2_0_dw2_0_0 = a1_0;
  const dz1_0_dw1_0_0 = x_0;
  const delta2_0 = e2_0*Math.pow(s2_0, 2)*(a2_0 - t_0);
  const delta1_0 = delta2_0*e1_0*Math.pow(s1_0, 2)*w2_0_0;
  const dE_dw1_0_0 = delta1_0*x_0;
  const dE_dw2_0_0 = a1_0*delta2_0;
  return {
    forward: [z1_0, a1_0, z2_0, a2_0, E],
    factors: [dE_da2_0, da2_0_dz2_0, dz2_0_da1_0, da1_0_dz1_0, dz2_0_dw2_0_0, dz1_0_dw1_0_0],
    deltas: [delta2_0, delta1_0],
    gradients: [dE_dw1_0_0, dE_dw2_0_0],
  };
}

/**
 * Steps of gradient descent, w − η ∂E/∂w; `losses` are the means over the examples before each of them.
 * @param {Iterable<number>} parameters
 * @param {number[][]} examples each as inputs, then targets
 * @param {number} learning_rate
 * @param {number} steps
 */
export function train([w1_0_0, w2_0_0], examples, learning_rate, steps) {
  const losses = new Float64Array(steps);
  const rate = learning_rate / examples.length;
  for (let step = 0; step < steps; step += 1) {
    let loss = 0, move_w1_0_0 = 0, move_w2_0_0 = 0;
    for (const data of examples) {
      const x_0 = data[0], t_0 = data[1];
      const z1_0 = w1_0_0*x_0;
      const e1_0 = Math.exp(-Math.abs(z1_0));
      const s1_0 = 1/(e1_0 + 1);
      const a1_0 = ((z1_0 > 0) ? (s1_0) : (e1_0*s1_0));
      const z2_0 = a1_0*w2_0_0;
      const e2_0 = Math.exp(-Math.abs(z2_0));
      const s2_0 = 1/(e2_0 + 1);
      const a2_0 = ((z2_0 > 0) ? (s2_0) : (e2_0*s2_0));
      const E = (1/2)*Math.pow(-a2_0 + t_0, 2);
      const delta2_0 = e2_0*Math.pow(s2_0, 2)*(a2_0 - t_0);
      const delta1_0 = delta2_0*e1_0*Math.pow(s1_0, 2)*w2_0_0;
      loss += E;
      move_w1_0_0 += delta1_0*x_0;
      move_w2_0_0 += a1_0*delta2_0;
    }
    losses[step] = loss / examples.length;
    w1_0_0 -= rate * move_w1_0_0;
    w2_0_0 -= rate * move_w2_0_0;
  }
  return { losses, parameters: [w1_0_0, w2_0_0] };
}
