// Shows the page again when a file of the letters was saved. Without it one reloads by hand.
const stamp = document.documentElement.dataset.stamp;
const pause = () => new Promise(done => setTimeout(done, 2000));
async function watch() {
  for (;;) {
    try {
      const answer = await fetch(`/preview/changed?since=${stamp}`);
      if (!answer.ok) await pause();
      else if ((await answer.text()) !== stamp) return location.reload();
    } catch {
      await pause();
    }
  }
}
watch();
