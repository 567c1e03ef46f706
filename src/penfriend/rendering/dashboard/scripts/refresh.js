// A part of a page that refreshes itself by htmx is left as it is while somebody is in it: has opened a table,
// has the focus there, or has marked some text.
document.addEventListener("htmx:beforeRequest", function (event) {
  var part = event.target, marked = document.getSelection();
  var isInUse = part.contains(document.activeElement) || part.querySelector("details[open][data-opened]") ||
    (marked && !marked.isCollapsed && part.contains(marked.anchorNode));
  if (isInUse) event.preventDefault();
});
document.addEventListener("click", function (event) {
  var summary = event.target.closest("summary");
  if (summary) summary.parentElement.setAttribute("data-opened", "");
});
// A drawing that was not there with its page comes behind it, and meanwhile holds its place; the table, which is
// open for whoever has no scripts, opens again where it does not come.
document.addEventListener("htmx:load", function (event) {
  event.detail.elt.querySelectorAll(".awaited").forEach(function (place) {
    place.parentElement.querySelector("details").removeAttribute("open");
  });
});
document.addEventListener("htmx:afterRequest", function (event) {
  var place = event.target;
  if (!place.matches(".awaited")) return;
  place.classList.remove("awaited");
  if (!event.detail.successful) place.parentElement.querySelector("details").setAttribute("open", "");
});
