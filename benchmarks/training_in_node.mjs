// Trains with a printed module, and says what one training costs once the engine has compiled it.
// Usage: node training_in_node.mjs MODULE < the arguments of its `train`, as JSON
import { readFileSync } from "node:fs";

const { train } = await import(process.argv[2]);
const given = JSON.parse(readFileSync(0, "utf8"));

/** Seconds of the processor for so many trainings. */
function spent(times) {
  const before = process.cpuUsage();
  for (let i = 0; i < times; i += 1) train(...given);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

while (process.cpuUsage().user < 5e5) train(...given); // until it is compiled
const times = Math.ceil(0.02 / Math.max(spent(3) / 3, 1e-6));
console.log(JSON.stringify({ parameters: train(...given).parameters, seconds: spent(times) / times }));
