// Makes src/penfriend/rendering/mjml_table.json from the reference implementation's own data (MIT licence):
//
//     npm install mjml@4.18.0
//     node tools/mjml_table.mjs > src/penfriend/rendering/mjml_table.json
//
// Every component of mjml-preset-core with its attributes, whether its content is HTML, and its children. Left
// out is what mrml, our compiler, does not have.
import { createRequire } from "node:module";

const require = createRequire(`${process.cwd()}/`);
const { components, dependencies } = require("mjml-preset-core").default ?? require("mjml-preset-core");
const LEFT_OUT = new Set(["mj-html-attributes", "mj-html-attribute", "mj-selector", "mj-include"]);

const nameOf = (component) =>
  component.componentName ??
  component.name.replace(/([a-z0-9])([A-Z])/g, "$1-$2").toLowerCase();
const known = components.map((component) => [nameOf(component), component]);
const table = Object.fromEntries(
  known
    .filter(([name]) => !LEFT_OUT.has(name))
    .map(([name, component]) => [
      name,
      {
        attributes: component.allowedAttributes ?? {},
        ending: Boolean(component.endingTag),
        children: (dependencies[name] ?? []).filter((one) => typeof one === "string" && !LEFT_OUT.has(one)).sort(),
      },
    ]),
);
// What the compiler reads without a component of its own: the root, and the defaults, which take whatever the
// elements of the body take.
const HEAD = new Set(["mj-head", "mj-raw", ...dependencies["mj-head"]]);
const body = Object.keys(table).filter((name) => !HEAD.has(name));
const every = Object.fromEntries(
  [...new Set(body.flatMap((name) => Object.keys(table[name].attributes)))].sort().map((name) => [name, "string"]),
);
table["mj-all"] = { attributes: every, ending: false, children: [] };
table["mj-class"] = { attributes: { name: "string", ...every }, ending: false, children: [] };
table["mj-attributes"].children = [...body, "mj-all", "mj-class"].sort();
table.mjml = {
  attributes: { lang: "string", dir: "enum(ltr,rtl,auto)", owa: "string", version: "string" },
  ending: false,
  children: ["mj-body", "mj-head", "mj-raw"],
};
const lines = Object.keys(table)
  .sort()
  .map((name) => `${JSON.stringify(name)}: ${JSON.stringify(table[name])}`);
console.log(`{\n${lines.join(",\n")}\n}`);
