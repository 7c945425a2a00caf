// A seat in words: of a grade without places that is the grade alone.
import { t } from "./language.js";

export const seatName = (seat) => (seat.row === null ? seat.grade
  : t("seats.name", { grade: [seat.section, seat.grade].filter(Boolean).join(" · "), row: seat.row, col: seat.col }));
