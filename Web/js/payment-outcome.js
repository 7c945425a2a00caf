// What became of a payment, in one word for each thing that a buyer can be told. It is about his money: a word is said
// only where it is true whatever else happened.

/** `payment` as the API has it; `hasWord` when the company has just sent the buyer back with his word. */
export function outcomeOf({ status, phase, isOrphan, failureCode }, hasWord) {
  switch (status) {
    case "COMPLETED": return isOrphan ? "orphan" : "paid";
    case "PART_CANCELED": return isOrphan ? "orphan" : "partCanceled";
    case "CANCELED": return isOrphan ? "orphan" : "canceled";
    case "FAILED":
      // Money came, and there is nothing to give for it.
      if (isOrphan) return "orphan";
      return failureCode === "hold-expired" ? "lost" : "failed";
    case "WAITING":
      if (phase === "AWAITING_DEPOSIT") return "deposit";
      // Nobody has asked the company for the money: without the buyer's word nobody will.
      if (phase === "CREATED") return hasWord ? "authorized" : "notPaid";
      return "unknown";
    default: return "unknown";
  }
}

/** Whether it changes by itself sooner or later, so that it is looked at again. */
export const isOpen = (outcome) => ["authorized", "unknown", "deposit"].includes(outcome);

/**
 * What the buyer has authorised, out of the address that a company sends him back to: of some this browser alone knows
 * it. Toss says the amount too, Stripe not, and sends those back as well who were refused. Null where nothing was.
 */
export function wordOf(query) {
  if (query.has("payment_intent")) {
    return query.get("redirect_status") === "failed" ? null : { paymentKey: query.get("payment_intent"), amount: null };
  }
  const [paymentKey, amount] = [query.get("paymentKey"), Number(query.get("amount"))];
  return paymentKey && Number.isSafeInteger(amount) ? { paymentKey, amount } : null;
}
