// How the queue of a show moves: seen as it is, and changed.
import { call } from "./api.js";
import { t } from "./language.js";
import { say } from "./shell.js";
import { facts, word } from "./staff.js";
import { ask, field } from "./staff-form.js";

export async function changeQueue(id, again) {
  const now = await call("GET", `/concert/${id}/queue/watermark`).catch((problem) => {
    say(t("staff.notNowBecause", { why: problem.message }));
    return null;
  });
  if (!now) return;
  const check = (name, key, isOn, hint) => field(t(key), name, { type: "checkbox", checked: isOn, hint: hint && t(hint) });
  const isDone = await ask({
    title: t("queue.settings"), action: t("staff.save"),
    text: facts([[t("queue.state"), word("queue.state", now.state)], [t("queue.waiting"), now.waiting.toLocaleString()],
      [t("queue.active"), now.active.toLocaleString()], [t("queue.admitted"), now.admitted.toLocaleString()]]),
    fields: [
      check("enabled", "new.queue", now.state !== "NONE"), check("paused", "queue.pause", now.state === "PAUSED", "queue.pauseHint"),
      field(t("queue.perSecond"), "admitPerSecond", { type: "number", min: 1, max: 100_000, required: true, value: now.admitPerSecond }),
      field(t("queue.maxActive"), "maxActive", { type: "number", min: 1, max: 1_000_000, required: true, value: now.maxActive }),
      check("verifiedOnly", "queue.verifiedOnly", now.verifiedOnly), check("olderAccountsOnly", "queue.olderOnly", now.olderAccountsOnly),
    ],
    work: (asked, key) => call("PATCH", `/concert/${id}/queue`, { body: asked, key }),
  });
  if (!isDone) return;
  say(t("studio.done"));
  again?.();
}
