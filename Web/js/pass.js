// The pass of who had his turn in a queue, until it is over.

const name = (concert) => `podo-pass-${concert}`;

export function keepPass(concert, text, until) {
  try {
    sessionStorage.setItem(name(concert), JSON.stringify({ text, until }));
  } catch {
    // Storage is forbidden: the queue gives the same pass again.
  }
}

export function passFor(concert) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(name(concert)));
    return kept && Date.parse(kept.until) > Date.now() ? kept.text : null;
  } catch {
    return null;
  }
}
