// The labels of a drawing are kept inside the pane, and hidden beside a box that is narrower than they are, as in the window.

const [CHAR_WIDTH, LINE_HEIGHT] = [0.6, 1.3]; // of the font's size, on average
const [PAD_X, PAD_Y] = [4, 2]; // of the ground of a label

// The labels that are shown of a drawing between two pixels across; those of a narrow box only while the pointer is on it.
export function shownLabels(labels, left, right, { view, isActive }) {
  const isNarrow = labels.some((label) => widthOf(label) + 2 * PAD_X > right - left);
  return isNarrow && !isActive ? [] : labelsInside(labels, left, right, view);
}

// The labels of what lies between two pixels across, moved into the pane; none when it is outside.
export function labelsInside(labels, left, right, view) {
  return left > view.width || right < 0 ? [] : labels.map((label) => inside(label, view));
}

const widthOf = ({ text, size }) => Math.max(...text.split("\n").map((line) => [...line].length)) * size * CHAR_WIDTH;

// A label moved into the pane; one of a level above or below the pane stays there.
function inside(label, view) {
  const { text, size, at: [x, y], align } = label;
  const [width, height] = [widthOf(label), text.split("\n").length * size * LINE_HEIGHT];
  const [left, top] = [x - align[0] * width, y - align[1] * height];
  const across = shift(left - PAD_X, left + width + PAD_X, view.width);
  const isHere = y >= 0 && y <= view.height;
  return { ...label, at: [x + across, isHere ? y + shift(top - PAD_Y, top + height + PAD_Y, view.height) : y] };
}

// By how much a span is moved to lie between 0 and `most`, at the beginning when it is longer.
const shift = (low, high, most) => Math.max(Math.min(0, most - high), -low);
