/** What was used lately, by its name: of more than so many the one that was not used for longest goes. */
export const make = <Value>(most: number) => {
  const values = new Map<string, Value>();
  return (name: string, make: () => Value): Value => {
    const value = values.get(name) ?? make();
    values.delete(name);
    values.set(name, value);
    for (const oldest of values.keys()) {
      if (values.size <= most) break;
      values.delete(oldest);
    }
    return value;
  };
};
