// Paints the figures of drawings on a canvas, in pixels of the page.

const DASHES = { solid: [], dashed: [5, 3], dotted: [1, 2] }; // in widths of the line
const [LINE_HEIGHT, PAD] = [1.3, 4]; // of a text; around one on a ground
const MOST_PX = 1e6; // beyond it no painter is exact

const near = (value) => Math.min(Math.max(value, -MOST_PX), MOST_PX);

// A picture that is painted anew only when something of it changed: the library paints above the bars at each move of the crosshair.
export class KeptPicture {
  // `key`: values of which none may have changed since the picture was painted; `paint(context)`: in pixels of the page.
  draw({ context, bitmapSize: { width, height }, horizontalPixelRatio, verticalPixelRatio }, key, paint) {
    const wanted = [width, height, horizontalPixelRatio, verticalPixelRatio, ...key];
    if (width === 0 || height === 0) return;
    if (!this.key || wanted.some((value, i) => !Object.is(value, this.key[i]))) {
      this.key = wanted;
      this.canvas = new OffscreenCanvas(width, height);
      const own = this.canvas.getContext("2d");
      own.scale(horizontalPixelRatio, verticalPixelRatio);
      paint(own);
    }
    context.drawImage(this.canvas, 0, 0);
  }
}

export function paintFigure(context, figure, fontFamily) {
  if (figure.text !== undefined) paintText(context, figure, fontFamily);
  else if (figure.area) paintArea(context, figure);
  else strokePath(context, figure.line ?? figure.curve, figure.stroke);
}

function trace(context, points) {
  context.beginPath();
  points.forEach(([x, y]) => context.lineTo(near(x), near(y)));
}

function paintArea(context, { area, fill, opacity, stroke }) {
  trace(context, area);
  context.closePath();
  if (fill) {
    context.globalAlpha = opacity;
    context.fillStyle = fill;
    context.fill();
    context.globalAlpha = 1;
  }
  if (stroke) strokePath(context, [...area, area[0]], stroke);
}

function strokePath(context, points, { color, width, dash }) {
  trace(context, points);
  context.strokeStyle = color;
  context.lineWidth = width;
  context.lineCap = dash === "solid" ? "square" : "butt";
  context.setLineDash((DASHES[dash] ?? []).map((part) => part * width));
  context.stroke();
  context.setLineDash([]);
}

// Text is written as it is: what looks like markup in it means nothing on a canvas.
function paintText(context, { text, at, align, color, size, ground }, fontFamily) {
  const lines = text.split("\n");
  context.font = `${size}px ${fontFamily}`;
  context.textBaseline = "middle";
  context.textAlign = "left";
  const height = size * LINE_HEIGHT;
  const widths = lines.map((one) => context.measureText(one).width);
  const width = Math.max(...widths);
  const [left, top] = [near(at[0]) - align[0] * width, near(at[1]) - align[1] * height * lines.length];
  if (ground) {
    context.fillStyle = ground;
    context.beginPath();
    context.roundRect(left - PAD, top - PAD / 2, width + 2 * PAD, height * lines.length + PAD, PAD / 2);
    context.fill();
  }
  context.fillStyle = color;
  lines.forEach((one, i) => context.fillText(one, left + align[0] * (width - widths[i]), top + (i + 0.5) * height));
}
