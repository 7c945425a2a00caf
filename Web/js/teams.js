// Whose teams somebody is in, and what he may do there. The bar asks now and then; pages of the studio ask anew.
import { call } from "./api.js";

const key = "podo-team";
const knownTime = 3_600_000;
/** In a rush nothing is asked for that the way to a ticket does not need. */
const rush = /^\/(queue|seats|checkout|payment|watch)\//;

function known(me) {
  try {
    const kept = JSON.parse(localStorage.getItem(key));
    return kept?.memberId === me.memberId && Date.now() - kept.at < knownTime ? kept : null;
  } catch {
    return null; // Storage is forbidden, or somebody has written something else there.
  }
}

/** Whether it is known that he works for an organizer. */
export const isInTeam = (me) => known(me)?.isInTeam === true;

/** The teams: { sellerId, name, role, addedAt } each. */
export async function teamsOf(me) {
  const { items } = await call("GET", "/member/me/teams");
  try {
    localStorage.setItem(key, JSON.stringify({ memberId: me.memberId, isInTeam: items.length > 0, at: Date.now() }));
  } catch {
    // As above: it is asked for each time.
  }
  return items;
}

/** Finds out where that is due. True when he has turned out to work for somebody. */
export async function learnTeams(me) {
  if (known(me) || rush.test(location.pathname)) return false;
  return (await teamsOf(me)).length > 0;
}

/** What somebody is to an organizer: "OWNER", a role of the team, or null when he is nothing to him. */
export async function roleFor(me, sellerId) {
  if (me.memberId === sellerId || me.role.endsWith("MANAGER")) return "OWNER";
  return (await teamsOf(me)).find((team) => team.sellerId === sellerId)?.role ?? null;
}

/** What whoever is that may do: change shows, see what is sold, broadcast. */
export function rights(role) {
  const isAdmin = ["OWNER", "ADMIN"].includes(role);
  return { mayChange: isAdmin, maySeeMoney: isAdmin || role === "FINANCE", mayStream: isAdmin || role === "STREAMER" };
}
