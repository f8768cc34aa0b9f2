// The texts of a page whose contrast with what is behind them is below WCAG 2.1's 4.5, with that contrast.
() => {
  const numbers = (colour) => colour.match(/[0-9.]+/g).map(Number);
  const linear = (v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  const light = (c) => {
    const [r, g, b] = c.map((v) => linear(v / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a, b) => {
    const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
    return (x + 0.05) / (y + 0.05);
  };
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = numbers(getComputedStyle(e).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour.slice(0, 3);
    }
    return [255, 255, 255];
  };
  const inGraph = (e) => numbers(getComputedStyle(e.parentElement.querySelector("rect") || document.querySelector(".thread rect")).fill);
  const found = [];
  let seen = 0;
  for (const e of document.querySelectorAll("body *")) {
    const hasText = [...e.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!hasText || !e.checkVisibility() || e.closest("script, title")) continue;
    seen += 1;
    const style = getComputedStyle(e);
    const [front, back] = e.closest("svg") ? [style.fill, inGraph(e)] : [style.color, behind(e)];
    const value = ratio(numbers(front).slice(0, 3), back.slice(0, 3));
    if (value < 4.5) found.push([e.textContent.slice(0, 30), value]);
  }
  return { seen, found };
}
