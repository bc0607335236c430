import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { Application, Comment, Converter, type ProjectReflection, ReflectionKind } from "typedoc";
import { addressOf, checkout, packages, reference, site, within } from "./Checkout.ts";

/** The reference: a page for each module that a package exports, of its types and docstrings. */

export const write = async (): Promise<void> => {
  const modules = packages().flatMap(({ modules }) => modules);
  const names = new Map(modules.map(({ name, source }) => [source, name]));
  const app = await Application.bootstrapWithPlugins({
    plugin: ["typedoc-plugin-markdown"],
    tsconfig: join(site, "tsconfig.api.json"),
    entryPoints: [...names.keys()],
    basePath: checkout,
    readme: "none",
    disableSources: true,
    disableGit: true,
    skipErrorChecking: true,
    excludeExternals: true,
    sort: ["source-order"],
    groupOrder: ["Functions", "Variables", "Classes", "Interfaces", "Type Aliases", "*"],
    logLevel: "Error",
  });
  for (const [name, value] of Object.entries(markdown)) app.options.setValue(name, value as never);
  const entryPoints = app.getEntryPoints() ?? [];
  for (const entry of entryPoints) {
    entry.displayName = within(names.get(entry.sourceFile.fileName) ?? entry.displayName);
  }
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => dropFoundations(project));
  const project = app.converter.convert(entryPoints);
  dropOrigins(project);
  for (const { name, source } of modules) introduce(project, name, readFileSync(source, "utf8"));
  await app.outputs.writeOutput({ name: "markdown", path: reference }, project);
  writeContents();
};

const markdown = {
  router: "module",
  entryFileName: "index",
  hidePageHeader: true,
  hideBreadcrumbs: true,
  useCodeBlocks: true,
  expandObjects: true,
  expandParameters: true,
  useHTMLAnchors: true,
  parametersFormat: "table",
  pageTitleTemplates: { module: "{name}" },
};

/** How a class is made of Effect's is nothing that its reader calls; what it has is. */
const dropFoundations = (project: ProjectReflection) => {
  for (const one of project.getReflectionsByKind(ReflectionKind.All)) {
    if (one.kindOf(ReflectionKind.Constructor)) project.removeReflection(one);
    else if (one.isDeclaration()) delete one.extendedTypes;
  }
};

/** As it comes of a schema, whose text would be repeated at each of its fields. */
const dropOrigins = (project: ProjectReflection) => {
  for (const one of project.getReflectionsByKind(ReflectionKind.All)) {
    if (one.isDeclaration() || one.isSignature()) {
      delete one.inheritedFrom;
      delete one.overwrites;
    }
  }
};

/** A page begins with how the module is imported, and with what its source says of the whole. */
const introduce = (project: ProjectReflection, name: string, source: string) => {
  const module = project.getChildByName([within(name)]);
  if (module === undefined) throw new Error(`TypeDoc has no module ${name}`);
  const text = introduction(source);
  const face = basename(name);
  const own = project
    .getReflectionsByKind(values)
    .filter(({ parent }) => parent === module)
    .map((one) => one.name);
  const [first = face] = own;
  const imported = /^[A-Z]/.test(face)
    ? `* as ${face}`
    : `{ ${own.includes(face) ? face : first} }`;
  const shown = `\`\`\`ts\nimport ${imported} from "${name}";\n\`\`\`\n\n${text ?? ""}`;
  for (const own of project.getReflectionsByKind(ReflectionKind.All)) {
    // What stands before a declaration without a docstring TypeDoc takes for that.
    if (own.parent === module && own.comment?.summary[0]?.text.trim() === text) delete own.comment;
  }
  module.comment = new Comment([{ kind: "text", text: shown }]);
};

const values = ReflectionKind.Function | ReflectionKind.Variable | ReflectionKind.Class;

/** The comment after a source's imports that no declaration follows at once. */
const introduction = (source: string): string | undefined => {
  const [, comment] = /^\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n(?:\n|$)/m.exec(source) ?? [];
  return comment?.replace(/^ ?\*? ?/gm, "").trim();
};

/** The pages of the packages, and of all of them. */
const writeContents = () => {
  const all = packages();
  for (const { name, description, modules } of all) {
    const lines = modules.map(({ name, source }) => {
      const [first = ""] = introduction(readFileSync(source, "utf8"))?.split(/(?<=\.)\s/) ?? [];
      return `- [${within(name)}](${addressOf(name)}) ${first.replaceAll("\n", " ")}`;
    });
    const text = `# @ledgerfold/${name}\n\n${description}.\n\n${lines.join("\n")}\n`;
    writeFileSync(join(reference, name, "index.md"), text);
  }
  const lines = all.map(({ name, description }) => `- [${name}](/api/${name}/) ${description}`);
  writeFileSync(join(reference, "index.md"), `# Reference\n\n${lines.join("\n")}\n`);
};
