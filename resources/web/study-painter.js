// Paints one indicator on a canvas in device pixels: what lies below the bars, and what lies above them. `view` holds the canvas
// (`context`, `width`, `height`, `ratio`), the pixels of bars and values (`x`, `y`, `spacing`, `first`, `last`), and what is shown
// (`study`, `look`, `aligned`, `values`, `bars`, `decimals`, `colours`, `isLatest`).

import { priceText } from "./study-numbers.js";
import { colourOf, drawnOutputs, isOnPrices, lookOf } from "./study-model.js";
import { DENSE_PX, areasOf, columnsOf, levelRuns, runsOf, verticesOf } from "./study-shapes.js";

const UNSETTLED = 0.5; // values that older history could still change are drawn with half the opacity
const [BAND, CLOUD, BETWEEN_LEVELS] = [24 / 255, 44 / 255, 20 / 255]; // opacity
const LEVEL = 0.6; // opacity of fixed levels
const PALE = 0.55;
const OUTSIDE = 0.45; // profile rows outside of the value area
const PROFILE_SHARE = 0.3; // of the width
const SPARSE_PX = 3; // pixels of a bar from which on crosses and labels are drawn
const LABEL_ROOM_PX = 34;
const LABEL_PX = 11;

export function paintBelow(view) {
  if (view.look.level_fill && !isOnPrices(view.study)) paintBetweenLevels(view);
  for (const fill of view.look.fills) paintFill(view, fill);
  if (view.look.body_fill) paintBodyFill(view);
  if (view.values.profile.length > 0) paintProfile(view);
}

export function paintAbove(view) {
  const painters = { line: paintLine, columns: paintColumns, crosses: paintCrosses, level: paintLevel, zigzag: paintZigzag };
  const outputs = drawnOutputs(view.study);
  if (!isOnPrices(view.study)) paintFixedLevels(view); // here, because the grid is painted over what lies below
  for (const { name, plot } of [...outputs.filter((one) => one.plot === "columns"), ...outputs.filter((one) => one.plot !== "columns")]) painters[plot](view, name);
}

// The colour of an output of a trend: that of its direction unless a person chose one.
function trendColour(study, output, rises, { up, down }) {
  return study.colours[output] ?? (rises ? up : down);
}

// The colour in which the value of an output at a bar is written: that of its line; of a trend, and of columns that have two
// colours or more, that of rising or falling. `shown`: {study, aligned, bars, colours}.
export function valueColour({ study, aligned, bars, colours }, { name, plot }, index) {
  const { columns, direction } = lookOf(study.row);
  if (direction) return trendColour(study, name, aligned.lines[direction]?.[index] > 0, colours);
  if (plot !== "columns" || columns === "plain") return colourOf(study, name);
  const line = aligned.lines[name] ?? [];
  const rules = { bar: () => bars[index]?.close >= bars[index]?.open, change: () => rises(line, index), sign_and_change: () => line[index] >= 0 };
  return trendColour(study, name, rules[columns](), colours);
}

const rises = (line, index) => !(index > 0 && line[index] < line[index - 1]);

const columnsIn = (view, name) => columnsOf(view.aligned, name, view, view.values.shifts[name] ?? 0);

function withAlpha(context, alpha, paint) {
  context.globalAlpha = alpha;
  paint();
  context.globalAlpha = 1;
}

function colourOfColumn(view, name) {
  const { aligned, colours, look, study } = view;
  if (!look.direction) return () => colourOf(study, name);
  const direction = aligned.lines[look.direction] ?? [];
  return ({ index }) => trendColour(study, name, direction[index] > 0, colours);
}

// --- below the bars ---

function paintBetweenLevels({ context, look, study, y, width }) {
  const [top, bottom] = look.level_fill.map(y).sort((a, b) => a - b);
  context.fillStyle = colourOf(study, study.row.outputs[0].name);
  withAlpha(context, BETWEEN_LEVELS, () => context.fillRect(0, top, width, bottom - top));
}

