// The shapes of indicator lines in pixels, and the extremes of values: rules without the canvas.

export const DENSE_PX = 2; // below this width of a bar, all bars of one pixel are one column
const FAR_PX = 4000; // beyond the pane, so that slopes stay right

export const clamped = (y, height) => Math.min(Math.max(y, -FAR_PX), height + FAR_PX);

// The columns of a line that is drawn `shift` bars to the right, from bar `first` to bar `last` of the screen and one more on each
// side: {x, index, least, greatest, last, isSettled}; `x(index)` are pixels, `spacing` those of one bar. Values are NaN for none.
export function columnsOf({ lines, settled }, name, { first, last, x, spacing }, shift = 0) {
  const line = lines[name] ?? [];
  const columns = [];
  for (let i = Math.max(first - shift - 1, 0); i <= Math.min(last - shift + 1, line.length - 1); i += 1) {
    const value = line[i];
    const at = spacing < DENSE_PX ? Math.round(x(i + shift)) : x(i + shift);
    const column = columns.at(-1);
    if (spacing >= DENSE_PX || column?.x !== at) columns.push({ x: at, index: i, least: value, greatest: value, last: value, isSettled: settled[i] });
    else Object.assign(column, { index: i, least: least(column.least, value), greatest: greatest(column.greatest, value), last: value, isSettled: column.isSettled && settled[i] });
  }
  return columns;
}

const least = (a, b) => (Number.isNaN(a) || b < a ? b : a);
const greatest = (a, b) => (Number.isNaN(a) || b > a ? b : a);

// Runs of neighbouring columns whose segments have one key, as {key, columns}: a run begins with the last column of the run before,
// except with `breaks`, where a line is interrupted when its key changes.
export function runsOf(columns, keyOf, breaks = false) {
  const runs = [];
  let run = null;
  columns.forEach((column, i) => {
    const before = columns[i - 1];
    if (Number.isNaN(column.least)) {
      run = null;
      return;
    }
    const key = keyOf(column, i);
    const isJoined = run !== null && before !== undefined;
    if (isJoined && run.key === key) {
      run.columns.push(column);
      return;
    }
    run = { key, columns: isJoined && !breaks ? [before, column] : [column] };
    runs.push(run);
  });
  return runs;
}

// The areas between two lines, as {isAbove, outline: [[x, y], …]}: where the lines cross, one area ends and the next one begins at
// the very crossing. `points`: {x, top, bottom, apart}, `apart` is above 0 where the first line has the higher value; null for none.
export function areasOf(points) {
  const areas = [];
  let area = null;
  const close = () => {
    if (area && area.top.length > 1) areas.push({ isAbove: area.isAbove, outline: [...area.top, ...area.bottom.reverse()] });
    area = null;
  };
  const begin = (isAbove) => (area = { isAbove, top: [], bottom: [] });
  const add = ({ x, top, bottom }) => {
    area.top.push([x, top]);
    area.bottom.push([x, bottom]);
  };
  points.forEach((point, i) => {
    const before = points[i - 1];
    if (!point) close();
    else if (!area) {
      begin(point.apart >= 0);
      add(point);
    } else if (point.apart * before.apart < 0) {
      const share = before.apart / (before.apart - point.apart);
      const y = before.top + share * (point.top - before.top);
      const crossing = { x: before.x + share * (point.x - before.x), top: y, bottom: y };
      add(crossing);
      close();
      begin(point.apart >= 0);
      add(crossing);
      add(point);
    } else {
      if (area.top.length === 1 && before.apart === 0) area.isAbove = point.apart >= 0;
      add(point);
    }
  });
  close();
  return areas;
}

// The half-open ranges of columns in which a level keeps its value and stays settled or not.
export function levelRuns(columns) {
  const runs = [];
  columns.forEach((column, i) => {
    const before = columns[i - 1];
    if (Number.isNaN(column.last)) return;
    if (before && before.last === column.last && before.isSettled === column.isSettled) runs.at(-1).end = i + 1;
    else runs.push({ start: i, end: i + 1 });
  });
  return runs;
}

// The turning points of a zig zag as [[bar, value], …].
export function verticesOf(line) {
  const found = [];
  line.forEach((value, i) => Number.isNaN(value) || found.push([i, value]));
  return found;
}

// The lowest and the highest of the values that are drawn on bars [first, last] as {low, high}, null for none. `outputs`:
// [{name, shift}, …]; `fixed`: values that are shown too, when there are any others.
export function extentOf({ lines }, outputs, { first, last }, fixed = []) {
  let [low, high] = [Infinity, -Infinity];
  for (const { name, shift } of outputs) {
    const line = lines[name] ?? [];
    for (let i = Math.max(first - shift, 0); i <= Math.min(last - shift, line.length - 1); i += 1) {
      if (line[i] < low) low = line[i];
      if (line[i] > high) high = line[i];
    }
  }
  if (low > high) return null;
  return { low: Math.min(low, ...fixed), high: Math.max(high, ...fixed) };
}
