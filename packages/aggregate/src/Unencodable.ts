import { Option, ParseResult, Schema, SchemaAST } from "effect";

/** Why a value cannot be kept as JSON text. No reason repeats the value: it may be a secret. */

/** JSON has no word for what stands there, so that its text would read back as something else. */
export class NotJson extends Schema.TaggedError<NotJson>()("NotJson", {
  /** The path of the field, as `Filled.amount`; empty for the whole. */
  field: Schema.String,
  /** As `NaN` or `a Date`. */
  found: Schema.String,
}) {
  override get message() {
    return `${this.field === "" ? "the whole" : this.field} is ${this.found}, which JSON has no word for`;
  }
}

/** A field that its schema does not have, so that encoding would leave it out. */
export class NotDeclared extends Schema.TaggedError<NotDeclared>()("NotDeclared", {
  /** The path of the field. */
  field: Schema.String,
}) {
  override get message() {
    return `${this.field} is ${undeclared}`;
  }
}

const undeclared = "not in its schema, and would be lost";

/** Said of what is nested deeper than the stack is. */
export const tooDeep = "nested too deeply";

/** Said of what is longer than any text here: some 2^29 characters. */
export const tooLong = "longer than a text can be";

export const isTooDeep = ({ issue }: ParseResult.ParseError): boolean =>
  issue._tag === "Type" && issue.message === tooDeep;

/** What is wrong with a value that a schema's encoder refused; nothing for any other error. */
export const reasonOf = (
  cause: unknown,
): { readonly field: string; readonly reason: string } | undefined => {
  if (cause instanceof NotJson) {
    return { field: cause.field, reason: `${cause.found}, which JSON has no word for` };
  }
  if (cause instanceof NotDeclared) return { field: cause.field, reason: undeclared };
  return ParseResult.isParseError(cause)
    ? { field: whereItFails(cause).join(", "), reason: mismatch(cause.issue) }
    : undefined;
};

const mismatch = (issue: ParseResult.ParseIssue): string => {
  try {
    const wanted = new Set(wantedBy(issue));
    if (wanted.size > 0) return `nothing that its schema allows (${[...wanted].join(" or ")})`;
    return "missing";
  } catch {
    // Nested deeper than the stack is.
    return "nothing that its schema allows";
  }
};

/** What stands in the schema where a value does not fit, never in a message, which would quote it. */
const wantedBy = (issue: ParseResult.ParseIssue): ReadonlyArray<string> => {
  switch (issue._tag) {
    case "Type":
    case "Forbidden":
      return [descriptionOf(issue.ast)];
    case "Composite":
      return [issue.issues].flat().flatMap(wantedBy);
    case "Pointer":
    case "Refinement":
    case "Transformation":
      return wantedBy(issue.issue);
    case "Missing":
    case "Unexpected":
      return [];
  }
};

const descriptionOf = (ast: SchemaAST.AST): string =>
  Option.getOrElse(SchemaAST.getDescriptionAnnotation(ast), () => String(ast));

/** The paths of the fields that do not fit, each once; none where that is the whole. */
export const whereItFails = (error: ParseResult.ParseError): ReadonlyArray<string> => {
  const paths = issuesOf(error)
    .map((issue) => issue.path.map(String).join("."))
    .filter((path) => path !== "");
  return [...new Set(paths)];
};

/** None where a value is nested deeper than the stack is, as each is written out beside its path. */
const issuesOf = (error: ParseResult.ParseError) => {
  try {
    return ParseResult.ArrayFormatter.formatErrorSync(error);
  } catch {
    return [];
  }
};