// Fills between two lines; where each column holds many bars, between their extremes.
function paintFill(view, { upper, lower, of, other }) {
  const { context, study, y } = view;
  const [above, below] = [columnsIn(view, upper), columnsIn(view, lower)];
  const points = above.map((column, i) => {
    const [high, low] = other ? [column.last, below[i].last] : [column.greatest, below[i].least];
    return Number.isNaN(high) || Number.isNaN(low) ? null : { x: column.x, top: y(high), bottom: y(low), apart: high - low };
  });
  paintAreas(context, points, (isAbove) => colourOf(study, isAbove || !other ? of : other), other ? CLOUD : BAND);
}

function paintAreas(context, points, colourWhere, alpha) {
  for (const { isAbove, outline } of areasOf(points)) {
    context.fillStyle = colourWhere(isAbove);
    context.beginPath();
    outline.forEach(([x, at]) => context.lineTo(x, at));
    withAlpha(context, alpha, () => context.fill());
  }
}

// Fills between a line and the middles of the bars' bodies, in the colour of each direction.
function paintBodyFill(view) {
  const { aligned, bars, colours, context, look, study, y } = view;
  const direction = aligned.lines[look.direction] ?? [];
  for (const isRising of [true, false]) {
    const points = columnsIn(view, look.body_fill).map(({ x, index, last }) => {
      if (Number.isNaN(last) || direction[index] > 0 !== isRising) return null;
      const middle = (bars[index].open + bars[index].close) / 2;
      return { x, top: y(last), bottom: y(middle), apart: last - middle };
    });
    paintAreas(context, points, () => trendColour(study, look.body_fill, isRising, colours), BAND);
  }
}

// Rows from the right edge: the volume of rising bars, then that of falling ones.
function paintProfile({ context, values, width, y, ratio, colours }) {
  const most = Math.max(...values.profile.map(({ up, down }) => up + down));
  const unit = most > 0 ? (width * PROFILE_SHARE) / most : 0;
  const gap = Math.max(1, Math.floor(ratio));
  for (const { low, high, up, down, in_value_area: isInside } of values.profile) {
    const [top, bottom] = [y(low), y(high)].map(Math.round).sort((a, b) => a - b);
    const height = Math.max(bottom - top - gap, 1);
    const [middle, left] = [width - Math.round(up * unit), width - Math.round((up + down) * unit)];
    withAlpha(context, isInside ? 1 : OUTSIDE, () => {
      context.fillStyle = colours["up-volume"];
      context.fillRect(middle, top, width - middle, height);
      context.fillStyle = colours["down-volume"];
      context.fillRect(left, top, middle - left, height);
    });
  }
}

// --- above the bars ---

function paintFixedLevels({ context, study, y, width, ratio, colours }) {
  context.fillStyle = colours.quiet;
  withAlpha(context, LEVEL, () => {
    for (const level of study.row.levels) {
      for (let x = 0; x < width; x += 6 * ratio) context.fillRect(Math.round(x), Math.round(y(level)), Math.round(3 * ratio), Math.max(1, Math.floor(ratio)));
    }
  });
}

function paintLine(view, name) {
  const { context, look, study, ratio, y } = view;
  const columns = columnsIn(view, name);
  const colour = colourOfColumn(view, name);
  context.lineWidth = study.width * ratio;
  context.lineJoin = "round";
  for (const run of runsOf(columns, (column) => `${colour(column)}|${column.isSettled}`, Boolean(look.direction))) {
    const [stroke, isSettled] = run.key.split("|");
    context.strokeStyle = stroke;
    context.beginPath();
    for (const { x, least, greatest, last } of run.columns) {
      if (least !== greatest) {
        context.lineTo(x, y(least));
        context.lineTo(x, y(greatest));
      }
      context.lineTo(x, y(last));
    }
    withAlpha(context, isSettled === "true" ? 1 : UNSETTLED, () => context.stroke());
  }
}

// The colour and the opacity of each column by the rule of its indicator.
export function columnPaint({ study, look, aligned, bars, colours }, name) {
  const { up, down } = colours;
  const own = study.colours[name];
  if (look.columns === "plain" || own) return () => [colourOf(study, name), 1];
  if (look.columns === "bar") return ({ index }) => [bars[index].close >= bars[index].open ? colours["up-volume"] : colours["down-volume"], 1];
  const line = aligned.lines[name];
  if (look.columns === "change") return ({ index }) => [rises(line, index) ? up : down, 1];
  return ({ index }) => (line[index] >= 0 ? [up, rises(line, index) ? 1 : PALE] : [down, rises(line, index) ? PALE : 1]);
}

