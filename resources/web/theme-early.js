// Runs before the first paint, so that a page with a chosen theme does not flash in the other one.
{
  const chosen = localStorage.getItem("candledesk.theme");
  if (chosen) document.documentElement.dataset.theme = chosen;
}
