"use strict";
// The candles as the page holds them: columns of decimal text, packed. Floats are made of them for drawing only; what is
// shown is the text.

const COLUMNS = ["start", "length", "open", "high", "low", "close", "volume", "trades", "vwap"];
const COMMA = 44, POINT = 46, NEWLINE = 10, ZERO = 48;

function packed(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const letters = atob(text), bytes = new Uint8Array(letters.length);
  for (let at = 0; at < letters.length; at++) bytes[at] = letters.charCodeAt(at);
  return bytes;
}

async function unpacked(text) {
  const stream = new Blob([packed(text)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

class Column {
  constructor(rows) {
    this.numbers = new Float64Array(rows);
    this.offsets = new Uint32Array(rows);
    this.places = 0;
  }

  // Reads the values of one line, which ends at a newline; returns where the next one begins.
  read(bytes, at, first, rows) {
    for (let row = first; row < first + rows; row++) {
      let digits = 0, point = -1;
      this.offsets[row] = at;
      for (; bytes[at] !== COMMA && bytes[at] !== NEWLINE; at++) {
        if (bytes[at] === POINT) point = at;
        else digits = digits * 10 + bytes[at] - ZERO;
      }
      const places = point < 0 ? 0 : at - point - 1;
      if (places > this.places) this.places = places;
      this.numbers[row] = digits / 10 ** places;
      at++;
    }
    return at;
  }
}

class Candles {
  static async of(blocks) {
    const parts = await Promise.all(blocks.map((block) => unpacked(block.textContent)));
    return new Candles(parts, blocks.map((block) => Number(block.dataset.rows)));
  }

  constructor(parts, rows) {
    this.count = rows.reduce((sum, some) => sum + some, 0);
    this.bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    this.columns = Object.fromEntries(COLUMNS.map((name) => [name, new Column(this.count)]));
    let at = 0, first = 0;
    parts.forEach((part, index) => {
      this.bytes.set(part, at);
      for (const name of COLUMNS) at = this.columns[name].read(this.bytes, at, first, rows[index]);
      first += rows[index];
    });
    const starts = this.columns.start.numbers;
    for (let row = 1; row < this.count; row++) starts[row] += starts[row - 1];
  }

  // Seconds since the epoch at which the window of a row begins, and ends.
  start(row) { return this.columns.start.numbers[row]; }
  end(row) { return this.start(row) + this.columns.length.numbers[row]; }

  number(name, row) { return this.columns[name].numbers[row]; }

  // The digits of a value, without zeros at the end of a fraction.
  digits(name, row) {
    const { offsets } = this.columns[name];
    let end = offsets[row];
    while (this.bytes[end] !== COMMA && this.bytes[end] !== NEWLINE) end++;
    return new TextDecoder().decode(this.bytes.subarray(offsets[row], end));
  }

  // A value as an integer, in units of the column's last place.
  scaled(name, row) {
    const [whole, fraction = ""] = this.digits(name, row).split(".");
    return BigInt(whole + fraction.padEnd(this.columns[name].places, "0"));
  }

  // An integer in units of the column's last place, as a decimal.
  written(name, scaled) {
    const { places } = this.columns[name], digits = String(scaled).padStart(places + 1, "0");
    return places ? `${digits.slice(0, -places)}.${digits.slice(-places)}` : digits;
  }

  // The candle of one row, or that of several, as text, with all digits: nothing of it has been a float.
  texts(from, to) {
    const all = (name) => Array.from({ length: to - from }, (_, index) => this.scaled(name, from + index));
    const sum = (values) => values.reduce((one, other) => one + other, 0n);
    const most = (values) => values.reduce((one, other) => (other > one ? other : one));
    const least = (values) => values.reduce((one, other) => (other < one ? other : one));
    const scaled = {
      open: this.scaled("open", from), high: most(all("high")), low: least(all("low")),
      close: this.scaled("close", to - 1), volume: sum(all("volume")), trades: sum(all("trades")),
    };
    const texts = Object.fromEntries(Object.entries(scaled).map(([name, value]) => [name, this.written(name, value)]));
    // The mean of several needs sums that the page does not have.
    return { ...texts, vwap: to - from > 1 ? "–" : this.written("vwap", this.scaled("vwap", from)) };
  }
}
