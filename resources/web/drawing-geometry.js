// Geometry of drawings: lengthened and cut lines, boxes, arrows, and where a curve can be seen. Points are [x, y] in pixels of the pane.

const [FAR, ARROW_PX, ARROW_ANGLE] = [1e7, 12, (28 * Math.PI) / 180];
const MOST_POINTS = 150; // of a curve on screen: a mean of many bars has no corners that these would miss

// The part of a line within the pane (Liang and Barsky), null for none.
function clipped([x1, y1], [x2, y2], { width, height }) {
  const [dx, dy] = [x2 - x1, y2 - y1];
  let [low, high] = [0, 1];
  for (const [delta, room] of [[-dx, x1], [dx, width - x1], [-dy, y1], [dy, height - y1]]) {
    if (delta === 0) {
      if (room < 0) return null;
    } else if (delta < 0) low = Math.max(low, room / delta);
    else high = Math.min(high, room / delta);
  }
  return low > high ? null : [[x1 + low * dx, y1 + low * dy], [x1 + high * dx, y1 + high * dy]];
}

// The line through two points from the left one to the right one, lengthened to the edges of the pane; null when it is not in it.
export function lengthened(a, b, extend, view) {
  let [start, end] = b[0] < a[0] ? [b, a] : [a, b];
  const length = Math.hypot(end[0] - start[0], end[1] - start[1]);
  if (length === 0) return clipped(start, end, view);
  const [ux, uy] = [(end[0] - start[0]) / length, (end[1] - start[1]) / length];
  const away = ([x, y]) => Math.abs(x) + Math.abs(y);
  const reach = Math.min(view.width + view.height + Math.max(away(start), away(end)), FAR);
  if (extend === "left" || extend === "both") start = [start[0] - ux * reach, start[1] - uy * reach];
  if (extend === "right" || extend === "both") end = [end[0] + ux * reach, end[1] + uy * reach];
  return clipped(start, end, view);
}

// The two short lines of the head of an arrow from `tail` to `tip`; none when it has no direction.
export function arrowLines(tail, tip, width) {
  if (tail[0] === tip[0] && tail[1] === tip[1]) return [];
  const back = Math.atan2(tail[1] - tip[1], tail[0] - tip[0]);
  const length = ARROW_PX + 2 * width;
  return [-ARROW_ANGLE, ARROW_ANGLE].map((turn) => [tip, [tip[0] + length * Math.cos(back + turn), tip[1] + length * Math.sin(back + turn)]]);
}

export function boxOf(points) {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}

export const isWithin = ([x, y], { left, top, right, bottom }) => x >= left && x <= right && y >= top && y <= bottom;

// Corners one after the other.
export const corners = (left, top, right, bottom) => [[left, top], [right, top], [right, bottom], [left, bottom]];

// The entries of a curve to draw between two indexes, and one beyond each; `indexes` ascend.
export function seenEntries(indexes, low, high) {
  const begin = Math.max(entryFrom(indexes, low) - 1, 0);
  const end = Math.min(entryFrom(indexes, high) + 2, indexes.length);
  const step = Math.max(1, Math.ceil((end - begin) / MOST_POINTS));
  const found = [];
  for (let at = begin; at < end + step - 1; at += step) found.push(Math.min(at, end - 1)); // the last one too
  return found;
}

function entryFrom(values, least) {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
