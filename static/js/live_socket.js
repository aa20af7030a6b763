// One WebSocket that comes back by itself. window.omegawebSocket({address, onFrame, onState}).
// `address` is called at each attempt, so that it can name the last number the page has. Returns {reopen}.

(() => {
  const FIRST_WAIT = 400; // milliseconds, doubled at each attempt
  const LONGEST_WAIT = 15000;
  const LOST_AFTER = 4; // attempts, then the page says that it is offline
  const SIGNED_OUT = 4401;
  const NOT_FOUND = 4404;

  window.omegawebSocket = ({ address, onFrame, onState = () => {} }) => {
    let socket = null;
    let attempts = 0;
    let timer = null;

    function open() {
      clearTimeout(timer);
      const scheme = location.protocol === "https:" ? "wss:" : "ws:";
      const opened = new WebSocket(`${scheme}//${location.host}${address()}`);
      socket = opened;
      opened.addEventListener("message", (event) => {
        if (opened !== socket) return;
        attempts = 0;
        onState("connected"); // said with the first frame: until then the page may be behind
        onFrame(JSON.parse(event.data));
      });
      opened.addEventListener("close", (event) => {
        if (opened !== socket) return; // another one took its place
        if (event.code === SIGNED_OUT || event.code === NOT_FOUND) {
          onState(event.code === SIGNED_OUT ? "signed-out" : "gone");
          return;
        }
        attempts += 1;
        onState(attempts >= LOST_AFTER || !navigator.onLine ? "offline" : "reconnecting");
        const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (attempts - 1));
        timer = setTimeout(open, wait * (0.75 + Math.random() / 2));
      });
    }

    function hurry() {
      if (socket.readyState === WebSocket.CLOSED && timer !== null) open();
    }
    window.addEventListener("online", hurry);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) hurry(); });
    // A page that leaves closes its socket itself; what a browser keeps for "back" opens it again.
    window.addEventListener("pagehide", () => { clearTimeout(timer); socket.close(); });
    window.addEventListener("pageshow", (event) => { if (event.persisted) open(); });
    open();
    return {
      /** Asks anew, because the address has changed. */
      reopen() {
        const old = socket;
        open();
        old.close();
      },
    };
  };
})();
