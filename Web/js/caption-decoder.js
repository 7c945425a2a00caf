// CEA-608: captions as encoders put them into the picture, two bytes at a time. What they say becomes text; where it
// stands is kept as lines and as whether they are at the top. Colours and slants are not.

const rowMax = 15, columnMax = 32;
/** By a line's address: of the first byte without its channel, and of a bit of the second. */
const rowsOf = { 0x10: [11, 11], 0x11: [1, 2], 0x12: [3, 4], 0x13: [12, 13], 0x14: [14, 15], 0x15: [5, 6], 0x16: [7, 8], 0x17: [9, 10] };
const special = "®°½¿™¢£♪à èâêîôû";
const extended = { 0x12: "ÁÉÓÚÜü‘¡*'—©℠•“”ÀÂÇÈÊËëÎÏïÔÙùÛ«»", 0x13: "ÃãÍÌìÒòÕõ{}\\^_|~ÄäÖöß¥¤│ÅåØø┌┐└┘" };
const letters = { 0x27: "’", 0x2a: "á", 0x5c: "é", 0x5e: "í", 0x5f: "ó", 0x60: "ú", 0x7b: "ç", 0x7c: "÷", 0x7d: "Ñ", 0x7e: "ñ", 0x7f: "█" };

/** One of the four: what is shown, and what is made ready behind it. */
class Channel {
  constructor() { Object.assign(this, { mode: null, shown: new Map(), hidden: new Map(), row: rowMax, column: 0, rollCount: 2 }); }

  get target() { return this.mode === "pop" ? this.hidden : this.shown; }

  /** What of it can be read: its lines from above, and whether all are in the upper half. */
  read() {
    const rows = [...this.shown.keys()].sort((a, b) => a - b);
    const lines = rows.map((row) => this.shown.get(row).join("").trim()).filter(Boolean);
    return { text: lines.join("\n"), isAtTop: rows.length > 0 && rows.at(-1) <= rowMax / 2 };
  }

  write(letter) {
    if (!this.mode || this.mode === "text") return;
    const line = this.target.get(this.row) ?? Array(columnMax).fill(" ");
    line[this.column] = letter;
    this.target.set(this.row, line);
    this.column = Math.min(this.column + 1, columnMax - 1);
  }

  back() {
    this.column = Math.max(this.column - 1, 0);
    const line = this.target.get(this.row);
    if (line) line[this.column] = " ";
  }

  move(row, column) {
    if (this.mode === "roll" && row !== this.row) {
      // What rolls moves as it is.
      const lines = [...this.shown].map(([from, line]) => [from + row - this.row, line]);
      this.shown = new Map(lines.filter(([to]) => to > 0 && to <= rowMax));
    }
    Object.assign(this, { row, column });
  }

  roll() {
    if (this.mode !== "roll") return;
    const lines = [...this.shown].map(([row, line]) => [row - 1, line]);
    this.shown = new Map(lines.filter(([row]) => row > 0 && row > this.row - this.rollCount));
    this.column = 0;
  }

  command(code) {
    switch (code) {
      case 0x20: this.mode = "pop"; break;
      case 0x21: this.back(); break;
      case 0x24: this.target.get(this.row)?.fill(" ", this.column); break;
      case 0x25: case 0x26: case 0x27:
        if (this.mode !== "roll") Object.assign(this, { mode: "roll", shown: new Map(), hidden: new Map(), row: rowMax, column: 0 });
        this.rollCount = code - 0x23;
        break;
      case 0x29: this.mode = "paint"; break;
      case 0x2a: case 0x2b: this.mode = "text"; break;
      case 0x2c: this.shown = new Map(); break;
      case 0x2d: this.roll(); break;
      case 0x2e: this.hidden = new Map(); break;
      case 0x2f: Object.assign(this, { mode: "pop", shown: this.hidden, hidden: this.shown }); break;
      default: break;
    }
  }
}

/** What one picture carries: `onChange(number, time, text, isAtTop)` when what a channel shows is another. */
export class CaptionDecoder {
  constructor(onChange) {
    this.onChange = onChange;
    this.forget();
  }

  /** The next bytes do not follow those before. */
  forget() {
    this.channels = [1, 2, 3, 4].map(() => new Channel());
    this.texts = Array(4).fill("");
    this.fields = [0, 1].map(() => ({ channel: 0, last: 0, isData: false }));
  }

  /** `bytes`: cc_data, as in ATSC A/53: a count, a byte of no use, and three for each. */
  take(bytes, time) {
    const count = bytes[0] & 0x1f;
    for (let place = 2; place + 2 < bytes.length && place < 2 + 3 * count; place += 3) {
      // Valid, and of one of the two fields that are CEA-608; the others are CEA-708.
      if (bytes[place] & 4 && (bytes[place] & 3) < 2) this.pair(bytes[place] & 3, bytes[place + 1] & 0x7f, bytes[place + 2] & 0x7f);
    }
    for (const [number, channel] of this.channels.entries()) {
      const { text, isAtTop } = channel.read();
      if (text === this.texts[number]) continue;
      this.texts[number] = text;
      this.onChange(number, time, text, isAtTop);
    }
  }

  pair(number, first, second) {
    const field = this.fields[number];
    if (first >= 0x10 && first < 0x20) {
      const code = first << 8 | second;
      // Controls are sent twice, in case one is lost.
      const isAgain = field.last === code;
      field.last = isAgain ? 0 : code;
      field.isData = false;
      if (isAgain) return;
      field.channel = 2 * number + (first & 8 ? 1 : 0);
      this.control(this.channels[field.channel], first & 0x17, second);
      return;
    }
    if (!first && !second) return;
    field.last = 0;
    // In the second field there are words about the programme, too.
    if (first && first < 0x10) field.isData = first !== 0x0f;
    if (field.isData || first < 0x20) return;
    for (const byte of [first, second]) {
      if (byte >= 0x20) this.channels[field.channel].write(letters[byte] ?? String.fromCharCode(byte));
    }
  }

  control(channel, first, second) {
    if (second >= 0x40) {
      channel.move(rowsOf[first][second & 0x20 ? 1 : 0], second & 0x10 ? (second & 0x0e) * 2 : 0);
    } else if (second < 0x20) {
      return;
    } else if (first === 0x14 || first === 0x15) {
      if (second < 0x30) channel.command(second);
    } else if (first === 0x17) {
      if (second > 0x20 && second < 0x24) channel.column = Math.min(channel.column + second - 0x20, columnMax - 1);
    } else if (first === 0x11) {
      channel.write(second >= 0x30 ? special[second - 0x30] : " ");
    } else if (extended[first]) {
      // For who does not know these there is another letter before each.
      channel.back();
      channel.write(extended[first][second - 0x20]);
    }
  }
}
