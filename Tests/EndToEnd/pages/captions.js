// What CEA-608 says, row by row: bytes of the first field, or of the second, and what can be read after each picture.
(async () => {
  const { CaptionDecoder } = await import("/js/caption-decoder.js");
  const wrong = [];
  const letters = (text) => [...text].map((letter) => letter.charCodeAt(0)).concat(text.length % 2 ? [0] : []);
  const popOn = [0x14, 0x20], popped = [0x14, 0x2f], erase = [0x14, 0x2c], line14 = [0x14, 0x40], line15 = [0x14, 0x60];
  const line1 = [0x11, 0x40], rollTwo = [0x14, 0x25], paint = [0x14, 0x29], turn = [0x14, 0x2d], back = [0x14, 0x21];
  const shown = [...popOn, ...line15, ...letters("one"), ...popped];
  const rows = [
    ["a caption is seen when it is whole", [[[...popOn, ...line15, ...letters("one")]], [popped]], ["0 one"]],
    ["commands that come twice are one", [[popOn], [popOn], [line15], [line15], [letters("ab")], [popped], [popped]], ["0 ab"]],
    ["but not letters", [[[...popOn, ...line15, ...letters("aa"), ...letters("aa"), ...popped]]], ["0 aaaa"]],
    ["it goes when it is taken back", [[shown], [erase]], ["0 one", "0 "]],
    ["the next is in its place", [[shown], [[...popOn, 0x14, 0x2e, ...line15, ...letters("two"), ...popped]]], ["0 one", "0 two"]],
    ["lines are in their order", [[[...popOn, ...line15, ...letters("b"), ...line14, ...letters("a"), ...popped]]], ["0 a\nb"]],
    ["what is above stays there", [[[...popOn, ...line1, ...letters("up"), ...popped]]], ["0 up above"]],
    ["lines roll, and no more than two", [[[...rollTwo, ...line15, ...letters("a"), ...turn]], [letters("b")], [[...turn, ...letters("c")]]],
      ["0 a", "0 a\nb", "0 b\nc"]],
    ["what is painted is seen as it comes", [[[...paint, ...line15]], [letters("ab")], [letters("cd")]], ["0 ab", "0 abcd"]],
    ["letters are taken back", [[[...paint, ...line15, ...letters("abc"), ...back, ...letters("d")]]], ["0 abd"]],
    ["a letter of other tongues is in place of the plain one before it", [[[...paint, ...line15, ...letters("U"), 0x12, 0x25]]], ["0 ü"]],
    ["notes and accents", [[[...paint, ...line15, 0x11, 0x37, ...letters("*"), 0x11, 0x2e, ...letters("x")]]], ["0 ♪á x"]],
    ["a channel of its own", [[[0x1c, 0x29, 0x1c, 0x60, ...letters("two")]]], ["1 two"]],
    ["of the second field", [[[0x15, 0x29, 0x14, 0x60, ...letters("three")], 1]], ["2 three"]],
    ["where words about the programme are not read", [[[0x15, 0x29, 0x14, 0x60, ...letters("a"), 0x01, 0x03, ...letters("Title"), 0x0f, 0x2a,
      ...letters("b")], 1]], ["2 ab"]],
    ["letters without a mode are nobody's", [[letters("lost")]], []],
    ["a text that is no caption", [[[0x14, 0x2a, ...letters("page")]]], []],
    ["more than a line can hold", [[[...paint, ...line15, ...letters("x".repeat(40))]]], [`0 ${"x".repeat(32)}`]],
  ];
  for (const [what, pictures, wanted] of rows) {
    const heard = [];
    const decoder = new CaptionDecoder((number, time, text, isAtTop) => heard.push(`${number} ${text}${isAtTop ? " above" : ""}`));
    pictures.forEach(([bytes, field = 0], time) => {
      const data = [0xc0 | bytes.length / 2, 0xff];
      for (let place = 0; place < bytes.length; place += 2) data.push(0xfc | field, bytes[place], bytes[place + 1]);
      decoder.take(Uint8Array.from(data), time);
    });
    if (JSON.stringify(heard) !== JSON.stringify(wanted)) wrong.push(`${what}: ${JSON.stringify(heard)}, not ${JSON.stringify(wanted)}`);
  }
  // Whatever bytes there are.
  const decoder = new CaptionDecoder(() => {});
  for (let count = 0; count < 20_000; count += 1) {
    const bytes = crypto.getRandomValues(new Uint8Array(count % 96));
    decoder.take(bytes, count);
  }
  if (decoder.channels.some(({ shown: lines }) => lines.size > 15)) wrong.push("lines without end");
  return wrong;
})()
