// Tells by sound, by a phone's trembling and by the system's own message that a turn has come, to who asked for it.
import { make } from "./dom.js";
import { t } from "./language.js";
import { say } from "./shell.js";

/** A chord going up: frequency, and when it begins in seconds. */
const tones = [[523, 0], [659, 0.18], [784, 0.36]];
const toneTime = 0.3, volume = 0.2;
const ringCount = 3, ringTime = 1_200;
const shaking = [300, 150, 300, 150, 300];

export class Bell {
  constructor() {
    this.node = make("button.plain", {
      type: "button", "aria-pressed": "false", hidden: true, onclick: () => this.toggle(),
    }, t("queue.sound"));
  }

  /** Browsers let a page sound, and ask whether it may show messages, when somebody presses something. */
  async toggle() {
    const isOn = this.node.getAttribute("aria-pressed") !== "true";
    this.node.setAttribute("aria-pressed", String(isOn));
    if (!isOn) return this.context?.suspend();
    try {
      this.context ??= new AudioContext();
      await this.context.resume();
    } catch (error) {
      console.warn(error);
      this.node.setAttribute("aria-pressed", "false");
      return say(t("queue.noSound"));
    }
    this.sound();
    say(t("queue.soundOn"));
    return window.Notification?.permission === "default" ? Notification.requestPermission() : undefined;
  }

  sound() {
    for (const [frequency, begin] of tones) {
      const at = this.context.currentTime + begin;
      const loudness = this.context.createGain();
      loudness.gain.setValueAtTime(volume, at);
      loudness.gain.exponentialRampToValueAtTime(0.001, at + toneTime);
      loudness.connect(this.context.destination);
      const tone = this.context.createOscillator();
      tone.frequency.value = frequency;
      tone.connect(loudness);
      tone.start(at);
      tone.stop(at + toneTime);
    }
  }

  ring(title, body) {
    if (this.node.getAttribute("aria-pressed") !== "true") return;
    // A phone that slept has stopped the sound with everything else.
    this.context.resume().catch((error) => console.warn(error));
    for (let count = 0; count < ringCount; count += 1) setTimeout(() => this.sound(), count * ringTime);
    navigator.vibrate?.(shaking);
    if (window.Notification?.permission !== "granted") return;
    try {
      new Notification(title, { body, tag: "podo-queue" }).onclick = () => window.focus();
    } catch (error) {
      // Some browsers of phones have it for workers alone.
      console.warn(error);
    }
  }
}
