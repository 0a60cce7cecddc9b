"use strict";
// The part of the candles that the library holds: those in sight and some beside, and where there are more than can be told
// apart, several merged into one. So half a million candles open as quickly as a thousand. Merged is exact: the highest
// high, the lowest low.

const NARROWEST = 1.5; // pixels of a candle
const BESIDE = 3; // screens that are held at each side
const SETTLED = 120; // milliseconds after the last movement

class Lens {
  constructor(chart, series, axis) {
    this.scale = chart.timeScale();
    this.series = series;
    this.axis = axis;
    this.step = 0; // places in a bar
    this.first = this.last = 0; // bars held, of all, as a half-open range
    this.held = false; // by a finger or a mouse, which would lose its hold if the bars changed
    this.scale.subscribeVisibleLogicalRangeChange(() => this.wait());
  }

  get bars() { return Math.ceil(this.axis.count / this.step); }

  // Numbers of the library to places and back.
  place(logical) { return (logical + this.first + 0.5) * this.step - 0.5; }
  logical(place) { return (place + 0.5) / this.step - 0.5 - this.first; }
  x(bar) { return this.scale.logicalToCoordinate(bar - this.first); }
  get spacing() { return this.scale.options().barSpacing; }

  // The places in sight, from one to another.
  get sight() {
    const range = this.scale.getVisibleLogicalRange() ?? { from: 0, to: 1 };
    return { from: this.place(range.from), to: this.place(range.to) };
  }

  show(from, to) {
    this.hold(from, to);
    this.scale.setVisibleLogicalRange({ from: this.logical(from), to: this.logical(to) });
  }

  wait() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.settle(), SETTLED);
  }

  settle() {
    if (this.held) return;
    const { from, to } = this.sight;
    if (this.lacks(from, to)) this.show(from, to);
  }

  stepFor(from, to) {
    const most = Math.max(20, this.scale.width() / NARROWEST);
    return 2 ** Math.max(0, Math.ceil(Math.log2((to - from) / most)));
  }

  lacks(from, to) {
    if (this.stepFor(from, to) !== this.step) return true;
    const left = Math.max(0, Math.floor(from / this.step)), right = Math.min(this.bars, Math.ceil(to / this.step));
    return left < this.first || right > this.last;
  }

  hold(from, to) {
    if (!this.lacks(from, to)) return;
    this.step = this.stepFor(from, to);
    const beside = Math.ceil(((to - from) / this.step) * BESIDE);
    this.first = Math.min(this.bars - 1, Math.max(0, Math.floor(from / this.step) - beside));
    this.last = Math.max(this.first + 1, Math.min(this.bars, Math.ceil(to / this.step) + beside));
    this.series.setData(this.merged());
  }

  merged() {
    const { candles, places, times } = this.axis;
    const [open, high, low, close] = ["open", "high", "low", "close"].map((name) => candles.columns[name].numbers);
    const bars = [];
    let [row] = this.axis.rows(this.first * this.step, this.first * this.step);
    for (let bar = this.first; bar < this.last; bar++) {
      const time = times[bar * this.step], end = (bar + 1) * this.step;
      const from = row;
      let highest = -Infinity, lowest = Infinity;
      for (; row < places.length && places[row] < end; row++) {
        if (high[row] > highest) highest = high[row];
        if (low[row] < lowest) lowest = low[row];
      }
      bars.push(row === from ? { time } : { time, open: open[from], high: highest, low: lowest, close: close[row - 1] });
    }
    return bars;
  }
}
