/** `UTC`, or a zone's name in the IANA database; throws for anything else. */
export const check = (zone: string): string => {
  // With an offset PostgreSQL and everybody else mean opposite directions.
  if (/^[A-Za-z]/.test(zone) && isKnown(zone)) return zone;
  throw new Error(`${JSON.stringify(zone)} is no zone's name: write "Europe/Berlin", or "UTC"`);
};

export const isUtc = (zone: string): boolean => /^(Etc\/)?UTC$/i.test(zone);

const isKnown = (zone: string): boolean => {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
};

/** Whether cells of it are texts of moments, which may say no zone. */
export const mayLack = <Form extends { readonly _tag: string }>(
  form: Form,
): form is Extract<Form, { readonly _tag: "moment" }> =>
  form._tag === "moment" && "unit" in form && form.unit === "text";

/** The kind, whose moments without a zone are in this one. */
export const of = <Kind extends { readonly form: { readonly _tag: string } }>(
  zone: string,
  kind: Kind,
): Kind => ({
  ...kind,
  form: mayLack(kind.form) && !isUtc(zone) ? Object.assign({}, kind.form, { zone }) : kind.form,
  zone: check(zone),
});
