// The number of reviews that wait for this person, in the navigation of every page.

(() => {
  const badge = document.getElementById("review-badge");
  if (!badge) return;
  window.omegawebSocket({
    address: () => "/ws/me/",
    onFrame: ({ reviews }) => {
      badge.textContent = reviews ? String(reviews) : "";
      if (reviews) badge.setAttribute("aria-label", `${reviews} waiting for you`);
      else badge.removeAttribute("aria-label");
    },
  });
})();
