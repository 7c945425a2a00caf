// What somebody has written of a show that is not made yet: kept in this window, by who he is, over a reload, a change of
// language, and the end of his session.

const restTime = 300;
/** Fields of parts that keep theirs themselves. */
const own = ".painter, .rows, .times-list";

export class Draft {
  /** Of this form: what another version of it has kept does not fit, and is left alone. */
  constructor(me) { this.key = `podo-show-2-${me.memberId}`; }

  /** Puts everything where it was. False when there is nothing, or nothing that fits this form. */
  restore(form) {
    try {
      const kept = JSON.parse(sessionStorage.getItem(this.key));
      if (!kept) return false;
      for (const input of this.inputs(form)) {
        const value = kept.values[input.name];
        if (value === undefined) continue;
        if (input.type === "checkbox") input.checked = value;
        else if (input.tagName !== "SELECT" || [...input.options].some((option) => option.value === value)) input.value = value;
        // Which stages there are to choose from follows from whose show it is.
        if (input.name === "sellerId") form.where.offer();
      }
      form.when.restore(kept.times);
      form.where.hall.restore(kept.hall);
      form.more.restore(kept.more);
      form.painter.restore(kept.painter);
      form.where.changed();
      for (const [name, key] of Object.entries(form.keys)) Object.assign(key, kept.keys[name]);
      form.show(Math.min(kept.step, form.parts.length - 1));
      return true;
    } catch (problem) {
      console.warn(problem);
      return false;
    }
  }

  inputs(form) { return [...form.node.elements].filter((input) => input.name && !input.closest(own)); }

  /** Keeps it as it is written; at the latest when the page goes. */
  follow(form) {
    const write = () => {
      clearTimeout(this.timer);
      if (!this.isDropped) this.write(form);
    };
    for (const event of ["input", "change", "click"]) {
      form.node.addEventListener(event, () => {
        clearTimeout(this.timer);
        this.timer = setTimeout(write, restTime);
        this.isBegun = true;
      });
    }
    addEventListener("pagehide", () => { if (this.isBegun) write(); });
  }

  write(form) {
    const values = Object.fromEntries(this.inputs(form).map((input) => [input.name, input.type === "checkbox" ? input.checked : input.value]));
    const keys = Object.fromEntries(Object.entries(form.keys).map(([name, { sign, key }]) => [name, { sign, key }]));
    try {
      sessionStorage.setItem(this.key, JSON.stringify({
        values, keys, times: form.when.kept, more: form.more.kept, hall: form.where.hall.kept, painter: form.painter.kept, step: form.step }));
    } catch {
      // Storage is forbidden, or full: it is written anew.
    }
  }

  drop() {
    this.isDropped = true;
    try {
      sessionStorage.removeItem(this.key);
    } catch {
      // As above.
    }
  }
}
