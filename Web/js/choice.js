// The seats that somebody has chosen, kept while he signs in or stands in line. By performance, in this window alone.

const name = (schedule) => `podo-choice-${schedule}`;

export function keepChoice(schedule, numbers) {
  try {
    if (numbers.length) sessionStorage.setItem(name(schedule), JSON.stringify(numbers));
    else sessionStorage.removeItem(name(schedule));
  } catch {
    // Storage is forbidden: he chooses again.
  }
}

/** Numbers of seats; whether they are still free the map says. */
export function keptChoice(schedule) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(name(schedule)));
    return Array.isArray(kept) ? kept.filter(Number.isSafeInteger) : [];
  } catch {
    return [];
  }
}
