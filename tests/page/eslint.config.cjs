// How scripts are written; what names there are, and of which type, is for tsc to say.
const js = require("@eslint/js");

module.exports = [
  { ignores: ["**/walk.js"] },
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
