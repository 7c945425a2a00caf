// For who makes no transfer after all: the seats can be paid another way, or are free again.
import { Once } from "./api.js";
import { make, put } from "./dom.js";
import { t } from "./language.js";
import { focusOn, say, worker } from "./shell.js";

/** Asks first: the account is void from then on. `done()` shows what became of it. */
export function cancelWait(payment, done) {
  const asking = new Once(), node = make("div.cancel-wait");
  const ask = make("button.plain", { type: "button", onclick: () => {
    put(node, make("p", {}, t("payment.cancelSure")), make("div.ways", {}, really, keep));
    focusOn(keep);
  } }, t("payment.cancelWait"));
  const really = worker(t("payment.cancelReally"), async () => {
    await asking.call("POST", `/payment/${payment.paymentId}/cancel`);
    say(t("payment.waitCanceled"));
    await done();
  }, "button.plain");
  const keep = make("button.plain", { type: "button", onclick: () => {
    put(node, ask);
    focusOn(ask);
  } }, t("payment.keepWaiting"));
  return put(node, ask);
}
