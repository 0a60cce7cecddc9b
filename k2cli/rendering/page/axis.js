"use strict";
// Where the candles stand from left to right. Each has a place, and so have the windows without trades between them; of a
// long gap a few places stand for all.

const MOST_PLACES = 12; // of one gap
const MOST_IN_ALL = 100_000; // of all gaps, so that a thin market does not become a page of nothing

// The first number below a count for which a condition holds that holds for all after it; the count if there is none.
function firstWhere(count, holds) {
  let low = 0, high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

class Axis {
  constructor(candles) {
    this.candles = candles;
    const after = [];
    for (let row = 1; row < candles.count; row++) if (candles.start(row) > candles.end(row - 1)) after.push(row);
    const most = Math.max(1, Math.min(MOST_PLACES, Math.floor(MOST_IN_ALL / Math.max(1, after.length))));
    this.places = new Uint32Array(candles.count); // of the rows
    this.gaps = [];
    let place = 0, next = 0;
    for (let row = 0; row < candles.count; row++) {
      if (row === after[next]) {
        const gap = this.gapBefore(row, place, most);
        this.gaps.push(gap);
        place += gap.places;
        next++;
      }
      this.places[row] = place++;
    }
    this.count = place;
    this.times = this.timesOfPlaces();
  }

  gapBefore(row, place, most) {
    const { candles } = this, from = candles.end(row - 1), to = candles.start(row);
    const length = candles.number("length", row - 1);
    const windows = Math.max(1, Math.round((to - from) / length));
    const places = Math.min(windows, most);
    return { from, to, windows, place, places, step: Math.floor((to - from) / places) };
  }

  timesOfPlaces() {
    const times = new Float64Array(this.count);
    for (let row = 0; row < this.places.length; row++) times[this.places[row]] = this.candles.start(row);
    for (const { from, place, places, step } of this.gaps) {
      for (let index = 0; index < places; index++) times[place + index] = from + index * step;
    }
    return times;
  }

  // The rows at places from one to before another, as a half-open range.
  rows(from, to) {
    const first = firstWhere(this.places.length, (row) => this.places[row] >= from);
    let last = first;
    while (last < this.places.length && this.places[last] < to) last++;
    return [first, last];
  }

  placeAt(time) { return firstWhere(this.count, (place) => this.times[place] > time) - 1; }

  // The gaps that reach into places from one to another, as a half-open range of their numbers.
  gapsIn(from, to) {
    const { gaps } = this;
    const first = firstWhere(gaps.length, (gap) => gaps[gap].place + gaps[gap].places > from);
    return [first, firstWhere(gaps.length, (gap) => gaps[gap].place > to)];
  }
}
