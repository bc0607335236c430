/** The shop's first version wrote them in capitals, later ones do not. */
export const uuid = {
  matching: /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/,
  rule: "must be a UUID",
  lower: true,
};
