// A hall out of blocks: sections in tiers from the stage to the back, each to the left, in the middle, to the right or
// across. What the API keeps is the grid of rows and columns that they lie in.

const sides = ["left", "middle", "right", "whole"];
/** Of more tiers a hall could not be taken apart again. */
export const tiersMax = 5;

/** `blocks`: { name, tier, side, rows, cols }. The grid, with a section for each of them in their order. */
export function layoutOf(blocks) {
  const wide = Object.fromEntries(sides.map((side) => [side, Math.max(0, ...blocks.filter((one) => one.side === side).map(({ cols }) => cols))]));
  const middle = Math.max(wide.middle, wide.whole - wide.left - wide.right);
  const cols = wide.left + middle + wide.right;
  // Side blocks stand at the middle, and what is narrower than its place in the middle of it.
  const before = {
    left: (block) => wide.left - block.cols, middle: (block) => wide.left + Math.floor((middle - block.cols) / 2),
    right: () => wide.left + middle, whole: (block) => Math.floor((cols - block.cols) / 2),
  };
  const tops = new Map();
  let rows = 0;
  for (const tier of [...new Set(blocks.map((block) => block.tier))].sort((a, b) => a - b)) {
    tops.set(tier, rows);
    rows += Math.max(...blocks.filter((block) => block.tier === tier).map((block) => block.rows));
  }
  return { rows, cols, sections: blocks.map((block) => {
    const [top, left] = [tops.get(block.tier), before[block.side](block)];
    return { name: block.name, rows: [top + 1, top + block.rows], cols: [left + 1, left + block.cols] };
  }) };
}

/** In which ways so many blocks of a tier can stand beside each other. */
const ways = [[], [["whole"], ["middle"], ["left"], ["right"]], [["left", "right"], ["left", "middle"], ["middle", "right"]],
  [["left", "middle", "right"]]];

/** The blocks that make a hall as it is; null when it was laid out otherwise. */
export function blocksOf({ rows, cols, sections }) {
  const tops = [...new Set(sections.map((section) => section.rows[0]))].sort((a, b) => a - b);
  if (!tops.length || tops.length > tiersMax) return null;
  const wanted = JSON.stringify({ rows, cols, sections: sections.map((one) => ({ name: one.name, rows: one.rows, cols: one.cols ?? [1, cols] })) });
  const tiers = tops.map((top) => sections.filter((section) => section.rows[0] === top)
    .sort((a, b) => (a.cols?.[0] ?? 1) - (b.cols?.[0] ?? 1)));
  const blockOf = (section, tier, side) => ({
    name: section.name, tier, side, rows: section.rows[1] - section.rows[0] + 1, cols: section.cols ? section.cols[1] - section.cols[0] + 1 : cols,
  });
  const search = (tier, found) => {
    if (tier === tiers.length) {
      const blocks = sections.map((section) => found.get(section));
      return JSON.stringify(layoutOf(blocks)) === wanted ? blocks : null;
    }
    for (const way of ways[tiers[tier].length] ?? []) {
      const more = tiers[tier].map((section, index) => [section, blockOf(section, tier + 1, way[index])]);
      const blocks = search(tier + 1, new Map([...found, ...more]));
      if (blocks) return blocks;
    }
    return null;
  };
  return search(0, new Map());
}

/** Numbers in a text, each once, from the lowest on: "5, 10" are 5 and 10. */
export const numbersIn = (text) => [...new Set((text.match(/\d+/g) ?? []).map(Number))].sort((a, b) => a - b);