function paintColumns(view, name) {
  const { context, spacing, y } = view;
  const paintOf = columnPaint(view, name);
  const zero = Math.round(y(0));
  const width = Math.max(1, Math.round(spacing < 2 * DENSE_PX ? spacing : 0.8 * spacing));
  for (const column of columnsIn(view, name)) {
    if (Number.isNaN(column.least)) continue;
    const [colour, alpha] = paintOf(column);
    const ends = [y(column.least), y(column.greatest)].map(Math.round);
    const [top, bottom] = [Math.min(...ends, zero), Math.max(...ends, zero)];
    context.fillStyle = colour;
    withAlpha(context, alpha * (column.isSettled ? 1 : UNSETTLED), () => context.fillRect(Math.round(column.x - width / 2), top, width, Math.max(bottom - top, 1)));
  }
}

function paintCrosses(view, name) {
  const { context, study, spacing, ratio, y } = view;
  if (spacing < SPARSE_PX * ratio) return;
  const colour = colourOfColumn(view, name);
  const [line, half] = [Math.max(1, Math.round(study.width * ratio)), Math.max(1, Math.round(2 * ratio))];
  for (const column of columnsIn(view, name)) {
    if (Number.isNaN(column.last)) continue;
    const [x, at] = [Math.round(column.x), Math.round(y(column.last))];
    context.fillStyle = colour(column);
    withAlpha(context, column.isSettled ? 1 : UNSETTLED, () => {
      context.fillRect(x - half, at, 2 * half + line, line);
      context.fillRect(x, at - half, line, half);
      context.fillRect(x, at + line, line, half);
    });
  }
}

// A level as long as it keeps its value, with its name where there is room.
function paintLevel(view, name) {
  const { context, study, spacing, ratio, y } = view;
  const columns = columnsIn(view, name);
  const label = name.toUpperCase().replace("VALUE_AREA_", "VA ");
  context.fillStyle = colourOf(study, name);
  setFont(view);
  context.textAlign = "left";
  for (const { start, end } of levelRuns(columns)) {
    const [left, right] = [columns[start].x - spacing / 2, columns[end - 1].x + spacing / 2];
    if (right - left < SPARSE_PX) continue;
    const top = Math.round(y(columns[start].last));
    withAlpha(context, columns[start].isSettled ? 1 : UNSETTLED, () => context.fillRect(Math.round(left), top, Math.round(right - left), Math.max(1, Math.round(study.width * ratio))));
    const at = Math.max(Math.round(left), 0) + 3 * ratio;
    if (at + LABEL_ROOM_PX * ratio < right) context.fillText(label, at, top - 7 * ratio);
  }
}

// The legs between turning points, the last one, which is not sure, dashed; and the prices of the points.
function paintZigzag(view, name) {
  const { context, aligned, bars, study, spacing, ratio, x, y, isLatest } = view;
  const vertices = verticesOf(aligned.lines[name] ?? []);
  if (vertices.length === 0) return;
  const points = vertices.map(([index, value]) => [x(index), y(value)]);
  const stroke = (path) => {
    context.beginPath();
    path.forEach(([at, level]) => context.lineTo(at, level));
    context.stroke();
  };
  context.strokeStyle = context.fillStyle = colourOf(study, name);
  context.lineWidth = study.width * ratio;
  stroke(points);
  if (isLatest) {
    context.setLineDash([4 * ratio, 3 * ratio]);
    stroke([points.at(-1), [x(bars.length - 1), y(bars.at(-1).close)]]);
    context.setLineDash([]);
  }
  if (spacing < SPARSE_PX * ratio) return;
  setFont(view);
  context.textAlign = "center";
  vertices.forEach(([index, value], i) => {
    if (index < view.first - 1 || index > view.last + 1) return;
    const other = (vertices[i - 1] ?? vertices[i + 1] ?? [0, value])[1];
    context.fillText(priceText(value, view.decimals), x(index), y(value) + (value >= other ? -10 : 10) * ratio);
  });
}

function setFont({ context, ratio, font }) {
  context.font = `${LABEL_PX * ratio}px ${font}`;
  context.textBaseline = "middle";
}
