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
