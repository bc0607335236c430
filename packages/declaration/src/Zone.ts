/** `UTC`, or a zone's name in the IANA database; throws for anything else. */
export const check = (zone: string): string => {
  // With an offset PostgreSQL and everybody else mean opposite directions.
  if (/^[A-Za-z]/.test(zone) && isKnown(zone)) return zone;
  throw new Error(`${JSON.stringify(zone)} is no zone's name: write "Europe/Berlin", or "UTC"`);
};

const isKnown = (zone: string): boolean => {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
};
