// Captions that come with the picture, if any: a button once there are some, and what is said, drawn by the browser
// itself, so that it is there in full screen too.
import { CaptionDecoder } from "./caption-decoder.js";
import { make } from "./dom.js";
import { t } from "./language.js";
import { say } from "./shell.js";

const storageKey = "podo-captions";
/** Of what nobody takes back. */
const staleTime = 16;
/** Before the last by more than this it is another place of the show. */
const backTimeMax = 0.5;
const cueCountMax = 500;
const typing = "input:not([type=range]), select, textarea, [contenteditable]";

export class Captions {
  constructor(video) {
    Object.assign(this, { video, own: new Map(), open: new Map(), last: null, current: null, isOn: remembered() });
    this.decoder = new CaptionDecoder((...change) => this.place(...change));
    this.button = make("button.plain.captions", {
      type: "button", hidden: true, "aria-keyshortcuts": "c", onclick: () => this.turn(!this.isOn),
    }, t("watch.captions"));
    // Browsers that play by themselves make tracks of their own, and all let one choose in their controls.
    video.textTracks.addEventListener("addtrack", ({ track }) => this.follow(track));
    video.textTracks.addEventListener("change", () => this.heed());
    document.addEventListener("keydown", (event) => this.press(event));
    this.show();
  }

  get tracks() { return [...this.video.textTracks].filter(isCaptions); }

  /** What the player found in pictures, with their times; null when it plays something else from now on. */
  take(samples) {
    if (!samples) {
      this.forget();
      for (const track of this.own.values()) for (const cue of [...track.cues ?? []]) track.removeCue(cue);
      this.current = null;
      if (document.activeElement === this.button) this.video.focus();
      this.button.hidden = true;
      return;
    }
    for (const { pts, bytes } of samples.filter((one) => one.bytes).sort((a, b) => a.pts - b.pts)) {
      if (this.last !== null && (pts < this.last - backTimeMax || pts > this.last + staleTime)) this.forget();
      this.last = pts;
      this.decoder.take(bytes, pts);
    }
  }

  forget() {
    this.decoder.forget();
    this.open.clear();
    this.last = null;
  }

  /** From `time` on a channel says `text`, or nothing any more. */
  place(number, time, text, isAtTop) {
    const track = this.track(number);
    const open = this.open.get(number);
    this.open.delete(number);
    // What was read once before, when somebody goes back in the show, is replaced by what is read now.
    const from = open?.startTime ?? time;
    let next = time + staleTime;
    for (const cue of [...track.cues]) {
      if (cue === open) cue.endTime = Math.min(cue.endTime, time);
      else if (cue.startTime >= from && cue.startTime <= time) track.removeCue(cue);
      else if (cue.startTime < from) cue.endTime = Math.min(cue.endTime, from);
      else next = Math.min(next, cue.startTime);
    }
    if (!text) return;
    const cue = new VTTCue(time, next, text.replaceAll("&", "&amp;").replaceAll("<", "&lt;"));
    if (isAtTop) cue.line = 0;
    track.addCue(cue);
    this.open.set(number, cue);
    if (track.cues.length > cueCountMax) track.removeCue(track.cues[0]);
    this.find(track);
  }

  track(number) {
    if (!this.own.has(number)) {
      this.own.set(number, this.video.addTextTrack("captions", number ? t("watch.captionsOf", { n: number + 1 }) : t("watch.captions")));
    }
    const track = this.own.get(number);
    // One that is off, as it is by a choice in the browser's controls, takes no cues.
    if (track.mode === "disabled") track.mode = "hidden";
    return track;
  }

  /** Nobody hears what is said in a track that is off. */
  follow(track) {
    if (!isCaptions(track) || [...this.own.values()].includes(track)) return;
    track.mode = "hidden";
    track.addEventListener("cuechange", () => this.find(track));
  }

  /** Somebody says something: from now on there is a choice. */
  find(track) {
    if (this.current) return;
    this.current = track;
    this.button.hidden = false;
    this.show();
  }

  /** Somebody chose in the browser's own controls. */
  heed() {
    if (!this.current) return;
    const chosen = this.tracks.find((track) => track.mode === "showing");
    if (chosen) this.current = chosen;
    if (this.isOn !== Boolean(chosen)) this.turn(Boolean(chosen));
    else this.show();
  }

  turn(isOn) {
    this.isOn = isOn;
    remember(isOn);
    this.show();
  }

  show() {
    this.button.setAttribute("aria-pressed", String(this.isOn));
    for (const track of this.tracks) {
      const mode = this.isOn && track === this.current ? "showing" : "hidden";
      if (track.mode !== mode) track.mode = mode;
    }
  }

  /** By the key where it stands, too: under Korean letters it is another one. */
  press(event) {
    if (this.button.hidden || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.code !== "KeyC" && event.key !== "c") return;
    const focused = document.activeElement;
    const isElsewhere = focused && !focused.contains(this.button) && !this.button.closest("section")?.contains(focused);
    if (isElsewhere || event.target.closest?.(typing)) return;
    this.turn(!this.isOn);
    say(t(this.isOn ? "watch.captionsOn" : "watch.captionsOff"));
  }
}

const isCaptions = (track) => track.kind === "captions" || track.kind === "subtitles";

function remembered() {
  try {
    return localStorage.getItem(storageKey) === "on";
  } catch {
    return false; // Storage is forbidden here: they are off each time.
  }
}

function remember(isOn) {
  try {
    localStorage.setItem(storageKey, isOn ? "on" : "off");
  } catch (error) {
    console.warn(error);
  }
}
