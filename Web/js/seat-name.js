// A seat in words: of a grade without places that is the grade alone.
import { t } from "./language.js";

export const seatName = (seat) => (seat.row === null ? seat.grade : t("seats.name", { grade: seat.grade, row: seat.row, col: seat.col }));
