// Shows the page again when a file of the letters was saved, at the place that was being read and with what was
// chosen in its fields. Without it one reloads by hand.
const { stamp, root } = document.documentElement.dataset;
const key = `reading ${location.pathname}${location.search}`;
const all = selector => [...document.querySelectorAll(selector)];
const frames = all(".screens iframe");
const fields = all("form [name]:not([type=hidden])");
const reachable = all("a[href], button, input, select, iframe, [tabindex]");
// the page of a letter that cannot be made is short: what was read before it broke stays kept until it is mended
const isBroken = document.querySelector("main[data-broken]") !== null;
const placeOf = one => ({ left: one.scrollX, top: one.scrollY, behavior: "instant" });
let isAgain = false;
const pause = () => new Promise(done => setTimeout(done, 2000));

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(key)) || {};
  } catch {
    return {}; // this browser keeps nothing
  }
}
function write(value) {
  try {
    sessionStorage.setItem(key, JSON.stringify(value));
  } catch {} // this browser keeps nothing: the page is shown from its top
}
function keep() {
  const on = document.activeElement;
  write({
    ...(isBroken ? read() : { page: placeOf(window), frames: frames.map(one => placeOf(one.contentWindow)) }),
    values: fields.map(one => [one.name, one.value]),
    focus: { name: nameOf(on), at: reachable.indexOf(on), caret: [on.selectionStart, on.selectionEnd] },
  });
}
function nameOf(one) {
  return one.id || one.title || one.getAttribute("href");
}
function restore() {
  const { page, frames: places = [], values = [], focus } = read();
  write(isBroken ? { page, frames: places } : {});
  for (const [name, value] of values) {
    const field = fields.find(one => one.name === name);
    const isThere = field && (!field.options || [...field.options].some(one => one.value === value));
    if (isThere) field.value = value;
  }
  if (focus && focus.at >= 0) {
    const same = focus.name ? one => nameOf(one) === focus.name : (_, at) => at === focus.at;
    const found = reachable.find(same);
    if (found) found.focus({ preventScroll: true });
    if (found && focus.caret[0] != null) found.setSelectionRange(...focus.caret);
  }
  if (isBroken || !page) return;
  scrollTo(page);
  frames.forEach((one, at) => {
    const place = () => one.contentWindow.scrollTo(places[at] || { top: 0 });
    place(); // it may be there already, or come later
    one.addEventListener("load", place, { once: true });
  });
}
async function watch() {
  for (;;) {
    try {
      const answer = await fetch(`${root}/preview/changed?since=${stamp}`);
      if (!answer.ok) await pause();
      else if ((await answer.text()) !== stamp) {
        keep();
        isAgain = true;
        return location.reload();
      }
    } catch {
      await pause();
    }
  }
}
// where we show it again the place that we kept counts, else what the browser remembers
addEventListener("pagehide", () => { history.scrollRestoration = isAgain ? "manual" : "auto"; });
restore();
watch();
