// The message that covers an empty chart: why it is empty, and what to do.

const byId = (id) => document.getElementById(id);

export class Empty {
  // `onChosen(symbol)`: one of the examples was clicked.
  constructor(onChosen) {
    this.onChosen = onChosen;
  }

  show(title, text, examples = []) {
    byId("empty-title").textContent = title;
    byId("empty-text").textContent = text;
    byId("examples").replaceChildren(...examples.map((symbol) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = symbol;
      button.addEventListener("click", () => this.onChosen(symbol));
      return button;
    }));
    byId("empty").hidden = false;
  }

  hide() {
    byId("empty").hidden = true;
  }
}
