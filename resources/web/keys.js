// The keys, each declared once: its text in the list of keys and its action.

const KEY_LABELS = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Plus: "+", Minus: "−", Question: "?", Slash: "/" };
const KEY_NAMES = { "+": "Plus", "=": "Plus", "-": "Minus", _: "Minus", "?": "Question", "/": "Slash" };

// `rows`: [[keys, text, action of the first key, …], …]; several keys may share one action. A key is "Alt+KeyG", "ArrowLeft" or "0".
// With Alt a letter is known by its place on the keyboard (`code`), because Alt may change the character. `onLetter()` and
// `onDigit(digit)`: a letter or digit without modifier, which begins a symbol or an interval.
export class Keys {
  constructor(rows, { onLetter, onDigit }) {
    Object.assign(this, { rows, onLetter, onDigit });
    this.actions = new Map(rows.flatMap(([keys, , ...actions]) => keys.map((key, i) => [key, actions[i] ?? actions[0]])));
    document.addEventListener("keydown", (event) => this.onKey(event));
  }

  onKey(event) {
    if (event.defaultPrevented || event.target.closest("input, select, dialog, summary")) return;
    const action = this.actions.get(keyName(event));
    if (action) {
      event.preventDefault();
      action();
    } else if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) {
      return;
    } else if (/^[1-9]$/.test(event.key)) {
      event.preventDefault();
      this.onDigit(event.key);
    } else if (/^[\p{L}^]$/u.test(event.key)) {
      this.onLetter();
    }
  }

  renderList(list) {
    const items = this.rows.flatMap(([keys, text]) => [term(keys), description(text)]);
    list.replaceChildren(...items, term(["A … Z"]), description("find a symbol"), term(["1 … 9"]), description("another interval"));
  }
}

export function keyName(event) {
  const key = event.altKey ? event.code : (KEY_NAMES[event.key] ?? event.key);
  return [event.ctrlKey || event.metaKey ? "Ctrl" : "", event.altKey ? "Alt" : "", key].filter(Boolean).join("+");
}

function term(keys) {
  const made = document.createElement("dt");
  keys.forEach((key, i) => {
    const shown = document.createElement("kbd");
    shown.textContent = key.split("+").map((part) => KEY_LABELS[part] ?? part.replace(/^Key/, "")).join(" ");
    made.append(...(i ? [" ", shown] : [shown]));
  });
  return made;
}

function description(text) {
  const made = document.createElement("dd");
  made.textContent = text;
  return made;
}
