// Where a page goes on after signing in.

/** A way of this site, as an address from outside names it; the front page when it names another place. */
export function ownWay(text, origin = location.origin) {
  let address;
  try {
    address = new URL(text ?? "/", origin);
  } catch {
    return "/";
  }
  const way = address.pathname + address.search + address.hash;
  // `//evil.example` as a path would be an address again.
  return address.origin === origin && !way.startsWith("//") ? way : "/";
}

/** As the page's address says. */
export const next = () => ownWay(new URLSearchParams(location.search).get("next"));
