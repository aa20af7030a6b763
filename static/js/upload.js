// The upload form: drag and drop, a check of the size before anything is sent, and a progress bar.

const MEGABYTE = 1024 * 1024;

function showChosen(zone) {
  const input = zone.querySelector("input[type=file]");
  const form = zone.closest("form");
  const error = form.querySelector("[data-file-error]");
  const [file] = input.files;
  if (!file) return;
  const size = file.size / MEGABYTE;
  const limit = Number(zone.dataset.limitMb);
  const label = zone.querySelector("[data-file-label]");
  const name = document.createElement("strong");
  name.textContent = file.name;
  label.replaceChildren(name, ` · ${size < 0.1 ? "under 0.1" : size.toFixed(1)} MB`);
  const tooLarge = size > limit;
  error.hidden = !tooLarge;
  error.textContent = tooLarge ? `The file has ${Math.round(size)} MB; up to ${limit} MB can be uploaded.` : "";
  form.querySelector("button[type=submit]").disabled = tooLarge;
}

document.addEventListener("change", (event) => {
  const zone = event.target.closest("[data-drop-zone]");
  if (zone) showChosen(zone);
});

// The transparent file input covers the zone and takes the drop itself; this only shows that it will.
for (const [kind, over] of [["dragenter", true], ["dragover", true], ["dragleave", false], ["drop", false]]) {
  document.addEventListener(kind, (event) => {
    const zone = event.target.closest?.("[data-drop-zone]");
    if (zone) zone.classList.toggle("is-over", over);
    else event.preventDefault(); // a file dropped beside the zone must not replace the page
  });
}

document.addEventListener("htmx:xhr:progress", (event) => {
  const bar = event.target.querySelector?.("[data-upload-progress]");
  const { loaded, total, lengthComputable } = event.detail;
  if (!bar || !lengthComputable) return;
  const percent = Math.round((100 * loaded) / total);
  bar.hidden = false;
  bar.querySelector("progress").value = percent;
  bar.querySelector("[data-upload-percent]").textContent = `${percent} %`;
});

function showFailure(event, text) {
  const error = event.target.querySelector?.("[data-file-error]");
  if (!error) return;
  error.hidden = false;
  error.textContent = text;
  event.target.querySelector("[data-upload-progress]").hidden = true;
}
document.addEventListener("htmx:sendError", (event) =>
  showFailure(event, "The connection was lost before the whole file had arrived. Nothing was saved; try again."));
document.addEventListener("htmx:responseError", (event) =>
  showFailure(event, "The server could not take the file. Nothing was saved; try again."));
