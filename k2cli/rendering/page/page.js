"use strict";
// The page: the chart, the numbers of the candle under the crosshair, keys and buttons.

const about = JSON.parse(document.getElementById("about").textContent);
const byId = (id) => document.getElementById(id);
const DAY = 86400, WIDE = 6; // seconds; pixels of a candle at first

function stamp(seconds, dates = about.dates) {
  const text = new Date(seconds * 1000).toISOString().replace("T", " ");
  return dates && seconds % DAY === 0 ? text.slice(0, 10) : text.slice(0, seconds % 60 ? 19 : 16);
}

// A span of time; its end without the date if that is the same.
function span(from, to) {
  const [first, last] = [stamp(from), stamp(to)];
  const same = !about.dates && first.slice(0, 10) === last.slice(0, 10);
  return `${first} to ${same ? last.slice(11) : last}`;
}

function count(number, singular, plural = `${singular}s`) {
  return `${number.toLocaleString("en")} ${number === 1 ? singular : plural}`;
}

// Decimals of the price axis: no more than a double holds of the greatest price.
function axisPlaces(candles) {
  const { high, low, open, close } = candles.columns;
  const greatest = high.numbers.reduce((most, price) => Math.max(most, price), 0);
  const digits = greatest < 1 ? 0 : Math.floor(Math.log10(greatest)) + 1;
  return Math.max(0, Math.min(15 - digits, Math.max(high.places, low.places, open.places, close.places)));
}

class Page {
  constructor(candles) {
    this.candles = candles;
    this.axis = new Axis(candles);
    this.chosen = null; // the place that keys or pointer are at
    this.chart = LightweightCharts.createChart(byId("chart"), this.layout());
    const places = axisPlaces(candles);
    const priceFormat = { type: "custom", minMove: 10 ** -places, formatter: (price) => price.toFixed(places) };
    const options = { priceFormat, priceLineVisible: false, lastValueVisible: false };
    this.series = this.chart.addSeries(LightweightCharts.CandlestickSeries, options);
    this.series.priceScale().applyOptions({ scaleMargins: { top: 0.06, bottom: 0.26 } });
    this.lens = new Lens(this.chart, this.series, this.axis);
    this.series.attachPrimitive(new Backdrop(this.lens));
    this.chart.subscribeCrosshairMove((event) => this.point(event));
    this.paint();
    this.first();
    this.leave();
    this.summarise();
  }

  layout() {
    return {
      autoSize: true,
      layout: { attributionLogo: false, fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12 },
      localization: { locale: "en-GB", timeFormatter: (time) => stamp(time) },
      crosshair: { mode: LightweightCharts.CrosshairMode.Normal },
      timeScale: {
        timeVisible: !about.dates, secondsVisible: false, minBarSpacing: 0.05, rightOffset: 1,
      },
      rightPriceScale: { borderVisible: true },
      handleScale: { axisPressedMouseMove: true },
    };
  }

  paint() {
    const [ink, line, grid] = ["quiet", "line", "grid"].map(colour);
    this.chart.applyOptions({
      layout: { background: { color: colour("paper") }, textColor: ink },
      grid: { vertLines: { color: grid }, horzLines: { color: grid } },
      timeScale: { borderColor: line },
      rightPriceScale: { borderColor: line },
      crosshair: {
        vertLine: { color: ink, labelBackgroundColor: colour("focus") },
        horzLine: { color: ink, labelBackgroundColor: colour("focus") },
      },
    });
    const [up, down] = ["up", "down"].map(colour);
    this.series.applyOptions({
      upColor: up, downColor: down, wickUpColor: up, wickDownColor: down, borderUpColor: up, borderDownColor: down,
    });
  }

  // At first all candles if they can be told apart, else the newest.
  first() {
    const room = byId("chart").clientWidth / WIDE;
    if (this.axis.count <= room * 2) this.all();
    else this.lens.show(this.axis.count - room, this.axis.count);
  }

  all() { this.lens.show(-1, this.axis.count); }

  zoom(factor) {
    const { from, to } = this.lens.sight;
    const { chosen } = this;
    const middle = chosen !== null && from <= chosen && chosen <= to ? chosen : (from + to) / 2;
    const least = 4 / Math.max(4, to - from);
    const by = Math.max(factor, Math.min(1, least));
    this.lens.show(middle - (middle - from) * by, middle + (to - middle) * by);
    if (chosen === middle) this.tell(chosen);
  }

  // Goes some bars to the right or left of where the keys are, past windows without trades.
  step(bars) {
    const { step } = this.lens;
    const from = this.chosen === null ? this.axis.count : Math.floor(this.chosen / step) * step;
    this.go(from + bars * step, Math.sign(bars));
  }

