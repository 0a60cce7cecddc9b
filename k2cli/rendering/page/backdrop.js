"use strict";
// What is painted behind the candles: hatching over windows without trades, and bars of volume at the foot.

const FOOT = 0.18; // of the height of the chart
const MOST_NARROW = 200; // of gaps in sight that are painted even if they are narrower than a line

class Backdrop {
  constructor(lens) {
    this.lens = lens;
    this.views = [{ zOrder: () => "bottom", renderer: () => ({ draw: (target) => this.paint(target) }) }];
  }

  paneViews() { return this.views; }

  paint(target) {
    target.useBitmapCoordinateSpace(({ context, bitmapSize, horizontalPixelRatio: ratio }) => {
      this.paintGaps(context, bitmapSize.height, ratio);
      this.paintVolumes(context, bitmapSize.height, ratio);
    });
  }

  paintGaps(context, height, ratio) {
    context.save();
    context.beginPath();
    for (const [left, width] of this.gaps()) {
      context.rect(Math.round(left * ratio), 0, Math.max(1, Math.round(width * ratio)), height);
    }
    context.fillStyle = hatch(context, ratio);
    context.fill();
    context.restore();
  }

  // Left end and width of the gaps in sight. Where there are many, those are left out that are narrower than a line.
  *gaps() {
    const { lens } = this, { from, to } = lens.sight;
    const [first, last] = lens.axis.gapsIn(from, to);
    const wide = lens.spacing / lens.step;
    for (const { place, places } of lens.axis.gaps.slice(first, last)) {
      if (places * wide < 1 && last - first > MOST_NARROW) continue;
      yield [lens.scale.logicalToCoordinate(lens.logical(place)) - wide / 2, places * wide];
    }
  }

  paintVolumes(context, height, ratio) {
    const bars = this.volumes(), wide = this.lens.spacing * ratio;
    const most = bars.reduce((most, { volume }) => Math.max(most, volume), 0);
    const width = Math.max(1, Math.round(wide < 4 ? wide : wide * 0.8));
    const colours = { true: colour("up-volume"), false: colour("down-volume") };
    for (const { bar, volume, rises } of bars) {
      const size = Math.max(1, Math.round((volume / most) * FOOT * height));
      context.fillStyle = colours[rises];
      context.fillRect(Math.round(this.lens.x(bar) * ratio - width / 2), height - size, width, size);
    }
  }

  volumes() {
    const { lens } = this, { candles, places } = lens.axis, { from, to } = lens.sight;
    const { volume, open, close } = candles.columns;
    const first = Math.max(lens.first, Math.floor(from / lens.step));
    const last = Math.min(lens.last, Math.ceil(to / lens.step) + 1);
    const bars = [];
    let [row] = lens.axis.rows(first * lens.step, first * lens.step);
    for (let bar = first; bar < last; bar++) {
      const begin = row;
      let sum = 0;
      for (; row < places.length && places[row] < (bar + 1) * lens.step; row++) sum += volume.numbers[row];
      if (row > begin) bars.push({ bar, volume: sum, rises: close.numbers[row - 1] >= open.numbers[begin] });
    }
    return bars;
  }
}

function hatch(context, ratio) {
  const size = Math.round(8 * ratio);
  const tile = document.createElement("canvas");
  tile.width = tile.height = size;
  const pen = tile.getContext("2d");
  pen.strokeStyle = colour("gap");
  pen.lineWidth = ratio;
  pen.beginPath();
  for (const shift of [-size, 0, size]) {
    pen.moveTo(shift - 1, size + 1);
    pen.lineTo(shift + size + 1, -1);
  }
  pen.stroke();
  return context.createPattern(tile, "repeat");
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
