// Codecs as people know them, by the words that HLS has for them: RFC 6381, and what each codec says of itself.

const profiles = {
  avc1: { 42: "Baseline", "4d": "Main", 58: "Extended", 64: "High", "6e": "High 10", "7a": "High 4:2:2", f4: "High 4:4:4" },
  hvc1: { 1: "Main", 2: "Main 10", 4: "RExt" },
  av01: { 0: "Main", 1: "High", 2: "Professional" },
};
const names = {
  avc1: "H.264", hvc1: "HEVC", av01: "AV1", vp09: "VP9", opus: "Opus", "ac-3": "AC-3", "ec-3": "E-AC-3", flac: "FLAC",
};
const sameAs = { avc3: "avc1", hev1: "hvc1" };
/** Of `mp4a`: MPEG-4 audio by its object type, and MP3 in its two ages. */
const sounds = { "40.2": "AAC", "40.5": "HE-AAC", "40.29": "HE-AAC v2", "40.34": "MP3", 69: "MP3", "6b": "MP3" };

/** "H.264 High" for `avc1.640028`; one that is not known here stays as it is. */
export function codecName(text) {
  const [word, ...rest] = text.toLowerCase().split(".");
  if (word === "mp4a") return sounds[rest.join(".")] ?? text;
  const kind = sameAs[word] ?? word;
  // What AVC says of itself are digits that belong together, of which the profile comes first.
  const profile = kind === "avc1" ? rest[0]?.slice(0, 2) : rest[0];
  return names[kind] ? [names[kind], profiles[kind]?.[profile]].filter(Boolean).join(" ") : text;
}
