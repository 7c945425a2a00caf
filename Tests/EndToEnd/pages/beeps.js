// Tells the time at which a beep begins: the first block louder than -30 dB after half a second without one.
class Beeps extends AudioWorkletProcessor {
  lastLoud = -Infinity;

  process([input], [output]) {
    const samples = input[0];
    if (!samples) return true;
    // Passed on, so that the element goes on being played.
    output.forEach((channel, index) => channel.set(input[index] ?? samples));
    const mean = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    if (mean < 0.001) return true;
    if (currentTime - this.lastLoud > 0.5) this.port.postMessage(currentTime);
    this.lastLoud = currentTime;
    return true;
  }
}

registerProcessor("beeps", Beeps);
