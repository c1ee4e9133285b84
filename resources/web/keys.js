// The keys, each declared once: what the sheet shows, what the key does.

const NAMES = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Plus: "+", Minus: "−", Question: "?" };
const TYPED = { "+": "Plus", "=": "Plus", "-": "Minus", _: "Minus", "?": "Question" };

// `rows`: [[keys, text, act of the first key, …], …], several keys may share one act; a key is "Alt+KeyG", "ArrowLeft", "0"; letters go by their place on the keyboard (`code`), so that
// Alt makes no other character of them. `onLetter()` and `onDigit(digit)`: a bare key that begins a word or a number.
export class Keys {
  constructor(rows, { onLetter, onDigit }) {
    Object.assign(this, { rows, onLetter, onDigit });
    this.acts = new Map(rows.flatMap(([keys, , ...acts]) => keys.map((key, i) => [key, acts[i] ?? acts[0]])));
    document.addEventListener("keydown", (event) => this.onKey(event));
  }

  onKey(event) {
    if (event.defaultPrevented || event.target.closest("input, select, dialog, summary")) return;
    const act = this.acts.get(nameOf(event));
    if (act) {
      event.preventDefault();
      act();
    } else if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) {
      return;
    } else if (/^[1-9]$/.test(event.key)) {
      event.preventDefault();
      this.onDigit(event.key);
    } else if (/^[\p{L}^]$/u.test(event.key)) {
      this.onLetter();
    }
  }

  renderSheet(list) {
    const items = this.rows.flatMap(([keys, text]) => [term(keys), description(text)]);
    list.replaceChildren(...items, term(["A … Z"]), description("find a symbol"), term(["1 … 9"]), description("another interval"));
  }
}

function nameOf(event) {
  const key = event.altKey ? event.code : (TYPED[event.key] ?? event.key);
  return [event.ctrlKey || event.metaKey ? "Ctrl" : "", event.altKey ? "Alt" : "", key].filter(Boolean).join("+");
}

function term(keys) {
  const made = document.createElement("dt");
  keys.forEach((key, i) => {
    const shown = document.createElement("kbd");
    shown.textContent = key.split("+").map((part) => NAMES[part] ?? part.replace(/^Key/, "")).join(" ");
    made.append(...(i ? [" ", shown] : [shown]));
  });
  return made;
}

function description(text) {
  const made = document.createElement("dd");
  made.textContent = text;
  return made;
}
