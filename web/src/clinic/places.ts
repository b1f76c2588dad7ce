/** What each role may open; the server decides, this only leaves out what it would refuse. */
export interface Place {
  to: string;
  label: string;
  roles: readonly string[];
}

const STAFF = ["injector", "nurse", "pharmacist"];

export const PLACES: readonly Place[] = [
  { to: "/", label: "Today", roles: STAFF },
  { to: "/patients", label: "Patients", roles: STAFF },
  { to: "/stock", label: "Stock", roles: STAFF },
  { to: "/recall", label: "Recall", roles: STAFF },
  { to: "/reference", label: "Reference", roles: [...STAFF, "researcher", "administrator"] },
  { to: "/overrides", label: "Overrides", roles: ["injector", "pharmacist", "administrator"] },
  { to: "/audit", label: "Audit", roles: ["injector", "administrator"] },
  { to: "/retention", label: "Retention", roles: ["administrator"] },
  { to: "/users", label: "Users", roles: ["administrator"] },
  { to: "/settings", label: "Settings", roles: [...STAFF, "researcher", "administrator"] },
];

export const placesOf = (role: string): Place[] => PLACES.filter((place) => place.roles.includes(role));

/** Whether a page is another role's: whoever signs in after somebody else would land there. */
export const isBarred = (role: string, path: string): boolean =>
  PLACES.some((place) => place.to !== "/" && path.startsWith(place.to) && !place.roles.includes(role));

/** Where a role begins the day. */
export const homeOf = (role: string): string =>
  role === "administrator" ? "/users" : (placesOf(role)[0]?.to ?? "/settings");
