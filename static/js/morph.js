// Makes a part of the page equal to new HTML by changing only what differs. What is focused, selected, scrolled or
// unfolded stays as it is. Children are matched by id, the rest by place. window.omegawebMorph(element, html).

(() => {
  // What people open and close themselves is theirs.
  const THEIRS = { DETAILS: ["open"], DIALOG: ["open"] };

  function morphAttributes(old, fresh) {
    const kept = THEIRS[old.tagName] || [];
    for (const { name } of [...old.attributes]) {
      if (!fresh.hasAttribute(name) && !kept.includes(name)) old.removeAttribute(name);
    }
    for (const { name, value } of fresh.attributes) {
      if (old.getAttribute(name) !== value && !kept.includes(name)) old.setAttribute(name, value);
    }
  }

  function isAlike(a, b) {
    return a.nodeType === b.nodeType && a.nodeName === b.nodeName && (a.id || "") === (b.id || "");
  }

  function morphChildren(old, fresh) {
    if (old.hasAttribute("data-theirs")) return; // filled since by something a person did
    const byId = new Map();
    for (const child of old.children) if (child.id) byId.set(child.id, child);
    let place = old.firstChild;
    for (const wanted of [...fresh.childNodes]) {
      let found = null;
      if (wanted.nodeType === Node.ELEMENT_NODE && wanted.id) {
        found = byId.get(wanted.id) || null;
        if (found && found.nodeName !== wanted.nodeName) found = null;
      } else if (place && isAlike(place, wanted)) {
        found = place;
      }
      if (!found) {
        old.insertBefore(document.importNode(wanted, true), place);
        continue;
      }
      if (found === place) place = place.nextSibling;
      else old.insertBefore(found, place);
      morph(found, wanted);
    }
    while (place) {
      const next = place.nextSibling;
      place.remove();
      place = next;
    }
  }

  function morph(old, fresh) {
    if (old.nodeType !== Node.ELEMENT_NODE) {
      if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
      return;
    }
    if (old.isEqualNode(fresh)) return;
    morphAttributes(old, fresh);
    morphChildren(old, fresh);
  }

  window.omegawebMorph = (element, html) => {
    const template = document.createElement("template");
    template.innerHTML = html;
    const fresh = template.content.firstElementChild;
    morph(element, fresh);
    if (window.htmx) window.htmx.process(element);
  };
})();
