// For who makes no transfer after all: the seats can be paid another way, or are free again.
import { Once } from "./api.js";
import { t } from "./language.js";
import { say, worker } from "./shell.js";

/** `done()` shows what became of it. */
export function cancelWait(payment, done) {
  const asking = new Once();
  return worker(t("payment.cancelWait"), async () => {
    await asking.call("POST", `/payment/${payment.paymentId}/cancel`);
    say(t("payment.waitCanceled"));
    await done();
  }, "button.plain");
}