  // Goes to the bar at a place, or if it has no trades to the next one that has, and brings it into sight.
  go(place, direction) {
    const { lens, axis } = this;
    const rows = axis.places;
    const near = firstWhere(rows.length, (row) => rows[row] >= place);
    const row = rows[near] === place || direction > 0 ? near : near - 1;
    this.chosen = rows[Math.max(0, Math.min(rows.length - 1, row))];
    const { from, to } = lens.sight;
    const edge = Math.min(2 * lens.step, (to - from) / 4);
    if (this.chosen < from + edge) lens.show(this.chosen - edge, this.chosen - edge + to - from);
    else if (this.chosen > to - edge) lens.show(this.chosen + edge - (to - from), this.chosen + edge);
    const bar = Math.floor(this.chosen / lens.step);
    const [first] = axis.rows(bar * lens.step, (bar + 1) * lens.step);
    this.chart.setCrosshairPosition(this.candles.number("close", first), axis.times[bar * lens.step], this.series);
    this.tell(this.chosen);
  }

  leave() {
    this.chosen = null;
    this.chart.clearCrosshairPosition();
    this.tellRows(this.candles.count - 1, this.candles.count);
  }

  point(event) {
    if (!event.sourceEvent) return; // it was set by keys
    if (event.time === undefined) this.leave();
    else this.tell((this.chosen = this.axis.placeAt(event.time)));
  }

  // Tells of the bar that a place is in.
  tell(place) {
    const { step } = this.lens, bar = Math.floor(place / step);
    const [from, to] = this.axis.rows(bar * step, (bar + 1) * step);
    if (from < to) this.tellRows(from, to);
    else this.tellGap(place);
  }

  tellRows(from, to) {
    const { candles } = this;
    const rises = candles.number("close", to - 1) >= candles.number("open", from);
    const start = candles.start(from), several = to - from > 1;
    byId("candle").className = `${rises ? "up" : "down"}${several ? " several" : ""}`;
    this.write("time", several ? `${span(start, candles.end(to - 1))}, ${count(to - from, "candle")}` : stamp(start));
    for (const [name, text] of Object.entries(candles.texts(from, to))) this.write(name, text);
  }

  tellGap(place) {
    const gap = this.axis.gaps[this.axis.gapsIn(place, place)[0]];
    byId("candle").className = "gap";
    this.write("time", `${span(gap.from, gap.to)}: no trades in ${count(gap.windows, "window")}`);
  }

  write(name, text) { byId("candle").querySelector(`[data-of="${name}"]`).textContent = text; }

  summarise() {
    const { candles, axis } = this;
    const missing = axis.gaps.reduce((sum, gap) => sum + gap.windows, 0);
    const gaps = missing ? `; hatched: ${count(missing, "window")} without trades` : "";
    const span = `${stamp(candles.start(0))} to ${stamp(candles.end(candles.count - 1))} UTC`;
    byId("range").textContent = `${count(candles.count, "candle")}, ${span}${gaps}`;
  }
}

function switchTheme() {
  setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark");
}

function keys(page) {
  const bars = (event) => (event.shiftKey ? 10 : 1);
  return {
    ArrowLeft: (event) => page.step(-bars(event)), ArrowRight: (event) => page.step(bars(event)),
    ArrowUp: () => page.zoom(0.8), ArrowDown: () => page.zoom(1.25),
    "+": () => page.zoom(0.8), "=": () => page.zoom(0.8), "-": () => page.zoom(1.25), _: () => page.zoom(1.25),
    Home: () => page.go(0, 1), End: () => page.go(page.axis.count - 1, -1),
    0: () => page.all(), t: switchTheme, T: switchTheme, Escape: () => page.leave(), "?": () => byId("keys").showModal(),
  };
}

function listen(page) {
  const known = keys(page);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || byId("keys").open || !Object.hasOwn(known, event.key)) return;
    event.preventDefault();
    known[event.key](event);
  });
  byId("chart").addEventListener("pointerdown", () => { page.lens.held = true; }, true);
  for (const end of ["pointerup", "pointercancel"]) {
    document.addEventListener(end, () => { page.lens.held = false; page.lens.wait(); }, true);
  }
  document.addEventListener("themed", () => page.paint());
  byId("in").onclick = () => page.zoom(0.8);
  byId("out").onclick = () => page.zoom(1.25);
  byId("all").onclick = () => page.all();
  byId("theme").onclick = switchTheme;
  byId("help").onclick = () => byId("keys").showModal();
}

async function open() {
  setTheme(document.documentElement.dataset.theme);
  const blocks = [...document.querySelectorAll("script.candles")];
  const candles = await Candles.of(blocks);
  blocks.forEach((block) => block.remove());
  listen(new Page(candles));
  document.documentElement.dataset.state = "ready";
}

open().catch((error) => {
  byId("trouble").hidden = false;
  byId("trouble").textContent = `This browser cannot draw the chart: ${error.message}. Browsers since 2023 can.`;
  document.documentElement.dataset.state = "failed";
  throw error;
});
