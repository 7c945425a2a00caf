// What became of a payment, in one word for each thing that a buyer can be told. It is about his money: a word is said
// only where it is true whatever else happened.

/** `payment` as the API has it; `isFailure` when the company sent the buyer back without his word. */
export function outcomeOf({ status, phase, isOrphan, failureCode }, isFailure) {
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
      // Nobody has asked the company for the money yet.
      if (phase === "CREATED") return isFailure ? "notPaid" : "authorized";
      return "unknown";
    default: return "unknown";
  }
}

/** Whether it changes by itself sooner or later, so that it is looked at again. */
export const isOpen = (outcome) => ["authorized", "unknown", "deposit"].includes(outcome);
