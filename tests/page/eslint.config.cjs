// How scripts are written; what names there are, and of which type, is for tsc to say.
const js = require("@eslint/js");

const OLD = ["spoken", "surface/choose"]; // still travel in attributes

module.exports = [
  { ignores: [...OLD.map((name) => `backprop_lib/widgets/${name}.js`), "**/walk.js"] },
  js.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      ...{ "no-undef": "off", complexity: ["error", 15], eqeqeq: "error" },
      ...{ "no-var": "error", "prefer-const": "error", "no-eval": "error", "no-implied-eval": "error" },
      ...{ "no-new-func": "error", "no-shadow": "off", "object-shorthand": "error" },
      "max-len": ["error", { code: 120 }],
    },
  },
  { files: ["**/program.js"], rules: { "max-len": "off" } }, // printed from a derivation
];
