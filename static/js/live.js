// Keeps the page up to date: asks for what it lacks, replaces the regions that moved, hands chart points on.

(() => {
  const root = document.querySelector("[data-live-url]");
  if (!root) return;

  const WORDS = {
    connected: "Live",
    reconnecting: "Reconnecting…",
    offline: "Offline",
    "signed-out": "Signed out",
    gone: "Not there any more",
  };
  const status = document.getElementById("live-status");
  let last = root.dataset.liveAfter;

  function address() {
    const query = new URLSearchParams(location.search);
    if (last !== undefined) query.set("after", last);
    return `${root.dataset.liveUrl}?${query}`;
  }

  function showState(state) {
    if (document.body.dataset.live === state) return;
    document.body.dataset.live = state;
    status.hidden = false;
    status.dataset.state = state;
    status.querySelector(".live-text").textContent = WORDS[state];
  }

  function takeFrame(frame) {
    for (const [name, html] of Object.entries(frame.regions)) {
      const region = document.getElementById(name);
      if (region) window.omegawebKeepFocus(region, () => window.omegawebMorph(region, html));
    }
    if (frame.sequence !== undefined) last = frame.sequence;
    if (frame.title) document.title = `${frame.title} · omegaweb`;
    document.dispatchEvent(new CustomEvent("omegaweb:frame", { detail: frame }));
  }

  // A dialog was drawn with the page and no frame redraws it. What it shows is taken from the page that its opener leads
  // to; what is typed stays.
  document.addEventListener("click", async (event) => {
    const opener = event.target.closest("[data-renews]");
    if (!opener) return;
    const response = await fetch(opener.href);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.getElementById(opener.dataset.renews);
    if (fresh) window.omegawebMorph(document.getElementById(fresh.id), fresh.outerHTML);
  });

  const socket = window.omegawebSocket({ address, onFrame: takeFrame, onState: showState });
  // A link that changed the address without loading the page chose what the regions show.
  document.addEventListener("htmx:pushedIntoHistory", () => socket.reopen());
})();
