// How the queue of a show moves: seen as it is, and changed.
import { call, Problem } from "./api.js";
import { explain, t } from "./language.js";
import { say } from "./shell.js";
import { count, facts, word } from "./staff.js";
import { act, changedOf, field } from "./staff-form.js";

export async function changeQueue({ concertId: id, name }, again) {
  const now = await call("GET", `/concert/${id}/queue/watermark`).catch((problem) => {
    console.warn(problem);
    say(t("staff.notNowBecause", { why: problem instanceof Problem ? explain(problem) : t("problem.page") }));
    return null;
  });
  if (!now) return;
  const was = { ...now, enabled: now.state !== "NONE" };
  const check = (part, key, hint) => field(t(key), part, { type: "checkbox", checked: was[part], hint: hint && t(hint) });
  await act({
    title: `${t("queue.settings")}: ${name}`, action: t("staff.save"),
    text: facts([[t("queue.state"), [now.state, now.paused && now.state !== "PAUSED" && "PAUSED"]
      .filter(Boolean).map((state) => word("queue.state", state)).join(" · ")],
    [t("queue.waiting"), count(now.waiting)], [t("queue.active"), count(now.active)],
    [t("queue.admitted"), count(now.admitted)]]),
    fields: [
      check("enabled", "new.queue"), check("paused", "queue.pause", "queue.pauseHint"),
      field(t("queue.perSecond"), "admitPerSecond", { type: "number", min: 1, max: 100_000, required: true, value: now.admitPerSecond }),
      field(t("queue.maxActive"), "maxActive", { type: "number", min: 1, max: 1_000_000, required: true, value: now.maxActive }),
      check("verifiedOnly", "queue.verifiedOnly"), check("olderAccountsOnly", "queue.olderOnly"),
    ],
    // Only what somebody has changed here: what another has changed meanwhile stays his.
    work: (asked, key) => call("PATCH", `/concert/${id}/queue`, { body: changedOf(was, asked), key }),
  }, again);
}
